package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.report.Sentences;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/** What a comparison claims, and what it does not. */
class ComparisonTest {

    private static final double TEN_MILLISECONDS = 10e6;
    static final Map<Cell, Double> NATIVE = SyntheticRuns.costs(0);

    static Versus compare(List<RunData> base, List<RunData> other) {
        return Comparison.of(List.of(new Group("base", base), new Group("other", other)), Comparison.DEFAULT_MARGIN)
                .others().get(0);
    }

    private static Map<String, String> session(String id, String boot) {
        return Map.of(RunEntry.SESSION, id, RunEntry.BOOT, boot, RunEntry.SESSION_CPU, "a CPU");
    }

    static Map<Cell, Double> slowed(double factor) {
        Map<Cell, Double> costs = new TreeMap<>();
        NATIVE.forEach((cell, cost) -> costs.put(cell, cost * factor));
        return costs;
    }

    private static Verdict verdict(Versus versus, String benchmark) {
        return versus.cells().stream().filter(cell -> cell.cell().benchmark().equals(benchmark)).findFirst().orElseThrow()
                .verdict();
    }

    @Test
    void tenMillisecondBindIsFoundAndNamedFromOneRunASide() {
        SyntheticRuns runs = new SyntheticRuns(1, 5);
        Versus versus = compare(List.of(runs.run("native", NATIVE)),
                List.of(runs.run("wsl2", SyntheticRuns.costs(TEN_MILLISECONDS))));

        assertThat(versus.design()).isEqualTo(Design.ONE_RUN);
        assertThat(verdict(versus, "SyscallCost.bind")).isEqualTo(Verdict.SLOWER);
        assertThat(verdict(versus, "ListenerLifecycle.cycle")).isEqualTo(Verdict.SLOWER);
        for (String call : List.of("socket", "listen", "close")) {
            assertThat(verdict(versus, "SyscallCost." + call)).isIn(Verdict.SAME, Verdict.UNCLEAR);
        }
        assertThat(versus.blames()).hasSize(2).allSatisfy(blame -> {
            assertThat(blame.shares().get(0).call()).isEqualTo("bind");
            assertThat(blame.shares().get(0).proven()).isTrue();
            assertThat(Sentences.blame(blame)).startsWith("bind accounts for ").contains(" ms that ListenerLifecycle.cycle");
        });
    }

    @Test
    void callsThatHaveHalfOfTheCauseEachAreBothNamed() {
        Map<Cell, Double> both = new TreeMap<>(SyntheticRuns.costs(TEN_MILLISECONDS));
        both.replaceAll((cell, cost) -> cell.benchmark().equals("SyscallCost.listen")
                || cell.benchmark().startsWith("ListenerLifecycle") ? cost + TEN_MILLISECONDS : cost);
        Versus versus = compare(List.of(new SyntheticRuns(1, 5).run("native", NATIVE)),
                List.of(new SyntheticRuns(2, 5).run("wsl2", both)));

        assertThat(versus.blames()).hasSize(2).allSatisfy(blame -> {
            double sum = blame.shares().stream().mapToDouble(Blame.Share::share).filter(share -> share > 0).sum();
            assertThat(sum).isBetween(0.9, 1 + 1e-9);
            assertThat(Sentences.blame(blame)).matches("(bind|listen) accounts for [0-9]+ % \\([0-9]+ % to [0-9]+ %\\), "
                    + "(bind|listen) for [0-9]+ % \\([0-9]+ % to [0-9]+ %\\) of the .*");
        });
    }

    /** A slow bind makes batches smaller, and calls on few sockets find more of them in the caches. */
    @Test
    void batchesOfAnotherSizeAreNotTakenForThePlatform() {
        Map<Cell, Double> cheaper = new TreeMap<>(SyntheticRuns.costs(TEN_MILLISECONDS));
        cheaper.computeIfPresent(SyntheticRuns.cell("SyscallCost.socket", Map.of("family", "INET", "port", "fixed")),
                (cell, cost) -> cost * 0.6);
        for (String batch : List.of("128", "8")) {
            Versus versus = compare(List.of(new SyntheticRuns(1, 10).run("native", NATIVE, Map.of(RunEntry.BATCH, "128"), 0)),
                    List.of(new SyntheticRuns(2, 10).run("wsl2", cheaper, Map.of(RunEntry.BATCH, batch), 0)));
            assertThat(verdict(versus, "SyscallCost.socket")).isEqualTo(batch.equals("8") ? Verdict.UNCLEAR : Verdict.FASTER);
            assertThat(verdict(versus, "SyscallCost.bind")).isEqualTo(Verdict.SLOWER);
        }
    }

    @Test
    void nothingIsConcludedFromOneFork() {
        Versus versus = compare(List.of(new SyntheticRuns(2, 1).run("a", NATIVE)),
                List.of(new SyntheticRuns(3, 10).run("b", slowed(100))));

        assertThat(versus.cells()).isNotEmpty().allSatisfy(cell -> {
            assertThat(cell.verdict()).isEqualTo(Verdict.UNCLEAR);
            assertThat(cell.ratio()).isEmpty();
            assertThat(cell.missing()).contains(new Missing.SecondFork());
        });
    }

