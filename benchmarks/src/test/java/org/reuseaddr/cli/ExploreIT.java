package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.faults.FaultLibrary;

/** Exploration finds defects that it was not told of, and none where there is none. */
class ExploreIT {

    private static final Pattern CALL = Pattern.compile("(?m)^ {4}(\\[pid [0-9]+] )?[a-z0-9]+\\(.* = ");

    @TempDir
    private Path temporary;

    private static JarRun.Ended explore(String fault, String... more) {
        String[] arguments = Stream.concat(Stream.of("explore", "--seed", "1", "--time", "60s", "--first"), Stream.of(more))
                .toArray(String[]::new);
        JarRun run = JarRun.of(arguments);
        return (fault.isEmpty() ? run : run.with(FaultLibrary.compiled().environment(fault))).run();
    }

    @ParameterizedTest
    @CsvSource({"duplicate-listener, (bind|listen) succeeds, 9", "freebind, bind succeeds, 3", "backlog-fixed, connect, 9",
        "autobind-elsewhere, (connect fails with ECONNREFUSED|listen succeeds|getpeername fails with ENOTCONN), 6",
        "accepted-shows-any, getsockname shows, 8", "listener-kept, , 12", "reuseaddr-refused, setsockopt fails with EINVAL, 2",
        "port-range-ignored, (bind|listen|connect|getsockname) , 9"})
    void aFaultIsFoundAndMadeSmall(String fault, String symptom, int mostCalls) {
        JarRun.Ended ended = explore(fault);

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).containsPattern("(VIOLATION|DEVIATION): " + (symptom == null ? "" : symptom))
                .contains("The platform differs from Linux");
        String first = ended.out().substring(0, ended.out().indexOf("\n\n"));
        Matcher calls = CALL.matcher(first);
        assertThat(calls.results().count()).as(first).isBetween(1L, (long) mostCalls);
    }

    /** Other kinds of it need more calls, such as those in which an option changes late. */
    @Test
    void aDuplicateListenerIsMadeSmall() {
        JarRun.Ended ended = JarRun.of("explore", "--seed", "1", "--count", "2000").with(FaultLibrary.compiled()
                .environment("duplicate-listener")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        for (String symptom : List.of("VIOLATION: bind succeeds", "VIOLATION: listen succeeds")) {
            assertThat(Stream.of(ended.out().split("\n\n")).filter(group -> group.startsWith(symptom)))
                    .anySatisfy(group -> assertThat(CALL.matcher(group).results().count()).as(group).isLessThanOrEqualTo(8));
        }
    }

    @Test
    void whatItWritesIsWhatCheckSeesToo() throws IOException {
        JarRun.of("explore", "--seed", "1", "--count", "2000", "--out", temporary.toString())
                .with(FaultLibrary.compiled().environment("duplicate-listener")).run();

        List<Path> written;
        try (Stream<Path> files = Files.list(temporary)) {
            written = files.toList();
        }
        assertThat(written).hasSizeGreaterThanOrEqualTo(2).allMatch(file -> file.toString().matches(".*\\.(strace|py)"));
        String file = written.stream().map(Path::toString).filter(name -> name.endsWith("-listener-excludes.strace"))
                .findFirst().orElseThrow();
        JarRun.Ended here = JarRun.of("check", file).run();
        assertThat(here.exitCode()).as(here.everything()).isZero();
        JarRun.Ended broken = JarRun.of("check", file).with(FaultLibrary.compiled().environment("duplicate-listener")).run();
        assertThat(broken.exitCode()).as(broken.everything()).isEqualTo(3);

        String program = file.replace(".strace", ".py");
        assertThat(python(program, Map.of())).isZero();
        assertThat(python(program, FaultLibrary.compiled().environment("duplicate-listener"))).isEqualTo(1);
    }

    /** Its processes are of two users: so they are in the transcript, in what check makes of it, and in the program. */
    @Test
    void aDifferenceBetweenUsersIsFoundAndWrittenDown() throws IOException {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        JarRun.Ended ended = explore("users-forgotten", "--out", temporary.toString());

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).containsPattern("VIOLATION: (bind|listen) succeeds; on Linux: -1 EADDRINUSE")
                .contains("    # user: 65534 of 1\n    # user: 65533 of 2\n");
        String file = temporary.resolve("001-other-user-excluded.strace").toString();
        Map<String, String> forgotten = FaultLibrary.compiled().environment("users-forgotten");
        assertThat(JarRun.of("check", file).run().exitCode()).isZero();
        assertThat(JarRun.of("check", file).with(forgotten).run().exitCode()).isEqualTo(3);
        assertThat(python(file.replace(".strace", ".py"), Map.of())).isZero();
        assertThat(python(file.replace(".strace", ".py"), forgotten)).isEqualTo(1);
    }

    @Test
    void whereNobodyCanBecomeAnotherUserNoSequenceHasUsersAndALineSaysSo() {
        JarRun.Ended ended = JarRun.of("explore", "--seed", "1", "--count", "200")
                .under("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=setresuid", "-e", "inject=setresuid:error=EPERM").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out().lines().filter(line -> line.startsWith("No sequence had processes of different users: the platform does "
                + "not give this process the right, which root has, to make calls as user 655"))).as(ended.everything()).hasSize(1);
        assertThat(ended.out()).contains("200 sequences", "The platform answered as Linux does.");
    }

    private static int python(String program, Map<String, String> environment) throws IOException {
        ProcessBuilder python = new ProcessBuilder("python3", program).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        python.environment().putAll(environment);
        Process started = python.start();
        try {
            assertThat(started.waitFor(60, TimeUnit.SECONDS)).as(program).isTrue();
            return started.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + program, e);
        } finally {
            started.destroyForcibly();
        }
    }

    @Test
    void forMachinesADifferenceIsAFailedTestAndThePeoplesTextGoesToStandardError() {
        JarRun.Ended ended = explore("reuseaddr-refused", "--format", "ktap");
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).startsWith("KTAP version 1\n1..").containsPattern(
                "\nnot ok \\d+ explore/sets-option/setsockopt-fails-with-EINVAL # VIOLATION\n");
        assertThat(ended.err()).contains("The platform differs from Linux in 1 way.");
    }

    /** Nothing ends such a call: the exploration does, and shows what was called before. */
    @Test
    void aCallThatNeverReturnsIsADifference() {
        JarRun.Ended ended = explore("listener-blocks");

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).containsPattern("(?m)^VIOLATION: (accept4|accept) does not return; on Linux: -1 EAGAIN")
                .contains("not repeated, and the exploration ended: the call never came back");
    }

    @Test
    void hereItFindsNothing() {
        JarRun.Ended ended = explore("", "--count", "4000");

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        // A sequence that unrelated processes disturb is made again.
        assertThat(ended.out()).containsPattern("4,000 sequences, 48,\\d{3} calls").contains("The platform answered as Linux does.");
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsSaidBeforeAnythingIsExplored() {
        JarRun.Ended ended = JarRun.of("explore", "--time", "60s", "--out", "/dev/null/x").run();
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.err()).startsWith("cannot write /dev/null/x").hasLineCount(1);
    }

    /** As on a disk that fills meanwhile: the file that is to be written is a directory. */
    @Test
    void whatCannotBeWrittenEndsTheExplorationWithWhatItFound() throws IOException {
        Files.createDirectories(temporary.resolve("001-sets-option.strace"));
        JarRun.Ended ended = explore("reuseaddr-refused", "--out", temporary.toString());
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.out()).contains("setsockopt fails with EINVAL", "The platform differs from Linux in 1 way.");
        assertThat(ended.err()).contains("cannot write " + temporary.resolve("001-sets-option.strace")).doesNotContain("Exception");
    }

    /** Ctrl-C, and what a service manager sends: the summary comes, the files are whole, and no process is left. */
    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalSumsUp(String signal, int exitCode) throws Exception {
        JarRun.Started started = JarRun.of("explore", "--seed", "1", "--time", "1h", "--out", temporary.toString())
                .with(FaultLibrary.compiled().environment("reuseaddr-refused")).interruptible().start();
        started.until("a difference on disk", () -> Files.exists(temporary.resolve("001-sets-option.py")));
        List<ProcessHandle> helpers = started.process().descendants().toList();
        new ProcessBuilder("kill", "-" + signal, Long.toString(started.process().pid())).start().waitFor();

        JarRun.Ended ended = started.await(60);
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(exitCode);
        assertThat(ended.out()).contains("setsockopt fails with EINVAL", "rules decided", "pairs of states met",
                "The platform differs from Linux in 1 way.");
        assertThat(ended.err()).doesNotContain("Exception");
        assertThat(temporary).isDirectoryContaining("glob:**/001-sets-option.strace").isDirectoryNotContaining("glob:**/.*");
        assertThat(Files.readString(temporary.resolve("001-sets-option.strace"))).endsWith("\n").contains("setsockopt(");
        for (ProcessHandle helper : helpers) {
            helper.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    private static void killHelpers(JarRun.Started started) {
        started.process().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** As when the machine was suspended: what a helper had no time for says nothing about the platform. */
    @Test
    void aHelperThatDiesCostsOneSequence() {
        JarRun.Started started = JarRun.of("explore", "--seed", "1", "--threads", "1", "--time", "15s").start();
        started.until("a helper", () -> started.process().descendants().findAny().isPresent());
        killHelpers(started);
        started.until("another helper", () -> started.process().descendants().findAny().isPresent());

        JarRun.Ended ended = started.await(120);
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("The platform answered as Linux does.");
    }

    /** Longer than it takes to call a call stuck: the first helper does not answer, and the second one takes its time to start. */
    @Test
    void aHelperThatStartsSlowlyIsNoCallThatNeverReturns() throws Exception {
        JarRun.Started started = JarRun.of("explore", "--seed", "1", "--threads", "1", "--time", "20s").start();
        started.until("a helper", () -> started.process().descendants().count() == 1);
        // What it is stopped in shall be a sequence, and not its start.
        Thread.sleep(5_000);
        ProcessHandle first = started.process().descendants().findFirst().orElseThrow();
        signal("STOP", first);
        started.until("the second helper", () -> started.process().descendants().anyMatch(helper -> helper.pid() != first.pid()));
        ProcessHandle second = started.process().descendants().filter(helper -> helper.pid() != first.pid()).findFirst().orElseThrow();
        signal("STOP", second);
        Thread.sleep(35_000);
        signal("CONT", second);

        JarRun.Ended ended = started.await(240);
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("The platform answered as Linux does.");
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    @Test
    void helpersThatAlwaysDieEndItWithWhatItHasSeen() {
        JarRun.Started started = JarRun.of("explore", "--seed", "1", "--threads", "1", "--time", "1h").start();
        started.until("the end", () -> {
            killHelpers(started);
            return !started.process().isAlive();
        });

        JarRun.Ended ended = started.await(60);
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.out()).contains("pairs of states met", " 0 differences");
        assertThat(ended.err().lines().filter(line -> line.startsWith("the helper process "))).as(ended.everything()).hasSize(1);
        assertThat(ended.err()).doesNotContain("\tat ");
    }

    @Test
    void racesHereEndAsSomeOrderOfTheirCallsExplains() {
        JarRun.Ended ended = JarRun.of("explore", "--races", "--seed", "1", "--time", "3s", "--rounds", "200", "--histograms").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("race 0: 2 processes, ", "  at the same moment\n", "ACCEPTABLE", " 0 forbidden, on ");
    }

    /** What bind and listen check is a millisecond old when they take the address: no sequence of calls shows it, races do. */
    @Test
    void aWindowBetweenCheckAndEffectIsFoundByRacesAndNamed() throws IOException {
        JarRun.Ended ended = JarRun.of("explore", "--races", "--seed", "1", "--time", "60s", "--rounds", "300", "--first", "--out",
                temporary.toString()).with(FaultLibrary.compiled().environment("claim-window")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).containsPattern("(?m)^VIOLATION: .*(bind 0|listen 0).*: no order of these calls explains it$")
                .contains("FORBIDDEN", "The platform differs from Linux in 1 way.");
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).singleElement().asString().matches(".*/race-001-[a-z-]+\\.txt");
        }
    }

    @ParameterizedTest
    @CsvSource({"--processes, 4, '--processes: with --races expected 2 or 3, found 4'",
        "--rounds, 0, '--rounds: expected 1 to 1000000, found 0'",
        "--format, ktap, '--races: printed as text only'"})
    void racesOfAnotherKindAreWrongUsage(String option, String value, String message) {
        JarRun.Ended ended = JarRun.of("explore", "--races", option, value).run();

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err()).isEqualTo(message + "\n");
    }

    @Test
    void wrongUsageIsOneLine() {
        JarRun.Ended ended = JarRun.of("explore", "--calls", "0").run();

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err()).isEqualTo("--calls: expected 1 to 100, found 0\n");
    }
}
