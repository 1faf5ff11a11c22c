package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptPrinter;

/** What the replay makes of platforms whose calls return what the kernel under the test never would. */
class OddPlatformTest {

    private static final int ODD = 2_147_014_848;
    private static final Outcome ZERO = new Outcome.Plain(new SyscallResult.Returned(0));
    private static final Outcome ODD_VALUE = new Outcome.Plain(new SyscallResult.Returned(ODD));
    private static final String BIND =
            "bind(%d, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"127.0.0.1\")}, 16)";
    private static final String HOLDER = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n" + BIND.formatted(3) + " = 0\n";
    private static final String DUPLICATE = HOLDER + "listen(3, 1) = 0\nsocket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\n"
            + BIND.formatted(4) + " = -1 EADDRINUSE (Address already in use)\n";

    private static boolean isBind(Call call, int fd) {
        return call instanceof Call.Bind bind && bind.fd() == fd && bind.address().port() != 0;
    }

    private static ScenarioResult replay(String text, boolean promised, Function<Call, Function<Outcome, Outcome>> answers) {
        try (Replayer replayer = new Replayer(Surroundings.unknown(), OddPlatform.answering(answers))) {
            return replayer.replay(new Scenario("test", "test", "INET", "rule", "source", promised, List.of(),
                    TranscriptParser.parse("test", text).transcript()));
        } catch (TranscriptException e) {
            throw new AssertionError(e);
        }
    }

    private static String evidence(ScenarioResult result) {
        return TranscriptPrinter.diff(result.scenario().transcript().steps(), result.observed(), result.divergent());
    }

    @Test
    void aBindThatReturnsNeitherZeroNorMinusOneIsAViolationAlsoWhereNothingIsPromised() {
        for (boolean promised : List.of(true, false)) {
            ScenarioResult result = replay(HOLDER, promised,
                    call -> outcome -> isBind(call, 3) ? ODD_VALUE : outcome);
            assertThat(result.grade()).isEqualTo(Grade.VIOLATION);
            assertThat(evidence(result)).endsWith("\n- " + BIND.formatted(3) + " = 0\n+ " + BIND.formatted(3) + " = " + ODD + "\n");
            assertThat(result.detail()).isEqualTo("bind returned 2147014848, which means neither success nor failure: "
                    + "minus the HRESULT 0x80072740, Windows' error 10048");
            assertThat(result.attempts()).isEqualTo(2);
        }
    }

    @Test
    void aValueThatIsNoHresultIsNotCalledOne() {
        Outcome seven = new Outcome.Plain(new SyscallResult.Returned(7));
        assertThat(replay(HOLDER, true, call -> outcome -> isBind(call, 3) ? seven : outcome).detail())
                .isEqualTo("bind returned 7, which means neither success nor failure");
    }

    @Test
    void aListenOrSetsockoptThatReturnsAnotherValueIsAViolation() {
        ScenarioResult listen = replay(DUPLICATE, true,
                call -> outcome -> call instanceof Call.Listen ? ODD_VALUE : outcome);
        assertThat(listen.grade()).isEqualTo(Grade.VIOLATION);
        assertThat(listen.divergent()).isEqualTo(2);
        ScenarioResult option = replay(HOLDER + "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n", true,
                call -> outcome -> call instanceof Call.SetOption ? ODD_VALUE : outcome);
        assertThat(option.grade()).isEqualTo(Grade.VIOLATION);
        assertThat(option.divergent()).isEqualTo(2);
    }

    @Test
    void aSecondBindThatReturnsAnotherValueThanZeroMakesNoSecondListener() {
        ScenarioResult result = replay(DUPLICATE, true,
                call -> outcome -> isBind(call, 4) ? ODD_VALUE : call instanceof Call.Listen ? ZERO : outcome);
        assertThat(result.grade()).isEqualTo(Grade.VIOLATION);
        assertThat(result.twoListeners()).isFalse();
        assertThat(result.detail()).doesNotContain("listeners").contains("returned 2147014848");
    }

    @Test
    void aListenThatReturnsZeroForASocketThatDoesNotListenMakesNoSecondListener() {
        ScenarioResult result = replay(DUPLICATE, true, call -> outcome ->
                isBind(call, 4) || call instanceof Call.Listen listen && listen.fd() == 4 ? ZERO
                        : call instanceof Call.GetOption read && read.fd() == 4 && read.option() == SocketOption.SO_ACCEPTCONN
                        ? new Outcome.WithValue(new SyscallResult.Returned(0), 0) : outcome);
        assertThat(result.grade()).isEqualTo(Grade.VIOLATION);
        assertThat(result.twoListeners()).isFalse();
        assertThat(result.detail()).isEqualTo("listen returned 0 and the second socket does not listen (SO_ACCEPTCONN is 0)");
    }

    @Test
    void twoSocketsOfWhichNeitherCanBeAskedAreTwoListenersOnlyIfBothAreReached() {
        Outcome cannotBeAsked = new Outcome.Plain(new SyscallResult.Failed(Errno.named("ENOPROTOOPT")));
        ScenarioResult result = replay(DUPLICATE, true, call -> outcome ->
                isBind(call, 4) || call instanceof Call.Listen ? ZERO : call instanceof Call.GetOption ? cannotBeAsked : outcome);
        assertThat(result.twoListeners()).isFalse();
        assertThat(result.detail()).startsWith("two sockets have the port: of ").contains("the second 0");
    }

    @Test
    void aViolationThatIsNotSeenAgainSaysSo() {
        AtomicInteger binds = new AtomicInteger();
        ScenarioResult result = replay(HOLDER, true,
                call -> outcome -> isBind(call, 3) && binds.getAndIncrement() == 0 ? ODD_VALUE : outcome);
        assertThat(result.grade()).isEqualTo(Grade.VIOLATION);
        assertThat(result.attempts()).isEqualTo(2);
        assertThat(result.detail()).endsWith("; 1 of 2 attempts: in the other every call ended as on Linux");
    }
}