    @Test
    void whatExceedsAnythingMachinesDifferByIsClaimedFromOneFork() {
        Versus versus = compare(List.of(new SyntheticRuns(2, 1).run("a", NATIVE)),
                List.of(new SyntheticRuns(3, 1).run("b", slowed(4700))));

        assertThat(versus.cells()).isNotEmpty().allSatisfy(cell -> {
            assertThat(cell.verdict()).isEqualTo(Verdict.SLOWER);
            assertThat(cell.ratio().orElseThrow().interval().low()).isGreaterThan(10);
        });
    }

    @Test
    void runsOfOneSessionAreComparedForkByFork() {
        SyntheticRuns runs = new SyntheticRuns(4, 40);
        Versus versus = compare(List.of(runs.run("a", NATIVE, session("s", "b"), 0.3)),
                List.of(runs.run("b", NATIVE, session("s", "b"), 0.3)));

        assertThat(versus.design()).isEqualTo(Design.SAME_SESSION);
        assertThat(versus.remarks()).anySatisfy(remark -> assertThat(remark).contains("one session"));
    }

    @Test
    void runsThatOnlyOverlapInTimeOrWereBootedAgainAreNotOneSession() {
        Map<String, String> overlap = Map.of(RunEntry.STARTED, "2026-11-22T10:00:00Z", RunEntry.FINISHED, "2026-11-22T10:15:00Z");
        for (List<Map<String, String>> records : List.of(List.of(overlap, overlap), List.of(session("s", "b"), session("s", "c")),
                List.of(session("s", "b"), session("t", "b")), List.of(session("", "b"), session("", "b")))) {
            SyntheticRuns runs = new SyntheticRuns(4, 5);
            assertThat(compare(List.of(runs.run("a", NATIVE, records.get(0), 0)),
                    List.of(runs.run("b", NATIVE, records.get(1), 0))).design()).isEqualTo(Design.ONE_RUN);
        }
    }

    @Test
    void driftThatSlowsEverythingIsNotClaimedAsThePlatforms() {
        SyntheticRuns runs = new SyntheticRuns(5, 5);
        Versus versus = compare(List.of(runs.run("a", NATIVE, Map.of(), 0)), List.of(runs.run("b", NATIVE, Map.of(), 0.45)));

        assertThat(versus.cells()).allSatisfy(cell -> {
            assertThat(cell.verdict()).isIn(Verdict.SAME, Verdict.UNCLEAR);
            assertThat(cell.absolute().orElseThrow().value()).isGreaterThan(1.3);
            assertThat(cell.controlled().orElseThrow().value()).isCloseTo(1, within(0.2));
        });
        assertThat(versus.controls().values()).allSatisfy(ratio -> assertThat(ratio).isBetween(1.5, 1.65));
    }

    @Test
    void controlThatThePlatformItselfSlowsDoesNotHideASlowdown() {
        SyntheticRuns runs = new SyntheticRuns(6, 5);
        RunData other = with(runs.run("b", slowed(2), Map.of(), 0), "control_getppid", 10);
        Versus versus = compare(List.of(runs.run("a", NATIVE, Map.of(), 0)), List.of(other));

        assertThat(versus.cells()).allSatisfy(cell -> assertThat(cell.verdict()).isEqualTo(Verdict.SLOWER));
        assertThat(versus.remarks()).anySatisfy(remark -> assertThat(remark).contains("changed by different factors, 1.0"));
    }

    /** A filter makes getppid ×3 and socket with close ×1.3, the rest is as it was: nothing became faster. */
    @Test
    void controlsThatThePlatformSlowsMakeNothingFaster() {
        SyntheticRuns runs = new SyntheticRuns(61, 5);
        List<RunData> base = List.of(runs.run("a", NATIVE), runs.run("a", NATIVE), runs.run("a", NATIVE));
        List<RunData> other = IntStream.range(0, 3)
                .mapToObj(i -> with(with(runs.run("b", NATIVE), "control_getppid", 3), "control_socket_close", 1.3)).toList();

        assertThat(compare(base, other).cells()).allSatisfy(cell -> {
            assertThat(cell.verdict()).isNotEqualTo(Verdict.FASTER);
            assertThat(cell.ratio().orElseThrow().interval().contains(1)).isTrue();
        }).anySatisfy(cell -> assertThat(cell.missing().orElseThrow()).isInstanceOf(Missing.AgreeingControls.class));
    }

    /** Every system call costs twice as much and the CPU is as fast: two of three controls double, which is no drift. */
    @Test
    void slowdownOfEverySystemCallIsNeverTheSame() {
        SyntheticRuns runs = new SyntheticRuns(62, 5);
        List<RunData> base = List.of(runs.run("a", NATIVE), runs.run("a", NATIVE), runs.run("a", NATIVE));
        List<RunData> other = IntStream.range(0, 3)
                .mapToObj(i -> with(with(runs.run("b", slowed(2)), "control_getppid", 2), "control_socket_close", 2)).toList();
        Versus versus = Comparison.of(List.of(new Group("base", base), new Group("other", other)), 0.25).others().get(0);

        assertThat(versus.cells()).allSatisfy(cell -> {
            assertThat(cell.verdict()).isEqualTo(Verdict.UNCLEAR);
            assertThat(cell.missing().orElseThrow()).isInstanceOfSatisfying(Missing.AgreeingControls.class, controls -> {
                assertThat(controls.byMedian()).isCloseTo(1, within(0.2));
                assertThat(controls.byCpu()).isCloseTo(2, within(0.4));
            });
            assertThat(Sentences.missing(cell)).contains("platform and drift cannot be distinguished");
        });
    }

