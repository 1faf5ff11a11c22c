package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reuseaddr.replay.HelperProcess.Patience;
import org.reuseaddr.replay.HelperProtocol.Reply;
import org.reuseaddr.replay.HelperProtocol.Request;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;

class HelperProcessTest {

    private static final Call SOCKET = new Call.Socket(2, 1, 6);
    private static final int LIMIT_MILLIS = 2_000;
    private static final int A_MINUTE = 60_000;

    /** Other tests look at this process's children. */
    @AfterEach
    void everyHelperHasEnded() {
        ProcessHandle.current().children().forEach(child -> child.onExit().join());
    }

    /** A helper that takes a second longer to start than a JVM does. */
    private static List<String> slow() {
        return List.of("sh", "-c", "sleep 1; exec \"$0\" -cp \"$1\" " + HelperProcess.class.getName(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), System.getProperty("java.class.path"));
    }

    private static void assertWorks(HelperProcess helper) {
        assertThat(SOCKET.succeedsWith(helper.execute(0, SOCKET, 3, LIMIT_MILLIS))).isTrue();
        assertThat(helper.execute(0, new Call.Bind(3, Family.INET.loopback(0)), SocketProcess.UNNAMED, LIMIT_MILLIS))
                .isEqualTo(new Outcome.Plain(new SyscallResult.Returned(0)));
        assertThat(helper.execute(0, new Call.GetSockName(3), SocketProcess.UNNAMED, LIMIT_MILLIS))
                .isInstanceOfSatisfying(Outcome.WithAddress.class, shown -> assertThat(shown.address().port()).isPositive());
        helper.closeAll();
        assertThat(helper.execute(0, new Call.Listen(3, 1), SocketProcess.UNNAMED, LIMIT_MILLIS).failedWith(Errno.EBADF))
                .isTrue();
    }

    @Test
    void aHelperThatStartsTooLateForSomeRequestsServesTheNext() {
        try (HelperProcess helper = new HelperProcess(slow(), new Patience(1, A_MINUTE, A_MINUTE))) {
            assertThatThrownBy(() -> helper.execute(0, SOCKET, 3, LIMIT_MILLIS))
                    .isInstanceOf(ReplayException.class).hasMessageMatching("the helper process has not started in [0-9]+ ms");
            assertWorks(helper);
        }
    }

    @Test
    void aHelperThatDoesNotStartIsStartedAgainHoweverOftenItFails() {
        List<String> ends = List.of("sh", "-c", "exit 1");
        try (HelperProcess helper = new HelperProcess(ends, new Patience(A_MINUTE, A_MINUTE, A_MINUTE))) {
            for (int request = 0; request < 10; request++) {
                assertThatThrownBy(() -> helper.execute(0, SOCKET, 3, LIMIT_MILLIS))
                        .isInstanceOf(ReplayException.class).hasMessageContaining("it ended before it answered");
            }
        }
        List<String> hangs = List.of("sh", "-c", "exec sleep 60");
        try (HelperProcess helper = new HelperProcess(hangs, new Patience(1, 1, 0))) {
            for (int request = 0; request < 10; request++) {
                assertThatThrownBy(() -> helper.execute(0, SOCKET, 3, LIMIT_MILLIS))
                        .isInstanceOf(ReplayException.class).hasMessageContaining("has not started");
            }
        }
    }

    /** A check that ends at once, or by Ctrl-C, does not wait for the helper that it has begun to start. */
    @Test
    void aHelperWhoseStarterIsGoneEndsWithoutAWord() throws IOException, InterruptedException {
        Process helper = new ProcessBuilder(slow()).start();
        helper.getOutputStream().close();
        helper.getInputStream().close();
        assertThat(new String(helper.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
        assertThat(helper.waitFor()).isZero();
    }

    private static Outcome returned(int value) {
        return new Outcome.Plain(new SyscallResult.Returned(value));
    }

    private static CallRace race() {
        Made socket = new Made(1, SOCKET, OptionalInt.of(3));
        Made bind = new Made(2, new Call.Bind(3, Family.INET6.loopback(12_345)), OptionalInt.empty());
        Made listen = new Made(3, new Call.Listen(3, 8), OptionalInt.empty());
        return new CallRace(List.of(socket, bind), List.of(List.of(), List.of(bind, bind), List.of(listen)), List.of(listen, socket));
    }

    @Test
    void everyRequestAndReplyIsOneLineThatIsReadBackAsItWas() throws TranscriptException {
        for (Request request : List.of(new Request.CloseAll(), new Request.Make(2, SocketProcess.UNNAMED, 250, SOCKET),
                new Request.Make(0, 7, 2_000, new Call.Accept(3, true, 0x800)),
                new Request.Make(0, 7, 2_000, new Call.GetOption(3, SocketOption.SO_ACCEPTCONN)),
                new Request.Make(0, 7, 2_000, new Call.Poll(3, 5, -1)),
                new Request.Rounds(race(), Map.of(12_345, 20_000, 12_346, 20_001), 1, 2_000, 3_000, "/tmp/of two words"),
                new Request.Rounds(new CallRace(List.of(), List.of(List.of(), List.of()), List.of()), Map.of(), 0, 1, 1, "/tmp/x"),
                Request.Race.ofThreads(Family.INET6, List.of(12_000, 12_001), 200),
                Request.Race.ofProcesses(Family.INET, List.of(12_000), 200, 1, Path.of("/tmp/of two words")))) {
            assertThat(request.line()).doesNotContain("\n");
            assertThat(Request.parse(request.line())).isEqualTo(request);
        }
        for (Reply reply : List.of(new Reply.Closed(), new Reply.CouldNot("no way"),
                new Reply.Raced(new RaceCounts(70, 29, 1, 0, 2, 1, -4)),
                new Reply.Endings(new RaceRounds.RoundCounts(3, List.of()), List.of()),
                new Reply.Endings(new RaceRounds.RoundCounts(9, List.of(new RaceRounds.RoundEnding(7, List.of(returned(3), returned(0))),
                        new RaceRounds.RoundEnding(2, List.of(returned(3),
                                new Outcome.Plain(new SyscallResult.Failed(Errno.EADDRINUSE)))))), List.of(SOCKET, new Call.Listen(3, 8))),
                new Reply.Ended(new Step(0, SOCKET, new Outcome.TimedOut(250))),
                new Reply.Ended(new Step(0, SOCKET, new Outcome.Plain(new SyscallResult.Returned(2_147_014_848)))),
                new Reply.Ended(new Step(0, SOCKET, new Outcome.Plain(new SyscallResult.Failed(Errno.of(2_147_014_848))))))) {
            assertThat(reply.line()).doesNotContain("\n");
            assertThat(Reply.parse(reply.line())).isEqualTo(reply);
        }
        assertThat(new Reply.CouldNot("two\nlines").line()).isEqualTo("failed: two lines");
    }
}
