package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/** What is concluded from cells that are compared already: blame, what hides what, families, remarks, scenarios. */
class CellComparisonTest {

    private static final Map<String, String> INET = Map.of("family", "INET", "port", "fixed");
    private static final Cell CYCLE = SyntheticRuns.cell("ListenerLifecycle.cycle", Map.of("family", "INET", "port", "fixed", "api",
            "native"));

    private static Cell call(String name) {
        return SyntheticRuns.cell("SyscallCost." + name, INET);
    }

    private static CellComparison cell(Cell cell, double before, double after, Verdict verdict) {
        double ratio = after / before;
        return new CellComparison(cell, TestFamily.SECONDARY, new Estimate(before, "ns/op", 5, Optional.empty()),
                new Estimate(after, "ns/op", 5, Optional.of(new Interval(after * 0.9, after * 1.1, 0.95))),
                Optional.of(new Ratio(ratio, new Interval(ratio * 0.9, ratio * 1.1, 0.95), 0.001)), Optional.empty(), Basis.ABSOLUTE,
                verdict, Optional.empty());
    }

    private static RunData run(String label, Map<String, String> environment, RecordedScenario... scenarios) {
        SortedMap<String, RecordedScenario> byId = new TreeMap<>();
        Stream.of(scenarios).forEach(scenario -> byId.put(scenario.scenario(), scenario));
        return new RunData(new RunId(label, label, "p"), Path.of(label), new TreeMap<>(), environment, byId);
    }

    private static Group group(RunData... runs) {
        return new Group(runs[0].run().label(), List.of(runs));
    }

    /** The cycle costs 1000 ns more: bind 600 of it and listen 300, of which the intervals are a tenth of what they cost. */
    @Test
    void theCallsThatAccountForACycleAreNamedTheLargestFirst() {
        List<Blame> blames = Blames.of(List.of(cell(CYCLE, 9000, 10_000, Verdict.SLOWER), cell(call("socket"), 3000, 3000, Verdict.SAME),
                cell(call("setsockopt"), 500, 500, Verdict.SAME), cell(call("bind"), 1400, 2000, Verdict.SLOWER),
                cell(call("listen"), 700, 1000, Verdict.UNCLEAR), cell(call("close"), 3600, 3500, Verdict.SAME)));
        assertThat(blames).singleElement().satisfies(blame -> {
            assertThat(blame.whole()).isEqualTo(CYCLE);
            assertThat(blame.addedNanos()).isEqualTo(1000);
            assertThat(blame.shares()).extracting(Blame.Share::call, Blame.Share::addedNanos, Blame.Share::share, Blame.Share::proven)
                    .startsWith(Tuple.tuple("bind", 600.0, 0.6, true), Tuple.tuple("listen", 300.0, 0.3, false))
                    .endsWith(Tuple.tuple("close", -100.0, -0.1, false)).hasSize(5);
            Interval interval = blame.shares().get(0).interval().orElseThrow();
            assertThat(interval.low()).as("(1800 − 1400) / 1000").isCloseTo(0.4, within(1e-9));
            assertThat(interval.high()).as("(2200 − 1400) / 1000").isCloseTo(0.8, within(1e-9));
            assertThat(interval.confidence()).isEqualTo(0.95);
        });
    }

