package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.compare.SyntheticRuns;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import picocli.CommandLine;

/** The compare command over run directories on disk. */
class CompareCommandTest {

    private static final double TEN_MILLISECONDS = 10e6;

    @TempDir
    Path results;

    private final SyntheticRuns runs = new SyntheticRuns(1, 5);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int compare(Object... arguments) {
        CommandLine line = new CommandLine(new CompareCommand()).setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        line.setParameterExceptionHandler((e, words) -> {
            err.append(e.getMessage());
            return ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            err.append(e.getMessage());
            return e instanceof InputException ? ExitCode.USAGE : ExitCode.FAILED;
        });
        return line.execute(List.of(arguments).stream().map(Object::toString).toArray(String[]::new));
    }

    private Path run(String name, String label, double addedToBind) throws IOException {
        RunDirectory directory = new RunDirectory(Files.createDirectories(results.resolve(name)));
        try (SamplesFile samples = new SamplesFile(directory.samples(), List.of("api", "family", "port"))) {
            runs.samples(new RunId(name, label, "linux-6.18"), SyntheticRuns.costs(addedToBind), 0).forEach(samples::append);
        }
        EnvironmentFile.append(directory.environment(), Map.of("kernel.release", label));
        return directory.path();
    }

    @Test
    void slowBindIsNamedAndExitIsZeroWithoutFailOn() throws IOException {
        assertThat(compare(run("a", "native", 0), run("b", "wsl2", TEN_MILLISECONDS))).isZero();
        assertThat(out.toString()).contains("bind accounts for").contains("slower").contains("kernel.release");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void changeBeyondFailOnExitsFour() throws IOException {
        Path base = run("a", "native", 0);
        Path slow = run("b", "wsl2", TEN_MILLISECONDS);
        assertThat(compare(base, slow, "--fail-on", "20%")).isEqualTo(ExitCode.CHANGED);
        assertThat(err.toString()).contains("fail-on: wsl2: 3 benchmarks changed beyond the limit");
        assertThat(compare(slow, base, "--fail-on", "20")).as("either way").isEqualTo(ExitCode.CHANGED);
        assertThat(compare(slow, base, "--fail-on", "20", "--slower-only")).as("faster passes").isNotEqualTo(ExitCode.CHANGED);
        assertThat(compare(base, slow, "--fail-on=20%", "--benchmark", "SyscallCost.close")).isNotEqualTo(ExitCode.CHANGED);
        assertThat(compare(base, run("c", "again", 0), "--fail-on=50%")).isZero();
    }

    @Test
    void dataThatDoNotDecideExitFive() throws IOException {
        Path base = run("a", "native", 0);
        assertThat(compare(base, run("c", "again", 0), "--fail-on=2%")).as("intervals are wider").isEqualTo(ExitCode.UNDECIDED);
        Path cut = run("cut", "cut", 0);
        Path samples = cut.resolve("samples.csv");
        Files.write(samples, Files.readAllLines(samples).stream().filter(line -> !line.contains("SyscallCost.bind")).toList());
        assertThat(compare(base, cut, "--fail-on=50%")).isEqualTo(ExitCode.UNDECIDED);
        assertThat(err.toString()).contains("1 required benchmark missing in a group, such as SyscallCost.bind");
        assertThat(compare(base, cut, "--fail-on=50%", "--benchmark", "close|listen")).as("not asked for").isZero();
        assertThat(compare(base, cut, "--fail-on=50%", "--benchmark", "nosuch")).isEqualTo(ExitCode.UNDECIDED);
    }

    @Test
    void scenarioThatBecameAViolationExitsThree() throws IOException {
        Path base = checked("native", run("a", "native", 0), "PASS", "PASS");
        Path broken = checked("broken", run("b", "broken", 0), "PASS", "VIOLATION");
        assertThat(compare(base, broken, "--fail-on", "50%")).isEqualTo(ExitCode.VIOLATION);
        assertThat(err.toString()).contains("fail-on: broken: 1 scenario violated that were not on the base");
        assertThat(compare(base, broken, "--fail-on-semantics")).isEqualTo(ExitCode.VIOLATION);
        assertThat(compare(base, broken, "--fail-on", "50%", "--no-fail-on-semantics")).isZero();
        assertThat(compare(broken, base, "--fail-on", "50%")).as("a repair").isZero();
        assertThat(compare(base, run("c", "unchecked", 0), "--fail-on", "50%")).isEqualTo(ExitCode.UNDECIDED);
        assertThat(compare(base, broken)).as("no gate").isZero();
    }

    private static Path checked(String label, Path run, String... grades) {
        RunId id = new RunId(run.getFileName().toString(), label, "linux-6.18");
        try (SemanticsFile semantics = new SemanticsFile(new RunDirectory(run).semantics())) {
            for (int i = 0; i < grades.length; i++) {
                semantics.append(new SemanticsRow(id, "s" + i, "g", "INET", grades[i], "e", "o", "bind(3) = 0", "r", "", 1, "", 1));
            }
        }
        return run;
    }

    @Test
    void dashesSeparateGroupsOfSeveralRuns() throws IOException {
        Path[] four = {run("a", "native", 0), run("b", "native", 0), run("c", "wsl2", 0), run("d", "wsl2", 0)};
        assertThat(compare(four[0], four[1], "--", four[2], four[3])).isZero();
        assertThat(out.toString()).contains("native  2 runs").contains("wsl2  2 runs").contains("Several runs per group");
    }

    @Test
    void labelsSeparateGroupsOfSeveralRuns() throws IOException {
        Path[] four = {run("a", "native", 0), run("c", "wsl2", 0), run("b", "native", 0), run("d", "wsl2", 0)};
        assertThat(compare("--by-label", four[0], four[1], four[2], four[3])).isZero();
        assertThat(out.toString()).contains("native  2 runs").contains("wsl2  2 runs");
    }

    @Test
    void threeRunsWithoutDashesAreTwoComparisonsWithTheFirst() throws IOException {
        assertThat(compare(run("a", "native", 0), run("b", "x", 0), run("c", "y", 0))).isZero();
        assertThat(out.toString()).contains("other  x").contains("other  y");
    }

    @Test
    void groupsOfOneLabelAreNamedByTheirRuns() throws IOException {
        assertThat(compare(run("before", "native", 0), run("after", "native", 0))).isZero();
        assertThat(out.toString()).contains("base   before").contains("other  after");
    }

    @Test
    void filtersChooseBenchmarksParametersAndVerdicts() throws IOException {
        Path base = run("a", "native", 0);
        Path slow = run("b", "wsl2", TEN_MILLISECONDS);
        assertThat(compare(base, slow, "--format", "csv", "--benchmark", "Lifecycle", "--param", "api=native",
                "--verdict", "slower,faster", "--sort", "ratio", "--units", "us")).isZero();
        assertThat(out.toString().lines()).hasSize(2).last().asString().contains("api=native");
    }

    @Test
    void samplesFileAloneIsARun() throws IOException {
        assertThat(compare(run("a", "native", 0).resolve("samples.csv"), run("b", "wsl2", 0).resolve("samples.csv")))
                .isZero();
    }

    @Test
    void wrongUsageExitsTwoWithOneLine() throws IOException {
        Path base = run("a", "native", 0);
        Path again = run("again", "native", 0);
        assertUsage("two", "requires at least 2 values", base);
        assertUsage("option", "Unknown option: '--nope'", "--nope", base, again);
        assertUsage("margin", "expected a percentage", "--margin", "x", base, again);
        assertUsage("zero", "expected a percentage above 0", "--fail-on", "0", base, again);
        assertUsage("format", "--format", "--format", "pdf", base, again);
        assertUsage("empty side", "Each group of -- needs a run", base, "--");
        assertUsage("one label", "two labels are needed", "--by-label", base, again);
        assertUsage("missing", "no such file or directory", base, results.resolve("none"));
        assertUsage("twice", "is given twice", base, again, "--", base.resolve("samples.csv"));
        Path copy = Files.createDirectories(results.resolve("copy"));
        Files.copy(base.resolve("samples.csv"), copy.resolve("samples.csv"));
        assertUsage("copy", "is a copy of", base, again, "--", copy);
        assertUsage("slower only", "--slower-only needs --fail-on", "--slower-only", base, again);
        assertUsage("proc", "expected a regular file", base, "/proc/kmsg");
        assertUsage("device", "expected a regular file", "/dev/zero", base);
        assertUsage("empty directory", "expected a run directory", base, Files.createDirectory(results.resolve("empty")));
    }

    private void assertUsage(String what, String message, Object... arguments) {
        err.getBuffer().setLength(0);
        assertThat(compare(arguments)).as(what).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).as(what).contains(message).hasLineCount(1);
    }
}
