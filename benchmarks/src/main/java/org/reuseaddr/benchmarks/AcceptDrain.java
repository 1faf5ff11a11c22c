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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.ThreadParams;
import org.reuseaddr.benchmarks.fixture.AcceptGuard;
import org.reuseaddr.benchmarks.fixture.Acceptor;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.Connector;
import org.reuseaddr.benchmarks.fixture.FailureLimit;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.HostLimits;
import org.reuseaddr.benchmarks.fixture.ServerApi;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;

/**
 * The pure cost of accept, and of accept and close: connections that already wait are taken out of the queue.
 *
 * <p>The obvious version accepts while somebody connects, and measures whoever connects, who needs two to three times as
 * long. Here the queue is filled outside the measured time, and an invocation accepts {@value #BATCH} of the waiting
 * connections, some 200 microseconds for two readings of the clock. When fewer than that are left, it is filled up again.
 *
 * <ul>
 *   <li>{@code accept} takes established connections; they are closed outside the measured time.
 *   <li>{@code acceptAndClose} takes connections that their clients have reset already, so that close has nothing to
 *       send: with a FIN to send it would cost three times as much, and that would be the cost of a packet.
 *   <li>{@code backlog}: how many wait at most; what the machine's somaxconn, descriptors or ports do not allow is
 *       scaled down, and {@code backlog_actual} says to what.
 *   <li>{@code reuseAddress}: SO_REUSEADDR is looked at by bind and listen. On Linux accept only copies it to the connection,
 *       so that both values cost the same.
 * </ul>
 *
 * <pre>java -jar benchmarks.jar AcceptDrain -p api=channel,native -p backlog=4096</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(AcceptDrain.BATCH)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class AcceptDrain extends GatedBenchmark {

    /** Accepts in an invocation. */
    static final int BATCH = 64;

    private static final int CONNECT_LIMIT_MILLIS = 500;

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"channel", "socket", "native"})
    public String api;

    @Param({"1024", "128", "4096"})
    public int backlog;

    @Param({"true", "false"})
    public boolean reuseAddress;

    /** What was counted in an iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class DrainCounts {
        /** Accepts and closes that failed. */
        public long failures;
        /** How many connections waited at most. */
        public long backlog_actual;
    }

    /** A listener and its queue. */
    public abstract static class Queue {

        private static final int NONE = -1;

        Acceptor acceptor;
        private DrainCounts counts;
        private ServerApi server;
        private AcceptGuard guard;
        private Connector connector;
        private int[] clients;
        private int capacity;
        private int waiting;
        private long accepts;

        /** Whether clients reset their connection before it is accepted. */
        abstract boolean resetFirst();

        /**
         * Opens the listener and decides how far the queue can be filled.
         *
         * @throws IllegalStateException if not even one batch of connections can wait
         */
        @Setup(Level.Trial)
        public void open(AcceptDrain benchmark, ThreadParams thread, DrainCounts counters) {
            counts = counters;
            HostLimits limits = HostLimits.read();
            int threads = thread.getThreadCount();
            int room = Math.min(limits.ephemeralPorts() / 2, limits.spareDescriptors() - threads * BATCH) / threads;
            capacity = Math.min(benchmark.backlog, Math.min(limits.somaxconn(), room)) / BATCH * BATCH;
            if (capacity < BATCH) {
                throw new IllegalStateException("AcceptDrain needs a queue of " + BATCH + " connections; somaxconn "
                        + limits.somaxconn() + ", " + limits.ephemeralPorts() + " ephemeral ports and "
                        + limits.descriptors() + " descriptors do not allow it");
            }
            clients = new int[capacity];
            Arrays.fill(clients, NONE);
            server = Api.named(benchmark.api).open(benchmark.family, capacity, benchmark.reuseAddress);
            guard = new AcceptGuard(server, benchmark.family, AcceptGuard.PATIENT);
            acceptor = server.acceptor(BATCH);
            connector = new Connector(SocketCalls.open(), benchmark.family, server.port());
        }

        /** Starts counting. */
        @Setup(Level.Iteration)
        public void begin() {
            accepts = 0;
        }

        /** Fills the queue up, unless there is enough in it. */
        @Setup(Level.Invocation)
        public void fill() {
            if (waiting == 0) {
                for (int i = 0; i < capacity; i++) {
                    clients[i] = connect();
                }
                waiting = capacity;
            }
            guard.beginAccepting();
        }

        private int connect() {
            int fd = connector.connectSurely(CONNECT_LIMIT_MILLIS);
            if (resetFirst()) {
                connector.close(fd);
                return NONE;
            }
            return fd;
        }

        final void count(int result) {
            if (result < 0) {
                counts.failures++;
            }
        }

        final void countAccepted() {
            guard.countAcceptedByOnlyThread();
        }

        /** Closes what was accepted, its clients first, whose reset leaves no TIME_WAIT. */
        @TearDown(Level.Invocation)
        public void closeBatch() {
            guard.endAccepting();
            accepts += BATCH;
            int first = capacity - waiting;
            waiting -= BATCH;
            for (int i = 0; i < BATCH; i++) {
                if (clients[first + i] != NONE) {
                    connector.close(clients[first + i]);
                    clients[first + i] = NONE;
                }
                acceptor.close(i);
            }
        }

        /**
         * Reports how long the queue was, and fails the iteration if it measured something else than accepting.
         *
         * @throws IllegalStateException if too many accepts failed
         */
        @TearDown(Level.Iteration)
        public void end() {
            counts.backlog_actual = capacity;
            if (FailureLimit.isExceeded(counts.failures, accepts) || guard.aborted()) {
                throw new IllegalStateException("of " + accepts + " accepts of waiting connections " + counts.failures
                        + " failed" + (guard.aborted() ? "; the listener was given up" : ""));
            }
        }

        /** Empties and closes the listener. */
        @TearDown(Level.Trial)
        public void close() {
            guard.stop();
            acceptor.release();
            server.close();
            for (int client : clients) {
                if (client != NONE) {
                    connector.close(client);
                }
            }
        }
    }

    /** Established connections wait. */
    @State(Scope.Thread)
    public static class Established extends Queue {
        @Override
        boolean resetFirst() {
            return false;
        }
    }

    /** Connections wait that their clients have reset. */
    @State(Scope.Thread)
    public static class Reset extends Queue {
        @Override
        boolean resetFirst() {
            return true;
        }
    }

    /** Accepts. */
    @Benchmark
    public void accept(Established queue) {
        for (int i = 0; i < BATCH; i++) {
            queue.count(queue.acceptor.accept(i));
            queue.countAccepted();
        }
    }

    /** Accepts and closes. */
    @Benchmark
    public void acceptAndClose(Reset queue) {
        for (int i = 0; i < BATCH; i++) {
            queue.count(queue.acceptor.accept(0));
            queue.countAccepted();
            queue.count(queue.acceptor.close(0));
        }
    }
}