    @Test
    void callsThatAddMoreThanTheCycleAreAllOfIt() {
        List<CellComparison> cells = List.of(cell(CYCLE, 9000, 10_000, Verdict.SLOWER), cell(call("bind"), 1000, 2600, Verdict.SLOWER),
                cell(call("listen"), 1000, 1400, Verdict.SLOWER));
        assertThat(Blames.of(cells)).singleElement().satisfies(blame -> {
            assertThat(blame.shares()).extracting(Blame.Share::share).containsExactly(0.8, 0.2);
            assertThat(blame.shares().get(0).interval().orElseThrow().high()).as("(2860 − 1000) / 2000").isCloseTo(0.93, within(1e-9));
        });
        List<CellComparison> faster = List.of(cell(CYCLE, 10_000, 9000, Verdict.FASTER), cell(call("bind"), 2600, 1600, Verdict.FASTER));
        assertThat(Blames.of(faster)).singleElement().satisfies(blame -> {
            assertThat(blame.addedNanos()).isEqualTo(-1000);
            assertThat(blame.shares()).extracting(Blame.Share::share).containsExactly(1.0);
            assertThat(blame.shares().get(0).interval().orElseThrow().low()).as("(2600 − 1760) / 1000").isCloseTo(0.84, within(1e-9));
            assertThat(blame.shares().get(0).interval().orElseThrow().high()).as("no more than all").isEqualTo(1);
        });
    }

    /** Where calls were not measured alone, one that accounts for half is named all the same. */
    @Test
    void nothingIsBlamedForWhatIsNotKnown() {
        CellComparison slower = cell(CYCLE, 9000, 10_000, Verdict.SLOWER);
        assertThat(Blames.of(List.of(slower, cell(call("bind"), 1000, 1500, Verdict.SLOWER)))).hasSize(1);
        assertThat(Blames.of(List.of(slower, cell(call("bind"), 1000, 1490, Verdict.SLOWER)))).isEmpty();
        assertThat(Blames.of(List.of(slower))).isEmpty();
        assertThat(Blames.of(List.of(cell(CYCLE, 9000, 10_000, Verdict.UNCLEAR), cell(call("bind"), 1000, 2000, Verdict.SLOWER))))
                .isEmpty();
        assertThat(Blames.of(List.of(cell(CYCLE, 9000, 9000, Verdict.SLOWER), cell(call("bind"), 1000, 2000, Verdict.SLOWER)))).isEmpty();
        CellComparison inet6 = cell(SyntheticRuns.cell("SyscallCost.bind", Map.of("family", "INET6")), 1000, 2000, Verdict.SLOWER);
        assertThat(Blames.of(List.of(slower, inet6))).as("of another family").isEmpty();
        CellComparison rate = new CellComparison(CYCLE, TestFamily.SECONDARY, new Estimate(2, "ops/s", 5, Optional.empty()),
                new Estimate(1, "ops/s", 5, Optional.empty()), Optional.empty(), Optional.empty(), Basis.ABSOLUTE, Verdict.SLOWER,
                        Optional.empty());
        assertThat(Blames.of(List.of(rate, cell(call("bind"), 1000, 2000, Verdict.SLOWER)))).isEmpty();
    }

    @Test
    void theCallWhoseParametersFitBestIsTaken() {
        Cell bare = SyntheticRuns.cell("SyscallCost.bind", Map.of());
        Cell other = SyntheticRuns.cell("SyscallCost.bind", Map.of("family", "INET6", "port", "fixed"));
        Cell extra = SyntheticRuns.cell("SyscallCost.bind", Map.of("family", "INET", "held", "1"));
        assertThat(Blames.matching("bind", CYCLE, List.of(bare, call("bind"), other, extra))).hasValue(call("bind"));
        assertThat(Blames.matching("bind", CYCLE, List.of(bare, other, extra))).hasValue(extra);
        assertThat(Blames.matching("bind", CYCLE, List.of(bare, other))).hasValue(bare);
        assertThat(Blames.matching("bind", CYCLE, List.of(other, call("listen")))).isEmpty();
        assertThat(Blames.call(call("bind"))).isEqualTo("bind");
        assertThat(Blames.benchmark("bind")).isEqualTo("SyscallCost.bind");
    }

    private static Verdict afterSlowBind(String call, double added, double addedToBind, Verdict ofBind) {
        return Carryover.judged(List.of(cell(call("bind"), 1000, 1000 + addedToBind, ofBind),
                cell(call(call), 1000, 1000 + added, added > 0 ? Verdict.SLOWER : Verdict.FASTER))).get(1).verdict();
    }

