package org.reuseaddr.transcript;

import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;

/**
 * What the int of IP_LOCAL_PORT_RANGE says (ip(7), since Linux 6.3): from which ports Linux chooses one for the socket.
 *
 * @param lower the lowest port, 0 to 65,535; 0 for no bound of the socket's own
 * @param upper the highest port, likewise
 */
public record PortBounds(int lower, int upper) {

    private static final int PORT_MASK = 0xffff;

    /** The bounds in the option's value: its low 16 bits are the lower one, its high 16 bits the upper one. */
    public static PortBounds of(int value) {
        return new PortBounds(value & PORT_MASK, value >>> Short.SIZE);
    }

    /** Bounds that leave one port, 1 to 65,535. */
    public static PortBounds only(int port) {
        return new PortBounds(port, port);
    }

    /** The option's value. */
    public int value() {
        return upper << Short.SIZE | lower;
    }

    /** The port, where the bounds leave exactly one. */
    public OptionalInt onlyPort() {
        return lower == upper && lower != 0 ? OptionalInt.of(lower) : OptionalInt.empty();
    }

    /** The bounds with another number for the port, where they leave exactly one; the same where they do not. */
    public PortBounds renamed(IntUnaryOperator name) {
        return onlyPort().isPresent() ? only(name.applyAsInt(lower)) : this;
    }

    /** Whether both bounds are given and the lower one is above the upper one, which setsockopt refuses. */
    public boolean areCrossed() {
        return upper != 0 && lower > upper;
    }
}
