package org.reuseaddr.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
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
import org.openjdk.jmh.infra.Control;
import org.openjdk.jmh.infra.ThreadParams;
import org.reuseaddr.benchmarks.fixture.AcceptGuard;
import org.reuseaddr.benchmarks.fixture.Acceptor;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.CloseMode;
import org.reuseaddr.benchmarks.fixture.Connector;
import org.reuseaddr.benchmarks.fixture.FailureLimit;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.IdleShare;
import org.reuseaddr.benchmarks.fixture.ServerApi;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;

/**
 * Connections per second over loopback, end to end: one side connects and closes, the other accepts and closes.
 *
 * <p><b>Read {@code accept}, not the primary score</b>: JMH adds up both sides of a group, which counts every connection
 * twice.
 *
 * <p>The obvious version, a blocking accept and a blocking connect in one group, hangs in three runs of four, since one
 * side leaves the iteration first; here {@link AcceptGuard} wakes who is left, and no method of the group throws or
 * waits without a limit. It also takes the figure for the acceptor's: making a connection costs the client two to
 * three times what accepting it costs the server, so with one thread each the acceptor mostly sleeps.
 * {@code acceptor_idle_share} and {@code connector_idle_share} say who waited for whom; for the cost of accept itself
 * see {@link AcceptDrain}. And it leaves a TIME_WAIT entry for every connection, until the ephemeral range is dry and
 * the figure is that of the port search. Hence {@code close}:
 *
 * <ul>
 *   <li>{@code clientReset}: the client resets (SO_LINGER 0), which leaves nothing behind;
 *   <li>{@code clientFin}: the client closes first, and TIME_WAIT uses up its ports. On AF_INET each connection therefore comes
 *       from the next of many addresses of 127.0.0.0/8, which costs the client a setsockopt and a bind. On AF_INET6, which
 *       has ::1 alone, a connector without a port counts {@code address_not_available}, waits and tries again: the figure
 *       is then a plateau that the ephemeral range makes, and reports say so instead of it;
 *   <li>{@code serverFin}: the server closes first and the client waits for it, TIME_WAIT piles up on the server's port.
 * </ul>
 *
 * <p>In the first two the acceptor closes a connection only {@value #LAG} accepts later, when the client surely has
 * closed: it then costs the same each time. Connectors are bare calls against every {@code api}, and stop for a moment
 * when {@value #AHEAD} connections wait to be accepted: a full queue would drop the SYN and cost a second.
 *
 * <p>{@code api}: {@code channel} and {@code socket} block in accept; {@code selector} asks for a connection and waits with a
 * Selector where there is none; {@code virtual} is {@code channel} on virtual threads (Java 21 and later), where idle shares
 * are not known, since the JVM does not count their CPU time.
 *
 * <pre>java -jar benchmarks.jar AcceptThroughput -p api=selector -tg 1,3   (one acceptor, three connectors)</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class AcceptThroughput extends GatedBenchmark {

    static final int LAG = 16;
    static final int AHEAD = 48;

    private static final int BACKLOG = 128;
    private static final int CONNECT_LIMIT_MILLIS = 500;
    private static final int SLICE_MILLIS = 10;
    /**
     * The longest wait for acceptors to catch up; then what is missing counts as lost. On a busy machine a thread may have no CPU
     * for some hundred milliseconds, which is not the platform's doing.
     */
    private static final long CATCH_UP_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** The longest that one invocation goes on trying where there is no free port. */
    private static final long PORT_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"channel", "socket", "selector", "virtual", "native"})
    public String api;

    @Param({"clientReset", "clientFin", "serverFin"})
    public String close;

    @Param({"true", "false"})
    public boolean reuseAddress;

    /** What the accepting threads count. Shares are those of an iteration: JMH's own summary adds up iterations. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class AcceptCounts {
        /** Connections accepted. */
        public long accepted;
        /** Calls of accept that failed. */
        public long accept_failures;
        /** The share of the iteration that acceptors were off the CPU, 0 to 1, their mean. */
        public double acceptor_idle_share;
    }

    /** What the connecting threads count. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class ConnectCounts {
        /** Connections made. */
        public long connected;
        /** Attempts refused with ECONNREFUSED. */
        public long refused;
        /** Attempts without an answer, and servers that did not close, in {@value #CONNECT_LIMIT_MILLIS} ms. */
        public long timeouts;
        /** Attempts for which there was no free port. */
        public long address_not_available;
        /** Attempts that failed for another reason. */
        public long failures;
        /** Connections made that no acceptor ever saw. */
        public long lost;
        /** The share of the iteration that connectors were off the CPU, 0 to 1, their mean. */
        public double connector_idle_share;
    }

    /** The listener that a group shares. */
    @State(Scope.Group)
    public static class SharedListener {

        ServerApi server;
        AcceptGuard guard;
        final AtomicLong connected = new AtomicLong();

        /** Opens the listener. */
        @Setup(Level.Trial)
        public void open(AcceptThroughput benchmark) {
            server = Api.named(benchmark.api).open(benchmark.family, BACKLOG, benchmark.reuseAddress);
            guard = new AcceptGuard(server, benchmark.family, AcceptGuard.IMPATIENT);
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void close() {
            guard.stop();
            server.close();
        }
    }

    /** An accepting thread. */
    @State(Scope.Thread)
    public static class Accepting {

        private final IdleShare share = new IdleShare();
        private AcceptCounts counts;
        private Acceptor acceptor;
        private AcceptGuard guard;
        private int slots;
        private int slot;
        private boolean closeAtOnce;

        /** Prepares to accept on the group's listener. */
        @Setup(Level.Trial)
        public void prepare(AcceptThroughput benchmark, SharedListener listener, AcceptCounts counts) {
            this.counts = counts;
            guard = listener.guard;
            closeAtOnce = CloseMode.named(benchmark.close) == CloseMode.SERVER_FIN;
            slots = closeAtOnce ? 1 : LAG;
            acceptor = listener.server.acceptor(slots);
        }

        /** Starts the account of this thread's time. */
        @Setup(Level.Iteration)
        public void begin() {
            guard.beginAccepting();
            share.begin();
        }

        void accept() {
            int current = slot;
            acceptor.close(current);
            if (acceptor.accept(current) < 0) {
                recover();
                return;
            }
            guard.countAccepted();
            counts.accepted++;
            if (closeAtOnce) {
                acceptor.close(current);
            }
            int next = current + 1;
            slot = next == slots ? 0 : next;
        }

        private void recover() {
            counts.accept_failures++;
            LockSupport.parkNanos(PAUSE_NANOS);
        }

        /**
         * Closes what was accepted, and fails the iteration if it measured nothing.
         *
         * @throws IllegalStateException if nothing was accepted, or too many accepts failed
         */
        @TearDown(Level.Iteration)
        public void end(ThreadParams thread) {
            guard.endAccepting();
            counts.acceptor_idle_share = share.idle() / (thread.getSubgroupThreadCount() * thread.getGroupCount());
            for (int i = 0; i < slots; i++) {
                acceptor.close(i);
            }
            if (guard.aborted()) {
                throw new IllegalStateException("accept throughput: no connection came through for seconds, although "
                        + "the listener was open; it was given up");
            }
            if (counts.accepted == 0 || FailureLimit.isExceeded(counts.accept_failures, counts.accepted)) {
                throw new IllegalStateException("accept throughput: " + counts.accepted + " connections accepted, "
                        + counts.accept_failures + " calls of accept failed");
            }
        }

        /** Gives back what accepting took. */
        @TearDown(Level.Trial)
        public void release() {
            acceptor.release();
        }
    }

    /** A connecting thread. */
    @State(Scope.Thread)
    public static class ConnectingThread {

        private final IdleShare share = new IdleShare();
        private ConnectCounts counts;
        private Connector connector;
        private SharedListener listener;
        private boolean resetOnClose;
        private boolean awaitServer;
        private long attempts;
        private int latest;

        /** Prepares to connect to the group's listener. */
        @Setup(Level.Trial)
        public void prepare(AcceptThroughput benchmark, SharedListener listener, ConnectCounts counts) {
            this.counts = counts;
            this.listener = listener;
            CloseMode mode = CloseMode.named(benchmark.close);
            resetOnClose = mode == CloseMode.CLIENT_RESET;
            awaitServer = mode == CloseMode.SERVER_FIN;
            connector = new Connector(SocketCalls.open(), benchmark.family, listener.server.port());
            if (mode == CloseMode.CLIENT_FIN) {
                connector.fromManyAddresses();
            }
        }

        /** Starts the account of this thread's time. */
        @Setup(Level.Iteration)
        public void begin() {
            attempts = 0;
            share.begin();
        }

        void connect(Control control) {
            if (listener.connected.get() - listener.guard.accepted() >= AHEAD) {
                awaitAcceptors();
            }
            attempts++;
            int fd = connector.connect(resetOnClose, CONNECT_LIMIT_MILLIS);
            if (fd == -Errno.EADDRNOTAVAIL.number()) {
                fd = awaitPort();
            }
            if (fd < 0) {
                count(-fd);
                return;
            }
            listener.connected.incrementAndGet();
            counts.connected++;
            if (awaitServer) {
                awaitServer(fd, control);
            }
            connector.close(fd);
        }

        /** Waits for the server to close, in slices: once the iteration is over, there may be no acceptor to do so. */
        private void awaitServer(int fd, Control control) {
            int slices = CONNECT_LIMIT_MILLIS / SLICE_MILLIS;
            boolean ended = connector.awaitEnd(fd, SLICE_MILLIS);
            for (int i = 1; i < slices && !ended && !control.stopMeasurement; i++) {
                ended = connector.awaitEnd(fd, SLICE_MILLIS);
            }
            if (!ended && !control.stopMeasurement) {
                counts.timeouts++;
            }
        }

        private void awaitAcceptors() {
            long deadline = System.nanoTime() + CATCH_UP_NANOS;
            while (listener.connected.get() - listener.guard.accepted() >= AHEAD) {
                if (System.nanoTime() - deadline > 0) {
                    counts.lost += listener.connected.get() - listener.guard.accepted();
                    listener.connected.set(listener.guard.accepted());
                    return;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        private int awaitPort() {
            long deadline = System.nanoTime() + PORT_WAIT_NANOS;
            int fd;
            do {
                counts.address_not_available++;
                LockSupport.parkNanos(PAUSE_NANOS);
                fd = connector.connect(resetOnClose, CONNECT_LIMIT_MILLIS);
            } while (fd == -Errno.EADDRNOTAVAIL.number() && System.nanoTime() - deadline < 0);
            return fd;
        }

        private void count(int errno) {
            latest = errno;
            if (errno == Errno.ECONNREFUSED.number()) {
                counts.refused++;
            } else if (errno == Errno.ETIMEDOUT.number()) {
                counts.timeouts++;
            } else if (errno == Errno.EADDRNOTAVAIL.number()) {
                counts.address_not_available++;
            } else {
                counts.failures++;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }

        /**
         * Fails the iteration if its connections did. Running out of ports does so only where the client resets and
         * therefore uses none up.
         *
         * @throws IllegalStateException if too many attempts failed
         */
        @TearDown(Level.Iteration)
        public void end(ThreadParams thread) {
            counts.connector_idle_share = share.idle() / (thread.getSubgroupThreadCount() * thread.getGroupCount());
            long failed = counts.refused + counts.timeouts + counts.failures + counts.lost
                    + (resetOnClose ? counts.address_not_available : 0);
            if (FailureLimit.isExceeded(failed, attempts)) {
                throw new IllegalStateException("accept throughput: of " + attempts + " connections " + counts.refused
                        + " were refused, " + counts.timeouts + " timed out, " + counts.lost + " were never accepted, "
                        + counts.address_not_available + " found no port, " + counts.failures + " failed otherwise"
                        + (latest == 0 ? "" : ", the last one with " + Errno.of(latest)));
            }
        }
    }

    /** Accepts one connection and closes one. */
    @Benchmark
    @Group("connections")
    @GroupThreads(1)
    public void accept(Accepting accepting) {
        accepting.accept();
    }

    /** Makes one connection and closes it. */
    @Benchmark
    @Group("connections")
    @GroupThreads(1)
    public void connect(ConnectingThread connecting, Control control) {
        connecting.connect(control);
    }
}
