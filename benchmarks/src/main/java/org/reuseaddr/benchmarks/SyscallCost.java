package org.reuseaddr.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.ThreadParams;
import org.reuseaddr.benchmarks.fixture.AcceptGuard;
import org.reuseaddr.benchmarks.fixture.Connector;
import org.reuseaddr.benchmarks.fixture.ExplicitPorts;
import org.reuseaddr.benchmarks.fixture.Failures;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.HostLimits;
import org.reuseaddr.benchmarks.fixture.ListenerCycle;
import org.reuseaddr.benchmarks.fixture.NativeAddress;
import org.reuseaddr.benchmarks.fixture.NativeServer;
import org.reuseaddr.benchmarks.fixture.PortChoice;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;

/**
 * Each call of a listener's life alone, so that a slow platform can be blamed on a call. Bare calls.
 *
 * <p>The obvious version prepares a socket in a {@code Level.Invocation} fixture, times one call and measures the clock,
 * which is read twice for every half microsecond of work. Here an invocation is a batch: {@value #BATCH} sockets are
 * brought to the point before the call, and then the call is made on one after the other. JMH reads the clock around
 * the batch, which takes tens of microseconds; what its two readings cost is lost in that.
 *
 * <p>Nor should what comes before a call show in it. Where a bind takes milliseconds, a batch takes a second to prepare: an
 * iteration then has one batch, too few calls for the compilers, and meanwhile the caches go cold. Getsockname cost five
 * times as much there, and listen three times. So each batch of a call that comes after bind is preceded by a rehearsal: the same
 * call on other sockets, and a look at each socket of the batch. What that does not cure, close first of all, {@code compare}
 * knows of.
 *
 * <ul>
 *   <li>{@code port}: {@code ephemeral} is port 0; {@code fixed} gives each socket of the batch its own port, the same in
 *       every batch; {@code fresh} walks on to other ports with every batch. It matters to bind most of all.
 *   <li>{@code close} closes listeners, as the cycle does; {@link Control#socketClose} has the socket that was never
 *       bound.
 *   <li>{@code accept} takes connections that wait in the queue, without asking for the peer's address.
 * </ul>
 *
 * <p>The parts add up to less than {@link ListenerLifecycle} with {@code api=native}, to nine tenths. The kernel frees a
 * listener after a grace period of RCU. Whole cycles in a row meanwhile take memory for a thousand sockets, which the
 * caches do not hold; a batch finds what its predecessor left there. In C, batches of 64, 128, 256 and 512 sockets add up
 * to 0.72, 0.80, 0.93 and 1.0 of the cycle, and socket(2) alone goes from 0.9 to 1.4 microseconds. A batch is no larger
 * here since all of it is prepared before a call is measured: where a bind takes ten milliseconds, that is a second. There
 * a run asks JMH for smaller ones (its option {@code -opi}), and says so in its record.
 *
 * <pre>java -jar benchmarks.jar SyscallCost -p family=INET6 -p port=fixed</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SyscallCost.BATCH)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class SyscallCost extends GatedBenchmark {

    /** Sockets in a batch: enough for the clock, few enough for a slow platform and for a low limit of descriptors. */
    public static final int BATCH = 128;

    private static final int CONNECT_LIMIT_MILLIS = 500;
    /** Calls that are rehearsed before the first batch, enough for the last compiler, and how long that may take. */
    private static final int FIRST_REHEARSAL = 30_000;
    private static final long FIRST_REHEARSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"ephemeral", "fixed", "fresh"})
    public String port;

    /** How many sockets a batch has: {@value #BATCH}, or what JMH's option {@code -opi} says. */
    private int batch = BATCH;

    /** Takes the size of a batch over from JMH, which divides by it. */
    @Setup(Level.Trial)
    public void takeBatch(BenchmarkParams params) {
        batch = params.getOpsPerInvocation();
    }

    /** What batches have in common: the calls, the memory they read, and the sockets. */
    public abstract static class Batch {

        static final int NONE = -1;

        int[] sockets = {};
        final ByteBuffer one = SocketCalls.allocate(Integer.BYTES).putInt(0, 1);
        final ByteBuffer name = SocketCalls.allocate(SockAddr.MAX_LENGTH);
        final ByteBuffer nameLength = SocketCalls.allocate(Integer.BYTES);
        SocketCalls calls;
        Failures failures;
        int domain;
        NativeAddress address;
        long onePointer;
        long namePointer;
        long nameLengthPointer;
        private int batch;
        private int[] ports;
        private int firstPort;
        private long batches;

        /**
         * Prepares the memory and chooses the ports.
         *
         * @throws IllegalStateException if this process may not open enough descriptors
         */
        @Setup(Level.Trial)
        public void prepare(SyscallCost benchmark, ThreadParams thread, Failures counts) {
            HostLimits limits = HostLimits.read();
            batch = benchmark.batch;
            sockets = none(batch);
            if (limits.spareDescriptors() < 2 * batch * thread.getThreadCount()) {
                throw new IllegalStateException("SyscallCost holds " + 2 * batch * thread.getThreadCount()
                        + " descriptors at once, and this process may open only " + limits.descriptors()
                        + ": raise the limit with ulimit -n");
            }
            calls = SocketCalls.open();
            failures = counts;
            domain = benchmark.family.number();
            address = NativeAddress.loopback(calls, benchmark.family, 0);
            onePointer = calls.addressOf(one);
            namePointer = calls.addressOf(name);
            nameLengthPointer = calls.addressOf(nameLength);
            ports = PortChoice.named(benchmark.port).ports(new ExplicitPorts(limits), batch, benchmark.family,
                    thread.getThreadIndex(), thread.getThreadCount());
            openRehearsal();
            long end = System.nanoTime() + FIRST_REHEARSAL_NANOS;
            for (int i = 0; i < FIRST_REHEARSAL && System.nanoTime() < end && rehearse(); i += batch) {
                // Until the compilers have seen enough.
            }
        }

        /** Closes the sockets of rehearsals. */
        @TearDown(Level.Trial)
        public void endRehearsals() {
            closeRehearsal();
        }

        static int[] none(int count) {
            int[] none = new int[count];
            Arrays.fill(none, NONE);
            return none;
        }

        /** Starts counting. */
        @Setup(Level.Iteration)
        public void begin() {
            batches = 0;
        }

        /** Brings every socket to the point before the call that is measured. */
        @Setup(Level.Invocation)
        public void prepareBatch() {
            batches++;
            firstPort = (firstPort + batch) % ports.length;
            bringUp();
            if (rehearse()) {
                namesOfAll(sockets);
            }
        }

        /** Closes what the call has left open. */
        @TearDown(Level.Invocation)
        public void closeBatch() {
            closeAll(sockets);
        }

        /**
         * Fails the iteration if its calls did.
         *
         * @throws IllegalStateException if too many of them failed
         */
        @TearDown(Level.Iteration)
        public void end() {
            failures.verify("the measured call, or one that prepares for it,", batches * batch);
        }

        /** The calls that come before the one that is measured. */
        abstract void bringUp();

        /** Opens what rehearsals need. */
        void openRehearsal() {
        }

        /** Makes the call that is going to be measured, as often as the batch is large, on other sockets; false if there is no need. */
        boolean rehearse() {
            return false;
        }

        /** Closes what rehearsals needed. */
        void closeRehearsal() {
        }

        final void openAll(int[] fds) {
            for (int i = 0; i < fds.length; i++) {
                fds[i] = count(calls.socket(domain, Linux.SOCK_STREAM, Linux.IPPROTO_TCP));
            }
        }

        final void setReuseAddressOfAll(int[] fds) {
            for (int fd : fds) {
                count(calls.setsockopt(
                        fd, Linux.SOL_SOCKET, SocketOption.SO_REUSEADDR.number(), onePointer, Integer.BYTES));
            }
        }

        final void listenAll(int[] fds) {
            for (int fd : fds) {
                count(calls.listen(fd, ListenerCycle.BACKLOG));
            }
        }

        final void namesOfAll(int[] fds) {
            for (int fd : fds) {
                nameLength.putInt(0, SockAddr.MAX_LENGTH);
                count(calls.getsockname(fd, namePointer, nameLengthPointer));
            }
        }

        final void closeAll(int[] fds) {
            for (int i = 0; i < fds.length; i++) {
                if (fds[i] != NONE) {
                    count(calls.close(fds[i]));
                    fds[i] = NONE;
                }
            }
        }

        final void bind() {
            for (int i = 0; i < sockets.length; i++) {
                count(bind(i));
            }
        }

        final int bind(int i) {
            int next = firstPort + i;
            address.setPort(ports[next < ports.length ? next : next - ports.length]);
            return calls.bind(sockets[i], address.pointer, address.length);
        }

        final int count(int result) {
            if (result < 0) {
                failures.count(-result);
            }
            return Math.max(result, NONE);
        }
    }

    /** Nothing yet. */
    @State(Scope.Thread)
    public static class Nothing extends Batch {
        @Override
        void bringUp() {
        }
    }

    /** Sockets. */
    @State(Scope.Thread)
    public static class Opened extends Batch {
        @Override
        void bringUp() {
            openAll(sockets);
        }
    }

    /** Sockets with SO_REUSEADDR. */
    @State(Scope.Thread)
    public static class Reusing extends Batch {
        @Override
        void bringUp() {
            openAll(sockets);
            setReuseAddressOfAll(sockets);
        }
    }

    /** Bound sockets with SO_REUSEADDR. */
    @State(Scope.Thread)
    public static class Bound extends Batch {

        /** To listen again on a listener is the same call; a few of them are bound soon enough everywhere. */
        private final int[] listeners = none(16);

        @Override
        void bringUp() {
            openAll(sockets);
            setReuseAddressOfAll(sockets);
            super.bind();
        }

        @Override
        void openRehearsal() {
            openAll(listeners);
            address.setPort(0);
            for (int fd : listeners) {
                count(calls.bind(fd, address.pointer, address.length));
            }
        }

        @Override
        boolean rehearse() {
            for (int i = 0; i < sockets.length; i += listeners.length) {
                listenAll(listeners);
            }
            return true;
        }

        @Override
        void closeRehearsal() {
            closeAll(listeners);
        }
    }

    /** Listeners. */
    @State(Scope.Thread)
    public static class Listening extends Batch {

        /** To ask for the name and to close costs no bind. */
        private int[] unbound = {};

        @Override
        void openRehearsal() {
            unbound = none(sockets.length);
        }

        @Override
        void bringUp() {
            openAll(sockets);
            setReuseAddressOfAll(sockets);
            super.bind();
            listenAll(sockets);
        }

        @Override
        boolean rehearse() {
            openAll(unbound);
            namesOfAll(unbound);
            closeAll(unbound);
            return true;
        }
    }

    /** A listener in whose queue established connections wait, with their clients. */
    @State(Scope.Thread)
    public static class Waiting extends Batch {

        private int[] clients = {};
        private NativeServer server;
        private Connector connector;
        AcceptGuard guard;
        int listener;

        /**
         * Opens the listener.
         *
         * @throws IllegalStateException if this machine's accept queues are shorter than a batch
         */
        @Setup(Level.Trial)
        public void openListener(SyscallCost benchmark, ThreadParams thread) {
            clients = none(benchmark.batch);
            if (HostLimits.read().somaxconn() < clients.length) {
                throw new IllegalStateException("SyscallCost.accept needs a queue of " + clients.length
                        + " connections: raise net.core.somaxconn, which is " + HostLimits.read().somaxconn());
            }
            // One listener serves all batches: fresh ports would be a benchmark of something else.
            PortChoice choice = PortChoice.named(benchmark.port) == PortChoice.EPHEMERAL ? PortChoice.EPHEMERAL
                    : PortChoice.FIXED;
            int named = choice.ports(new ExplicitPorts(HostLimits.read()), 1, benchmark.family, thread.getThreadIndex(),
                    thread.getThreadCount())[0];
            server = new NativeServer(benchmark.family, named, clients.length, true);
            listener = server.descriptor();
            guard = new AcceptGuard(server, benchmark.family, AcceptGuard.PATIENT);
            connector = new Connector(SocketCalls.open(), benchmark.family, server.port());
        }

        @Override
        void bringUp() {
            for (int i = 0; i < clients.length; i++) {
                clients[i] = connector.connectSurely(CONNECT_LIMIT_MILLIS);
            }
            guard.beginAccepting();
        }

        @Override
        public void closeBatch() {
            guard.endAccepting();
            for (int i = 0; i < clients.length; i++) {
                if (clients[i] != NONE) {
                    connector.close(clients[i]);
                    clients[i] = NONE;
                }
            }
            super.closeBatch();
        }

        /** Closes the listener. */
        @TearDown(Level.Trial)
        public void closeListener() {
            guard.stop();
            server.close();
        }
    }

    /** socket(2). */
    @Benchmark
    public void socket(Nothing batch) {
        batch.openAll(batch.sockets);
    }

    /** setsockopt(2) with SO_REUSEADDR. */
    @Benchmark
    public void setsockopt(Opened batch) {
        batch.setReuseAddressOfAll(batch.sockets);
    }

    /** bind(2). */
    @Benchmark
    public void bind(Reusing batch) {
        batch.bind();
    }

    /** listen(2). */
    @Benchmark
    public void listen(Bound batch) {
        batch.listenAll(batch.sockets);
    }

    /** getsockname(2), which tells what port 0 became. */
    @Benchmark
    public void getsockname(Listening batch) {
        batch.namesOfAll(batch.sockets);
    }

    /** accept4(2) of a connection that waits. */
    @Benchmark
    public void accept(Waiting batch) {
        for (int i = 0; i < batch.sockets.length; i++) {
            batch.sockets[i] = batch.count(batch.calls.accept4(batch.listener, 0, 0, 0));
            batch.guard.countAcceptedByOnlyThread();
        }
    }

    /** close(2) of a listener. */
    @Benchmark
    public void close(Listening batch) {
        batch.closeAll(batch.sockets);
    }
}
