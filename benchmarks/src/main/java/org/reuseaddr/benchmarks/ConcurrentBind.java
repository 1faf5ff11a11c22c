package org.reuseaddr.benchmarks;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
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
import org.reuseaddr.benchmarks.fixture.NativeAddress;
import org.reuseaddr.benchmarks.fixture.PortChoice;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;

/**
 * bind alone, while other threads bind as well: what a bind waits for the binds of others. On Linux each port has a lock of
 * its own, and binds of different ports hardly meet. A port tracker that answers one call after the other, as that of WSL 2 does
 * for all processes together, makes each bind wait for one of every other binder.
 *
 * <p>The obvious version starts {@link SyscallCost} with JMH's {@code -t 4}: it says what each of four binds costs, but its
 * threads prepare and close their sockets at different times, so that how many of them bind at once is left to chance, and
 * it is another benchmark's cell by its number of threads. Here one thread is measured and {@code binders - 1} others do nothing but
 * open a socket, bind it and close it, each on a port of its own, from the beginning of an iteration to its end.
 *
 * <ul>
 *   <li>{@code binders} counts the measured one: 1 has no others, and is what the rest is to be compared with.
 *   <li>{@code other_binds} is how many binds the others made in an iteration.
 *   <li>{@code cpus} is how many CPUs there were. More binders than CPUs compete for them, which makes a bind longer by the
 *       time that its thread waits for one: Linux counts that ({@code worker_wait_share}), other platforms may not.
 * </ul>
 *
 * <pre>java -jar benchmarks.jar ConcurrentBind -p binders=1,2,4</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ConcurrentBind.BATCH)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class ConcurrentBind extends GatedBenchmark {

    /** Sockets in a batch: few, since each of their binds may wait for one of every other binder. */
    static final int BATCH = 16;

    /** With more, the threads themselves would be what is measured. */
    private static final int MOST_BINDERS = 64;
    /** How long the others may take to make their first bind, and to end their last. */
    private static final long LIMIT_SECONDS = 10;

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"1", "2", "4"})
    public int binders;

    @Param({"fixed", "ephemeral", "fresh"})
    public String port;

    /** What went on beside the measured binds. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class BindCounts {
        /** Binds that the other binders made in this iteration, those that failed included. */
        public long other_binds;
        /** Of these, those that failed. */
        public long other_failures;
        /** CPUs that this JVM may use. */
        public long cpus;
    }

    /** One of the others: from start to end of an iteration, it opens a socket, binds and closes it. */
    private static final class OtherBinder implements Runnable {

        private final SocketCalls calls = SocketCalls.open();
        private final int domain;
        private final NativeAddress address;
        private final int[] ports;
        private final CountDownLatch begun;
        private final Failures failures = new Failures();
        private final Thread thread;
        private volatile boolean ended;
        private long binds;

        OtherBinder(Family family, int[] ports, int number, CountDownLatch begun) {
            domain = family.number();
            address = NativeAddress.loopback(calls, family, 0);
            this.ports = ports;
            this.begun = begun;
            thread = new Thread(this, "binder-" + number);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            int next = 0;
            while (!ended) {
                address.setPort(ports[next]);
                next = (next + 1) % ports.length;
                int fd = calls.socket(domain, Linux.SOCK_STREAM, Linux.IPPROTO_TCP);
                int result = fd < 0 ? fd : calls.bind(fd, address.pointer, address.length);
                if (fd >= 0) {
                    calls.close(fd);
                }
                if (result != 0) {
                    failures.count(-result);
                }
                binds++;
                if (binds == 1) {
                    begun.countDown();
                }
            }
        }

        void end() throws InterruptedException {
            ended = true;
            thread.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
            if (thread.isAlive()) {
                throw new IllegalStateException("a bind beside the measured ones did not return within " + LIMIT_SECONDS + " s");
            }
        }
    }

    /** Sockets with SO_REUSEADDR, and the threads that bind others meanwhile. */
    @State(Scope.Thread)
    public static class BindBatch {

        private static final int NONE = -1;

        private final int[] sockets = new int[BATCH];
        private final ByteBuffer one = SocketCalls.allocate(Integer.BYTES).putInt(0, 1);
        private final List<OtherBinder> others = new ArrayList<>();
        private ConcurrentBind benchmark;
        private BindCounts counts;
        private Failures failures;
        private SocketCalls calls;
        private NativeAddress address;
        private long onePointer;
        private int[][] ports = {};
        private int firstPort;
        private long batches;

        /**
         * Chooses the ports of all binders.
         *
         * @throws IllegalStateException if {@code binders} is not from 1 to {@value #MOST_BINDERS}, or JMH has more than one
         *     thread: each would have others of its own
         */
        @Setup(Level.Trial)
        public void prepare(ConcurrentBind concurrent, ThreadParams thread, BindCounts events, Failures failed) {
            if (concurrent.binders < 1 || concurrent.binders > MOST_BINDERS) {
                throw new IllegalStateException("binders=" + concurrent.binders + ": expected 1 to " + MOST_BINDERS);
            }
            if (thread.getThreadCount() != 1) {
                throw new IllegalStateException("ConcurrentBind starts its other threads itself; use -p binders and -t 1");
            }
            benchmark = concurrent;
            counts = events;
            failures = failed;
            calls = SocketCalls.open();
            address = NativeAddress.loopback(calls, concurrent.family, 0);
            onePointer = calls.addressOf(one);
            Arrays.fill(sockets, NONE);
            ExplicitPorts explicit = new ExplicitPorts(HostLimits.read());
            ports = new int[concurrent.binders][];
            for (int i = 0; i < ports.length; i++) {
                ports[i] = PortChoice.named(concurrent.port).ports(explicit, i == 0 ? BATCH : 1, concurrent.family, i, ports.length);
            }
        }

        /**
         * Starts the others, and waits until each has made a bind.
         *
         * @throws InterruptedException if JMH ends the benchmark
         * @throws IllegalStateException if one of them makes no bind within {@value #LIMIT_SECONDS} s
         */
        @Setup(Level.Iteration)
        public void begin() throws InterruptedException {
            batches = 0;
            CountDownLatch begun = new CountDownLatch(ports.length - 1);
            for (int i = 1; i < ports.length; i++) {
                OtherBinder other = new OtherBinder(benchmark.family, ports[i], i, begun);
                others.add(other);
                other.thread.start();
            }
            if (!begun.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a binder made no bind within " + LIMIT_SECONDS + " s");
            }
        }

        /** Opens the sockets of a batch. */
        @Setup(Level.Invocation)
        public void open() {
            batches++;
            firstPort = (firstPort + BATCH) % ports[0].length;
            for (int i = 0; i < BATCH; i++) {
                sockets[i] = count(calls.socket(benchmark.family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP));
                count(calls.setsockopt(
                        sockets[i], Linux.SOL_SOCKET, SocketOption.SO_REUSEADDR.number(), onePointer, Integer.BYTES));
            }
        }

        private void bind() {
            int[] own = ports[0];
            for (int i = 0; i < BATCH; i++) {
                int next = firstPort + i;
                address.setPort(own[next < own.length ? next : next - own.length]);
                count(calls.bind(sockets[i], address.pointer, address.length));
            }
        }

        private int count(int result) {
            if (result < 0) {
                failures.count(-result);
            }
            return Math.max(result, NONE);
        }

        /** Closes them. */
        @TearDown(Level.Invocation)
        public void close() {
            for (int i = 0; i < BATCH; i++) {
                if (sockets[i] != NONE) {
                    count(calls.close(sockets[i]));
                    sockets[i] = NONE;
                }
            }
        }

        /**
         * Ends the others and reports what they did; fails the iteration if too many binds failed, theirs or the measured ones.
         *
         * @throws InterruptedException if JMH ends the benchmark
         * @throws IllegalStateException if too many failed, or a bind does not return
         */
        @TearDown(Level.Iteration)
        public void end() throws InterruptedException {
            List<OtherBinder> ending = List.copyOf(others);
            others.clear();
            // All are told before the first is waited for: each join takes as long as one bind.
            ending.forEach(other -> other.ended = true);
            for (OtherBinder other : ending) {
                other.end();
                counts.other_binds += other.binds;
                counts.other_failures += other.failures.failures;
                other.failures.verify("a bind beside the measured ones", other.binds);
            }
            counts.cpus = Runtime.getRuntime().availableProcessors();
            failures.verify("the measured bind, or a call that prepares for it,", batches * BATCH);
        }
    }

    /** bind(2). */
    @Benchmark
    public void bind(BindBatch batch) {
        batch.bind();
    }
}
