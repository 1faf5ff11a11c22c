package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.faults.Fault;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;

/** Every known defect that a scenario must see, made on this machine and seen. */
class CheckFaultsIT {

    private static final int SCENARIOS = 12;

    @TempDir
    private Path temporary;

    static Stream<Fault> faults() {
        return Fault.all().stream().filter(fault -> fault.seenBy() == Fault.SeenBy.SCENARIO);
    }

    /** The first scenarios that are to see the defect. */
    private static List<String> meantFor(Fault fault) {
        List<String> ids = Catalogue.scenarios().stream()
                .filter(scenario -> fault.isMeantFor(scenario.references(), scenario.id()))
                .map(Scenario::id).limit(SCENARIOS).toList();
        assertThat(ids).as(fault.id()).isNotEmpty();
        return ids;
    }

    private JarRun check(List<String> ids) {
        List<String> arguments = new ArrayList<>(List.of("check", "--out", temporary.resolve("run").toString()));
        arguments.addAll(ids);
        return JarRun.of(arguments.toArray(String[]::new));
    }

    private List<SemanticsRow> rows() {
        return SemanticsFile.readAll(new RunDirectory(temporary.resolve("run")).semantics());
    }

    private static String[] entering(String namespace) {
        String prepare = namespace.startsWith("range=")
                ? "echo " + namespace.substring("range=".length()).replace('-', ' ') + " >/proc/sys/net/ipv4/ip_local_port_range"
                // The answer to a SYN that nobody listens for has sequence number 0; a reset of a connection has not.
                : "nft 'add table inet lab; add chain inet lab in { type filter hook input priority 0; }; "
                        + "add rule inet lab in tcp flags rst,ack / rst,ack tcp sequence 0 drop'";
        return new String[] {"unshare", "--net", "bash", "-c", "ip link set lo up && " + prepare + " && exec \"$@\"", "bash"};
    }

    private static JarRun broken(JarRun run, Fault fault) {
        fault.preload().ifPresent(name -> run.with(FaultLibrary.compiled().environment(name)));
        fault.namespace().ifPresent(namespace -> {
            Tools.need("unshare", "util-linux");
            Tools.need("ip", "iproute2");
            Tools.need("nft", "nftables");
            run.under(entering(namespace));
        });
        fault.strace().ifPresent(injection -> {
            Tools.need("strace", "strace");
            run.under("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e",
                    "trace=" + injection.substring(0, injection.indexOf(':')), "-e", "inject=" + injection);
        });
        return run;
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aKnownDefectIsSeenByAScenarioThatNamesItsReport(Fault fault) {
        JarRun.Ended ended = broken(check(meantFor(fault)), fault).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(rows()).as(ended.everything()).noneMatch(row -> row.grade().equals("ERROR"))
                .anyMatch(row -> row.grade().equals("VIOLATION") || row.grade().equals("TIMEOUT"));
    }

    @Test
    void theSameScenariosPassHere() {
        List<String> ids = faults().flatMap(fault -> meantFor(fault).stream()).distinct().toList();
        JarRun.Ended ended = check(ids).run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(rows()).hasSize(ids.size()).allMatch(row -> row.grade().equals("PASS"));
    }

    /** One refused bind in twenty: each is repeated on another port and passes, and all of them together break the check. */
    @Test
    void refusalsNowAndThenAreCountedAndBreakTheCheck() {
        Tools.need("strace", "strace");
        JarRun.Ended ended = check(List.of("--group", "address-pairs")).under("strace", "-f", "-qq", "--seccomp-bpf", "-o",
                "/dev/null", "-e", "trace=bind", "-e", "inject=bind:error=EADDRINUSE:when=5+20").run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).containsPattern("[1-9][0-9,]* of [0-9,]+ binds refused though nobody held the port");
        assertThat(rows()).anyMatch(row -> row.scenario().equals("refusals/unexplained") && row.grade().equals("VIOLATION")
                && row.unexplained() > 20);
    }

    /** Half of the original report: what the other process has is provided, and the platform lets both listen. */
    @Test
    void theRefusalOfAReportAloneFindsADuplicateListener() throws IOException {
        Path fragment = Files.writeString(temporary.resolve("native.strace"), """
                socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3
                setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
                bind(3, {sa_family=AF_INET6, sin6_port=htons(23999), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), \
                sin6_scope_id=0}, 28) = -1 EADDRINUSE (Address already in use)
                """);
        assertThat(JarRun.of("check", fragment.toString()).run().exitCode()).isZero();
        JarRun.Ended ended = JarRun.of("check", fragment.toString()).with(FaultLibrary.compiled().environment("duplicate-listener")).run();
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).contains("bind succeeds; on Linux it fails with EADDRINUSE");
    }

    /** The port of a group is not for other users. */
    @Test
    void aSocketOfAnotherUserThatJoinsAGroupIsFound() {
        JarRun.Ended ended = check(List.of("reuseport-users")).with(FaultLibrary.compiled().environment("users-forgotten")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(rows().stream().filter(row -> row.grade().equals("VIOLATION")).map(SemanticsRow::scenario))
                .as(ended.everything()).containsExactlyInAnyOrder("reuseport-users/other-user-listens-inet",
                        "reuseport-users/other-user-listens-inet6", "reuseport-users/other-user-is-bound-inet",
                        "reuseport-users/other-user-is-bound-inet6", "reuseport-users/reuseaddr-shares-with-other-user-inet",
                        "reuseport-users/reuseaddr-shares-with-other-user-inet6");
        assertThat(rows()).hasSize(10).noneMatch(row -> row.grade().equals("ERROR"));
    }

    /** fakeroot, proot and the like say that a process has changed its user, and it has not: no platform's doing. */
    @Test
    void whereAUserOnlySeemsToChangeNothingIsSaidOfThePlatform() {
        Tools.need("strace", "strace");
        JarRun.Ended ended = check(List.of("reuseport-users")).under("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null",
                "-e", "trace=setresuid", "-e", "inject=setresuid:retval=0").run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("setresuid returned 0, and /proc/self/status shows user 0");
        assertThat(rows()).hasSize(10).allMatch(row -> row.grade().equals("UNSUPPORTED"));
    }

    @Test
    void theEvidenceOfADuplicateListenerSaysWhoGetsTheConnections() {
        JarRun.Ended ended = check(List.of("original-report/two-terminals"))
                .with(FaultLibrary.compiled().environment("duplicate-listener")).run();

        assertThat(ended.exitCode()).isEqualTo(3);
        assertThat(ended.out()).containsPattern("VIOLATION in 1 scenario: two listeners hold one port: bind succeeds; "
                + "on Linux it fails with EADDRINUSE");
        assertThat(rows()).singleElement().extracting(SemanticsRow::observed).asString()
                .matches("0; two listeners hold the port: of [0-9]+ connections the first listener got [0-9]+, "
                        + "the second [0-9]+; after the first closed, of 8 the second got 8");
        assertThat(rows().get(0).evidence()).contains("\n- [pid 1002] bind(3, ", "\n+ [pid 1002] bind(3, ");
    }
}
