package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.report.SemanticsHeadline;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.ReferenceRuns;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.run.SuiteRun;
import org.reuseaddr.run.TimeSpent;

/** The last screen of a run: 25 lines of 100 columns, whatever happened. Two lines with the files follow these. */
class RunSummaryTest {

    /** A run of the standard profile on native Linux. */
    private static final Path STANDARD = ReferenceRuns.NATIVE.resolve("samples.csv");
    private static final RunId ID = new RunId("run", "here", "here");
    private static final SemanticsHeadline PASS =
            new SemanticsHeadline(Optional.empty(), "all 3404 scenarios pass", List.of("Behaves like native Linux 6.8 and later."));

    private static SuiteRun.SuiteOutcome summary(List<SuiteRun.MissingFork> missing, List<Cell> imprecise, List<Cell> unsupported,
            List<String> profiled, boolean interrupted) {
        return new SuiteRun.SuiteOutcome(78, 12, missing, unsupported, unsupported, List.of(), profiled, imprecise,
                interrupted, interrupted, new TimeSpent(816, 334.6, 220.3, 130.4));
    }

    private static SuiteRun.SuiteOutcome complete() {
        return summary(List.of(), List.of(), List.of(), List.of(), false);
    }

    private static Cell cell(String benchmark, String... params) {
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < params.length; i += 2) {
            values.put(params[i], params[i + 1]);
        }
        return new Cell(benchmark, "avgt", 1, new TreeMap<>(values));
    }

    private static List<Sample> forks(Cell cell, double... nanos) {
        List<Sample> samples = new ArrayList<>();
        for (int fork = 1; fork <= nanos.length; fork++) {
            samples.add(new Sample(ID, cell, fork, 1, Sample.SCORE, nanos[fork - 1], "ns/op"));
        }
        return samples;
    }

    private static List<String> lines(SemanticsHeadline semantics, Collection<Sample> samples) {
        return RunSummary.lines(semantics, List.of(), CellData.of(samples).values(), complete());
    }

    private static void assertFits(List<String> lines) {
        assertThat(lines).hasSizeLessThanOrEqualTo(23).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
    }

    @Test
    void aRateThatTheEphemeralRangeLimitsIsNoFigure() {
        Cell cell = cell("AcceptThroughput.connections", "family", "INET6", "close", "clientFin");
        List<Sample> samples = new ArrayList<>(forks(cell, 70_000, 70_100));
        assertThat(lines(PASS, samples)).anyMatch(line -> line.contains("70"));
        samples.add(new Sample(ID, cell, 1, 1, "address_not_available", 12, "#"));

        assertThat(lines(PASS, samples)).anyMatch(line -> line.matches("AcceptThroughput +ports exhausted"))
                .noneMatch(line -> line.contains("70"));
    }

    @Test
    void blocksAreWhatTheMedianRestsOn() {
        List<Sample> samples = new ArrayList<>();
        Cell cell = cell("ListenerLifecycle.cycle", "family", "INET");
        for (int fork = 1; fork <= 6; fork++) {
            samples.add(new Sample(ID.inBlock((fork + 1) / 2), cell, fork, 1, Sample.SCORE, 9_000 + fork, "ns/op"));
        }

        assertThat(lines(PASS, samples)).anyMatch(line -> line.matches("median of 3 blocks ±95 % +INET"));
    }

    @Test
    void aRunOfTheStandardProfileFitsAndShowsWhatTellsMost() {
        List<String> lines = lines(PASS, SamplesFile.readAll(STANDARD));

        assertFits(lines);
        assertThat(lines).noneMatch(line -> line.endsWith("…") && !line.startsWith("unsteady: "));
        assertThat(lines.get(0)).isEqualTo("semantics: all 3404 scenarios pass. Behaves like native Linux 6.8 and later.");
        assertThat(lines).anyMatch(line -> line.matches("median of 3 blocks ±95 % +INET +INET6"))
                .anyMatch(line -> line.matches("ListenerLifecycle channel ephemeral .* µs ±[0-9.]+ %  .* µs ±[0-9.]+ %"))
                .anyMatch(line -> line.matches("\\d+ more in report.md")).anyMatch(line -> line.startsWith("controls: cpu "));
        for (String call : List.of("bind", "listen", "accept", "close")) {
            assertThat(lines).anyMatch(line -> line.startsWith("SyscallCost." + call));
        }
        assertThat(String.join("\n", lines)).contains("AcceptDrain", "TimeToFirstAccept").doesNotContainPattern("e[+-]\\d");
    }

    @Test
    void aBrokenGateEndsWithTheVerdictAndWhatMayBeDoneNow() {
        SemanticsHeadline broken = new SemanticsHeadline(Optional.of("two listeners on one port: bind returns 0 instead of -1 EADDRINUSE"),
                "4 of 4 scenarios violate a documented guarantee", List.of());
        List<String> lines = RunSummary.skipped(broken, List.of(), List.of());
        assertFits(lines);
        assertThat(lines).noneMatch(line -> line.endsWith("…"));
        assertThat(lines.get(0)).isEqualTo("semantics: two listeners on one port: bind returns 0 instead of -1 EADDRINUSE");
        assertThat(lines.get(1)).isEqualTo("4 of 4 scenarios violate a documented guarantee.");
        assertThat(String.join(" ", lines)).contains("benchmarks skipped: a guarantee is violated", "report.md", "report --for",
                "--on-violation continue");

        List<String> resumed = RunSummary.skipped(broken, List.of(), CellData.of(SamplesFile.readAll(STANDARD)).values());
        assertFits(resumed);
        assertThat(resumed).as("costs of earlier sessions").anyMatch(line -> line.startsWith("SyscallCost.bind"))
                .anyMatch(line -> line.startsWith("benchmarks skipped"));
    }

    /** On a busy machine forks fall into clusters, whose figures are long. */
    @Test
    void rowsCanBeToldApartHoweverLongTheirFiguresAre() {
        List<Sample> samples = new ArrayList<>();
        for (String port : List.of("ephemeral", "fixed", "fresh")) {
            for (String family : List.of("INET", "INET6")) {
                for (String benchmark : List.of("ListenerLifecycle.cycle", "SyscallCost.bind")) {
                    samples.addAll(forks(cell(benchmark, "family", family, "port", port), 7_630, 7_640, 7_650, 102_000, 102_100));
                }
            }
        }
        for (String control : List.of("cpu", "getppid", "socketClose", "unixBind")) {
            samples.addAll(forks(cell("Control." + control, "port", "x", "where", "y"), 1_100, 1_110, 9_610, 9_620, 9_630));
        }
        List<String> lines = lines(PASS, samples);

        assertFits(lines);
        assertThat(lines).anyMatch(line -> line.startsWith("Listener") && line.contains(" ephemeral  "))
                .anyMatch(line -> line.startsWith("Listener") && line.contains(" fixed  "))
                .anyMatch(line -> line.matches("controls: cpu 1.1.* µs in 2 forks, 9.62 µs in 3, .* more"))
                .noneMatch(line -> line.endsWith("…"));
    }

    @Test
    void theWorstRunFitsToo() {
        List<Sample> samples = new ArrayList<>();
        List<SuiteRun.MissingFork> missing = new ArrayList<>();
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            for (String family : List.of("INET", "INET6")) {
                Cell cell = cell("Benchmark" + "x".repeat(i) + ".method" + i, "family", family, "port", "p".repeat(i) + i);
                samples.addAll(forks(cell, 13_000, 13_100, 13_200, 100_000, 101_000, 12e9));
                samples.add(new Sample(ID, cell, 1, 0, "foreign_cpu_share", 0.7, "share"));
                missing.add(new SuiteRun.MissingFork(cell, 7, "ended by the watchdog: silent for 60 s ".repeat(9)));
                cells.add(cell);
            }
            samples.addAll(forks(cell("Control.call" + i), 100));
        }
        SemanticsHeadline broken = new SemanticsHeadline(Optional.of("two listeners on one port: bind ".repeat(9)), "1 of 3".repeat(40),
                List.of("Behaves as no release of Linux."));
        List<String> findings = Collections.nCopies(12, "bind is slow on this platform: 10.1 ms, ".repeat(7));
        for (int most = 0; most <= findings.size(); most++) {
            List<String> lines = RunSummary.lines(broken, findings.subList(0, most), CellData.of(samples).values(),
                    summary(missing, cells, cells, List.of("gc"), true));

            assertFits(lines);
            assertThat(lines).anyMatch(line -> line.startsWith("median of 6 forks"))
                    .anyMatch(line -> line.startsWith("interrupted after 12 of 78 forks"))
                    .anyMatch(line -> line.startsWith("unsteady: other programs used up to 70 % of the CPUs in 200 of 1300 forks"))
                    .anyMatch(line -> line.matches("missing: \\d+ more forks"))
                    .anyMatch(line -> line.startsWith("    ") && line.contains("ended by the watchdog"))
                    .anyMatch(line -> line.startsWith("not measured, since they need a later Java than "))
                    .anyMatch(line -> line.startsWith("precision not reached: 200 benchmarks"))
                    .anyMatch(line -> line.startsWith("results of -prof gc: ")).noneMatch(line -> line.startsWith("time: "));
            // Each takes three lines: two have room, and are whole.
            assertThat(lines).filteredOn(line -> line.startsWith("bind is slow")).hasSize(Math.min(2, most));
            assertThat(lines).filteredOn(line -> line.startsWith("    ") && !line.contains("watchdog")).hasSize(2 * Math.min(2, most));
        }
    }

    @Test
    void whatTheTimeWasSpentOn() {
        assertThat(lines(PASS, List.of())).endsWith(
                "time: 13 min 36 s: calls 41 %, warm-up 27 %, fixtures and controls 16 %, starting forks 16 %");
    }

    @Test
    void aRunWithoutFiguresIsTold() {
        assertThat(lines(PASS, List.of())).contains("semantics: all 3404 scenarios pass. Behaves like native Linux 6.8 and later.");
        assertThat(lines(PASS, forks(cell("Control.getppid"), 121))).contains("controls: getppid 121 ns");
    }

    @Test
    void forksThatFallIntoTwoClustersAreShownAsSuch() {
        List<Sample> samples = forks(cell("SyscallCost.bind", "family", "INET", "port", "ephemeral"), 13_000, 100_000, 13_100);
        samples.addAll(forks(cell("SyscallCost.bind", "family", "INET6", "port", "ephemeral"), 13_000, 14_000, 13_500));

        assertThat(lines(PASS, samples)).anyMatch(line ->
                line.matches("SyscallCost +13.1 µs in 2 forks, 100 µs in 1 +13.5 µs ±[0-9.]+ %"));
    }

    @Test
    void theMostSevereComesFirstAndTheCountsAfterIt() {
        SemanticsHeadline broken = new SemanticsHeadline(Optional.of("two listeners on one port: bind returns 0 instead of -1 EADDRINUSE"),
                "278 of 3404 scenarios violate a documented guarantee", List.of("Behaves as no release of Linux."));

        assertThat(lines(broken, List.of())).startsWith(
                "semantics: two listeners on one port: bind returns 0 instead of -1 EADDRINUSE",
                "278 of 3404 scenarios violate a documented guarantee. Behaves as no release of Linux.");
    }
}
