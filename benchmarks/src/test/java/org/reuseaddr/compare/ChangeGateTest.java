package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.compare.ChangeGate.Ruling;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunId;

/** What a change may pass with, and with which sentence it does not. */
class ChangeGateTest {

    private static final Cell CYCLE = SyntheticRuns.cell("ListenerLifecycle.cycle", Map.of("family", "INET"));
    private static final ChangeGate TWENTY_PERCENT = new ChangeGate(0.2, false, true);
    private static final Estimate COST = new Estimate(1000, "ns/op", 5, Optional.empty());

    private static CellComparison cell(TestFamily family, Verdict verdict, double low, double value, double high, Missing missing) {
        return new CellComparison(CYCLE, family, COST, COST, Optional.of(new Ratio(value, new Interval(low, high, 0.95), 0.5)),
                Optional.empty(), Basis.ABSOLUTE, verdict, Optional.ofNullable(missing));
    }

    private static CellComparison unclear(TestFamily family, double low, double value, double high) {
        return cell(family, Verdict.UNCLEAR, low, value, high, new Missing.Forks(40));
    }

    private static CellComparison claimed(TestFamily family, double value) {
        return cell(family, value > 1 ? Verdict.SLOWER : Verdict.FASTER, value * 0.99, value, value * 1.01, null);
    }

    private static RunData run(String label, RecordedScenario... scenarios) {
        TreeMap<String, RecordedScenario> byId = new TreeMap<>();
        for (RecordedScenario scenario : scenarios) {
            byId.put(scenario.scenario(), scenario);
        }
        return new RunData(new RunId(label, label, "p"), Path.of(label), new TreeMap<>(), Map.of(), byId);
    }

    private static RecordedScenario scenario(String id, String grade) {
        return new RecordedScenario(id, "pairs", grade, "-1 EADDRINUSE", grade.equals("PASS") ? "" : "0", "bind(4, …)", "a rule");
    }

    private static Versus versus(List<CellComparison> cells, List<Cell> missing, Group base, Group other) {
        return new Versus(other, Design.SAME_SESSION, cells, List.of(), List.of(), missing, new TreeMap<>(), List.of(),
                Semantics.differences(base, other), List.of(), List.of());
    }

    private static ChangeGate.Decision judge(ChangeGate gate, List<Cell> missing, CellComparison... cells) {
        Group base = new Group("base", List.of(run("base")));
        Group other = new Group("new", List.of(run("new")));
        return gate.judge(new Comparison(base, List.of(versus(List.of(cells), missing, base, other)), 0.05));
    }

    private static ChangeGate.Decision judge(ChangeGate gate, RunData before, RunData after) {
        Group base = new Group("base", List.of(before));
        Group other = new Group("new", List.of(after));
        return gate.judge(new Comparison(base, List.of(versus(List.of(claimed(TestFamily.PRIMARY, 1.1)), List.of(), base, other)), 0.05));
    }

    @Test
    void aChangeUpToTheLimitPassesAndOneBeyondItDoesNot() {
        assertThat(judge(TWENTY_PERCENT, List.of(), claimed(TestFamily.PRIMARY, 1.19), claimed(TestFamily.SECONDARY, 1 / 1.19)))
                .isEqualTo(new ChangeGate.Decision(Ruling.PASSED, List.of()));
        assertThat(judge(TWENTY_PERCENT, List.of(), claimed(TestFamily.PRIMARY, 1.21)))
                .isEqualTo(new ChangeGate.Decision(Ruling.CHANGED, List.of("new: 1 benchmark changed beyond the limit")));
        assertThat(judge(TWENTY_PERCENT, List.of(), claimed(TestFamily.SECONDARY, 1 / 1.21), claimed(TestFamily.PRIMARY, 2)))
                .isEqualTo(new ChangeGate.Decision(Ruling.CHANGED, List.of("new: 2 benchmarks changed beyond the limit")));
    }

