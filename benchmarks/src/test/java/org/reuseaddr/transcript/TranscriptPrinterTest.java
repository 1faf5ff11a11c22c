package org.reuseaddr.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;

class TranscriptPrinterTest {
    private static final Outcome ZERO = new Outcome.Plain(new SyscallResult.Returned(0));
    private static final Outcome IN_USE = new Outcome.Plain(new SyscallResult.Failed(Errno.EADDRINUSE));
    private static final Step SOCKET =
            new Step(0, new Call.Socket(2, 1, 6), new Outcome.Plain(new SyscallResult.Returned(4)));
    private static final Call BIND = new Call.Bind(4, new SockAddr.Inet4(127, 0, 0, 1, 12345));
    private static final Step LISTEN = new Step(7, new Call.Listen(4, 1), ZERO);

    @Test
    void divergentCallShowsWhatWasExpectedAndWhatWasObserved() {
        List<Step> expected = List.of(SOCKET, new Step(0, BIND, IN_USE));
        List<Step> observed = List.of(SOCKET, new Step(0, BIND, ZERO), LISTEN);

        assertThat(TranscriptPrinter.diff(expected, observed, 1)).isEqualTo("""
                  socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4
                - bind(4, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = \
                -1 EADDRINUSE (Address already in use)
                + bind(4, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
                  [pid 7] listen(4, 1) = 0
                """);
    }

    @Test
    void replayWithoutDivergenceMarksNoLine() {
        assertThat(TranscriptPrinter.diff(List.of(SOCKET), List.of(SOCKET), -1))
                .isEqualTo("  socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\n");
    }

    @Test
    void callIsNotGivenAnOutcomeOfAnother() {
        assertThatThrownBy(() -> new Step(0, new Call.Accept(3, false, 0), ZERO))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cannot end with");
        assertThatThrownBy(() -> new Step(0, BIND, new Outcome.WithValue(new SyscallResult.Returned(0), 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cannot end with");
    }

    @Test
    void headersThatCouldNotBeReadBackAreRefused() {
        assertThatThrownBy(() -> new Transcript(Map.of("two words", "x"), List.of(SOCKET)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Transcript(Map.of("rule", "a\rb"), List.of(SOCKET)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new Transcript(Map.of("rule", " a \n b "), List.of(SOCKET)).headers()).containsEntry("rule", "a\nb");
    }
}