    /** gVisor's system calls cost sixty times and more what Linux's cost, on a CPU that is as fast: no drift does that. */
    @Test
    void platformThatInterceptsEverySystemCallIsSlower() {
        SyntheticRuns runs = new SyntheticRuns(63, 5);
        RunData other = with(with(runs.run("b", slowed(60), Map.of(), 0), "control_getppid", 60), "control_socket_close", 60);
        Versus versus = compare(List.of(runs.run("a", NATIVE, Map.of(), 0)), List.of(other));

        assertThat(versus.cells()).allSatisfy(cell -> {
            assertThat(cell.verdict()).isEqualTo(Verdict.SLOWER);
            assertThat(cell.ratio().orElseThrow().value()).isBetween(45.0, 80.0);
        });
        assertThat(versus.remarks()).anySatisfy(remark -> assertThat(remark).contains("changed by different factors"));
    }

    /** There is no factor at which drift turns into the platform's doing. */
    @Test
    void driftOfAnySizeIsTakenOutButIsNeverTheSame() {
        for (double factor : new double[] {2.9, 3.1, 10}) {
            SyntheticRuns runs = new SyntheticRuns(7, 5);
            Versus versus = compare(IntStream.range(0, 4).mapToObj(i -> runs.run("a", NATIVE, Map.of(), 0)).toList(),
                    IntStream.range(0, 4).mapToObj(i -> runs.run("b", NATIVE, Map.of(), Math.log(factor))).toList());

            assertThat(versus.cells()).allSatisfy(cell -> {
                assertThat(cell.basis()).isEqualTo(Basis.CONTROLLED);
                assertThat(cell.verdict()).isEqualTo(Verdict.UNCLEAR);
            });
        }
    }

    @Test
    void machineThatBecameSlowerInEverythingIsNotCalledTheSame() {
        SyntheticRuns runs = new SyntheticRuns(71, 40);
        Versus versus = Comparison.of(List.of(
                new Group("a", IntStream.range(0, 8).mapToObj(i -> runs.run("a", NATIVE, Map.of(), 0)).toList()),
                new Group("b", IntStream.range(0, 8).mapToObj(i -> runs.run("b", NATIVE, Map.of(), Math.log(2))).toList())),
                0.25).others().get(0);

        assertThat(versus.cells()).allSatisfy(cell -> assertThat(cell.verdict()).isEqualTo(Verdict.UNCLEAR))
                .anySatisfy(cell -> assertThat(cell.missing().orElseThrow())
                        .isInstanceOfSatisfying(Missing.SteadyMachine.class, machine ->
                                assertThat(machine.factor()).isCloseTo(2, within(0.2))));
    }

    @Test
    void forksOnTwoLevelsAreSaidAndNothingIsConcluded() {
        Cell port0 = SyntheticRuns.cell("CrowdedBind.ephemeralPort", Map.of("held", "10000"));
        RunData levels = run("a", port0, 590, 592, 588, 1310, 1312);
        RunData other = run("b", port0, 1310, 1305, 1312, 1308, 1311);
        CellComparison cell = compare(List.of(levels), List.of(other)).cells().get(0);

        assertThat(cell.verdict()).isEqualTo(Verdict.UNCLEAR);
        assertThat(cell.missing().orElseThrow()).isInstanceOfSatisfying(Missing.OneLevel.class,
                level -> assertThat(level.factor()).isCloseTo(2.21, within(0.02)));
        assertThat(compare(List.of(levels), List.of(run("b", port0, 1e6, 1.01e6, 1e6, 2.2e6, 2.2e6))).cells().get(0).verdict())
                .as("levels do not explain ×1700").isEqualTo(Verdict.SLOWER);
        assertThat(compare(List.of(run("a", port0, 590, 640, 700, 780, 850)), List.of(other)).cells().get(0).missing())
                .as("scatter without a gap").get().isNotInstanceOf(Missing.OneLevel.class);
    }

    /** Measured: the forks of a run while other programs filled the ephemeral range, against those of the run after it. */
    @Test
    void forksThatAreFarFromTheOthersOfTheirRunAreNotThePlatforms() {
        Cell port0 = SyntheticRuns.cell("SyscallCost.bind", Map.of("port", "ephemeral"));
        RunData crowded = run("a", port0, 8_500, 2_900_000, 6_440_000, 1_870_000);
        RunData free = run("b", port0, 1_950, 1_680, 1_710, 1_690);

        assertThat(compare(List.of(free), List.of(crowded)).cells().get(0)).satisfies(cell -> {
            assertThat(cell.verdict()).isEqualTo(Verdict.UNCLEAR);
            assertThat(cell.missing()).get().isInstanceOfSatisfying(Missing.OneLevel.class,
                    level -> assertThat(level.factor()).isCloseTo(758, within(1.0)));
        });
        assertThat(compare(List.of(run("a", port0, 1_500, 19_000, 1_700, 3_000)),
                List.of(run("b", port0, 1.04e7, 9.9e6, 1.02e7, 1.0e7))).cells().get(0).verdict())
                .as("a slow bind, beside a run of which one fork is far off").isEqualTo(Verdict.SLOWER);
    }