    @Test
    void aCallBehindOneThatBecameAHundredTimesSlowerIsNotJudged() {
        for (String later : List.of("listen", "getsockname", "close")) {
            assertThat(afterSlowBind(later, 100, 10_001, Verdict.SLOWER)).as(later).isEqualTo(Verdict.UNCLEAR);
            assertThat(afterSlowBind(later, 100, 10_000, Verdict.SLOWER)).as(later).isEqualTo(Verdict.SLOWER);
            assertThat(afterSlowBind(later, -100, 10_001, Verdict.SLOWER)).as(later).isEqualTo(Verdict.UNCLEAR);
            assertThat(afterSlowBind(later, 100, 10_001, Verdict.UNCLEAR)).as(later).isEqualTo(Verdict.SLOWER);
        }
        for (String earlier : List.of("socket", "setsockopt", "accept")) {
            assertThat(afterSlowBind(earlier, 100, 10_001, Verdict.SLOWER)).as(earlier).isEqualTo(Verdict.SLOWER);
        }
        CellComparison hidden = Carryover.judged(List.of(cell(call("bind"), 1000, 1e9, Verdict.SLOWER),
                cell(call("close"), 1000, 2000, Verdict.SLOWER))).get(1);
        assertThat(hidden.missing()).contains(new Missing.Behind("bind"));
        assertThat(hidden.ratio()).isPresent();
    }

    private static CellComparison inBatches(String before, String after, CellComparison cell) {
        return Batches.judged(group(run("a", before.isEmpty() ? Map.of() : Map.of(RunEntry.BATCH, before))),
                group(run("b", after.isEmpty() ? Map.of() : Map.of(RunEntry.BATCH, after))), List.of(cell)).get(0);
    }

    @Test
    void batchesOfTwoSizesLeaveOnlyWhatIsTwiceAsMuch() {
        CellComparison slightly = cell(call("socket"), 1000, 1900, Verdict.SLOWER);
        assertThat(inBatches("128", "64", slightly).missing()).contains(new Missing.SameBatches());
        assertThat(inBatches("128", "", slightly)).as("the usual size").isEqualTo(slightly);
        assertThat(inBatches("64", "", slightly).verdict()).isEqualTo(Verdict.UNCLEAR);
        assertThat(inBatches("64", "64", slightly)).isEqualTo(slightly);
        for (CellComparison kept : List.of(cell(call("socket"), 1000, 2300, Verdict.SLOWER), cell(call("socket"), 1000, 400,
                Verdict.FASTER),
                cell(CYCLE, 1000, 1900, Verdict.SLOWER), slightly.unclear(new Missing.TooNoisy()))) {
            assertThat(inBatches("128", "64", kept)).isEqualTo(kept);
        }
        assertThat(inBatches("128", "64", cell(call("socket"), 1000, 2200, Verdict.SLOWER)).verdict()).as("from 1.98")
                .isEqualTo(Verdict.UNCLEAR);
        assertThat(inBatches("128", "64", cell(call("socket"), 1000, 500, Verdict.FASTER)).verdict()).as("to 0.55")
                .isEqualTo(Verdict.UNCLEAR);
        assertThat(inBatches("128", "64", cell(call("socket"), 1000, 1000, Verdict.SAME)).verdict()).isEqualTo(Verdict.UNCLEAR);
    }

    @Test
    void theVerdictRestsOnItsBasis() {
        Ratio absolute = new Ratio(2, new Interval(1, 3, 0.95), 0.1);
        Ratio controlled = new Ratio(4, new Interval(3, 5, 0.95), 0.1);
        for (Basis basis : Basis.values()) {
            assertThat(new CellComparison(CYCLE, TestFamily.PRIMARY, new Estimate(1, "ns/op", 1, Optional.empty()),
                    new Estimate(1, "ns/op", 1, Optional.empty()), Optional.of(absolute), Optional.of(controlled), basis, Verdict.SAME,
                    Optional.empty()).ratio()).hasValue(basis == Basis.CONTROLLED ? controlled : absolute);
        }
        assertThat(Stream.of(Verdict.values()).map(Verdict::displayName)).containsExactly("slower", "faster", "same", "unclear");
        assertThat(Stream.of(Verdict.values()).filter(Verdict::isClaim)).containsExactly(Verdict.SLOWER, Verdict.FASTER);
    }

