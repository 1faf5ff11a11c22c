package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptPrinter;

/** A call that is not given up would keep a test waiting for ever. */
@Timeout(120)
class ReplayerTest {

    private static final String LISTENER = """
            socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
            bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
            listen(3, 1) = 0
            """;

    private static Scenario scenario(String text) {
        try {
            return new Scenario("test", "test", "INET", "rule", "source", true, List.of(),
                    TranscriptParser.parse("test", text).transcript());
        } catch (TranscriptException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Scenario> everyTenth() {
        List<Scenario> some = new ArrayList<>();
        List<Scenario> all = Catalogue.scenarios();
        for (int i = 0; i < all.size(); i += 10) {
            some.add(all.get(i));
        }
        return some;
    }

    /** Those that can be bound: who looks at a port that was refused keeps a netlink socket for the next one. */
    private static long sockets() throws IOException {
        Set<String> netlink = new HashSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/net/netlink"))) {
            netlink.add("socket:[" + line.substring(line.lastIndexOf(' ', line.stripTrailing().length() - 1) + 1).strip() + "]");
        }
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(ReplayerTest::file).filter(file -> file.startsWith("socket:") && !netlink.contains(file)).count();
        }
    }

    private static String file(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            // The one that lists the directory, or one that the JVM has closed since.
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("socket-calls")).count();
    }

    @Test
    void nothingIsLeftBehindByScenarios() throws Exception {
        List<Scenario> scenarios = everyTenth();
        try (Replayer replayer = new Replayer()) {
            scenarios.forEach(replayer::replay);
            long socketsBefore = sockets();
            long workersBefore = workers();
            assertThat(scenarios).allMatch(scenario -> replayer.replay(scenario).grade() == Grade.PASS);
            assertThat(sockets()).isEqualTo(socketsBefore);
            assertThat(workers()).isEqualTo(workersBefore);
        }
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            child.onExit().get();
        }
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void aHelperThatIsInterruptedGoesOnAndOneThatIsKilledIsReplaced() throws Exception {
        Scenario twoProcesses = everyTenth().stream().filter(scenario -> scenario.id().endsWith("other-process")).findFirst()
                .orElseThrow();
        List<ProcessHandle> ofOthers = ProcessHandle.current().children().toList();
        try (Replayer replayer = new Replayer()) {
            assertThat(replayer.replay(twoProcesses).grade()).isEqualTo(Grade.PASS);
            ProcessHandle helper = ProcessHandle.current().children().filter(child -> !ofOthers.contains(child)).findFirst().orElseThrow();
            new ProcessBuilder("kill", "-INT", Long.toString(helper.pid())).start().waitFor();
            assertThat(replayer.replay(twoProcesses).grade()).isEqualTo(Grade.PASS);
            assertThat(helper.isAlive()).isTrue();

            helper.destroyForcibly();
            helper.onExit().get();
            assertThat(replayer.replay(twoProcesses)).extracting(ScenarioResult::grade, result -> result.detail().isEmpty())
                    .containsExactly(Grade.ERROR, false);
            assertThat(replayer.replay(twoProcesses).grade()).isEqualTo(Grade.PASS);
        }
    }

    /** Its listen never comes back to the first thread that makes it. */
    private static final class Hanging implements SocketProcess {
        private final CallWatch watch;
        private final LocalProcess kernel;
        private final AtomicInteger hanging = new AtomicInteger();
        private final CountDownLatch comesBack = new CountDownLatch(1);

        private Hanging(CallWatch watch) {
            this.watch = watch;
            kernel = new LocalProcess(watch);
        }

        @Override
        public Outcome execute(int thread, Call call, int newName, int limitMillis) {
            if (call instanceof Call.Listen && watch.isHere()) {
                long until = watch.begins(limitMillis);
                hanging.incrementAndGet();
                try {
                    comesBack.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                } finally {
                    watch.ends(until);
                }
            }
            return kernel.execute(thread, call, newName, limitMillis);
        }

        @Override
        public void closeAll() {
            kernel.closeAll();
        }

        @Override
        public void close() {
            comesBack.countDown();
            kernel.close();
        }
    }

    @Test
    void aCallThatNeverComesBackIsMadeAnewAndTheOnesAfterItAreMadeByThreadsOfTheirOwn() throws Exception {
        CallWatch watch = new CallWatch();
        Hanging hanging = new Hanging(watch);
        long socketsBefore = sockets();
        try (Replayer replayer = new Replayer(Surroundings.unknown(), watch, hanging, HelperProcess::new)) {
            Scenario listens = scenario("# limit-ms: 100\n" + LISTENER);
            assertThat(replayer.replay(listens).grade()).isEqualTo(Grade.PASS);
            assertThat(replayer.replay(listens).grade()).isEqualTo(Grade.PASS);
            assertThat(hanging.hanging).hasValue(1);
            // What the thread that was given up had open is closed.
            assertThat(sockets()).isEqualTo(socketsBefore);
        }
    }

    @Test
    void aHelperThatDoesNotAnswerCostsOneScenarioItsTime() {
        CallWatch watch = new CallWatch();
        HelperProcess.Patience patience = new HelperProcess.Patience(60_000, 60_000, 60_000);
        List<String> silent = List.of("sh", "-c", "echo reuseaddr-helper; exec sleep 60");
        try (Replayer replayer = new Replayer(Surroundings.unknown(), watch, new LocalProcess(watch),
                () -> new HelperProcess(silent, patience, watch))) {
            ScenarioResult result = replayer.replay(scenario("# limit-ms: 100\n"
                    + "[pid 1] socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n[pid 2] socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n"));
            assertThat(result.grade()).isEqualTo(Grade.TIMEOUT);
        }
    }

    @Test
    void aConnectThatShouldHaveBeenRefusedForItsAddressIsAViolationLikeAnyOther() {
        try (Replayer replayer = new Replayer()) {
            ScenarioResult result = replayer.replay(scenario(LISTENER + "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\n"
                    + "connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, 16)"
                    + " = -1 EADDRINUSE (Address already in use)\n"));
            assertThat(result.grade()).isEqualTo(Grade.VIOLATION);
            assertThat(result.detail()).isEmpty();
        }
    }

    @Test
    void aPlatformThatNeverAnswersIsGivenLessAndLessTime() {
        Scenario waits = scenario("# limit-ms: 250\n" + LISTENER + "accept(3, NULL, NULL) = 4\n");
        try (Replayer replayer = new Replayer()) {
            List<ScenarioResult> results = Stream.generate(() -> replayer.replay(waits)).limit(21).toList();
            assertThat(results).allMatch(result -> result.grade() == Grade.TIMEOUT);
            assertThat(results.get(0).observedStep().orElseThrow().outcome().toString()).contains("250");
            assertThat(results.get(20).observedStep().orElseThrow().outcome().toString()).contains("200");
        }
    }

    @Test
    void threadsBeyondTheLimitAreAnErrorOfTheCheck() {
        StringBuilder text = new StringBuilder();
        for (int thread = 102; thread < 102 + Replayer.MAX_THREADS; thread++) {
            text.append("# thread: ").append(thread).append(" of 101\n");
        }
        for (int thread = 101; thread < 102 + Replayer.MAX_THREADS; thread++) {
            text.append("[pid ").append(thread).append("] socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = ").append(thread).append('\n');
        }
        try (Replayer replayer = new Replayer()) {
            ScenarioResult result = replayer.replay(scenario(text.toString()));
            assertThat(result.grade()).isEqualTo(Grade.ERROR);
            assertThat(result.detail()).contains("at most " + Replayer.MAX_THREADS + " threads");
        }
    }

    @Test
    void observedDescriptorsAreThoseOfTheTranscript() {
        try (Replayer replayer = new Replayer()) {
            ScenarioResult result = replayer.replay(scenario(LISTENER.replace(" = 3", " = 77").replace("(3,", "(77,")));
            assertThat(result.grade()).isEqualTo(Grade.PASS);
            assertThat(result.observed()).isEqualTo(result.scenario().transcript().steps());
        }
    }

    private static final String PEER = """
            socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5
            connect(5, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
            """;

    /** Every result was taken from strace on Linux 6.18. */
    private static final List<String> NEWER_CALLS = List.of(
            LISTENER + "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\naccept(3, NULL, NULL) = -1 EAGAIN (Try again)\n",
            LISTENER + "dup(3) = 4\nfcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
                    + "accept4(3, NULL, NULL, 0) = -1 EAGAIN (Try again)\n",
            "# limit-ms: 100\n" + LISTENER + "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\nfcntl(3, F_SETFL, O_RDWR) = 0\n"
                    + "accept(3, NULL, NULL) = ? TIMEOUT (no answer in 100 ms)\n",
            LISTENER + "dup(3) = 4\nclose(3) = 0\n" + PEER + "accept(4, NULL, NULL) = 6\n"
                    + "getpeername(5, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 0\n"
                    + "dup(3) = -1 EBADF (Bad file descriptor)\ngetpeername(4, NULL, NULL) = -1 ENOTCONN (x)\n",
            LISTENER + "poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout)\n" + PEER
                    + "poll([{fd=3, events=POLLIN|POLLOUT}], 1, -1) = 1 ([{fd=3, revents=POLLIN}])\n"
                    + "poll([{fd=5, events=POLLOUT}], 1, 1000) = 1 ([{fd=5, revents=POLLOUT}])\n"
                    + "close(3) = 0\nclose(5) = 0\n",
            "# limit-ms: 100\n" + LISTENER
                    + "poll([{fd=3, events=POLLIN}], 1, -1) = ? TIMEOUT (no answer in 100 ms)\n",
            "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\n"
                    + "poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLHUP}])\n");

    /** What cannot be found out is no lack of the platform's, which a check would go by with success. */
    @Test
    void aHelperThatDoesNotStartIsNoPlatformWithoutUsers() {
        Scenario ofUser = scenario("# user: 65534 of 0\n" + LISTENER);
        try (Replayer replayer = new Replayer(Surroundings.unknown(), new LocalProcess(),
                () -> new HelperProcess(List.of("sh", "-c", "exit 1"), new HelperProcess.Patience(60_000, 60_000, 60_000)))) {
            ScenarioResult result = replayer.replay(ofUser);
            assertThat(result.grade()).isEqualTo(Grade.ERROR);
            assertThat(result.detail()).isEqualTo("the helper process ended: java.io.EOFException: it ended before it answered");
        }
    }

    static Stream<Scenario> newerCalls() {
        return NEWER_CALLS.stream().map(ReplayerTest::scenario);
    }

    @ParameterizedTest
    @MethodSource("newerCalls")
    void nonBlockingModeDuplicatesPollAndPeersAreAsOnLinux(Scenario scenario) {
        try (Replayer replayer = new Replayer()) {
            ScenarioResult result = replayer.replay(scenario);
            assertThat(result.grade()).as(TranscriptPrinter.diff(scenario.transcript().steps(), result.observed(),
                    result.divergent())).isEqualTo(Grade.PASS);
        }
    }
}