    @Test
    void whatBecameFasterPassesWhereOnlySlowerCounts() {
        ChangeGate slowerOnly = new ChangeGate(0.2, true, true);
        assertThat(judge(slowerOnly, List.of(), claimed(TestFamily.PRIMARY, 0.1)).ruling()).isEqualTo(Ruling.PASSED);
        assertThat(judge(slowerOnly, List.of(), claimed(TestFamily.PRIMARY, 1.3)).ruling()).isEqualTo(Ruling.CHANGED);
        assertThat(judge(slowerOnly, List.of(), unclear(TestFamily.PRIMARY, 0.1, 0.6, 1.19)).ruling()).isEqualTo(Ruling.PASSED);
        assertThat(judge(TWENTY_PERCENT, List.of(), unclear(TestFamily.PRIMARY, 0.1, 0.9, 1.19)).ruling())
                .isEqualTo(Ruling.UNDECIDED);
    }

    @Test
    void anIntervalThatReachesBeyondTheLimitIsUndecided() {
        assertThat(judge(TWENTY_PERCENT, List.of(), unclear(TestFamily.PRIMARY, 0.84, 1.0, 1.19)).ruling()).isEqualTo(Ruling.PASSED);
        assertThat(judge(TWENTY_PERCENT, List.of(), unclear(TestFamily.PRIMARY, 0.84, 1.0, 1.21)))
                .isEqualTo(new ChangeGate.Decision(Ruling.UNDECIDED, List.of("new: 1 primary benchmark undecided")));
        assertThat(judge(TWENTY_PERCENT, List.of(), unclear(TestFamily.SECONDARY, 0.5, 1.0, 1.19), unclear(TestFamily.SECONDARY, 0.5, 1,
                2)))
                .isEqualTo(new ChangeGate.Decision(Ruling.UNDECIDED, List.of("new: 2 benchmarks undecided")));
    }

    /** Where there are primary benchmarks, the others need not be decided; where one is only missing, neither. */
    @Test
    void onlyPrimaryBenchmarksMustBeDecidedWhereThereAreAny() {
        CellComparison open = unclear(TestFamily.SECONDARY, 0.5, 1.0, 2);
        assertThat(judge(TWENTY_PERCENT, List.of(), claimed(TestFamily.PRIMARY, 1.1), open).ruling()).isEqualTo(Ruling.PASSED);
        assertThat(judge(TWENTY_PERCENT, List.of(CYCLE), open)).isEqualTo(new ChangeGate.Decision(Ruling.UNDECIDED,
                List.of("new: 1 required benchmark missing in a group, such as ListenerLifecycle.cycle family=INET")));
        List<Cell> notPrimary = List.of(SyntheticRuns.cell("B.m", Map.of()), SyntheticRuns.cell("B.n", Map.of()));
        assertThat(judge(TWENTY_PERCENT, notPrimary, open).reasons())
                .containsExactly("new: 2 required benchmarks missing in a group, such as B.m", "new: 1 benchmark undecided");
    }

    @Test
    void controlsAndUntestedCellsAreNotJudged() {
        assertThat(judge(TWENTY_PERCENT, List.of(), claimed(TestFamily.CONTROL, 9), claimed(TestFamily.UNTESTED, 9)))
                .isEqualTo(new ChangeGate.Decision(Ruling.UNDECIDED, List.of("new: no benchmark could be compared")));
    }

    @Test
    void whatLiesBeyondTheLimitAndIsNotYetSignificantIsSuspected() {
        CellComparison passed = claimed(TestFamily.PRIMARY, 1.1);
        assertThat(judge(TWENTY_PERCENT, List.of(), passed, unclear(TestFamily.SECONDARY, 1.01, 1.5, 2))).isEqualTo(
                new ChangeGate.Decision(Ruling.UNDECIDED,
                        List.of("new: 1 benchmark beyond the limit and not yet significant among all tests")));
        assertThat(judge(TWENTY_PERCENT, List.of(), passed, unclear(TestFamily.SECONDARY, 0.99, 1.5, 2)).ruling())
                .as("the interval holds 1").isEqualTo(Ruling.PASSED);
        assertThat(judge(TWENTY_PERCENT, List.of(), passed, unclear(TestFamily.SECONDARY, 1.01, 1.1, 2)).ruling())
                .as("within the limit").isEqualTo(Ruling.PASSED);
    }

