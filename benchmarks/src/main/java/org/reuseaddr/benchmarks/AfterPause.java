package org.reuseaddr.benchmarks;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
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
import org.reuseaddr.benchmarks.fixture.ListenerCycle;
import org.reuseaddr.benchmarks.fixture.NativeAddress;
import org.reuseaddr.benchmarks.fixture.PortChoice;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;

/**
 * One call of bind or listen after a pause of {@value #PAUSE_MILLIS} ms, as a server that starts makes it. {@link SyscallCost}
 * makes the same call again and again. On Linux both cost about a microsecond, the one after a pause some more since the caches
 * have forgotten. A platform whose port tracker answers first and waits then (WSL 2 before the fix of microsoft/WSL#41470) makes
 * the <em>next</em> call pay: a bind after a pause is fast there, the listen right behind it is not, and in a row each is slow.
 *
 * <p>The obvious version sleeps within the measured operation and takes the sleep off afterwards: the timer is less exact
 * than the call is long. Here the pause and what precedes the call are set-up, which JMH does not measure; at 40 operations
 * a second that costs it nothing.
 *
 * <pre>java -jar benchmarks.jar AfterPause</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class AfterPause extends GatedBenchmark {

    /** Longer than the 10 ms for which the tracker waits. */
    static final int PAUSE_MILLIS = 25;
    /** Calls before the first pause, enough for the last compiler. */
    private static final int REHEARSALS = 20_000;
    private static final long REHEARSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"fixed", "ephemeral", "fresh"})
    public String port;

    /** A socket that the call is made on. */
    public abstract static class Paused {

        SocketCalls calls;
        NativeAddress address;
        int fd;
        private Failures failures;
        private int domain;
        private int[] ports;
        private int next;
        private long operations;
        private long one;
        private final ByteBuffer option = SocketCalls.allocate(Integer.BYTES).putInt(0, 1);

        /** Chooses the ports, and makes the calls until they are compiled. */
        @Setup(Level.Trial)
        public void prepare(AfterPause benchmark, ThreadParams thread, Failures counts) {
            calls = SocketCalls.open();
            failures = counts;
            domain = benchmark.family.number();
            address = NativeAddress.loopback(calls, benchmark.family, 0);
            one = calls.addressOf(option);
            ports = PortChoice.named(benchmark.port).ports(new ExplicitPorts(HostLimits.read()), 1, benchmark.family,
                    thread.getThreadIndex(), thread.getThreadCount());
            long end = System.nanoTime() + REHEARSAL_NANOS;
            for (int i = 0; i < REHEARSALS && System.nanoTime() < end; i++) {
                open();
                bringUp();
                count(measured());
                calls.close(fd);
            }
        }

        /** Starts counting. */
        @Setup(Level.Iteration)
        public void begin() {
            operations = 0;
        }

        /**
         * Pauses, then makes the calls that come before.
         *
         * @throws InterruptedException if JMH ends the benchmark
         */
        @Setup(Level.Invocation)
        public void pause() throws InterruptedException {
            operations++;
            open();
            Thread.sleep(PAUSE_MILLIS);
            bringUp();
        }

        private void open() {
            fd = count(calls.socket(domain, Linux.SOCK_STREAM, Linux.IPPROTO_TCP));
            count(calls.setsockopt(fd, Linux.SOL_SOCKET, SocketOption.SO_REUSEADDR.number(), one, Integer.BYTES));
            address.setPort(ports[next]);
            next = (next + 1) % ports.length;
        }

        /** The calls between the pause and the one that is measured. */
        abstract void bringUp();

        /** The call that is measured. */
        abstract int measured();

        final int bind() {
            return calls.bind(fd, address.pointer, address.length);
        }

        final int count(int result) {
            if (result < 0) {
                failures.count(-result);
            }
            return result;
        }

        /** Closes the socket. */
        @TearDown(Level.Invocation)
        public void close() {
            calls.close(fd);
        }

        /**
         * Fails the iteration if its calls did.
         *
         * @throws IllegalStateException if too many of them failed
         */
        @TearDown(Level.Iteration)
        public void end() {
            failures.verify("the call after a pause, or one that prepares for it,", operations);
        }
    }

    /** A socket that is not bound. */
    @State(Scope.Thread)
    public static class OpenedAfterPause extends Paused {
        @Override
        void bringUp() {
            // The pause comes right before the call.
        }

        @Override
        int measured() {
            return bind();
        }
    }

    /** A socket that was bound this moment, after the pause. */
    @State(Scope.Thread)
    public static class BoundAfterPause extends Paused {
        @Override
        void bringUp() {
            count(bind());
        }

        @Override
        int measured() {
            return calls.listen(fd, ListenerCycle.BACKLOG);
        }
    }

    /** bind(2) after a pause. */
    @Benchmark
    public int bind(OpenedAfterPause socket) {
        return socket.count(socket.measured());
    }

    /** listen(2) right behind a bind(2) that came after a pause. */
    @Benchmark
    public int listen(BoundAfterPause socket) {
        return socket.count(socket.measured());
    }
}
