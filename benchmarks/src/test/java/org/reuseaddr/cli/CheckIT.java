package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;

/** The command check on the real jar and the real kernel. */
class CheckIT {

    private static final String LISTENER = """
            socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
            bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
            listen(3, 1) = 0
            """;

    @TempDir
    private Path temporary;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(temporary.resolve(name), text);
    }

    private RunDirectory directory() {
        return new RunDirectory(temporary.resolve("run"));
    }

    private List<SemanticsRow> rows() {
        return SemanticsFile.readAll(directory().semantics());
    }

    private static JarRun.Ended check(Object... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = "check";
        for (int i = 0; i < arguments.length; i++) {
            words[i + 1] = arguments[i].toString();
        }
        return JarRun.of(words).run();
    }

    @Test
    void everyScenarioPassesHereAndIsARow() {
        JarRun.Ended ended = check("--out", directory().path(), "--label", "here");

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(rows()).hasSameSizeAs(Catalogue.scenarios()).hasSizeGreaterThan(2_000)
                .allMatch(row -> row.grade().equals("PASS") && row.run().label().equals("here"));
        assertThat(EnvironmentFile.read(directory().environment())).containsKeys("kernel.release", "run.id", "run.finished");
        assertThat(ended.out()).hasLineCount(2).startsWith("Behaves like native Linux 6.8 and later.\n")
                .endsWith(rows().size() + " PASS\n");
    }

    @Test
    void scenariosAreChosenByIdPrefixAndGroup() {
        JarRun.Ended list = check("--list", "original-report/", "--group", "chosen-port");

        assertThat(list.exitCode()).isZero();
        assertThat(list.out().lines().map(line -> line.split("\t")[1]).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("original-report", "chosen-port");
        assertThat(check("inet6-loopback/listening/reuseaddr-both", "--repeat", "3").out()).isEqualTo("1 scenario: 1 PASS\n");
    }

    @Test
    void anUnknownNameIsAnsweredWithThoseNearIt() {
        JarRun.Ended scenario = check("original-report/two-terminal5");
        JarRun.Ended group = check("--group", "conections");

        assertThat(scenario.exitCode()).isEqualTo(2);
        assertThat(scenario.err()).contains("similar: original-report/two-terminals").hasLineCount(1);
        assertThat(group.exitCode()).isEqualTo(2);
        assertThat(group.err()).contains("expected one of address-pairs, ", "found conections").hasLineCount(1);
    }

    @Test
    void whatReproWritesCheckReplays() {
        Path transcript = temporary.resolve("new/two.strace");
        JarRun.Ended repro = JarRun.of("repro", "original-report/two-terminals", "--lang", "strace", "--out",
                transcript.toString()).run();
        assertThat(repro.exitCode()).as(repro.everything()).isZero();
        assertThat(check(transcript).out()).isEqualTo("1 scenario: 1 PASS\n");

        JarRun.Ended part = JarRun.of("repro", "two-terminals").run();
        assertThat(part.exitCode()).as(part.everything()).isZero();
        assertThat(part.out()).contains("# Scenario: original-report/two-terminals\n");
        assertThat(JarRun.of("repro", "original-report/two-terminals", "--lang", "perl").run().exitCode()).isEqualTo(2);
    }

    @Test
    void aTranscriptOfABugReportReplaysAndWhatIsSkippedIsSaid() throws IOException {
        Path good = file("good.txt", "execve(\"./server\", [\"./server\"], 0x7ffc /* 20 vars */) = 0\n" + LISTENER
                + "socket(PF_INET, SOCK_STREAM, IPPROTO_IP) = 4\n"
                + "bind(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, 16)"
                + " = -1 EADDRINUSE (Address already in use)\n");
        JarRun.Ended ended = check(good, "--out", directory().path());

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.err()).contains(good + ": 1 lines are skipped: 1 execve");
        assertThat(rows()).singleElement().matches(row -> row.scenario().equals(good.toString()) && row.grade().equals("PASS"));
    }

    @Test
    void thePlatformIsComparedWithLinuxAndNotWithWhatATraceClaims() throws IOException {
        Path wrong = file("wrong.strace", LISTENER + "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\n"
                + "bind(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n"
                + "listen(4, 1) = 0\n");
        JarRun.Ended ended = check(wrong);

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("1 scenario: 1 PASS");
        assertThat(ended.err()).contains("the trace has bind(4, ", "Linux answers -1 EADDRINUSE (Address already in use)");
    }

    @Test
    void whatATranscriptNeedsAndDoesNotContainIsLeftOutAndSaid() throws IOException {
        String client = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5\n"
                + "connect(5, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n"
                + "getpeername(5, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 0\n"
                + "setsockopt(3, SOL_TCP, TCP_FASTOPEN, [5], 4) = 0\naccept(9, NULL, NULL) = 10\n";
        Path mail = file("mail.txt", (LISTENER + client).replaceAll("(?m)^", "> "));
        JarRun.Ended ended = check(mail);

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).isEqualTo("1 scenario: 1 PASS\n");
        assertThat(ended.err()).contains("the transcript does not contain the service", "setsockopt TCP_FASTOPEN (not modelled)",
                "accept (socket older than the trace)");
    }

    @Test
    void aRefusalOfASocketThatTheTraceDoesNotShowAccusesNobody() throws IOException {
        Path second = file("second.strace", LISTENER.substring(0, LISTENER.indexOf("bind"))
                + "bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, 16)"
                + " = -1 EADDRINUSE (Address already in use)\n");
        JarRun.Ended ended = check(second);

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).isEqualTo("1 scenario: 1 PASS\n");
        assertThat(ended.err()).contains("a socket outside the transcript holds 127.0.0.1:8080 in the replay");
    }

    @Test
    void aFileThatCannotBeReadIsToldWithThePlace() throws IOException {
        Path damaged = file("damaged.strace", LISTENER.replace("htons(8080)", "htons(80808)"));

        JarRun.Ended ended = check(damaged);
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err()).startsWith(damaged + ":2:").hasLineCount(1);
        JarRun.Ended missing = check(temporary.resolve("missing.strace"));
        assertThat(missing.exitCode()).isEqualTo(2);
        assertThat(missing.err()).isEqualTo(temporary.resolve("missing.strace") + ": there is no such file\n");
    }

    @Test
    void anAddressThatIsNotLoopbackNeedsLeave() throws IOException {
        Path foreign = file("foreign.strace", LISTENER.replace("127.0.0.1", "192.0.2.1")
                .replace("16) = 0", "16) = -1 EADDRNOTAVAIL (Cannot assign requested address)").replace("listen(3, 1) = 0\n", ""));

        JarRun.Ended refused = check(foreign);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).startsWith(foreign + ":2: bind to 192.0.2.1").contains("--allow-address").hasLineCount(1);
        assertThat(check(foreign, "--allow-address").exitCode()).isZero();
    }

    @Test
    void aCallThatNeverComesBackIsATimeoutAndNotAHang() throws IOException {
        Path waits = file("waits.strace", LISTENER + "accept(3, NULL, NULL) = 4\n");
        JarRun.Ended ended = check(waits, "--limit", "100");

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).contains("TIMEOUT in 1 scenario: accept does not return; in the file it succeeds",
                "= ? TIMEOUT (no answer in 100 ms)");
    }

    @Test
    void aTranscriptWithTooManyProcessesIsAnErrorOfTheCheck() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int pid = 101; pid < 110; pid++) {
            text.append("[pid ").append(pid).append("] socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n");
        }
        JarRun.Ended ended = check(file("many.strace", text.toString()));

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
        assertThat(ended.out()).contains("a transcript may have at most 8 processes");
    }

    @Test
    void withoutIpv6ItsScenariosAreUnsupported() {
        Tools.need("unshare", "util-linux");
        Tools.need("ip", "iproute2");
        JarRun.Ended ended = JarRun.of("check", "--out", directory().path().toString()).under("unshare", "--net", "sh", "-c",
                "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up; exec \"$@\"", "sh").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(rows()).allMatch(row -> row.grade().equals("PASS") || row.grade().equals("UNSUPPORTED"))
                .anyMatch(row -> row.family().equals("INET6") && row.grade().equals("UNSUPPORTED"))
                .filteredOn(row -> row.family().equals("INET")).allMatch(row -> row.grade().equals("PASS"));
    }

    /** A machine where net.ipv6.bindv6only or ip_nonlocal_bind is 1 is set so, and its kernel keeps every rule. */
    @Test
    void whatTheMachineSetsForNewSocketsIsNoDifference() {
        Tools.need("unshare", "util-linux");
        Tools.need("ip", "iproute2");
        for (String[] command : new String[][] {{"check"}, {"explore", "--seed", "3", "--count", "2000", "--time", "60s"}}) {
            JarRun.Ended ended = JarRun.of(command).under("unshare", "--net", "sh", "-c", "cd /proc/sys/net; echo 1 | tee ipv6/bindv6only "
                    + "ipv4/ip_nonlocal_bind ipv6/ip_nonlocal_bind; cd - >/dev/null; ip link set lo up; exec \"$@\"", "sh").run();

            assertThat(ended.exitCode()).as(ended.everything()).isZero();
        }
    }

    @Test
    void optionsForEveryJvmDoNotDisturbTheHelperProcess() {
        JarRun.Ended ended = JarRun.of("check", "original-report/two-terminals")
                .with(Map.of("JAVA_TOOL_OPTIONS", "-Xlog:gc*,safepoint")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("\n1 scenario: 1 PASS\n");
    }

    @Test
    void controlCEndsTheCheckAndItsHelperWithoutAStackTrace() throws Exception {
        JarRun.Started started = JarRun.of("check", "original-report/two-terminals", "--repeat", "10000").interruptible().start();
        started.until("the helper process", () -> started.process().children().findAny().isPresent());
        Thread.sleep(500);
        ProcessHandle helper = started.process().children().findAny().orElseThrow();
        // As a terminal does: to every process of the group.
        new ProcessBuilder("kill", "-INT", Long.toString(helper.pid()), Long.toString(started.process().pid())).start().waitFor();
        JarRun.Ended ended = started.await(30);

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(130);
        assertThat(ended.everything()).doesNotContain("Exception", "ERROR", "\tat ");
        helper.onExit().get(10, TimeUnit.SECONDS);
    }
}
