package org.reuseaddr.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
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
import org.reuseaddr.benchmarks.fixture.Connector;
import org.reuseaddr.benchmarks.fixture.FailureLimit;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.HostLimits;
import org.reuseaddr.benchmarks.fixture.NativeServer;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;

/**
 * A connection to one of several listeners that share a port by SO_REUSEPORT: what it costs the client, and how evenly the
 * kernel deals connections to the members of the group.
 *
 * <p>The score is a client's whole connection: socket, SO_LINGER, connect and the wait for the answer, each from another
 * port. {@code -p members=1} is the same without a choice; the difference is what the choice costs. Connections are accepted
 * and closed outside the measured time, with bare calls.
 *
 * <p>The obvious version has a thread accept for each member and compares their counts: where the threads are more than the
 * CPUs, that is the scheduler's fairness. Here one thread empties all queues, so that the counts are the kernel's choice alone.
 *
 * <ul>
 *   <li>{@code largest_to_even}: the connections that the busiest member got, relative to an even share, over an iteration:
 *       1 is even, the number of members means that one got all. Linux chooses by a hash of addresses and ports, which is as
 *       even as dice: of 10,000 connections the busiest of four gets 1.00 to 1.04 times an even share.
 *   <li>{@code members_reached}: how many members got a connection.
 *   <li>{@code lost}: connections that no member ever had in its queue.
 * </ul>
 *
 * <p>Whether such a group may be formed at all is a matter of the semantic check.
 *
 * <pre>java -jar benchmarks.jar ReusePortGroup -p members=1,2,4,8</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(ReusePortGroup.BATCH)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class ReusePortGroup extends GatedBenchmark {

    /** Connections in an invocation: all of them may wait at one member. */
    static final int BATCH = 64;

    private static final int MOST_MEMBERS = 64;
    private static final int CONNECT_LIMIT_MILLIS = 500;
    private static final long ACCEPT_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"4", "2"})
    public int members;

    /** What was counted in an iteration. Shares are those of an iteration: JMH's own summary adds up iterations. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class GroupCounts {
        /** Attempts to connect that failed. */
        public long failures;
        /** Connections made that no member ever had in its queue. */
        public long lost;
        /** Connections of the busiest member relative to an even share, 1 to the number of members; the mean over groups. */
        public double largest_to_even;
        /** Members that got at least one connection, the mean over groups. */
        public double members_reached;
    }

    /** One thread's group and its client. */
    @State(Scope.Thread)
    public static class ListenerGroup {

        private final int[] clients = new int[BATCH];
        private final int[] accepted = new int[BATCH];
        private GroupCounts counts;
        private SocketCalls calls;
        private Connector connector;
        private int[] listeners;
        private long[] shares;
        private long attempts;
        private int latest;

        /**
         * Opens the members.
         *
         * @throws IllegalStateException if there can be no such group here, with the reason
         */
        @Setup(Level.Trial)
        public void open(ReusePortGroup benchmark, GroupCounts counters) {
            if (benchmark.members < 1 || benchmark.members > MOST_MEMBERS) {
                throw new IllegalStateException("members: expected 1 to " + MOST_MEMBERS + ", found " + benchmark.members);
            }
            int somaxconn = HostLimits.read().somaxconn();
            if (somaxconn < BATCH) {
                throw new IllegalStateException("ReusePortGroup needs a queue of " + BATCH + " connections; somaxconn "
                        + somaxconn + " does not allow it");
            }
            counts = counters;
            calls = SocketCalls.open();
            Sockets sockets = new Sockets(calls);
            shares = new long[benchmark.members];
            listeners = new int[benchmark.members];
            int port = 0;
            for (int i = 0; i < benchmark.members; i++) {
                listeners[i] = member(sockets, benchmark.family, port);
                Sockets.AddressedResult name = sockets.getsockname(listeners[i]);
                NativeServer.expect("getsockname", name.result());
                port = name.address().port();
            }
            connector = new Connector(calls, benchmark.family, port);
        }

        private static int member(Sockets sockets, Family family, int port) {
            int fd = NativeServer.expect("socket",
                    sockets.socket(family.number(), Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK, Linux.IPPROTO_TCP));
            NativeServer.expect("setsockopt(SO_REUSEPORT)", sockets.setOption(fd, SocketOption.SO_REUSEPORT, 1));
            NativeServer.expect("bind", sockets.bind(fd, family.loopback(port)));
            NativeServer.expect("listen", sockets.listen(fd, BATCH));
            return fd;
        }

        /** Starts counting. */
        @Setup(Level.Iteration)
        public void begin() {
            Arrays.fill(shares, 0);
            attempts = 0;
        }

        final void connect(int index) {
            clients[index] = connector.connect(true, CONNECT_LIMIT_MILLIS);
        }

        /** Empties the queues and closes what was made, clients first, whose reset leaves no TIME_WAIT. */
        @TearDown(Level.Invocation)
        public void closeBatch() {
            attempts += BATCH;
            int made = 0;
            for (int client : clients) {
                if (client >= 0) {
                    made++;
                } else {
                    counts.failures++;
                    latest = -client;
                }
            }
            int taken = accept(made);
            counts.lost += made - taken;
            for (int client : clients) {
                if (client >= 0) {
                    connector.close(client);
                }
            }
            for (int i = 0; i < taken; i++) {
                calls.close(accepted[i]);
            }
        }

        /** Takes so many connections out of the queues, and counts whose queues they were. */
        private int accept(int made) {
            int taken = 0;
            long deadline = System.nanoTime() + ACCEPT_LIMIT_NANOS;
            while (true) {
                for (int i = 0; i < listeners.length; i++) {
                    int fd = taken < made ? calls.accept4(listeners[i], 0, 0, 0) : -1;
                    while (fd >= 0) {
                        accepted[taken++] = fd;
                        shares[i]++;
                        fd = taken < made ? calls.accept4(listeners[i], 0, 0, 0) : -1;
                    }
                }
                if (taken == made || System.nanoTime() - deadline >= 0) {
                    return taken;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        /**
         * Reports how even the iteration was, and fails it if its connections failed.
         *
         * @throws IllegalStateException if too many failed or were lost
         */
        @TearDown(Level.Iteration)
        public void end(ThreadParams thread) {
            long all = Arrays.stream(shares).sum();
            long largest = Arrays.stream(shares).max().orElse(0);
            counts.largest_to_even = (double) largest * shares.length / all / thread.getThreadCount();
            counts.members_reached = (double) IntStream.range(0, shares.length).filter(i -> shares[i] > 0).count()
                    / thread.getThreadCount();
            if (FailureLimit.isExceeded(counts.failures + counts.lost, attempts)) {
                throw new IllegalStateException("of " + attempts + " connections to a SO_REUSEPORT group " + counts.failures
                        + " failed and " + counts.lost + " came to no member"
                        + (latest == 0 ? "" : ", the last failure was " + Errno.of(latest)));
            }
        }

        /** Closes the members. */
        @TearDown(Level.Trial)
        public void close() {
            for (int listener : listeners) {
                calls.close(listener);
            }
        }
    }

    /** Makes connections to the group's port. */
    @Benchmark
    public void connect(ListenerGroup group) {
        for (int i = 0; i < BATCH; i++) {
            group.connect(i);
        }
    }
}
