package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/** The main job on the real jar and the real kernel. */
@Measures
class RunIT {

    /** One short fork of each family. */
    private static final String[] SHORT = {"ListenerLifecycle", "-p", "family=INET,INET6", "-p", "port=ephemeral", "-p",
        "api=channel", "-p", "reuseAddress=true", "-f", "1", "-wi", "1", "-w", "50ms", "-i", "2", "-r", "50ms"};
    /** Three forks long enough to be interrupted. */
    private static final String[] LONG = {"Control.getppid", "-f", "3", "-wi", "0", "-i", "100", "-r", "50ms"};
    private static final Pattern BIND = Pattern.compile("bind\\([0-9]+, \\{sa_family=(AF_INET6?), sin6?_port=htons\\(([1-9][0-9]*)\\)");
    private static final String FORK = "org.openjdk.jmh.runner.ForkedMain";

    @TempDir
    private Path temporary;

    private RunDirectory directory() {
        return new RunDirectory(temporary.resolve("run"));
    }

    private JarRun shortRun(String... more) {
        return run(SHORT, more);
    }

    private JarRun run(String[] benchmarks, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--out", directory().path().toString()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of(benchmarks));
        return JarRun.of(arguments.toArray(String[]::new));
    }

    private List<SemanticsRow> violations() {
        return SemanticsFile.readAll(directory().semantics()).stream().filter(row -> row.grade().equals("VIOLATION")).toList();
    }

    @Test
    void nativeRunEndsWithZeroAndRowsOfBothFamilies() throws IOException {
        JarRun.Ended ended = shortRun("--label", "here").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        List<Sample> samples = SamplesFile.readAll(directory().samples());
        Set<String> families = samples.stream().filter(sample -> sample.metric().equals(Sample.SCORE))
                .map(sample -> sample.cell().params().get("family")).collect(Collectors.toSet());
        assertThat(families).containsExactlyInAnyOrder("INET", "INET6");
        assertThat(samples).allMatch(sample -> sample.run().label().equals("here"));
        assertThat(samples).filteredOn(sample -> sample.metric().equals("control_getppid")).hasSize(4);
        assertThat(SemanticsFile.readAll(directory().semantics())).allMatch(row -> row.grade().equals("PASS"))
                .hasSizeGreaterThan(2_000);
        assertThat(EnvironmentFile.read(directory().environment())).containsKeys("kernel.release", "native.binding",
                "run.seed", "run.finished");
        assertThat(Files.readString(directory().jmhJson())).contains("\"primaryMetric\"");
        assertThat(lastScreen(ended)).hasSizeLessThanOrEqualTo(25).allMatch(line -> line.length() <= 100)
                .contains("results are in " + directory().path())
                .anyMatch(line -> line.matches("semantics: all \\d+ scenarios pass\\. Behaves like native Linux .*"))
                .anyMatch(line -> line.matches("ListenerLifecycle +\\S+ µs +\\S+ µs"))
                .noneMatch(line -> line.startsWith("Benchmark "));
        assertThat(Files.readString(directory().path().resolve("jmh.log"))).containsPattern("(?m)^ListenerLifecycle.cycle ")
                .doesNotContainPattern("(?m)^ListenerLifecycle.cycle:control_");
        assertThat(directory().path().resolve("report.md")).isNotEmptyFile();
        assertThat(directory().path().resolve("report.html")).isNotEmptyFile();
    }

    /** What a run prints after its check. */
    private static List<String> lastScreen(JarRun.Ended ended) {
        return ended.out().lines().dropWhile(line -> !line.startsWith("semantics: ")).toList();
    }

