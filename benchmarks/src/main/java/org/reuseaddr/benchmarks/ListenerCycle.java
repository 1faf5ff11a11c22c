package org.reuseaddr.benchmarks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.stream.IntStream;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;

/**
 * One way of making and closing a listener. A fork uses a single subclass, so that the call from the benchmark method
 * is compiled as if it were written there.
 */
abstract class ListenerCycle {

    /** The queue length that the JDK asks for when it is told none. */
    static final int BACKLOG = 50;

    private final Failures failures;
    private final int positions;
    private int position;
    private long cycles;

    /**
     * @param positions how many prepared addresses the cycle walks through
     */
    ListenerCycle(int positions, Failures failures) {
        this.positions = positions;
        this.failures = failures;
    }

    /**
     * The cycle of a value of the parameter {@code api}.
     *
     * @param ports walked in a cycle; 0 is an ephemeral port
     * @throws IllegalArgumentException for an unknown value
     * @throws IllegalStateException if this JVM cannot make such a socket of this family, see {@link ForkArguments}
     */
    static ListenerCycle of(String api, Family family, int[] ports, boolean reuseAddress, Failures failures) {
        return switch (api) {
            case "channel" -> new ChannelCycle(family, ports, reuseAddress, failures);
            case "socket" -> new ServerSocketCycle(family, ports, reuseAddress, failures);
            case "native" -> new NativeCycle(SocketCalls.open(), family, ports, reuseAddress, failures);
            default -> throw new IllegalArgumentException("api is channel, socket or native, not " + api);
        };
    }

    /** Opens, binds, listens and closes once; a failure is counted, not thrown. */
    abstract void run();

    /** The next of the prepared addresses. */
    final int advance() {
        cycles++;
        int current = position;
        int next = current + 1;
        position = next == positions ? 0 : next;
        return current;
    }

    final Failures failures() {
        return failures;
    }

    /** Starts counting anew. */
    final void beginIteration() {
        cycles = 0;
    }

    /**
     * Ends counting.
     *
     * @throws IllegalStateException if too many cycles failed
     */
    final void endIteration() {
        failures.verify("making a listener", cycles);
    }

    /** The loopback addresses with these ports, as the JDK takes them. */
    static InetSocketAddress[] loopback(Family family, int[] ports) {
        try {
            InetAddress host = InetAddress.getByName(family.loopback(0).host());
            return IntStream.of(ports).mapToObj(port -> new InetSocketAddress(host, port)).toArray(InetSocketAddress[]::new);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("this JVM does not take " + family.loopback(0).host() + " as an address", e);
        }
    }
}
