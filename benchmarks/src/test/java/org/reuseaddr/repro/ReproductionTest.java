package org.reuseaddr.repro;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.KnownAnswers;
import org.reuseaddr.scenario.QuirkScenarios;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

class ReproductionTest {

    private static final int PYTHON_SAMPLE = 100;
    private static final int C_SAMPLE = 25;

    @TempDir
    private Path directory;

    private static List<Scenario> sample(int size) {
        long seed = new Random().nextLong();
        List<Scenario> scenarios = new ArrayList<>(Catalogue.scenarios());
        Collections.shuffle(scenarios, new Random(seed));
        Map<String, Scenario> kinds = new LinkedHashMap<>();
        scenarios.forEach(scenario -> kinds.putIfAbsent(scenario.group(), scenario));
        List<Scenario> chosen = new ArrayList<>(kinds.values());
        scenarios.stream().filter(scenario -> !chosen.contains(scenario)).limit(Math.max(0, size - chosen.size()))
                .toList().forEach(chosen::add);
        return chosen;
    }

    @Test
    @Tag("tools")
    void everyScenarioIsAPythonProgramThatCompiles() {
        List<Scenario> all = Catalogue.scenarios();
        List<String> command = new ArrayList<>(List.of("python3", "-c", "import sys\n"
                + "for name in open(sys.argv[1]).read().split('\\n'):\n"
                + "    compile(open(name).read(), name, 'exec')\n"));
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < all.size(); i++) {
            Path file = Programs.written(directory.resolve("s" + i + ".py"), Reproduction.python(all.get(i)));
            names.append(i == 0 ? "" : "\n").append(file);
        }
        command.add(Programs.written(directory.resolve("names"), names.toString()).toString());
        assertThat(Programs.run(command, Map.of())).isEqualTo(new Programs.Ended(0, ""));
    }

    @Test
    @Tag("tools")
    void aSampleInPythonEndsAsOnLinux() {
        for (Scenario scenario : sample(PYTHON_SAMPLE)) {
            Programs.Ended ended = Programs.python(directory, Reproduction.python(scenario), Map.of());
            assertThat(ended.status()).as(scenario.id() + "\n" + ended.output()).isZero();
            assertThat(ended.output()).endsWith("As on Linux.\n");
        }
    }

    @Test
    @Tag("tools")
    void aShortProgramHasAControlAndEndsAsOnLinux() {
        List<Scenario> all = new ArrayList<>(Catalogue.scenarios());
        Collections.shuffle(all);
        List<String> programs = all.stream()
                .flatMap(scenario -> Reproduction.shortPython(scenario, scenario.transcript().steps().size()).stream())
                .limit(PYTHON_SAMPLE).toList();
        assertThat(programs).hasSize(PYTHON_SAMPLE);
        for (String program : programs) {
            assertThat(program.lines().count()).isLessThanOrEqualTo(40);
            Programs.Ended ended = Programs.python(directory, program, Map.of());
            assertThat(ended.status()).as(program + "\n" + ended.output()).isZero();
            assertThat(ended.output()).contains("control: bind").doesNotContain("<--");
        }
    }

    @Test
    @Tag("tools")
    void aShortProgramShowsADuplicateListener() {
        Scenario scenario = Catalogue.scenarios().stream()
                .filter(any -> any.id().equals("inet6-loopback/listening/reuseaddr-both")).findFirst().orElseThrow();
        String program = Reproduction.shortPython(scenario, 7).orElseThrow();
        Programs.Ended ended = Programs.python(directory, program, FaultLibrary.compiled().environment("duplicate-listener"));
        assertThat(ended.status()).as(ended.output()).isEqualTo(1);
        assertThat(ended.output().lines()).last().asString().startsWith("s4.bind((\"::1\", port))")
                .endsWith("= 0   <-- Linux: EADDRINUSE");
        assertThat(ended.output()).containsPattern("control: bind.* = EADDRINUSE\n");
    }

    @Test
    @Tag("tools")
    void aSampleInCCompilesWithoutAWarningAndEndsAsOnLinux() {
        for (Scenario scenario : sample(C_SAMPLE)) {
            Programs.Ended ended = Programs.c(directory, Reproduction.c(scenario), Map.of());
            assertThat(ended.status()).as(scenario.id() + "\n" + ended.output()).isZero();
            assertThat(ended.output()).endsWith("As on Linux.\n");
        }
    }

    private static final String REMEMBERED = "/option-timing/reuseaddr-off-after-bind";

    @Test
    void programsKnowWhatOlderReleasesAnswer() {
        for (Quirk quirk : List.of(Quirk.REMEMBERS_REUSEADDR, Quirk.OVERLOOKS_MAPPED_WILDCARD)) {
            List<QuirkScenarios.Prediction> touched = new QuirkScenarios(quirk).touched();
            assertThat(touched).isNotEmpty();
            for (QuirkScenarios.Prediction prediction : touched) {
                assertThat(KnownAnswers.of(prediction.scenario()).known()).as(quirk + " " + prediction.scenario().id())
                        .anySatisfy(known -> assertThat(List.of(known.index(), known.answered().outcome()))
                                .isEqualTo(List.of(prediction.divergent(), prediction.outcome())));
            }
        }
    }

    @Test
    @Tag("tools")
    void programsExitWithZeroOnAnOlderReleaseAndNameIt() {
        Map<String, String> remembers = FaultLibrary.compiled().environment("reuseaddr-remembered");
        for (Scenario scenario : Catalogue.scenarios().stream().filter(any -> any.id().endsWith(REMEMBERED)).limit(2).toList()) {
            for (Programs.Ended ended : List.of(Programs.python(directory, Reproduction.python(scenario), remembers),
                    Programs.c(directory, Reproduction.c(scenario), remembers))) {
                assertThat(ended.status()).as(ended.output()).isZero();
                assertThat(ended.output()).contains("\n+ bind(").contains("As native Linux up to 6.7 (Q1), which is not this "
                        + "platform's doing; Linux 6.8 and later does what the line - says.").doesNotContain("As on Linux.");
            }
            assertThat(Reproduction.strace(scenario)).contains("# known: call ", "As native Linux up to 6.7 (Q1)");
        }
    }

    /** What an older release permits here is no excuse for a platform that permits every duplicate. */
    @Test
    @Tag("tools")
    void programsDoNotTakeAPlatformThatPermitsDuplicatesForAnOlderRelease() {
        Map<String, String> permits = FaultLibrary.compiled().environment("duplicate-listener");
        Scenario scenario = new QuirkScenarios(Quirk.OVERLOOKS_MAPPED_WILDCARD).touched().stream()
                .map(QuirkScenarios.Prediction::scenario).filter(any -> any.id().contains("reuseaddr-both")).findFirst().orElseThrow();
        for (Programs.Ended ended : List.of(Programs.python(directory, Reproduction.python(scenario), permits),
                Programs.c(directory, Reproduction.c(scenario), permits))) {
            assertThat(ended.status()).as(ended.output()).isEqualTo(1);
            assertThat(ended.output()).doesNotContain("As native Linux");
        }
    }

    /** Two processes, so that the program's own bookkeeping is in shared memory, and every call that no catalogue needs. */
    private static final String EVERY_CALL = """
            [pid 7] socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
            [pid 7] bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
            [pid 7] listen(3, 1) = 0
            [pid 7] dup(3) = 4
            [pid 7] fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0
            [pid 7] accept(3, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)
            [pid 7] poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout)
            [pid 7] setsockopt(3, SOL_IP, IP_BIND_ADDRESS_NO_PORT, [1], 4) = 0
            [pid 8] socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
            [pid 8] connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
            [pid 8] getpeername(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
            [pid 8] getsockname(3, {sa_family=AF_INET, sin_port=htons(5), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
            [pid 7] fcntl(3, F_SETFL, O_RDWR) = 0
            [pid 7] poll([{fd=4, events=POLLIN|POLLOUT}], 1, -1) = 1 ([{fd=4, revents=POLLIN}])
            [pid 7] accept(4, {sa_family=AF_INET, sin_port=htons(5), sin_addr=inet_addr("127.0.0.1")}, [16]) = 5
            [pid 7] getpeername(5, {sa_family=AF_INET, sin_port=htons(5), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
            [pid 7] getpeername(3, NULL, NULL) = -1 ENOTCONN (Transport endpoint is not connected)
            """;

    private static Scenario scenario(String text) throws TranscriptException {
        return new Scenario("test", "test", "INET", "rule", "source", true, List.of(),
                TranscriptParser.parse("test", text).transcript());
    }

    @Test
    void everyKindOfCallIsPartOfThePrograms() throws TranscriptException {
        for (String text : List.of(EVERY_CALL, EVERY_CALL.replaceAll("(?m)^\\[pid 8\\].*\n", "").lines().limit(8)
                .map(line -> line + "\n").collect(Collectors.joining()))) {
            Programs.Ended python = Programs.python(directory, Reproduction.python(scenario(text)), Map.of());
            Programs.Ended c = Programs.c(directory, Reproduction.c(scenario(text)), Map.of());
            assertThat(List.of(python.status(), c.status())).as(python.output() + c.output()).containsExactly(0, 0);
            assertThat(c.output()).isEqualTo(python.output());
        }
    }

    /** Python would look an IPv4 address up as an IPv6 one, and fail before it calls anything. */
    @Test
    void anAddressOfAnotherFamilyReachesTheKernel() throws TranscriptException {
        Scenario scenario = scenario("""
                socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3
                dup(3) = 4
                connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINVAL (Invalid argument)
                bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINVAL (Invalid argument)
                close(4) = 0
                listen(3, 1) = 0
                """);
        Programs.Ended python = Programs.python(directory, Reproduction.python(scenario), Map.of());
        Programs.Ended c = Programs.c(directory, Reproduction.c(scenario), Map.of());

        assertThat(List.of(python.status(), c.status())).as(python.output() + c.output()).containsExactly(0, 0);
        assertThat(c.output()).isEqualTo(python.output());
    }

    /** One scenario a kind of program: same process, another, a thread; the kernel's port, an option read, a connection. */
    private static final Map<String, String> BROKEN_BY = Map.of(
            "inet6-loopback/listening/reuseaddr-both", "duplicate-listener",
            "inet-loopback/listening/reuseaddr-both/other-process", "duplicate-listener",
            "calls/reuseaddr-is-not-reuseport-inet", "duplicate-listener",
            "inet-any/chosen-port/listening/reuseaddr-both", "duplicate-listener",
            "inet-loopback/time-wait/reuseaddr-neither", "time-wait-ignored",
            "inet-loopback/listening/reuseaddr-neither/reuseport-both", "reuseport-refused",
            "threads/bind-in-thread-inet", "thread-bind-elsewhere",
            "implicit-bind/listen-without-bind-inet", "autobind-elsewhere",
            "addresses/dual-stack-reachable", "v6only-forced");

    @Test
    @Tag("tools")
    void aBrokenPlatformMakesTheProgramsEndWithOneAndShowTheCall() {
        BROKEN_BY.forEach((id, fault) -> {
            Map<String, String> environment = FaultLibrary.compiled().environment(fault);
            Scenario scenario = Catalogue.scenarios().stream().filter(known -> known.id().startsWith(id)).findFirst()
                    .orElseThrow(() -> new IllegalStateException("no scenario " + id));
            Programs.Ended python = Programs.python(directory, Reproduction.python(scenario), environment);
            Programs.Ended c = Programs.c(directory, Reproduction.c(scenario), environment);
            assertThat(List.of(python.status(), c.status())).as(id + "\n" + python.output() + c.output()).containsExactly(1, 1);
            assertThat(python.output()).contains("\n- ", "\n+ ").endsWith(CLOSING);
        });
    }

    private static final String CLOSING =
            "This platform does what the line + says, Linux what the line - says.\n";

    @Test
    @Tag("tools")
    void withoutIpv6TheProgramsSayThatTheyCannotRun() {
        Scenario scenario = Catalogue.scenarios().stream().filter(known -> known.id().equals("original-report/two-terminals"))
                .findFirst().orElseThrow();
        Path python = Programs.written(directory.resolve("six.py"), Reproduction.python(scenario));
        Programs.c(directory, Reproduction.c(scenario), Map.of());
        for (List<String> program : List.of(List.of("python3", python.toString()),
                List.of(directory.resolve("reproduction").toString()))) {
            List<String> command = new ArrayList<>(List.of("unshare", "--net", "sh", "-c",
                    "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up; exec \"$@\"", "sh"));
            command.addAll(program);
            Programs.Ended ended = Programs.run(command, Map.of());
            assertThat(ended.status()).as(ended.output()).isEqualTo(2);
            assertThat(ended.output()).startsWith("cannot run here, there is no ::1: ").hasLineCount(1);
        }
    }

    /** In a network of its own: leaves a connection in TIME_WAIT on every ephemeral port, then becomes the program. */
    private static final String AMONG_STRANGERS = """
            import os, socket, subprocess, sys
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as bounds:
                bounds.write("40000 40019")
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 30000))
                listener.listen(64)
                for _ in range(20):
                    client = socket.socket()
                    client.connect(("127.0.0.1", 30000))
                    accepted = listener.accept()[0]
                    client.close()
                    accepted.close()
            os.execvp(sys.argv[1], sys.argv[1:])
            """;

    @Test
    @Tag("tools")
    void aPortThatTheKernelGaveWithAStrangersConnectionIsNoAccusation() {
        Scenario scenario = Catalogue.scenarios().stream()
                .filter(known -> known.id().equals("inet-loopback/chosen-port/client/reuseaddr-neither"))
                .findFirst().orElseThrow();
        Path python = Programs.written(directory.resolve("crowded.py"), Reproduction.python(scenario));
        assertThat(Programs.c(directory, Reproduction.c(scenario), Map.of()).status()).isZero();
        for (List<String> program : List.of(List.of("python3", python.toString()),
                List.of(directory.resolve("reproduction").toString()))) {
            List<String> command = new ArrayList<>(List.of("unshare", "--net", "python3", "-c", AMONG_STRANGERS));
            command.addAll(program);
            Programs.Ended ended = Programs.run(command, Map.of());
            assertThat(ended.status()).as(ended.output()).isEqualTo(2);
            assertThat(ended.output()).contains("the kernel chose a port that others' connections have; run it again\n");
        }
    }

    @Test
    void aTranscriptReplaysAsItWas() throws Exception {
        for (Scenario scenario : sample(PYTHON_SAMPLE)) {
            Transcript read = TranscriptParser.parse(scenario.id(), Reproduction.strace(scenario)).transcript();
            assertThat(read.steps()).isEqualTo(scenario.transcript().steps());
            assertThat(read.headers()).containsEntry("scenario", scenario.id()).containsEntry("rule", scenario.rule());
        }
    }

    @Test
    void repeatedCallsAreWrittenOnce() {
        List<Integer> numbers = List.of(9, 1, 2, 1, 2, 1, 2, 1, 2, 7, 7, 7, 3);
        assertThat(Repetition.in(numbers)).containsExactly(new Repetition<>(List.of(9), 1),
                new Repetition<>(List.of(1, 2), 4), new Repetition<>(List.of(7, 7, 7, 3), 1));
    }

    /** How fast this machine is has no part in it: whatever the program finds, it prints four costs and says so by its status. */
    @Test
    void theProgramsOfACostPrintWhatEachCallCosts() {
        for (Programs.Ended ended : List.of(Programs.c(directory, Reproduction.callCostsInC(), Map.of()),
                Programs.python(directory, Reproduction.callCostsInPython(), Map.of()))) {
            assertThat(ended.output().strip().lines()).hasSize(4).allMatch(line -> line.matches("\\w+ +[0-9.]+ us"));
            assertThat(ended.status()).isBetween(0, 1);
        }
    }
}