    private static Cell cycle(String api, String port, int threads) {
        return new Cell("ListenerLifecycle.cycle", "avgt", threads, new TreeMap<>(Map.of("family", "INET", "port", port, "api", api)));
    }

    @Test
    void thePrimaryCellOfAQuestionIsTheOneThatEveryProfileMeasures() {
        assertThat(new Families(List.of(cycle("native", "ephemeral", 1), cycle("channel", "fixed", 1), cycle("channel", "ephemeral", 1)),
                cell -> true).primary()).containsExactly(cycle("channel", "ephemeral", 1));
        assertThat(new Families(List.of(cycle("native", "fresh", 1), cycle("socket", "fixed", 1), cycle("native", "fixed", 1)),
                cell -> true).primary()).containsExactly(cycle("native", "fixed", 1));
        assertThat(new Families(List.of(cycle("unknown", "fixed", 1), cycle("socket", "fixed", 1)), cell -> true).primary())
                .containsExactly(cycle("socket", "fixed", 1));
        assertThat(new Families(List.of(cycle("native", "fixed", 2)), cell -> true).primary()).as("two threads").isEmpty();
        Families families = new Families(List.of(CYCLE, call("bind"), call("socket")), cell -> !cell.equals(call("bind")));
        assertThat(families.primary()).containsExactly(CYCLE);
        assertThat(families.of(CYCLE)).isEqualTo(TestFamily.PRIMARY);
        assertThat(families.of(call("bind"))).isEqualTo(TestFamily.UNTESTED);
        assertThat(families.of(call("socket"))).isEqualTo(TestFamily.SECONDARY);
        assertThat(families.of(SyntheticRuns.cell("Control.cpu", Map.of()))).isEqualTo(TestFamily.CONTROL);
        assertThat(families.hasPrimaryLike(cycle("socket", "fresh", 1))).isTrue();
        assertThat(families.hasPrimaryLike(call("bind"))).isFalse();
        assertThat(families.hasPrimaryLike(SyntheticRuns.cell("ListenerLifecycle.cycle", Map.of("family", "INET6")))).isFalse();
        assertThat(Families.isPrimary(call("listen"))).isTrue();
        assertThat(Families.isPrimary(call("socket"))).isFalse();
        assertThat(Families.isPrimary(SyntheticRuns.cell("SyscallCost.bind", Map.of()))).isFalse();
    }

    private static List<String> remarks(Design design, SortedMap<String, Double> controls, Group base, Group other,
            CellComparison... cells) {
        return Remarks.of(base, other, design, controls, List.of(cells));
    }