    @Test
    void oneForkOfABindToPort0ProvesNothing() {
        for (String port : List.of("ephemeral", "fixed")) {
            Cell bind = SyntheticRuns.cell("SyscallCost.bind", Map.of("port", port));
            assertThat(compare(List.of(run("a", bind, 1_500)), List.of(run("b", bind, 6_440_000))).cells().get(0).verdict())
                    .as(port).isEqualTo(port.equals("fixed") ? Verdict.SLOWER : Verdict.UNCLEAR);
        }
        Cell crowded = SyntheticRuns.cell("CrowdedBind.ephemeralPort", Map.of("held", "0"));
        assertThat(compare(List.of(run("a", crowded, 1_500)), List.of(run("b", crowded, 6_440_000))).cells().get(0).verdict())
                .isEqualTo(Verdict.UNCLEAR);
    }

    private static RunData run(String label, Cell cell, double... forks) {
        ForkCollector collector = new ForkCollector();
        RunId id = new RunId(label, label, "p");
        for (int i = 0; i < forks.length; i++) {
            collector.add(new Sample(id, cell, i + 1, 1, Sample.SCORE, forks[i], "ns/op"));
        }
        return new RunData(id, Path.of(label), collector.cells(), Map.of(), new TreeMap<>());
    }

    @Test
    void waitingIsTakenOutOnlyWhereBothGroupsHaveIt() {
        SyntheticRuns runs = new SyntheticRuns(72, 5);
        RunData base = runs.run("a", NATIVE, Map.of(), 0);
        RunData waited = waiting(runs.run("b", slowed(2), Map.of(), 0), 0.5);

        assertThat(compare(List.of(waiting(base, 0)), List.of(waited)).cells()).allSatisfy(cell ->
                assertThat(cell.controlled().orElseThrow().value()).isCloseTo(1, within(0.2)));
        assertThat(compare(List.of(base), List.of(waited)).cells()).allSatisfy(cell ->
                assertThat(cell.controlled().orElseThrow().value()).isCloseTo(2, within(0.3)));
    }

    private static RunData waiting(RunData run, double share) {
        SortedMap<Cell, CellData> cells = new TreeMap<>();
        run.cells().forEach((cell, data) -> cells.put(cell, new CellData(cell, data.units(), data.forks().stream()
                .map(fork -> new Fork(fork.number(), fork.iterations(), fork.metrics(),
                        OptionalDouble.of(fork.metrics().get(Sample.SCORE) * (1 - share)))).toList())));
        return new RunData(run.run(), run.source(), cells, run.environment(), run.scenarios());
    }

    @Test
    void iterationsWithHardlyAnyCpuAreLeftOut() {
        Cell cell = SyntheticRuns.cell("B.m", Map.of());
        ForkCollector collector = new ForkCollector();
        RunId id = new RunId("r", "l", "p");
        double[][] scoreAndWait = {{100, 0}, {200, 0.5}, {9000, 0.99}};
        for (int i = 0; i < scoreAndWait.length; i++) {
            collector.add(new Sample(id, cell, 1, i + 1, Sample.SCORE, scoreAndWait[i][0], "ns/op"));
            collector.add(new Sample(id, cell, 1, i + 1, "worker_wait_share", scoreAndWait[i][1], "share"));
        }
        assertThat(collector.cells().get(cell).forks().get(0).running()).hasValue(100);
    }

    @Test
    void loadThatWasRecordedWidensTheInterval() {
        SyntheticRuns quiet = new SyntheticRuns(73, 5);
        List<RunData> runs = List.of(quiet.run("a", NATIVE, Map.of(), 0), quiet.run("b", slowed(1.4), Map.of(), 0));
        List<RunData> loaded = runs.stream().map(run -> loaded(run, 0.7)).toList();
        Interval narrow = compare(runs.subList(0, 1), runs.subList(1, 2)).cells().get(0).ratio().orElseThrow().interval();
        Interval wide = compare(loaded.subList(0, 1), loaded.subList(1, 2)).cells().get(0).ratio().orElseThrow().interval();

        assertThat(Math.log(wide.high() / wide.low())).isGreaterThan(2 * Math.log(narrow.high() / narrow.low()));
    }

    @Test
    void rateThatPortsLimitIsNoFigure() {
        SyntheticRuns runs = new SyntheticRuns(75, 5);
        List<RunData> two = List.of(runs.run("a", NATIVE, Map.of(), 0), metric(runs.run("b", slowed(3), Map.of(), 0),
                "address_not_available", 14_000));
        assertThat(compare(two.subList(0, 1), two.subList(1, 2)).cells()).allSatisfy(cell -> {
            assertThat(cell.verdict()).isEqualTo(Verdict.UNCLEAR);
            assertThat(cell.missing()).contains(new Missing.FreePorts());
        });
        assertThat(two.get(0).cells().values()).noneMatch(CellData::isOutOfPorts);
        assertThat(two.get(1).cells().values()).allMatch(CellData::isOutOfPorts);
    }

