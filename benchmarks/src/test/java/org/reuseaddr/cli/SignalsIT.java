package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;

/** A terminal that goes away, a pipe that nobody reads, a process group that is stopped; and what a run leaves behind. */
@Measures
class SignalsIT {

    private static final String[] LONG = {"Control.getppid", "-f", "3", "-wi", "0", "-i", "100", "-r", "50ms"};
    private static final String[] SHORT = {"Control.getppid", "-f", "1", "-wi", "0", "-i", "20", "-r", "50ms"};

    @TempDir
    private Path temporary;

    private RunDirectory directory() {
        return new RunDirectory(temporary.resolve("run"));
    }

    /** Temporary files go to a directory of the test's own, so that it can tell what is left in it. */
    private JarRun run(String... arguments) throws IOException {
        Files.createDirectories(scratch());
        return JarRun.of(Stream.concat(Stream.of("--out", directory().path().toString()), Stream.of(arguments))
                .toArray(String[]::new)).jvm("-Djava.io.tmpdir=" + scratch(), "-Djna.tmpdir=" + scratch());
    }

    private Path scratch() {
        return temporary.resolve("tmp");
    }

    private long scores() {
        return Files.exists(directory().samples()) ? SamplesFile.readAll(directory().samples()).stream()
                .filter(row -> row.metric().equals(Sample.SCORE)).count() : 0;
    }

    private static void signal(String name, Iterable<ProcessHandle> processes) throws Exception {
        for (ProcessHandle process : processes) {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        }
    }

    /** The process and all that it started, as a terminal's job control sees them. */
    private static List<ProcessHandle> group(JarRun.Started started) {
        return Stream.concat(Stream.of(started.process().toHandle()), started.process().descendants()).toList();
    }