    @Test
    void aReaderIsToldWhatTheFiguresRestOn() {
        Group base = group(run("a", Map.of()));
        Group other = group(run("b", Map.of()));
        CellComparison bind = cell(call("bind"), 1, 1, Verdict.SAME);
        SortedMap<String, Double> controls = new TreeMap<>(Map.of("control_cpu", 1.0, "control_getppid", 1.24));
        assertThat(remarks(Design.SAME_SESSION, new TreeMap<>(), base, other, bind)).hasSize(1).first().asString().contains("one session");
        assertThat(remarks(Design.ONE_RUN, new TreeMap<>(), base, other, bind)).hasSize(2).last().asString()
                .startsWith("A group has no controls");
        assertThat(remarks(Design.ONE_RUN, new TreeMap<>(), base, other)).as("no cells").hasSize(1);
        assertThat(remarks(Design.SEVERAL_RUNS, controls, base, other, bind)).hasSize(2).last().isEqualTo(
                "In 1 of 1 cells a group lacks controls: costs are compared as measured.");
        CellComparison control = new CellComparison(call("bind"), TestFamily.CONTROL, bind.base(), bind.other(), bind.absolute(),
                Optional.empty(),
                Basis.ABSOLUTE, Verdict.UNCLEAR, Optional.empty());
        assertThat(remarks(Design.SEVERAL_RUNS, controls, base, other, control)).as("a control has none").hasSize(1);
        controls.put("control_cpu", 0.99);
        assertThat(remarks(Design.ONE_RUN, controls, base, other, control)).hasSize(2).last().asString()
                .startsWith("The controls changed by different factors, 0.99 to 1.24:");
        controls.remove("control_cpu");
        assertThat(remarks(Design.ONE_RUN, controls, base, other, control)).as("one control").hasSize(1);
    }

    @Test
    void otherSchemasAndProfilesAreRemarked() {
        int newer = RunEntry.KNOWN_SCHEMA + 1;
        Group base = group(run("a", Map.of(RunEntry.SCHEMA, Integer.toString(RunEntry.KNOWN_SCHEMA), RunEntry.PROFILE, "quick")));
        Group other = group(run("b", Map.of(RunEntry.SCHEMA, Integer.toString(newer), RunEntry.PROFILE, "full")), run("c", Map.of()));
        assertThat(remarks(Design.ONE_RUN, new TreeMap<>(), base, other)).hasSize(3)
                .anyMatch(remark -> remark.startsWith("b was written by a newer version of the suite (schema " + newer))
                .anyMatch(remark -> remark.startsWith("The groups differ in run.profile: quick against full."));
        assertThat(remarks(Design.ONE_RUN, new TreeMap<>(), base, group(run("c", Map.of())))).as("unknown is not different").hasSize(1);
        assertThat(run("d", Map.of(RunEntry.SCHEMA, "99999999999")).isOfNewerSchema()).isFalse();
        assertThat(run("d", Map.of(RunEntry.SCHEMA, "999999999")).isOfNewerSchema()).isTrue();
    }

    @Test
    void environmentsAreComparedOnlyWhereBothAreKnown() {
        Group base = group(run("a", Map.of("kernel.release", "6.1", "process.tracer_pid", "0", "zzz", "1", "pid", "4")),
                run("a2", Map.of("kernel.release", "6.2", "zzz", "1")));
        Group other = group(run("b", Map.of("kernel.release", "6.1", "zzz", "1", "java.version", "17", "pid", "5", "aaa", "x")));
        assertThat(Environments.differences(base, other)).containsExactly(
                new EnvironmentDifference("kernel.release", "6.1 | 6.2", "6.1"),
                new EnvironmentDifference("process.tracer_pid", " | 0", ""),
                new EnvironmentDifference("java.version", "", "17"),
                new EnvironmentDifference("aaa", "", "x"));
        assertThat(Environments.differences(base, group(run("c", Map.of())))).isEmpty();
        assertThat(Environments.differences(group(run("c", Map.of())), base)).isEmpty();
    }

    @Test
    void runsOfOneDriverAreOneSession() {
        Map<String, String> session = Map.of(RunEntry.SESSION, "s", RunEntry.BOOT, "b", RunEntry.SESSION_CPU, "c");
        assertThat(Sessions.design(group(run("a", session)), group(run("b", session)))).isEqualTo(Design.SAME_SESSION);
        assertThat(Sessions.design(group(run("a", session)), group(run("b", session), run("b2", Map.of())))).isEqualTo(Design.ONE_RUN);
        assertThat(Sessions.design(group(run("a", session), run("a2", session)), group(run("b", Map.of()), run("b2", Map.of()))))
                .isEqualTo(Design.SEVERAL_RUNS);
        assertThat(Sessions.design(group(run("a", session), run("a2", session)), group(run("b", Map.of())))).isEqualTo(Design.ONE_RUN);
    }

