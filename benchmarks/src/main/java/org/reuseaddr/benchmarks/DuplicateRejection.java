package org.reuseaddr.benchmarks;

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
import org.reuseaddr.benchmarks.fixture.FailureLimit;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.ListenerCycle;
import org.reuseaddr.benchmarks.fixture.NativeAddress;
import org.reuseaddr.benchmarks.fixture.NativeServer;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;

/**
 * What it costs to be told no: EADDRINUSE at bind, where a listener holds the port, and at listen, where two sockets are
 * bound to it and the other one was first to listen. SO_REUSEADDR is on for both sockets.
 *
 * <p>The obvious version makes a socket for each attempt and measures socket and close. A socket that was refused is as
 * it was before, so here one socket is refused again and again, and the call stands alone.
 *
 * <p>A call that is <em>not</em> refused is the defect that this suite was made for: it ends the iteration.
 *
 * <pre>java -jar benchmarks.jar DuplicateRejection</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class DuplicateRejection extends GatedBenchmark {

    @Param({"INET", "INET6"})
    public Family family;

    /** What was counted in an iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class RejectionCounts {
        /** Calls refused with EADDRINUSE, as they must be. */
        public long refused;
        /** Calls that succeeded, which is a violation. */
        public long permitted;
        /** Calls that failed with another errno. */
        public long failures;
    }

    /** A port that somebody listens on, and a socket that is refused. */
    public abstract static class Rivals {

        private static final int EADDRINUSE = -Errno.EADDRINUSE.number();

        SocketCalls calls;
        NativeAddress address;
        int holder;
        int challenger;
        private RejectionCounts counts;
        private Sockets sockets;
        private int latest;

        /** Makes both sockets and has one listen. */
        @Setup(Level.Trial)
        public void prepare(DuplicateRejection benchmark, RejectionCounts counters) {
            counts = counters;
            calls = SocketCalls.open();
            sockets = new Sockets(calls);
            Family family = benchmark.family;
            holder = reusing(family);
            challenger = reusing(family);
            NativeServer.expect("bind", sockets.bind(holder, family.loopback(0)));
            Sockets.AddressedResult name = sockets.getsockname(holder);
            NativeServer.expect("getsockname", name.result());
            address = new NativeAddress(calls, name.address());
            beforeHolderListens();
            NativeServer.expect("listen", sockets.listen(holder, ListenerCycle.BACKLOG));
        }

        private int reusing(Family family) {
            int fd = NativeServer.expect("socket", sockets.socket(family));
            NativeServer.expect("setsockopt", sockets.setOption(fd, SocketOption.SO_REUSEADDR, 1));
            return fd;
        }

        /** What the challenger does while it still may. */
        abstract void beforeHolderListens();

        final void count(int result) {
            if (result == EADDRINUSE) {
                counts.refused++;
            } else if (result == 0) {
                counts.permitted++;
            } else {
                counts.failures++;
                latest = -result;
            }
        }

        /**
         * Fails the iteration if anything but EADDRINUSE was the answer.
         *
         * @throws IllegalStateException then
         */
        @TearDown(Level.Iteration)
        public void end() {
            if (counts.permitted > 0) {
                throw new IllegalStateException("a duplicate listener was permitted " + counts.permitted
                        + " times where EADDRINUSE was due");
            }
            if (FailureLimit.isExceeded(counts.failures, counts.refused + counts.failures)) {
                throw new IllegalStateException(counts.failures + " calls failed with something else than EADDRINUSE, "
                        + "the last one with " + Errno.of(latest));
            }
        }

        /** Closes both sockets. */
        @TearDown(Level.Trial)
        public void close() {
            sockets.close(challenger);
            sockets.close(holder);
        }
    }

    /** The challenger is not bound yet. */
    @State(Scope.Thread)
    public static class Unbound extends Rivals {
        @Override
        void beforeHolderListens() {
        }
    }

    /** The challenger was bound before the holder listened. */
    @State(Scope.Thread)
    public static class BoundRivals extends Rivals {
        @Override
        void beforeHolderListens() {
            int bound = calls.bind(challenger, address.pointer, address.length);
            if (bound < 0) {
                throw new IllegalStateException("bind beside a socket that does not listen, SO_REUSEADDR on both, failed "
                        + "with " + Errno.of(-bound));
            }
        }
    }

    /** bind(2) on a port with a listener. */
    @Benchmark
    public void bind(Unbound rivals) {
        rivals.count(rivals.calls.bind(rivals.challenger, rivals.address.pointer, rivals.address.length));
    }

    /** listen(2) on a port with a listener. */
    @Benchmark
    public void listen(BoundRivals rivals) {
        rivals.count(rivals.calls.listen(rivals.challenger, ListenerCycle.BACKLOG));
    }
}