    /** gVisor counts neither other programs' time nor that of threads that wait. */
    @Test
    void ofOneRunThatDoesNotSayItsLoadLittleIsConcluded() {
        SyntheticRuns runs = new SyntheticRuns(77, 5);
        List<RunData> base = List.of(runs.run("a", NATIVE), runs.run("a", NATIVE), runs.run("a", NATIVE));
        List<RunData> other = List.of(runs.run("b", slowed(2)), runs.run("b", slowed(2)), runs.run("b", slowed(2)));
        List<RunData> unknown = other.stream().map(run -> without(run, Metric.FOREIGN_LOAD)).toList();
        assertThat(compare(base.subList(0, 1), other.subList(0, 1)).cells()).extracting(CellComparison::verdict)
                .containsOnly(Verdict.SLOWER);
        assertThat(compare(base.subList(0, 1), unknown.subList(0, 1)).cells()).extracting(CellComparison::verdict)
                .containsOnly(Verdict.UNCLEAR);
        assertThat(compare(base, unknown).cells()).extracting(CellComparison::verdict).containsOnly(Verdict.SLOWER);
    }

    private static RunData without(RunData run, String metric) {
        return changed(run, metrics -> metrics.remove(metric));
    }

    /** The run with other metrics of its forks. */
    private static RunData changed(RunData run, Consumer<SortedMap<String, Double>> change) {
        SortedMap<Cell, CellData> cells = new TreeMap<>();
        run.cells().forEach((cell, data) -> cells.put(cell, new CellData(cell, data.units(), data.forks().stream().map(fork -> {
            SortedMap<String, Double> metrics = new TreeMap<>(fork.metrics());
            change.accept(metrics);
            return new Fork(fork.number(), fork.iterations(), metrics, fork.running());
        }).toList())));
        return new RunData(run.run(), run.source(), cells, run.environment(), run.scenarios());
    }

    private static RunData loaded(RunData run, double share) {
        return metric(run, "foreign_cpu_share", share);
    }

    private static RunData metric(RunData run, String name, double value) {
        return changed(run, metrics -> metrics.put(name, value));
    }

    @Test
    void controlsAreInNoFamilyAndPrimaryCellsAreEight() {
        Map<Cell, Double> costs = new TreeMap<>();
        for (String family : List.of("INET", "INET6")) {
            for (String port : List.of("fixed", "ephemeral", "fresh")) {
                for (String call : List.of("socket", "bind", "listen", "close")) {
                    costs.put(SyntheticRuns.cell("SyscallCost." + call, Map.of("family", family, "port", port)), 1000.0);
                }
                for (String api : List.of("native", "channel")) {
                    costs.put(SyntheticRuns.cell("ListenerLifecycle.cycle",
                            Map.of("family", family, "port", port, "api", api, "reuseAddress", "true")), 9000.0);
                }
            }
        }
        costs.put(SyntheticRuns.cell("Control.getppid", Map.of()), 100.0);
        SyntheticRuns runs = new SyntheticRuns(74, 3);
        Versus versus = compare(List.of(runs.run("a", costs)), List.of(runs.run("b", costs)));

        assertThat(versus.cells()).filteredOn(cell -> cell.family() == TestFamily.PRIMARY).hasSize(8)
                .allMatch(cell -> cell.cell().params().get("port").equals("ephemeral"))
                .extracting(cell -> cell.cell().benchmark()).containsOnly("ListenerLifecycle.cycle", "SyscallCost.bind",
                        "SyscallCost.listen", "SyscallCost.close");
        assertThat(versus.cells()).filteredOn(cell -> cell.cell().benchmark().startsWith("Control")).singleElement()
                .satisfies(cell -> {
                    assertThat(cell.family()).isEqualTo(TestFamily.CONTROL);
                    assertThat(cell.missing()).contains(new Missing.Untested());
                });
        assertThat(versus.missingRequired()).isEmpty();

        costs.keySet().removeIf(cell -> cell.benchmark().equals("SyscallCost.bind"));
        assertThat(compare(List.of(runs.run("a", costs)), List.of(versus.other().runs().get(0))).missingRequired()).hasSize(2)
                .allMatch(cell -> cell.benchmark().equals("SyscallCost.bind"));
    }

    @Test
    void familiesShareFivePercentAndAFamilyAloneHasAllOfIt() {
        Map<TestFamily, List<Double>> both = Map.of(TestFamily.PRIMARY, List.of(0.004, 0.0055, 0.5),
                TestFamily.SECONDARY, List.of(0.004, 0.6));
        assertThat(Holm.levels(both).get(TestFamily.PRIMARY)).as("0.04 / 3, 0.04 / 2, then 0.04").isCloseTo(0.02, within(1e-9));
        assertThat(Holm.levels(both).get(TestFamily.SECONDARY)).as("0.01 / 2").isCloseTo(0.005, within(1e-9));
        assertThat(Holm.levels(Map.of(TestFamily.SECONDARY, List.of(0.03))).get(TestFamily.SECONDARY)).isCloseTo(0.05, within(1e-9));
        assertThat(Holm.levels(Map.of(TestFamily.PRIMARY, List.of(0.03, 0.2))).get(TestFamily.PRIMARY)).isZero();
    }