    private static RecordedScenario scenario(String id, String grade, String observed, String call) {
        return new RecordedScenario(id, "group-" + id.charAt(0), grade, "-1 EADDRINUSE", observed, call,
                grade.equals("absent") ? "" : "a rule");
    }

    @Test
    void scenariosThatDifferInOneWayAreOneDifferenceAndTheMostSevereComesFirst() {
        Group base = group(run("a", Map.of(), scenario("a1", "PASS", "as promised", ""), scenario("b22", "PASS", "", ""),
                scenario("b3", "PASS", "", ""), scenario("c", "PASS", "", ""), scenario("d", "DEVIATION", "0", "bind(3)"),
                scenario("gone", "PASS", "", "")));
        Group other = group(run("b", Map.of(), scenario("a1", "DEVIATION", "0", "[pid 1] bind(3, {htons(1)})"),
                scenario("b22", "DEVIATION", "0", "bind(4, {htons(2)})"), scenario("b3", "VIOLATION", "7", "listen(4, 1)"),
                scenario("c", "PASS", "another text", "x"), scenario("d", "DEVIATION", "1", "bind(3)")));
        List<SemanticDifference> differences = Semantics.differences(base, other);
        assertThat(differences).extracting(difference -> difference.cause().otherGrade(), SemanticDifference::count,
                SemanticDifference::groups,
                SemanticDifference::examples, difference -> difference.cause().call()).containsExactly(
                Tuple.tuple("VIOLATION", 1, List.of("group-b"), List.of("b3"), "listen"),
                Tuple.tuple("DEVIATION", 2, List.of("group-a", "group-b"), List.of("a1", "b22"), "bind"),
                Tuple.tuple("DEVIATION", 1, List.of("group-d"), List.of("d"), "bind"),
                Tuple.tuple("absent", 1, List.of("group-g"), List.of("gone"), ""));
        assertThat(differences.get(1).cause()).isEqualTo(
                new SemanticDifference.SharedCause("PASS", "", "DEVIATION", "0", "bind", "a rule"));
        assertThat(Semantics.differences(base, group(run("c", Map.of())))).isEmpty();
        assertThat(Semantics.differences(base, base)).isEmpty();
    }

    @Test
    void runsOfAGroupThatDisagreeHaveBothOutcomes() {
        Group base = group(run("a", Map.of(), scenario("a", "PASS", "", "")));
        Group other = group(run("b", Map.of(), scenario("a", "PASS", "", "")), run("b2", Map.of(), scenario("a", "VIOLATION", "0",
                "bind(3)")),
                run("b3", Map.of(), scenario("a", "DEVIATION", "1", "listen(3)")));
        assertThat(Semantics.differences(base, other)).singleElement().extracting(SemanticDifference::cause).isEqualTo(
                new SemanticDifference.SharedCause("PASS", "", "DEVIATION or PASS or VIOLATION", "0 or 1", "bind", "a rule"));
        assertThat(Semantics.grades("PASS or VIOLATION")).containsExactlyInAnyOrder("PASS", "VIOLATION");
    }

    private static Fork fork(int number, double score, OptionalDouble running, Map<String, Double> metrics) {
        SortedMap<String, Double> all = new TreeMap<>(metrics);
        all.put(Sample.SCORE, score);
        return new Fork(number, List.of(score), all, running);
    }

    private static CellData data(Fork... forks) {
        return new CellData(CYCLE, Map.of(Sample.SCORE, "ns/op"), List.of(forks));
    }