    private void assertNothingIsLeft(List<ProcessHandle> processes) throws Exception {
        for (ProcessHandle process : processes) {
            process.onExit().get(10, java.util.concurrent.TimeUnit.SECONDS);
        }
        assertThat(directory().path()).isDirectoryNotContaining("glob:**/.*");
        assertThat(command("ss", "-Htanp")).doesNotContain(
                processes.stream().map(process -> "pid=" + process.pid() + ",").toArray(String[]::new));
        try (Stream<Path> files = Files.list(scratch())) {
            // JMH's lock file is the machine's: another JMH may wait for it, and nobody may delete it.
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.equals("jmh.lock"))).isEmpty();
        }
    }

    private static String command(String... words) throws Exception {
        Process process = new ProcessBuilder(words).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void runLeavesNothingBehind() throws Exception {
        JarRun.Started started = run(SHORT).start();
        started.until("a helper of the check", () -> isChecking(started));
        Set<ProcessHandle> group = new HashSet<>(group(started));
        started.until("a measured iteration", () -> scores() > 0);
        group.addAll(group(started));

        JarRun.Ended ended = started.await(60);
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(group).as("the run, a helper of its check, a fork").hasSizeGreaterThan(2);
        assertNothingIsLeft(List.copyOf(group));
    }

    @Test
    void terminatedRunLeavesNothingBehind() throws Exception {
        JarRun.Started started = run(LONG).start();
        started.until("a measured iteration", () -> scores() > 0);
        List<ProcessHandle> group = group(started);
        signal("TERM", List.of(started.process().toHandle()));

        JarRun.Ended ended = started.await(60);
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(143);
        assertNothingIsLeft(group);
    }

    /** The check has recorded something, and has a helper. */
    private boolean isChecking(JarRun.Started started) {
        return Files.exists(directory().semantics()) && started.process().descendants().findAny().isPresent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void forksAndHelpersEndByThemselvesWhenTheirParentIsKilled(boolean measures) throws Exception {
        JarRun.Started started = run(LONG).start();
        started.until(measures ? "a measured iteration" : "a helper of the check", () -> measures ? scores() > 0 : isChecking(started));
        List<ProcessHandle> children = started.process().descendants().toList();
        started.process().destroyForcibly();

        assertThat(started.await(10).exitCode()).isEqualTo(137);
        assertThat(children).isNotEmpty();
        for (ProcessHandle child : children) {
            child.onExit().get(30, java.util.concurrent.TimeUnit.SECONDS);
        }
        assertThat(command("ss", "-Htanp")).doesNotContain(
                children.stream().map(process -> "pid=" + process.pid() + ",").toArray(String[]::new));
        // The lock died with its owner: the run can be resumed.
        JarRun.Ended next = JarRun.of("run", "--resume", directory().path().toString(), "-f", "1")
                .jvm("-Djava.io.tmpdir=" + scratch(), "-Djna.tmpdir=" + scratch()).run();
        assertThat(next.exitCode()).as(next.everything()).isZero();
    }

    @Test
    void terminalThatGoesAwayLeavesTheSummaryOnDisk() throws Exception {
        JarRun.Started started = run(LONG).start();
        started.until("a measured iteration", () -> scores() > 0);
        List<ProcessHandle> group = group(started);
        signal("HUP", group);

        JarRun.Ended ended = started.await(60);
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(129);
        assertThat(scores()).isPositive();
        assertThat(EnvironmentFile.read(directory().environment())).containsKey("run.finished");
        assertThat(Files.readString(directory().samples())).endsWith("\n");
        assertNothingIsLeft(group);
    }

    /** Longer than the watchdog's patience and than any call's limit: time in which nobody ran is nobody's fault. */
    @Test
    void stoppedAndContinuedRunEndsRightly() throws Exception {
        JarRun.Started started = run(Stream.concat(Stream.of("--watchdog", "4"), Stream.of(SHORT)).toArray(String[]::new))
                .start();
        started.until("a replayed scenario", () -> Files.exists(directory().semantics())
                && directory().semantics().toFile().length() > 20_000);
        stopForAWhile(started);
        started.until("a measured iteration", () -> scores() > 0);
        stopForAWhile(started);

        JarRun.Ended ended = started.await(60);
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(scores()).isEqualTo(20);
        assertThat(SemanticsFile.readAll(directory().semantics())).hasSizeGreaterThan(2_000)
                .noneMatch(row -> List.of("VIOLATION", "TIMEOUT", "DEVIATION").contains(row.grade()));
    }

    private static void stopForAWhile(JarRun.Started started) throws Exception {
        List<ProcessHandle> group = group(started);
        signal("STOP", group);
        Thread.sleep(6_000);
        signal("CONT", group);
    }

    /** An hour forth, three back, again and again: what is measured or bounded by time never asks the clock on the wall. */
    @Test
    void clockThatIsSetForthAndBackChangesNothing() throws Exception {
        JarRun.Ended ended = run(SHORT).with(FaultLibrary.compiled().environment("clock-steps")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(scores()).isEqualTo(20);
        assertThat(SamplesFile.readAll(directory().samples()))
                .filteredOn(row -> row.metric().equals(Sample.SCORE)).allMatch(row -> row.value() > 0 && row.value() < 1e6);
        assertThat(SemanticsFile.readAll(directory().semantics())).hasSizeGreaterThan(2_000)
                .allMatch(row -> row.grade().equals("PASS") && row.durationMicros() >= 0);
    }

    @Test
    void pipeThatNobodyReadsAnyMoreStopsNothing() throws Exception {
        JarRun.Ended ended = run(SHORT).under("sh", "-c", "{ \"$@\"; echo $? >" + temporary.resolve("code")
                + "; } | head -n 1", "sh").run();

        assertThat(Files.readString(temporary.resolve("code"))).isEqualTo("0\n");
        assertThat(ended.out()).hasLineCount(1);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
        assertThat(scores()).isEqualTo(20);
    }

    @Test
    void closedStandardStreamsStopNothing() throws Exception {
        JarRun.Ended ended = run(SHORT).under("sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh").run();

        assertThat(ended.exitCode()).isZero();
        assertThat(scores()).isEqualTo(20);
        assertThat(SemanticsFile.readAll(directory().semantics())).hasSizeGreaterThan(2_000);
    }
}