    @Test
    void priorMakesNoVarianceSmallerAndLeavesAForeignOneAlone() {
        VariancePrior prior = new VariancePrior(4, 10);
        assertThat(prior.moderate(1, 4)).as("(10 × 4 + 4 × 1) / 14").isEqualTo(new VariancePrior.Moderated(44.0 / 14, 14));
        assertThat(prior.moderate(8, 4)).as("not made smaller").isEqualTo(new VariancePrior.Moderated(8, 14));
        assertThat(prior.moderate(400, 4)).as("forks on two levels").isEqualTo(new VariancePrior.Moderated(400, 4));
        assertThat(VariancePrior.NONE.moderate(3, 2)).isEqualTo(new VariancePrior.Moderated(3, 2));
    }

    /** The prior's degrees solve the moment equation of the paper: trigamma(d0 / 2) is the scatter beyond that of chi-squared. */
    @Test
    void priorOfVariancesIsAsSmythDefinesIt() {
        List<VariancePrior.Observed> cells = IntStream.of(1, 2, 3, 4, 40)
                .mapToObj(variance -> new VariancePrior.Observed(variance, 4)).toList();
        VariancePrior prior = VariancePrior.of(cells);
        double[] logs = cells.stream().mapToDouble(cell -> Math.log(cell.variance())).toArray();
        double scatter = org.apache.commons.statistics.descriptive.Variance.of(logs).getAsDouble();
        assertThat(org.apache.commons.numbers.gamma.Trigamma.value(prior.degrees() / 2))
                .as("what is left of the logarithms' variance").isCloseTo(scatter - (Math.PI * Math.PI / 6 - 1), within(1e-6));
        assertThat(VariancePrior.of(cells.subList(0, 3))).isEqualTo(VariancePrior.NONE);
        assertThat(prior.moderate(5, 4).variance()).isBetween(Math.min(5, prior.variance()), Math.max(5, prior.variance()));
    }

    private static RunData with(RunData run, String metric, double factor) {
        return changed(run, metrics -> metrics.computeIfPresent(metric, (name, value) -> value * factor));
    }

    @Test
    void claimedIntervalsLeaveOutOneAndIntervalsOfTheSameLieWithinTheMargin() {
        SyntheticRuns runs = new SyntheticRuns(9, 10);
        List<CellComparison> cells = new ArrayList<>();
        for (double factor : new double[] {1, 1.02, 1.1, 1.3, 3}) {
            cells.addAll(compare(List.of(runs.run("a", NATIVE, Map.of(), 0), runs.run("a", NATIVE)),
                    List.of(runs.run("b", slowed(factor)), runs.run("b", slowed(factor)))).cells());
        }
        assertThat(cells).allSatisfy(cell -> {
            Ratio ratio = cell.ratio().orElseThrow();
            switch (cell.verdict()) {
                case SLOWER -> assertThat(ratio.interval().low()).isGreaterThan(1);
                case FASTER -> assertThat(ratio.interval().high()).isLessThan(1);
                case SAME -> assertThat(ratio.interval().within(1 / 1.05, 1.05)).isTrue();
                case UNCLEAR -> assertThat(cell.missing()).isPresent();
            }
        });
    }

    @Test
    void rateThatHalvesIsTwiceAsSlow() {
        Cell throughput = new Cell("AcceptThroughput.accept", "thrpt", 1, new TreeMap<>());
        SyntheticRuns runs = new SyntheticRuns(10, 10);
        Versus versus = compare(List.of(runs.run("a", Map.of(throughput, 28_000.0), Map.of(), 0)),
                List.of(runs.run("b", Map.of(throughput, 14_000.0), Map.of(), 0)));

        assertThat(versus.cells()).singleElement().satisfies(cell -> {
            assertThat(cell.verdict()).isEqualTo(Verdict.SLOWER);
            assertThat(cell.absolute().orElseThrow().value()).isCloseTo(2, within(0.3));
        });
    }

    @Test
    void cellsThatOneSideLacksAreNamedAndNotFatal() {
        SyntheticRuns runs = new SyntheticRuns(11, 3);
        Cell extra = SyntheticRuns.cell("CrowdedBind.cycle", Map.of("held", "100"));
        Map<Cell, Double> more = new TreeMap<>(NATIVE);
        more.put(extra, 5000.0);
        Versus versus = compare(List.of(runs.run("a", NATIVE)), List.of(runs.run("b", more)));

        assertThat(versus.onlyOther()).containsExactly(extra);
        assertThat(versus.onlyBase()).isEmpty();
    }

