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
        assertThat(compare(slow, base, "--fail-on", "20")).as("either way").isEqualTo(ExitCode.CHANGED);
        assertThat(compare(base, run("c", "again", 0), "--fail-on=20%")).isZero();
    }

    @Test
    void dashesPartSidesOfSeveralRuns() throws IOException {
        Path[] four = {run("a", "native", 0), run("b", "native", 0), run("c", "wsl2", 0), run("d", "wsl2", 0)};
        assertThat(compare(four[0], four[1], "--", four[2], four[3])).isZero();
        assertThat(out.toString()).contains("native  2 runs").contains("wsl2  2 runs").contains("Several runs a side");
    }

    @Test
    void labelsPartSidesOfSeveralRuns() throws IOException {
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
    void sidesOfOneLabelAreToldApartByTheirRuns() throws IOException {
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
        assertUsage("two", "requires at least 2 values", base);
        assertUsage("option", "Unknown option: '--nope'", "--nope", base, base);
        assertUsage("margin", "expected a percentage", "--margin", "x", base, base);
        assertUsage("zero", "expected a percentage above 0", "--fail-on", "0", base, base);
        assertUsage("format", "--format", "--format", "pdf", base, base);
        assertUsage("empty side", "Each side of -- needs a run", base, "--");
        assertUsage("one label", "two labels are needed", "--by-label", base, base);
        assertUsage("missing", "no such file or directory", base, results.resolve("none"));
        assertUsage("empty directory", "expected a run directory", base, Files.createDirectory(results.resolve("empty")));
    }

    private void assertUsage(String what, String message, Object... arguments) {
        err.getBuffer().setLength(0);
        assertThat(compare(arguments)).as(what).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).as(what).contains(message).hasLineCount(1);
    }
}
