package org.reuseaddr.replay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Outcome;

/** How a call ended in {@value #BYTES} bytes of memory that several processes see. */
final class OutcomeSlot {

    /** The size of a slot: a line of the cache. */
    static final int BYTES = 64;

    private static final int KIND = 0;
    private static final int RESULT = 4;
    private static final int VALUE = 8;
    private static final int ADDRESS_LENGTH = 12;
    private static final int ADDRESS = 16;
    private static final int PORT = ADDRESS + 2;

    private static final int PLAIN = 1;
    private static final int WITH_VALUE = 2;
    private static final int WITH_ADDRESS = 3;
    private static final int TIMED_OUT = 4;

    private OutcomeSlot() {
    }

    /** Writes a slot; two outcomes have the same bytes if and only if they are equal. */
    static void write(ByteBuffer memory, int offset, Outcome outcome) {
        for (int at = 0; at < BYTES; at += Long.BYTES) {
            memory.putLong(offset + at, 0);
        }
        if (outcome instanceof Outcome.TimedOut late) {
            memory.putInt(offset + KIND, TIMED_OUT);
            memory.putInt(offset + VALUE, late.limitMillis());
            return;
        }
        memory.putInt(offset + RESULT, number(((Outcome.Completed) outcome).result()));
        if (outcome instanceof Outcome.WithValue read) {
            memory.putInt(offset + KIND, WITH_VALUE);
            memory.putInt(offset + VALUE, read.value());
        } else if (outcome instanceof Outcome.WithAddress shown) {
            memory.putInt(offset + KIND, WITH_ADDRESS);
            if (shown.address() != null) {
                memory.putInt(offset + ADDRESS_LENGTH, shown.address().length());
                shown.address().writeTo(memory.slice(offset + ADDRESS, SockAddr.MAX_LENGTH));
            }
        } else {
            memory.putInt(offset + KIND, PLAIN);
        }
    }

    private static int number(SyscallResult result) {
        return result instanceof SyscallResult.Returned returned ? returned.value()
                : -((SyscallResult.Failed) result).errno().number();
    }

    /** Puts the literal port in place of a real one, if the slot has an address; ports that are new get the next number. */
    static void makeLiteral(ByteBuffer memory, int offset, Map<Integer, Integer> literalPorts, int firstChosen) {
        if (memory.getInt(offset + ADDRESS_LENGTH) == 0) {
            return;
        }
        ByteBuffer network = memory.duplicate().order(ByteOrder.BIG_ENDIAN);
        int real = Short.toUnsignedInt(network.getShort(offset + PORT));
        if (real != 0) {
            Integer literal = literalPorts.get(real);
            if (literal == null) {
                literal = firstChosen + literalPorts.size();
                literalPorts.put(real, literal);
            }
            network.putShort(offset + PORT, (short) (int) literal);
        }
    }

    /**
     * Reads a slot.
     *
     * @throws IllegalArgumentException if nothing was written there
     */
    static Outcome read(ByteBuffer memory, int offset) {
        SyscallResult result = SyscallResult.of(memory.getInt(offset + RESULT));
        int value = memory.getInt(offset + VALUE);
        return switch (memory.getInt(offset + KIND)) {
            case PLAIN -> new Outcome.Plain(result);
            case WITH_VALUE -> new Outcome.WithValue((SyscallResult.Returned) result, value);
            case WITH_ADDRESS -> new Outcome.WithAddress((SyscallResult.Returned) result, address(memory, offset));
            case TIMED_OUT -> new Outcome.TimedOut(value);
            default -> throw new IllegalArgumentException("no outcome");
        };
    }

    private static SockAddr address(ByteBuffer memory, int offset) {
        int length = memory.getInt(offset + ADDRESS_LENGTH);
        return length == 0 ? null : SockAddr.readFrom(memory.slice(offset + ADDRESS, SockAddr.MAX_LENGTH), length);
    }
}