    /** Sockets that were prepared by a bind of 10 ms have gone cold: that is not the doing of the calls that follow. */
    @Test
    void whatFollowsASlowCallIsNotBlamedForALittle() {
        SyntheticRuns runs = new SyntheticRuns(13, 5);
        Map<Cell, Double> slow = SyntheticRuns.costs(10e6);
        slow.put(call("close"), 7_200.0);
        slow.put(call("listen"), 1e6);
        slow.put(call("socket"), 7_200.0);
        Versus versus = compare(List.of(runs.run("a", NATIVE), runs.run("a", NATIVE), runs.run("a", NATIVE)),
                List.of(runs.run("b", slow), runs.run("b", slow), runs.run("b", slow)));

        assertThat(verdict(versus, "SyscallCost.bind")).isEqualTo(Verdict.SLOWER);
        assertThat(verdict(versus, "SyscallCost.close")).isEqualTo(Verdict.UNCLEAR);
        assertThat(versus.cells()).filteredOn(cell -> cell.cell().equals(call("close")))
                .allMatch(cell -> cell.missing().equals(Optional.of(new Missing.Behind("bind"))));
        assertThat(verdict(versus, "SyscallCost.listen")).as("a tenth of what bind costs more").isEqualTo(Verdict.SLOWER);
        assertThat(verdict(versus, "SyscallCost.socket")).as("comes first").isEqualTo(Verdict.SLOWER);
    }

    private static Cell call(String name) {
        return SyntheticRuns.cell("SyscallCost." + name, Map.of("family", "INET", "port", "fixed"));
    }

    @Test
    void scenariosThatDifferAreGroupedByCause() {
        List<RecordedScenario> base = new ArrayList<>();
        List<RecordedScenario> other = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String id = "inet6-loopback/listening/" + i;
            base.add(new RecordedScenario(id, i % 2 == 0 ? "pairs" : "order", "PASS", "as promised", "", "", "no duplicate listener"));
            other.add(new RecordedScenario(id, i % 2 == 0 ? "pairs" : "order", "VIOLATION", "-1 EADDRINUSE",
                    "0; two listeners hold the port: of 8 connections the first listener got " + i % 9,
                    "bind(" + (3 + i % 5) + ", {sa_family=AF_INET6, sin6_port=htons(" + (1000 + i) + ")}, 28) = 0",
                    "no duplicate listener"));
        }
        base.add(new RecordedScenario("same", "pairs", "PASS", "", "", "", ""));
        other.add(new RecordedScenario("same", "pairs", "PASS", "", "", "", ""));
        Versus versus = compare(List.of(semantics(base)), List.of(semantics(other)));

