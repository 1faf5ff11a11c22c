package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/**
 * Too little of everything: the run completes with what is possible and says so, or stops before it starts with one
 * line. Each test makes its platform in namespaces of its own.
 */
@Measures
class ResourcesIT {

    /** The whole semantic check and the shortest benchmark. */
    private static final String[] SHORTEST = {"Control.getppid", "-f", "1", "-wi", "0", "-i", "1", "-r", "50ms"};
    /** Every benchmark of the quick profile once, at its shortest. */
    private static final String[] EVERY = {"--profile", "quick", "-f", "1", "-wi", "0", "-i", "1", "-r", "20ms"};

    /** What /tmp mounted noexec and a read-only home are: JNA unpacks its library into the one or the other. */
    private static final String NOWHERE_FOR_LIBRARIES = "mount -t tmpfs -o noexec tmpfs /mnt";

    @TempDir
    private Path temporary;

    private RunDirectory directory() {
        return new RunDirectory(temporary.resolve("run"));
    }

    /** With a temporary directory of the test's own, which is not the machine's. */
    private JarRun run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--out", directory().path().toString()));
        all.addAll(List.of(arguments));
        return JarRun.of(all.toArray(String[]::new)).jvm("-Djava.io.tmpdir=" + temporary).within(300);
    }

    /** A command line in front that runs shell commands first. */
    private static String[] after(String commands) {
        return new String[] {"sh", "-c", commands + "; exec \"$@\"", "sh"};
    }

    private static String[] unshare(String namespaces, String commands) {
        return Stream.concat(Stream.concat(Stream.of("unshare"), Stream.of(namespaces.split(" "))),
                Stream.of(after("set -e; " + commands))).toArray(String[]::new);
    }

    /** A network of its own: what other tests left in TIME_WAIT is not in it. */
    private static String[] network(String commands) {
        return unshare("--net", "ip link set lo up; " + commands);
    }

    private static String[] networkAndMounts(String commands) {
        return unshare("--net --mount", "ip link set lo up; " + commands);
    }

    private void assertComplete(JarRun.Ended ended, String... warnings) {
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(warnings).allMatch(ended.err()::contains);
        assertThat(grades()).doesNotContain("VIOLATION", "TIMEOUT", "DEVIATION", "ERROR");
        assertThat(scores()).isNotEmpty();
        assertThat(EnvironmentFile.read(directory().environment())).containsKey("run.finished");
    }

    private List<String> grades() {
        return SemanticsFile.readAll(directory().semantics()).stream().map(SemanticsRow::grade).distinct().toList();
    }

    private List<Sample> scores() {
        return SamplesFile.readAll(directory().samples()).stream().filter(row -> row.metric().equals(Sample.SCORE)).toList();
    }

    @Test
    void fewDescriptors() {
        assertComplete(run(SHORTEST).under(network("ulimit -n 64")).run(), "the limit of open files is 64");
    }

    @Test
    void everyBenchmarkRunsWithThePortsOfWsl2AndTheDescriptorsOfALoginShell() {
        assertComplete(run(EVERY).under(network("ulimit -n 1024; sysctl -qw net.ipv4.ip_local_port_range='44620 48715'"))
                .run(), "the ephemeral range has only 4096 ports", "the limit of open files is 1024");
    }

    @Test
    void hundredPorts() {
        assertComplete(run("ListenerLifecycle", "AcceptThroughput", "TimeToFirstAccept", "CrowdedBind.ephemeralPort", "-p",
                "family=INET", "-p", "api=channel", "-p", "port=ephemeral", "-p", "reuseAddress=true", "-p", "held=1000", "-p",
                "where=ephemeral", "-p", "close=clientReset", "-f", "1", "-wi", "0", "-i", "1", "-r", "50ms")
                .under(network("sysctl -qw net.ipv4.ip_local_port_range='40000 40099'")).run(),
                "the ephemeral range has only 100 ports");
        assertThat(SamplesFile.readAll(directory().samples()))
                .filteredOn(row -> row.metric().equals("held_actual")).isNotEmpty().allMatch(row -> row.value() == 70);
    }

    @Test
    void shortAcceptQueues() {
        assertComplete(run(SHORTEST).under(network("sysctl -qw net.core.somaxconn=16")).run(), "net.core.somaxconn is 16");
    }

    @Test
    void benchmarkThatNeedsALongerQueueIsNamedMissing() {
        JarRun.Ended ended = run("AcceptDrain.accept$", "Control.getppid", "-p", "family=INET", "-p", "api=channel", "-p",
                "backlog=1024", "-f", "1", "-wi", "0", "-i", "1", "-r", "50ms")
                .under(network("sysctl -qw net.core.somaxconn=16")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.out()).contains("missing: fork 1 of AcceptDrain.accept", "somaxconn 16");
        assertThat(scores()).extracting(row -> row.cell().benchmark()).containsOnly("Control.getppid");
    }

    @Test
    void oneCpu() {
        assertComplete(run(SHORTEST).under(network("taskset --cpu-list --pid " + firstCpu() + " $$ >/dev/null")).run());
        assertThat(EnvironmentFile.read(directory().environment())).containsEntry("cpu.cores", "1");
    }

    /** The first CPU that this process may use, which need not be number 0. */
    private static String firstCpu() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow()
                    .replaceFirst("\\D*", "").replaceFirst("\\D.*", "");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Each JVM takes the machine for one of 512 MiB and sizes its heap by that; nothing here bounds them together. */
    @Test
    void littleMemory() {
        assertComplete(run(SHORTEST).under(network("true")).jvm("-XX:MaxRAM=512m", "-XX:+ExitOnOutOfMemoryError").run());
    }

    @Test
    void tooLittleMemoryIsSaidInOneLine() {
        JarRun.Ended ended = run(SHORTEST).jvm("-Xmx8m").run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.err().lines().filter(line -> !line.startsWith("warning:"))).hasSize(1)
                .allMatch(line -> line.contains("not enough memory"));
    }

    @Test
    void withoutProc() {
        // Java's launcher finds its libraries through /proc; the shell's variable does it as well.
        Path home = Path.of(System.getProperty("java.home")).toAbsolutePath();
        assertComplete(run(SHORTEST).under(networkAndMounts("mount -t tmpfs tmpfs /proc"))
                .with(Map.of("LD_LIBRARY_PATH", home.resolve("lib").toString())).run(), "nothing tells what kernel this is");
    }

    @Test
    void ipv6WithoutItsLoopbackAddress() {
        assertComplete(run("ListenerLifecycle", "-p", "family=INET,INET6", "-p", "api=channel", "-p", "port=ephemeral", "-p",
                "reuseAddress=true", "-f", "1", "-wi", "0", "-i", "1", "-r", "50ms")
                .under(network("ip -6 addr del ::1/128 dev lo")).run(), "::1 is not available");
        assertThat(scores()).extracting(row -> row.cell().params().get("family")).containsOnly("INET");
    }

    @Test
    void noLoopbackInterfaceStopsTheRunWithOneLine() {
        JarRun.Ended ended = run(SHORTEST).under("unshare", "--net").run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.err()).contains("there is no loopback interface");
        assertThat(directory().samples()).doesNotExist();
    }

    @Test
    void temporaryDirectoryThatCannotBeWrittenStopsTheRunWithOneLine() {
        // The jar and the run directory may be in /tmp themselves, so that only Java's idea of it is changed.
        JarRun.Ended ended = run(SHORTEST).jvm("-Djava.io.tmpdir=/nowhere", "-Djna.tmpdir=" + temporary).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.err()).contains("cannot write /nowhere", "-Djava.io.tmpdir=DIR").hasLineCount(1);
        assertThat(directory().path()).doesNotExist();
    }

    @Test
    void placeForJnaMayBeNamed() {
        assertComplete(run(SHORTEST).under(networkAndMounts(NOWHERE_FOR_LIBRARIES + "; mount -t tmpfs tmpfs /srv"))
                .jvm("-Djava.io.tmpdir=/mnt", "-Duser.home=/mnt", "-Djna.tmpdir=/srv").run());
    }

    @Test
    void noPlaceForJnaStopsTheRunWithOneLineUnlessJavaHasForeignFunctions() {
        JarRun.Ended ended = run(SHORTEST).under(networkAndMounts(NOWHERE_FOR_LIBRARIES))
                .jvm("-Djava.io.tmpdir=/mnt", "-Duser.home=/mnt").run();

        if (Runtime.version().feature() >= 22) {
            assertComplete(ended);
        } else {
            assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
            assertThat(ended.err()).contains("JNA cannot load its library", "-Djna.tmpdir=DIR").hasLineCount(1);
        }
    }

    /** The real ones, not by properties; the directory of the run lies in /tmp and can be written. */
    @Test
    void temporaryDirectoryMountedNoexecAndAReadOnlyHome() {
        String mounts = "mount --bind /tmp /tmp; mount -o remount,bind,noexec /tmp; mount -t tmpfs tmpfs /srv; "
                + "mount --bind \"$HOME\" \"$HOME\"; mount -o remount,bind,ro \"$HOME\"";
        if (Runtime.version().feature() < 22) {
            JarRun.Ended ended = run(SHORTEST).jvm("-Djava.io.tmpdir=/tmp").under(networkAndMounts(mounts)).run();
            assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
            assertThat(ended.err()).contains("JNA cannot load its library", "-Djna.tmpdir=DIR").hasLineCount(1);
        }
        assertComplete(run(SHORTEST).under(networkAndMounts(mounts)).jvm("-Djava.io.tmpdir=/tmp", "-Djna.tmpdir=/srv").run());
    }

    /** The disk fills up while a fork measures: every line that was written before is whole, and the file is named. */
    @Test
    void diskThatFillsUpLeavesWholeLines() throws IOException {
        Path kept = temporary.resolve("kept");
        Files.createDirectories(kept);
        // Room for the semantic check, most of a MiB; then a program takes what is left while the fork measures.
        String script = "mount -t tmpfs -o size=8m tmpfs /mnt; "
                + "( until [ -s /mnt/run/samples.csv ]; do sleep 0.1; done; "
                + "cat /dev/zero >/mnt/filler 2>/dev/null ) & \"$@\"; code=$?; wait; cp -r /mnt/run/. " + kept + "; exit $code";
        JarRun.Ended ended = JarRun.of("--out", "/mnt/run", "Control.getppid", "-f", "1", "-wi", "0", "-i", "4000", "-r", "5ms")
                .under("unshare", "--mount", "sh", "-c", script, "sh").within(300).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        List<String> errors = ended.err().lines().filter(line -> line.startsWith("cannot write")).toList();
        assertThat(errors).as(ended.everything()).hasSize(1).allMatch(line -> line.contains("/mnt/run/") && line.contains("pace"));
        assertThat(ended.err()).doesNotContain("\tat ");
        RunDirectory left = new RunDirectory(kept);
        assertThat(SamplesFile.readAll(left.samples())).isNotEmpty();
        assertThat(Files.readString(left.samples())).endsWith("\n");
        assertThat(SemanticsFile.readAll(left.semantics())).hasSizeGreaterThan(2_000);
        assertThat(EnvironmentFile.read(left.environment())).containsKey("run.id");
    }

    /** Ports that the kernel frees before their time look like a broken promise, and are none. */
    @Test
    void noRoomForTimeWaitIsNoViolation() {
        JarRun.Ended ended = JarRun.of("check", "--out", directory().path().toString())
                .under(network("sysctl -qw net.ipv4.tcp_max_tw_buckets=0")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(grades()).containsExactlyInAnyOrder("PASS", "ERROR");
        Optional<SemanticsRow> excused = SemanticsFile.readAll(directory().semantics()).stream()
                .filter(row -> row.grade().equals("ERROR")).findFirst();
        assertThat(excused.orElseThrow().observed()).contains("TCPTimeWaitOverflow");
    }
}
