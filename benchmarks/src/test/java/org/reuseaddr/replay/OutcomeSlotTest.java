package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Outcome;

class OutcomeSlotTest {

    private static final SyscallResult.Returned ZERO = new SyscallResult.Returned(0);

    private final ByteBuffer memory = ByteBuffer.allocate(2 * OutcomeSlot.BYTES).order(ByteOrder.nativeOrder());

    private static Outcome shown(SockAddr address) {
        return new Outcome.WithAddress(ZERO, address);
    }

    @Test
    void everyOutcomeIsReadBackAsItWas() {
        for (Outcome outcome : List.of(new Outcome.Plain(ZERO), new Outcome.Plain(new SyscallResult.Returned(2_147_014_848)),
                new Outcome.Plain(new SyscallResult.Failed(Errno.EADDRINUSE)), new Outcome.WithValue(ZERO, -1), shown(null),
                shown(Family.INET.loopback(12_345)), shown(new SockAddr.Inet6(new byte[16], 65_535, 7, 9)), new Outcome.TimedOut(100))) {
            OutcomeSlot.write(memory, OutcomeSlot.BYTES, outcome);
            assertThat(OutcomeSlot.read(memory, OutcomeSlot.BYTES)).isEqualTo(outcome);
        }
        assertThatThrownBy(() -> OutcomeSlot.read(memory, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatAnEarlierOutcomeLeftIsGone() {
        OutcomeSlot.write(memory, 0, shown(Family.INET6.loopback(1)));
        OutcomeSlot.write(memory, 0, new Outcome.Plain(ZERO));
        OutcomeSlot.write(memory, OutcomeSlot.BYTES, new Outcome.Plain(ZERO));
        assertThat(memory.slice(0, OutcomeSlot.BYTES)).isEqualTo(memory.slice(OutcomeSlot.BYTES, OutcomeSlot.BYTES));
    }

    @Test
    void portsBecomeLiteralInTheOrderInWhichTheyAreMet() {
        Map<Integer, Integer> literal = new HashMap<>(Map.of(20_000, 12_345));
        int[] real = {60_001, 20_000, 60_002, 60_001, 0};
        int[] expected = {40_001, 12_345, 40_002, 40_001, 0};
        for (int i = 0; i < real.length; i++) {
            OutcomeSlot.write(memory, 0, shown(Family.INET.loopback(real[i])));
            OutcomeSlot.makeLiteral(memory, 0, literal, 40_000);
            assertThat(OutcomeSlot.read(memory, 0)).isEqualTo(shown(Family.INET.loopback(expected[i])));
        }
    }
}