        assertThat(versus.semantics()).singleElement().satisfies(difference -> {
            assertThat(difference.count()).isEqualTo(1000);
            assertThat(difference.groups()).containsExactly("order", "pairs");
            assertThat(difference.examples()).hasSize(3);
            assertThat(difference.cause().call()).isEqualTo("bind");
            assertThat(difference.cause().baseGrade()).isEqualTo("PASS");
            assertThat(difference.cause().otherGrade()).isEqualTo("VIOLATION");
            assertThat(difference.cause().otherObserved()).isEqualTo("0; two listeners hold the port");
        });
    }

    private static RunData semantics(List<RecordedScenario> results) {
        SortedMap<String, RecordedScenario> scenarios = new TreeMap<>();
        results.forEach(result -> scenarios.put(result.scenario(), result));
        return new RunData(new RunId("r", "l", "p"), Path.of("r"), new TreeMap<>(), Map.of(), scenarios);
    }

    @Test
    void environmentsDifferenceThatExplainsMostComesFirst() {
        SyntheticRuns runs = new SyntheticRuns(12, 2);
        Versus versus = compare(
                List.of(runs.run("a", NATIVE, Map.of("java.version", "17", "kernel.release", "6.18", "kind", "linux",
                        "process.seccomp_filters", "0", "run.started", "x", "process.tracer_pid", "0"), 0)),
                List.of(runs.run("b", NATIVE, Map.of("java.version", "25", "kernel.release", "6.6", "kind", "wsl2",
                        "process.seccomp_filters", "1", "run.started", "y", "process.tracer_pid", "7"), 0)));

        assertThat(versus.environment()).extracting(EnvironmentDifference::name)
                .containsExactly("kind", "kernel.release", "process.seccomp_filters", "process.tracer_pid", "java.version");
    }

    @Test
    void cellsOfOneTextAreOrderedAsTheyAreEqual() {
        Cell one = new Cell("B.m a=1 b=2", "avgt", 1, new TreeMap<>());
        Cell two = new Cell("B.m", "avgt", 1, new TreeMap<>(Map.of("a", "1", "b", "2")));
        Cell three = new Cell("B.m", "avgt", 1, new TreeMap<>(Map.of("a", "1 b=2")));
        assertThat(one.toString()).isEqualTo(two.toString()).isEqualTo(three.toString());
        assertThat(new TreeMap<>(Map.of(one, 1, two, 2, three, 3))).hasSize(3).containsKeys(one, two, three);
        assertThat(one.compareTo(two)).isEqualTo(-two.compareTo(one)).isNotZero();
        assertThat(one.compareTo(new Cell("B.m a=1 b=2", "avgt", 1, new TreeMap<>()))).isZero();
    }

    @Test
    void newerSchemaAndOtherProfileAreSaid() {
        SyntheticRuns runs = new SyntheticRuns(13, 2);
        Versus versus = compare(
                List.of(runs.run("a", NATIVE, Map.of(RunEntry.SCHEMA, "1", "run.profile", "quick"), 0)),
                List.of(runs.run("b", NATIVE, Map.of(RunEntry.SCHEMA, "7", "run.profile", "standard"), 0)));

        assertThat(versus.remarks()).anySatisfy(remark -> assertThat(remark).contains("schema 7"))
                .anySatisfy(remark -> assertThat(remark).contains("quick against standard"));
    }

    @Test
    void estimateIsTheMedianOfForkMeansAndHasNoIntervalFromOneFork() {
        Cell cell = SyntheticRuns.cell("B.m", Map.of());
        RunId run = new RunId("r", "l", "p");
        List<Sample> samples = new ArrayList<>();
        double[][] forks = {{1, 3}, {4, 4}, {100, 300}};
        for (int fork = 0; fork < forks.length; fork++) {
            for (int i = 0; i < forks[fork].length; i++) {
                samples.add(new Sample(run, cell, fork + 1, i + 1, Sample.SCORE, forks[fork][i], "us/op"));
            }
        }
        Estimate estimate = Estimates.of(samples).get(cell);
        assertThat(estimate.value()).isEqualTo(4000);
        assertThat(estimate.unit()).isEqualTo("ns/op");
        assertThat(estimate.interval().orElseThrow().contains(4000)).isTrue();

        Estimate single = Estimates.of(samples.subList(0, 2)).get(cell);
        assertThat(single.value()).isEqualTo(2000);
        assertThat(single.interval()).isEmpty();
        assertThat(single.precision()).isEmpty();
    }

    @Test
    void oddForkDriftAndTwoHumpsAreNamed() {
        assertThat(findings(100, 101, 99, 100, 102, 100, 200)).singleElement()
                .isInstanceOfSatisfying(Finding.OutlierFork.class, outlier -> {
                    assertThat(outlier.fork()).isEqualTo(7);
                    assertThat(outlier.ratio()).isCloseTo(2, within(0.05));
                });
        assertThat(findings(100, 102, 104, 106, 108, 110, 112, 114, 116, 118)).singleElement()
                .isInstanceOfSatisfying(Finding.Drift.class,
                        drift -> assertThat(drift.perPass()).isCloseTo(1.02, within(0.005)));
        assertThat(findings(100, 200, 101, 199, 102, 198, 100, 201, 101, 200)).anySatisfy(
                finding -> assertThat(finding).isInstanceOfSatisfying(Finding.Bimodal.class, modes -> {
                    assertThat(modes.low()).isCloseTo(101, within(1.0));
                    assertThat(modes.high()).isCloseTo(200, within(1.0));
                    assertThat(modes.shareHigh()).isEqualTo(0.5);
                }));
        assertThat(findings(100, 101, 99, 100, 102, 100, 98, 101, 100, 99)).isEmpty();
    }

    /** Each fork's figure is the mean of its iterations; the run's is the median of its forks. */
    @Test
    void spreadOverAGroupIsNamedWhereItWasMeasured() {
        Cell cell = SyntheticRuns.cell("ReusePortGroup.connect", Map.of("family", "INET", "members", "4"));
        List<Sample> samples = new ArrayList<>();
        double[] largest = {1.02, 4, 1.04};
        for (int fork = 1; fork <= largest.length; fork++) {
            samples.add(new Sample(new RunId("r", "l", "p"), cell, fork, 1, Sample.SCORE, 100, "ns/op"));
            samples.add(new Sample(new RunId("r", "l", "p"), cell, fork, 1, Metric.LARGEST_TO_EVEN, largest[fork - 1], "#"));
        }

        assertThat(Findings.of(samples)).containsExactly(new Finding.Spread(cell, 1.04)).extracting(Sentences::finding).containsExactly(
                "ReusePortGroup.connect family=INET members=4: the busiest member of the SO_REUSEPORT group got 1.04 times an even"
                        + " share of the connections.");
    }

    private static List<Finding> findings(double... forkScores) {
        Cell cell = SyntheticRuns.cell("B.m", Map.of());
        RunId run = new RunId("r", "l", "p");
        List<Sample> samples = new ArrayList<>();
        IntStream.range(0, forkScores.length).forEach(fork -> IntStream.rangeClosed(1, 2).forEach(iteration ->
                samples.add(new Sample(run, cell, fork + 1, iteration, Sample.SCORE,
                        forkScores[fork] + iteration * 0.01, "ns/op"))));
        return Findings.of(samples);
    }

    @Test
    void sampleOrderDoesNotMatter() {
        Cell cell = SyntheticRuns.cell("B.m", Map.of());
        Sample[] samples = {
            new Sample(new RunId("r", "l", "p"), cell, 2, 1, Sample.SCORE, 5, "ns/op"),
            new Sample(new RunId("r", "l", "p"), cell, 1, 1, Sample.SCORE, 4, "ns/op"),
            new Sample(new RunId("r", "l", "p"), cell, 1, 2, Sample.SCORE, 6, "ns/op")};
        assertThat(Estimates.of(Arrays.asList(samples)).get(cell).value()).isEqualTo(5);
    }
}