    /** Controls of 1, 2 and 4 times the usual: the median control says 2, that of the CPU 4. */
    @Test
    void driftIsTheMedianControlAndThatOfTheCpu() {
        Map<String, Double> usual = Map.of(Metric.CONTROL_GETPPID, 100.0, Metric.CONTROL_SOCKET_CLOSE, 1000.0, Metric.CONTROL_CPU, 800.0);
        Map<String, Double> slow = Map.of(Metric.CONTROL_GETPPID, 100.0, Metric.CONTROL_SOCKET_CLOSE, 2000.0, Metric.CONTROL_CPU, 3200.0);
        Fork first = fork(1, 10, OptionalDouble.empty(), usual);
        Fork second = fork(2, 10, OptionalDouble.empty(), slow);
        ControlIndex index = new ControlIndex(List.of(data(first), data(second)));
        assertThat(index.drifts()).hasSize(2);
        assertThat(index.drifts().get(0).applyAsDouble(second) - index.drifts().get(0).applyAsDouble(first)).isCloseTo(Math.log(2),
                within(1e-9));
        assertThat(index.drifts().get(1).applyAsDouble(second) - index.drifts().get(1).applyAsDouble(first)).isCloseTo(Math.log(4),
                within(1e-9));
        Fork without = fork(3, 10, OptionalDouble.empty(), Map.of(Metric.CONTROL_GETPPID, 100.0, Metric.CONTROL_CPU, 0.0));
        assertThat(new ControlIndex(List.of(data(first), data(without))).drifts()).as("getppid alone is in common").hasSize(1);
        assertThat(new ControlIndex(List.of(data(first), data(fork(1, 1, OptionalDouble.empty(), Map.of())))).drifts()).isEmpty();
        Fork waited = fork(1, 10, OptionalDouble.of(5), usual);
        assertThat(new ControlIndex(List.of(data(waited))).drifts().get(1).applyAsDouble(waited)).as("half of the time")
                .isCloseTo(Math.log(2), within(1e-9));
        assertThat(new ControlIndex(List.of(data(waited, first))).drifts().get(1).applyAsDouble(waited)).as("another fork does not say")
                .isCloseTo(0, within(1e-9));
    }

    @Test
    void theLoadIsTheLargestOfAForkAveragedOverForks() {
        assertThat(ControlIndex.load(List.of(data(fork(1, 1, OptionalDouble.empty(), Map.of(Metric.FOREIGN_LOAD, 0.2, Metric.STEAL, 0.6)),
                fork(2, 1, OptionalDouble.empty(), Map.of(Metric.WORKER_WAIT, 0.2)), fork(3, 1, OptionalDouble.empty(), Map.of())))))
                .hasValueSatisfying(load -> assertThat(load).isCloseTo(0.4, within(1e-9)));
        assertThat(ControlIndex.load(List.of(data(fork(1, 1, OptionalDouble.empty(), Map.of()))))).isEmpty();
    }

    @Test
    void controlsThatBothGroupsHaveAreCompared() {
        Group base = measured("a", Map.of(Metric.CONTROL_CPU, 100.0, Metric.CONTROL_GETPPID, 5.0), Map.of(Metric.CONTROL_CPU, 200.0));
        Group other = measured("b", Map.of(Metric.CONTROL_CPU, 400.0, "control_new", 1.0), Map.of(Metric.CONTROL_CPU, 0.0));
        SortedMap<String, Double> shifts = ControlIndex.shifts(base, other);
        assertThat(shifts).containsOnlyKeys(Metric.CONTROL_CPU);
        assertThat(shifts.get(Metric.CONTROL_CPU)).as("400 / √(100 × 200)").isCloseTo(400 / Math.sqrt(20_000), within(1e-9));
    }

    private static Group measured(String label, Map<String, Double> one, Map<String, Double> two) {
        SortedMap<Cell, CellData> cells = new TreeMap<>(Map.of(CYCLE, data(fork(1, 1, OptionalDouble.empty(), one), fork(2, 1,
                OptionalDouble.empty(), two))));
        return new Group(label, List.of(new RunData(new RunId(label, label, "p"), Path.of(label), cells, Map.of(), new TreeMap<>())));
    }
}