    /** Two blocks of a fork; the second one is made by a further session, since a signal ends the first in the wait. */
    @Test
    void blocksBeginAtTheirTimesAndARunEndedBetweenThemGoesOn() throws IOException {
        String[] benchmark = {"Control.getppid", "-f", "2", "-wi", "0", "-i", "1", "-r", "50ms"};
        JarRun.Started started = run(benchmark, "--blocks", "2", "--every", "1h").start();
        started.until("the wait for the second block", () -> contains(started.errFile(), "block 2 of 2 begins at 2"));
        List<ProcessHandle> children = started.process().descendants().toList();
        started.process().destroy();

        JarRun.Ended ended = started.await(60);
        assertThat(children).as("between blocks nothing runs").isEmpty();
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(143);
        assertThat(ended.out()).contains("interrupted after 1 of 2 forks");
        assertThat(blocks()).containsExactly(1);

        // As if an hour had passed: the later entry counts.
        EnvironmentFile.append(directory().environment(), Map.of("run.block_began.1", "2020-01-31T12:00:00Z"));
        JarRun.Ended resumed = JarRun.of("--resume", directory().path().toString()).run();
        assertThat(resumed.exitCode()).as(resumed.everything()).isZero();
        assertThat(blocks()).containsExactly(1, 2);
        assertThat(resumed.out()).contains("controls: ");

        EnvironmentFile.append(directory().environment(), Map.of("run.block_every_s", "3"));
        JarRun.Ended further = JarRun.of("--resume", directory().path().toString(), "-f", "4").run();
        assertThat(further.exitCode()).as(further.everything()).isZero();
        assertThat(blocks()).as("more forks are more blocks").containsExactly(1, 2, 3, 4);
        Map<String, String> record = EnvironmentFile.read(directory().environment());
        assertThat(Duration.between(Instant.parse(record.get("run.block_began.3")), Instant.parse(record.get("run.block_began.4"))))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(3));
        assertThat(directory().path().resolve("report.md")).content().contains("4 forks in 4 blocks");
    }

    private List<Integer> blocks() {
        return SamplesFile.readAll(directory().samples()).stream().filter(row -> row.metric().equals(Sample.SCORE))
                .map(row -> row.run().block()).toList();
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatProfilersMeasureIsShown() throws IOException {
        JarRun.Ended ended = run(new String[] {"Control.getppid", "-f", "1", "-wi", "0", "-i", "1", "-r", "50ms"}, "-prof", "gc").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("results of -prof gc: in JMH's table at the end of jmh.log");
        assertThat(Files.readString(directory().path().resolve("jmh.log"))).containsPattern("(?m)^Control.getppid:\\S*gc.alloc.rate ");
    }

    @Test
    void duplicateListenerBeforeTheRunStopsIt() {
        JarRun.Ended ended = shortRun().with(fault("!" + FORK)).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.err()).contains("VIOLATION gate/inet-loopback/same-process", "gate/inet6-loopback/other-process",
                "+ bind(4,", "two listeners hold the port");
        List<String> screen = ended.out().lines().dropWhile(line -> !line.isEmpty()).toList();
        assertThat(screen).hasSizeLessThanOrEqualTo(25).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
        assertThat(screen.get(1)).isEqualTo("semantics: two listeners on one port: bind returns 0 instead of -1 EADDRINUSE");
        assertThat(String.join("\n", screen)).contains("benchmarks skipped: a guarantee is violated", "files: report.html",
                "results are in ");
        assertThat(violations()).extracting(SemanticsRow::scenario).contains("gate/inet-loopback/same-process",
                "gate/inet6-loopback/same-process", "gate/inet-loopback/other-process", "gate/inet6-loopback/other-process");
        assertThat(directory().samples()).doesNotExist();
        assertThat(directory().path().resolve("report.md")).content().contains("EADDRINUSE");
    }

    @Test
    void duplicateListenerInTheForkAloneStopsTheRun() {
        JarRun.Ended ended = shortRun().with(fault(FORK)).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(violations()).extracting(SemanticsRow::group).contains("gate-in-fork", "gate-in-fork-jdk");
        assertThat(SamplesFile.readAll(directory().samples())).noneMatch(sample -> sample.metric().equals(Sample.SCORE));
    }

    @Test
    void anotherViolationIsMeasuredAndEndsWithThree() {
        Map<String, String> fault = FaultLibrary.compiled().environment("reuseport-dropped");
        JarRun.Ended ended = shortRun().with(fault).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(violations()).isNotEmpty().noneMatch(row -> row.group().startsWith("gate"));
        assertThat(SamplesFile.readAll(directory().samples())).filteredOn(sample -> sample.metric().equals(Sample.SCORE))
                .hasSize(4);
        assertThat(ended.out()).doesNotContain("benchmarks skipped");

        JarRun.Ended resumed = JarRun.of("--resume", directory().path().toString(), "-f", "2").with(fault).run();
        assertThat(resumed.exitCode()).as(resumed.everything()).isEqualTo(3);
        assertThat(SamplesFile.readAll(directory().samples())).filteredOn(sample -> sample.metric().equals(Sample.SCORE))
                .hasSize(8);
    }

    @Test
    void onViolationContinueMeasuresAndStillEndsWithThree() {
        JarRun.Ended ended = shortRun("--on-violation", "continue").with(fault("java")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(SamplesFile.readAll(directory().samples())).filteredOn(sample -> sample.metric().equals(Sample.SCORE))
                .hasSize(4);
        assertThat(violations()).extracting(SemanticsRow::group).contains("gate", "gate-in-fork", "gate-in-fork-jdk");
    }

    private static Map<String, String> fault(String where) {
        Map<String, String> environment = new HashMap<>(FaultLibrary.compiled().environment("duplicate-listener"));
        environment.put(FaultLibrary.ONLY_IN, where);
        return environment;
    }

    @Test
    void germanLocaleWritesDecimalPoints() throws IOException {
        JarRun.Ended ended = shortRun().jvm("-Duser.language=de", "-Duser.country=DE").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(SamplesFile.readAll(directory().samples())).isNotEmpty();
        assertThat(Files.readString(directory().jmhJson())).containsPattern("\"score\" : [0-9]+\\.[0-9]+");
    }

    @Test
    void unknownOptionIsWrongUsage() {
        assertUsage(JarRun.of("--no-such-option").run(), "no-such-option");
    }

    @Test
    void unknownParameterIsWrongUsage() {
        assertUsage(JarRun.of("ListenerLifecycle", "-p", "famly=INET").run(), "famly", "family");
    }

    @Test
    void regexThatMatchesNothingIsWrongUsage() {
        assertUsage(JarRun.of("NoSuchBenchmark").run(), "NoSuchBenchmark");
    }

    private static void assertUsage(JarRun.Ended ended, String... words) {
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(2);
        assertThat(ended.err()).contains(words).hasLineCount(1);
    }

    @Test
    void withoutIpv6Ipv4IsMeasuredAndIpv6Unsupported() {
        JarRun.Ended ended = shortRun().under("unshare", "--net", "sh", "-c",
                "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.lo.disable_ipv6=1; ip link set lo up; exec \"$@\"",
                "sh").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(SemanticsFile.readAll(directory().semantics())).filteredOn(row -> row.family().equals("INET6"))
                .isNotEmpty().allMatch(row -> row.grade().equals("UNSUPPORTED") || row.grade().equals("PASS"));
        assertThat(SamplesFile.readAll(directory().samples())).isNotEmpty()
                .allMatch(sample -> "INET".equals(sample.cell().params().get("family")));
        assertThat(ended.out()).contains("not measured, since the platform lacks their address family: 1 cells");
    }

    @Test
    void readOnlyResultDirectoryIsToldBeforeAnythingIsMeasured() {
        JarRun.Ended ended = JarRun.of("--out", "/mnt/run").under("unshare", "--mount", "sh", "-c",
                "mount -t tmpfs -o ro tmpfs /mnt && exec \"$@\"", "sh").run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.err()).contains("cannot write /mnt/run").hasLineCount(1);
    }

    @Test
    void fullResultDirectoryIsToldBeforeAnythingIsMeasured() {
        JarRun.Ended ended = JarRun.of("--out", "/mnt/run").under("unshare", "--mount", "sh", "-c",
                "mount -t tmpfs -o size=16k tmpfs /mnt && exec \"$@\"", "sh").run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.err()).contains("cannot write /mnt/run", "space").hasLineCount(1);
    }

    @Test
    void killLeavesEveryFinishedIterationAndNoBrokenLine() throws Exception {
        JarRun.Started started = run(LONG).start();
        started.until("ten measured iterations", () -> scores() >= 10);
        started.process().descendants().forEach(ProcessHandle::destroyForcibly);
        started.process().destroyForcibly();

        JarRun.Ended ended = started.await(10);
        assertThat(ended.exitCode()).isEqualTo(137);
        assertThat(Files.readString(directory().samples())).endsWith("\n");
        assertThat(scores()).isGreaterThanOrEqualTo(10);
    }

    private long scores() {
        return Files.exists(directory().samples())
                ? SamplesFile.readAll(directory().samples()).stream().filter(sample -> sample.metric().equals(Sample.SCORE)).count()
                : 0;
    }

    @Test
    void interruptionSumsUpWhatThereIs() throws Exception {
        assertEndsOn("INT", 130);
    }

    @Test
    void terminationSumsUpWhatThereIs() throws Exception {
        assertEndsOn("TERM", 143);
    }

    private void assertEndsOn(String signal, int exitCode) throws Exception {
        JarRun.Started started = run(LONG).interruptible().start();
        started.until("ten measured iterations", () -> scores() >= 10);
        List<ProcessHandle> descendants = started.process().descendants().toList();
        new ProcessBuilder("kill", "-" + signal, Long.toString(started.process().pid())).start().waitFor();

        JarRun.Ended ended = started.await(30);
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(exitCode);
        assertThat(ended.out()).contains("controls: getppid ", "interrupted after 0 of 3 forks", "results are in");
        assertThat(descendants).isNotEmpty().noneMatch(ProcessHandle::isAlive);
        assertThat(directory().path().resolve(".lock")).doesNotExist();
    }

    @Test
    void silentForkIsEndedAndNamed() throws Exception {
        JarRun.Started started = run(LONG, "--watchdog", "3").start();
        started.until("a measured iteration", () -> scores() >= 1);
        ProcessHandle fork = started.process().descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(FORK)).findFirst().orElseThrow();
        new ProcessBuilder("kill", "-STOP", Long.toString(fork.pid())).start().waitFor();

        JarRun.Ended ended = started.await(60);
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.out()).contains("missing: fork 1 of Control.getppid", "ended by the watchdog");
    }

    @Test
    void aDirectoryWithACheckIsRefusedAtTheStart() {
        String out = directory().path().toString();
        assertThat(JarRun.of("check", "--out", out, "original-report/two-terminals").run().exitCode()).isZero();

        assertUsage(shortRun().run(), "holds the results of a check already", "--out");
        assertThat(directory().samples()).doesNotExist();
    }

    @Test
    void resumeAddsTheForksThatAreMissing() throws Exception {
        JarRun.Started started = run(LONG).start();
        started.until("ten measured iterations", () -> scores() >= 10);
        started.process().descendants().forEach(ProcessHandle::destroyForcibly);
        started.process().destroyForcibly();
        started.await(10);
        long before = scores();
        // As on a platform where a bind took ten milliseconds when the run began: what follows has its batches.
        EnvironmentFile.append(directory().environment(), Map.of("run.bind_us", "10123.4"));

        JarRun.Ended ended = JarRun.of("--resume", directory().path().toString()).run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(EnvironmentFile.read(directory().environment())).containsEntry("run.batch", "8")
                .containsEntry("run.bind_us", "10123.4");
        // The fork that was cut short keeps its rows and is made again under another number.
        assertThat(scores()).isEqualTo(before + 300);
        assertThat(SamplesFile.readAll(directory().samples())).extracting(Sample::fork).contains(1, 2, 3, 4);
    }

    @Test
    void resumeElsewhereIsRefusedWithWhatDiffers() {
        assertThat(shortRun().run().exitCode()).isZero();
        EnvironmentFile.append(directory().environment(), Map.of("kernel.release", "4.4.0-19041-Microsoft"));

        assertUsage(JarRun.of("--resume", directory().path().toString()).run(), "kernel.release was 4.4.0-19041-Microsoft");
    }

    @Test
    void budgetTooSmallForOneForkEachIsWrongUsage() {
        assertUsage(JarRun.of("--budget", "2s", "--out", directory().path().toString()).run(), "--budget", "choose fewer");
    }

    @Test
    void aRunIsNotWrittenOver() {
        assertThat(shortRun().run().exitCode()).isZero();

        assertUsage(shortRun().run(), "holds a run already", "--resume");
    }

    @Test
    void twoRunsIntoOneDirectoryAreRefused() {
        JarRun.Started first = shortRun().start();
        first.until("the first run's claim", () -> Files.exists(directory().path().resolve(".lock")));

        JarRun.Ended second = shortRun().run();
        assertThat(second.exitCode()).as(second.everything()).isEqualTo(1);
        assertThat(second.err()).contains("another run is writing there").hasLineCount(1);
        assertThat(first.await(120).exitCode()).isZero();
    }

    @Test
    void inetIsAfInetAndInet6IsAfInet6() throws Exception {
        for (String family : List.of("INET", "INET6")) {
            Path trace = temporary.resolve(family + ".trace");
            JarRun.Ended ended = JarRun.of("--out", temporary.resolve(family).toString(), "ListenerLifecycle", "-p",
                    "family=" + family, "-p", "api=channel,socket,native", "-p", "port=fixed", "-p", "reuseAddress=true",
                    "-f", "1", "-wi", "0", "-i", "1", "-r", "300ms")
                    .under("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=bind,execve", "-o", trace.toString())
                    .within(300).run();

            assertThat(ended.exitCode()).as(ended.everything()).isZero();
            assertThat(bindsOfForks(trace)).as(family).isNotEmpty().containsOnly("AF_" + family);
        }
    }

    /**
     * The families of the ports that forks bind again and again: JMH's link binds its own once. The check, whose races bind
     * again and again too, is over when the first fork is started.
     */
    private static Set<String> bindsOfForks(Path trace) throws IOException {
        try (var lines = Files.lines(trace)) {
            return lines.dropWhile(line -> !line.contains("org.openjdk.jmh.runner.Forked")).map(BIND::matcher).filter(Matcher::find)
                    .collect(Collectors.groupingBy(found -> found.group(1) + ":" + found.group(2), Collectors.counting()))
                    .entrySet().stream().filter(entry -> entry.getValue() > 30)
                    .map(entry -> entry.getKey().substring(0, entry.getKey().indexOf(':'))).collect(Collectors.toSet());
        }
    }
}