    /** Where the figure itself means nothing, no interval decides. */
    @Test
    void aNarrowIntervalOfAnUnusableFigureIsUndecided() {
        for (Missing missing : List.of(new Missing.OneLevel(2), new Missing.SteadyMachine(2), new Missing.Behind("bind"),
                new Missing.FreePorts())) {
            assertThat(judge(TWENTY_PERCENT, List.of(), cell(TestFamily.PRIMARY, Verdict.UNCLEAR, 0.99, 1, 1.01, missing)).ruling())
                    .as("%s", missing).isEqualTo(Ruling.UNDECIDED);
        }
        assertThat(judge(TWENTY_PERCENT, List.of(), cell(TestFamily.PRIMARY, Verdict.UNCLEAR, 0.99, 1, 1.01, new Missing.TooNoisy()))
                .ruling()).isEqualTo(Ruling.PASSED);
    }

    @ParameterizedTest
    @CsvSource({
        "PASS,      VIOLATION, VIOLATED,  1 scenario violated that were not on the base",
        "PASS,      TIMEOUT,   VIOLATED,  1 scenario violated that were not on the base",
        "DEVIATION, VIOLATION, VIOLATED,  1 scenario violated that were not on the base",
        "PASS,      DEVIATION, PASSED,    ''",
        "VIOLATION, TIMEOUT,   PASSED,    ''",
        "TIMEOUT,   VIOLATION, PASSED,    ''",
        "VIOLATION, PASS,      PASSED,    ''"})
    void aScenarioThatIsViolatedNewlyFails(String before, String after, Ruling ruling, String reason) {
        ChangeGate.Decision decision = judge(TWENTY_PERCENT, run("base", scenario("a", before)), run("new", scenario("a", after)));
        assertThat(decision.ruling()).isEqualTo(ruling);
        assertThat(decision.reasons()).isEqualTo(reason.isEmpty() ? List.of() : List.of("new: " + reason));
        assertThat(judge(new ChangeGate(0.2, false, false), run("base", scenario("a", before)), run("new", scenario("a", after))))
                .as("semantics are not asked for").isEqualTo(new ChangeGate.Decision(Ruling.PASSED, List.of()));
    }

    @Test
    void scenariosThatWereNotCheckedAreUndecidedAndNewOnesPass() {
        RunData one = run("base", scenario("a", "PASS"));
        RunData two = run("new", scenario("a", "PASS"), scenario("b", "VIOLATION"));
        assertThat(judge(TWENTY_PERCENT, one, two)).isEqualTo(new ChangeGate.Decision(Ruling.PASSED, List.of()));
        assertThat(judge(TWENTY_PERCENT, two, one)).isEqualTo(
                new ChangeGate.Decision(Ruling.UNDECIDED, List.of("new: 1 scenario not checked")));
        assertThat(judge(TWENTY_PERCENT, one, run("new"))).isEqualTo(
                new ChangeGate.Decision(Ruling.UNDECIDED, List.of("new: its scenarios were not checked")));
        assertThat(judge(TWENTY_PERCENT, run("base"), one)).as("the base has none")
                .isEqualTo(new ChangeGate.Decision(Ruling.PASSED, List.of()));
    }

    /** The most severe finding of all groups is the answer, whatever comes after it. */
    @Test
    void theMostSevereOfAllGroupsCounts() {
        Group base = new Group("base", List.of(run("base", scenario("a", "PASS"), scenario("b", "PASS"))));
        Group violating = new Group("one", List.of(run("one", scenario("a", "VIOLATION"))));
        Group fine = new Group("two", List.of(run("two", scenario("a", "PASS"), scenario("b", "PASS"))));
        Comparison comparison = new Comparison(base, List.of(
                versus(List.of(claimed(TestFamily.PRIMARY, 2)), List.of(), base, violating),
                versus(List.of(claimed(TestFamily.PRIMARY, 3)), List.of(), base, fine)), 0.05);
        assertThat(TWENTY_PERCENT.judge(comparison)).isEqualTo(new ChangeGate.Decision(Ruling.VIOLATED, List.of(
                "one: 1 benchmark changed beyond the limit", "one: 1 scenario not checked",
                "one: 1 scenario violated that were not on the base", "two: 1 benchmark changed beyond the limit")));
        assertThat(ChangeGate.ofSemantics(comparison)).isEqualTo(new ChangeGate.Decision(Ruling.VIOLATED, List.of(
                "one: 1 scenario not checked", "one: 1 scenario violated that were not on the base")));
    }
}
