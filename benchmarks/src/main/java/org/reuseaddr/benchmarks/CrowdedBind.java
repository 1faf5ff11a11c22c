package org.reuseaddr.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;
import org.reuseaddr.benchmarks.fixture.ExplicitPorts;
import org.reuseaddr.benchmarks.fixture.Failures;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.HostLimits;
import org.reuseaddr.benchmarks.fixture.NativeCycle;
import org.reuseaddr.benchmarks.fixture.NativeServer;
import org.reuseaddr.benchmarks.fixture.Where;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;

/**
 * The life of a listener (bare calls, as {@link ListenerLifecycle} with {@code api=native}) against the number of
 * listeners that are there already, and where they are.
 *
 * <p>The obvious version opens ten thousand listeners anywhere, finds that nothing changes, and reports that Linux
 * scales. It does, except where the ephemeral range fills up: there bind with port 0 has to search, ten times as long
 * with a sixth of the range taken, hundreds of times as long with two thirds. A fixed port stays where it is.
 *
 * <ul>
 *   <li>{@code where=ephemeral}: the listeners hold ephemeral ports of the address that is measured;
 *   <li>{@code outside}: ports of that address outside the ephemeral range;
 *   <li>{@code otherAddress}: ephemeral ports of other loopback addresses, 127.0.0.2 and so on. IPv6 has one loopback
 *       address only, so with INET6 they are AF_INET6 sockets on {@code ::ffff:127.0.0.2} and so on;
 *   <li>{@code samePort}: the very port that {@code fixedPort} binds, on as many other loopback addresses.
 * </ul>
 *
 * <p>{@code ephemeralPort} measures port 0 and {@code fixedPort} a named one. What descriptors, the range or
 * {@value #HOLD_SECONDS} s of preparation ({@value #SLOW_HOLD_SECONDS} s where a listener takes more than two milliseconds)
 * do not allow is left out, and {@code held_actual} says how many there were.
 *
 * <pre>java -jar benchmarks.jar CrowdedBind.ephemeralPort -p family=INET -p where=ephemeral</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class CrowdedBind extends GatedBenchmark {

    static final int HOLD_SECONDS = 10;
    static final int SLOW_HOLD_SECONDS = 2;

    private static final int FIRST_HELD = 16;
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"0", "100", "1000", "10000"})
    public int held;

    @Param({"ephemeral", "outside", "otherAddress", "samePort"})
    public String where;

    private final Sockets sockets = new Sockets();
    private int[] listeners = {};
    private int fixedPort;

    /**
     * Opens the listeners to be held.
     *
     * @throws IllegalStateException if not a single one can be opened
     */
    @Setup(Level.Trial)
    public void hold() {
        HostLimits limits = HostLimits.read();
        Where place = Where.named(where);
        int[] explicit = new ExplicitPorts(limits).all();
        fixedPort = ExplicitPorts.verified(explicit, 1, family)[0];
        int wanted = Math.min(held, Math.min(limits.spareDescriptors(), place.room(limits, explicit)));
        long start = System.nanoTime();
        long deadline = start + TimeUnit.SECONDS.toNanos(HOLD_SECONDS);
        int[] open = new int[wanted];
        int opened = 0;
        int attempts = 0;
        while (opened < wanted && attempts < 2 * wanted && System.nanoTime() - deadline < 0) {
            int fd = listen(place.address(family, attempts, explicit, fixedPort));
            attempts++;
            if (fd >= 0) {
                open[opened] = fd;
                opened++;
                if (opened == FIRST_HELD && System.nanoTime() - start > FIRST_HELD * SLOW_NANOS) {
                    deadline = start + TimeUnit.SECONDS.toNanos(SLOW_HOLD_SECONDS);
                }
            }
        }
        listeners = Arrays.copyOf(open, opened);
        if (opened == 0 && held > 0) {
            throw new IllegalStateException("CrowdedBind could not hold a single listener where=" + where);
        }
    }

    private int listen(SockAddr address) {
        int fd = NativeServer.expect("socket", sockets.socket(family));
        boolean listening = sockets.setOption(fd, SocketOption.SO_REUSEADDR, 1) instanceof SyscallResult.Returned
                && sockets.bind(fd, address) instanceof SyscallResult.Returned
                && sockets.listen(fd, 1) instanceof SyscallResult.Returned;
        if (!listening) {
            sockets.close(fd);
            return -1;
        }
        return fd;
    }

    /** Closes them. */
    @TearDown(Level.Trial)
    public void release() {
        for (int listener : listeners) {
            sockets.close(listener);
        }
    }

    /** How many listeners were there. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Held {
        /** Listeners held while this iteration ran. */
        public long held_actual;
    }

    /** One more listener. */
    public abstract static class OneMore {

        NativeCycle cycle;
        private CrowdedBind benchmark;
        private Held count;

        /**
         * Prepares the address to bind.
         *
         * @throws IllegalStateException if there is more than one thread: they would hold ports for one another
         */
        @Setup(Level.Trial)
        public void prepare(CrowdedBind crowd, Held held, Failures failures, ThreadParams thread) {
            if (thread.getThreadCount() != 1) {
                throw new IllegalStateException("CrowdedBind measures one thread; start it with -t 1");
            }
            benchmark = crowd;
            count = held;
            cycle = new NativeCycle(SocketCalls.open(), crowd.family, new int[] {port(crowd)}, true, failures);
        }

        abstract int port(CrowdedBind crowd);

        /** Starts counting. */
        @Setup(Level.Iteration)
        public void begin() {
            cycle.beginIteration();
        }

        /** Reports how many listeners there were, and fails the iteration if its cycles did. */
        @TearDown(Level.Iteration)
        public void end() {
            count.held_actual = benchmark.listeners.length;
            cycle.endIteration();
        }
    }

    /** One more, on a port that the kernel looks for. */
    @State(Scope.Thread)
    public static class OnEphemeralPort extends OneMore {
        @Override
        int port(CrowdedBind crowd) {
            return 0;
        }
    }

    /** One more, on a named port. */
    @State(Scope.Thread)
    public static class OnFixedPort extends OneMore {
        @Override
        int port(CrowdedBind crowd) {
            return crowd.fixedPort;
        }
    }

    /** A listener's life on port 0. */
    @Benchmark
    public void ephemeralPort(OnEphemeralPort listener) {
        listener.cycle.run();
    }

    /** A listener's life on a named port. */
    @Benchmark
    public void fixedPort(OnFixedPort listener) {
        listener.cycle.run();
    }
}
