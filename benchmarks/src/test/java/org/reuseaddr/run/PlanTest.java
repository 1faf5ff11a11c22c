package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Parameter;
import org.reuseaddr.results.ReferenceRuns;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.socket.Family;

class PlanTest {

    private static final Set<Family> BOTH = Set.of(Family.INET, Family.INET6);

    private static final int JAVA = 21;

    private static Plan plan(Profile profile, Optional<Duration> budget, String... jmh) {
        return Plan.of(profile, JmhOptions.parse(List.of(jmh)), BOTH, budget, BindCost.NONE, JAVA);
    }

    @ParameterizedTest
    @EnumSource(names = {"QUICK", "STANDARD"})
    void everyLineOfAProfileNamesABenchmarkItsParametersAndTheirValues(Profile profile) {
        Map<String, BenchmarkListEntry> entries = new TreeMap<>();
        BenchmarkList.defaultList().getAll(OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT), List.of())
                .forEach(entry -> entries.put(PlannedCell.simpleName(entry.getUsername()), entry));
        for (Profile.Selection selection : profile.selections()) {
            assertThat(entries).containsKey(selection.benchmark());
            Map<String, String[]> declared = entries.get(selection.benchmark()).getParams().orElse(Map.of());
            selection.params().forEach((name, values) -> assertThat(Arrays.asList(declared.getOrDefault(name, new String[0])))
                    .as(selection.benchmark() + " " + name).containsAll(values));
        }
    }

    @Test
    void quickTakesUnderThreeMinutesAndStandardAboutFifteenByTheirOwnEstimate() {
        assertThat(seconds(plan(Profile.QUICK, Optional.empty()))).isLessThan(170);
        assertThat(seconds(plan(Profile.STANDARD, Optional.empty()))).isBetween(720.0, 1_080.0);
    }

    private static double seconds(Plan plan) {
        return plan.forks() * plan.effort().forkSeconds();
    }

    @Test
    void thoroughIsTheWholeProduct() {
        assertThat(plan(Profile.THOROUGH, Optional.empty(), "ListenerLifecycle").cells()).hasSize(2 * 3 * 3 * 2);
    }

    @Test
    void acceptIsMeasuredWithAndWithoutTheOptionByThoroughAlone() {
        for (String benchmark : List.of("AcceptDrain", "AcceptThroughput")) {
            assertThat(plan(Profile.THOROUGH, Optional.empty(), benchmark).cells())
                    .extracting(cell -> cell.params().get(Parameter.REUSE_ADDRESS)).contains("true", "false");
            assertThat(plan(Profile.STANDARD, Optional.empty(), benchmark).cells())
                    .extracting(cell -> cell.params().get(Parameter.REUSE_ADDRESS)).containsOnly("true");
        }
    }

    /** Benchmarks may get parameters; what was measured without one has the value that it was measured with. */
    @Test
    void everyCellOfAnEarlierReferenceRunIsOneOfTodays() {
        Set<Cell> today = plan(Profile.THOROUGH, Optional.empty()).cells().stream().map(PlannedCell::cell)
                .collect(Collectors.toSet());
        Set<Cell> stored = SamplesFile.readAll(ReferenceRuns.EARLIER_NATIVE.resolve("samples.csv")).stream()
                .map(Sample::cell).collect(Collectors.toSet());

        assertThat(stored).extracting(Cell::benchmark).contains("AcceptDrain.accept", "AcceptThroughput.connections");
        assertThat(today).containsAll(stored);
    }

    @Test
    void benchmarkNamedByTheUserRunsWithDefaultsWhereTheProfileLeavesItOut() {
        assertThat(plan(Profile.QUICK, Optional.empty(), "CrowdedBind.fixedPort").cells()).singleElement()
                .satisfies(cell -> assertThat(cell.params()).containsEntry("held", "0").containsEntry("where", "ephemeral"));
    }

    @Test
    void parametersOnTheCommandLineReplaceThoseOfTheProfile() {
        assertThat(plan(Profile.STANDARD, Optional.empty(), "ListenerLifecycle", "-p", "port=fixed", "-p", "family=INET6", "-p",
                "api=native", "-p", "reuseAddress=true").cells()).hasSize(1);
    }

    @Test
    void cellsOfAMissingFamilyAreSetAside() {
        Plan plan = Plan.of(Profile.QUICK, JmhOptions.parse(List.of("DuplicateRejection", "-p", "family=INET,INET6")),
                Set.of(Family.INET), Optional.empty(), BindCost.NONE, JAVA);

        assertThat(plan.cells()).hasSize(2).allMatch(cell -> cell.params().get("family").equals("INET"));
        assertThat(plan.unsupported()).hasSize(2).allMatch(cell -> cell.params().get("family").equals("INET6"));
    }

    @Test
    void virtualThreadsAreLeftOutOfAProfileOnJava17AndRefusedWhereTheyAreAskedFor() {
        Plan plan = Plan.of(Profile.THOROUGH, JmhOptions.parse(List.of("AcceptThroughput")), BOTH, Optional.empty(), BindCost.NONE,
                17);
        Predicate<PlannedCell> isVirtual = cell -> cell.params().get(Parameter.API).equals("virtual");
        assertThat(plan.cells()).isNotEmpty().noneMatch(isVirtual);
        assertThat(plan.ofLaterJava()).hasSize(plan.cells().size() / 4).allMatch(isVirtual);
        assertThat(plan(Profile.THOROUGH, Optional.empty(), "AcceptThroughput").cells()).anyMatch(isVirtual);

        JmhOptions asked = JmhOptions.parse(List.of("AcceptThroughput", "-p", "api=virtual,channel"));
        assertThatThrownBy(() -> Plan.of(Profile.QUICK, asked, BOTH, Optional.empty(), BindCost.NONE, 20))
                .isInstanceOf(UsageException.class).hasMessage("-p api=virtual: needs Java 21 or later, this is Java 20");
        assertThat(Plan.of(Profile.QUICK, asked, BOTH, Optional.empty(), BindCost.NONE, 21).ofLaterJava()).isEmpty();
    }

    @Test
    void budgetIsUsedAndNotExceeded() {
        Plan plan = plan(Profile.STANDARD, Optional.of(Duration.ofMinutes(2)), "Control");

        assertThat(seconds(plan)).isBetween(100.0, 120.0);
    }

    @Test
    void slowBindShortensForksUnlessTheUserSaysHowLongTheyAre() {
        BindCost slow = new BindCost(10_000);
        Plan plan = Plan.of(Profile.QUICK, JmhOptions.parse(List.of()), BOTH, Optional.empty(), slow, JAVA);
        assertThat(plan.effort().forkSeconds()).isLessThan(plan(Profile.QUICK, Optional.empty()).effort().forkSeconds());
        assertThat(plan.effort().passes()).isEqualTo(3);

        Plan own = Plan.of(Profile.QUICK, JmhOptions.parse(List.of("-i", "7", "-wi", "4")), BOTH, Optional.empty(), slow,
                JAVA);
        assertThat(own.effort().iterations()).isEqualTo(7);
        assertThat(own.effort().warmupIterations()).isEqualTo(4);
        Plan thorough = Plan.of(Profile.THOROUGH, JmhOptions.parse(List.of()), BOTH, Optional.empty(), slow, JAVA);
        assertThat(thorough.effort()).isEqualTo(plan(Profile.THOROUGH, Optional.empty()).effort());
    }

    @Test
    void onlyBenchmarksThatNamePortsAreCountedAsTakingThem() {
        assertThat(plan(Profile.QUICK, Optional.empty(), "Control", "AcceptDrain").namedPorts()).isZero();
        assertThat(plan(Profile.QUICK, Optional.empty(), "ListenerLifecycle", "-p", "port=ephemeral").namedPorts()).isZero();
        assertThat(plan(Profile.QUICK, Optional.empty(), "ListenerLifecycle", "-p", "port=fresh").namedPorts()).isEqualTo(4_096);
        assertThat(plan(Profile.QUICK, Optional.empty(), "CrowdedBind").namedPorts()).isEqualTo(4_096);
    }

    @Test
    void tightBudgetShortensForksBeforeItMakesFewerThanThree() {
        Plan usual = plan(Profile.STANDARD, Optional.empty(), "Control");
        Plan tight = plan(Profile.STANDARD, Optional.of(Duration.ofSeconds(22)), "Control");

        assertThat(tight.effort().passes()).isGreaterThanOrEqualTo(3);
        assertThat(tight.effort().forkSeconds()).isLessThan(usual.effort().forkSeconds());
        assertThat(seconds(tight)).isLessThanOrEqualTo(22);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "family=INTE6 | INET, INET6", "port=typo | ephemeral, fixed, fresh", "api=selector | channel, socket, native",
        "reuseAddress=yes | true, false", "family= | INET, INET6"})
    void aValueThatDoesNotExistIsNamedWithThoseThatDo(String assignment, String values) {
        assertThatThrownBy(() -> plan(Profile.QUICK, Optional.empty(), "ListenerLifecycle", "-p", assignment))
                .isInstanceOf(UsageException.class).hasMessageContaining("-p " + assignment).hasMessageContaining(values);
    }

    @Test
    void aNumberMayBeAny() {
        assertThat(plan(Profile.QUICK, Optional.empty(), "AcceptDrain.accept$", "-p", "backlog=256").cells()).hasSize(2);
        assertThatThrownBy(() -> plan(Profile.QUICK, Optional.empty(), "AcceptDrain", "-p", "backlog=many"))
                .isInstanceOf(UsageException.class).hasMessageContaining("-p backlog=many: expected a whole number such as 1024");
    }

    @Test
    void aProfilerThatDoesNotExistIsNamedWithThoseThatDo() {
        assertThatThrownBy(() -> plan(Profile.QUICK, Optional.empty(), "Control", "-prof", "nosuch"))
                .isInstanceOf(UsageException.class).hasMessageContaining("-prof nosuch").hasMessageContaining("gc, ");
        assertThat(plan(Profile.QUICK, Optional.empty(), "Control", "-prof", "gc").cells()).isNotEmpty();
    }

    @Test
    void anOutputFileIsRefused() {
        assertThatThrownBy(() -> JmhOptions.parse(List.of("-o", "file"))).isInstanceOf(UsageException.class)
                .hasMessageContaining("-o").hasMessageContaining("jmh.log");
    }

    @Test
    void unknownParameterIsNamedWithThoseThatThereAre() {
        assertThatThrownBy(() -> plan(Profile.QUICK, Optional.empty(), "DuplicateRejection", "-p", "famly=INET"))
                .isInstanceOf(UsageException.class).hasMessageContaining("famly").hasMessageContaining("family");
    }
}
