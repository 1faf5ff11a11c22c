package org.reuseaddr.benchmarks;

import java.nio.ByteBuffer;
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
import org.reuseaddr.benchmarks.fixture.Connector;
import org.reuseaddr.benchmarks.fixture.ExplicitPorts;
import org.reuseaddr.benchmarks.fixture.Failures;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.HostLimits;
import org.reuseaddr.benchmarks.fixture.ListenerCycle;
import org.reuseaddr.benchmarks.fixture.NativeAddress;
import org.reuseaddr.benchmarks.fixture.NativeServer;
import org.reuseaddr.benchmarks.fixture.PortChoice;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;

/**
 * How long until a new listener is reachable: listen, connect, accept. A distribution, to p99.9, since the defect to be
 * found is not a slow mean but the one listener in twenty that nobody reaches for seconds.
 *
 * <p>The obvious version connects with a blocking call, and on a platform that drops the SYN sleeps for two minutes in
 * its first iteration; or it sets a limit, throws, and drops the very sample it was written for. Here a client that is
 * not answered within {@value #ATTEMPT_MILLIS} ms tries again with a new socket, and after {@value #LIMIT_MILLIS} ms the
 * listener counts as missed: {@code timeouts}, and a sample as long as the limit, so that no percentile is flattered.
 * {@code retries} counts the attempts before the one that came through. Because misses are what is looked for, a fork
 * fails only if more than half of its listeners are missed, and more than {@value #TOLERATED_MISSES}.
 *
 * <p>The socket is made and bound before the clock starts, and everything is closed after it has stopped. These are
 * fixtures of each invocation: where every operation is sampled with its own two readings of the clock anyway, they add
 * nothing to it. {@code port} is {@code ephemeral}, {@code fixed} or {@code fresh} as in {@link ListenerLifecycle}: a
 * platform that keeps a table of ports treats them differently.
 *
 * <pre>java -jar benchmarks.jar TimeToFirstAccept -p port=ephemeral,fixed</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class TimeToFirstAccept extends GatedBenchmark {

    static final int LIMIT_MILLIS = 2_000;
    static final int ATTEMPT_MILLIS = 100;

    static final int TOLERATED_MISSES = 5;

    private static final double TOLERATED_SHARE_OF_MISSES = 0.5;
    private static final long PAUSE_MILLIS = 1;
    private static final int BIND_ATTEMPTS = 16;
    private static final int NONE = -1;

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"ephemeral", "fixed", "fresh"})
    public String port;

    /** What was counted in an iteration beside {@link Failures}. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class FirstAcceptCounts {
        /** Listeners that nobody reached within the limit. */
        public long timeouts;
        /** Attempts to connect that were refused or not answered, though another came through later. */
        public long retries;
    }

    /** A listener that is about to be, and its client. */
    @State(Scope.Thread)
    public static class FreshListener {

        private final ByteBuffer one = SocketCalls.allocate(Integer.BYTES).putInt(0, 1);
        private SocketCalls calls;
        private Sockets sockets;
        private Family family;
        private NativeAddress address;
        private Connector connector;
        private long onePointer;
        private FirstAcceptCounts counts;
        private Failures failures;
        private int[] ports;
        private int position;
        private long listeners;
        private long listenersOfFork;
        private long missesOfFork;
        private int listener = NONE;
        private int client = NONE;
        private int accepted = NONE;

        /** Chooses the ports. */
        @Setup(Level.Trial)
        public void prepare(TimeToFirstAccept benchmark, ThreadParams thread, FirstAcceptCounts counts, Failures failures) {
            this.counts = counts;
            this.failures = failures;
            family = benchmark.family;
            calls = SocketCalls.open();
            sockets = new Sockets(calls);
            address = NativeAddress.loopback(calls, family, 0);
            connector = new Connector(calls, family, 0);
            onePointer = calls.addressOf(one);
            ports = PortChoice.named(benchmark.port).ports(new ExplicitPorts(HostLimits.read()), 1, family,
                    thread.getThreadIndex(), thread.getThreadCount());
        }

        /** Starts counting. */
        @Setup(Level.Iteration)
        public void begin() {
            listeners = 0;
        }

        /**
         * Makes a socket and binds it, to another port if one is taken.
         *
         * @throws IllegalStateException if none of {@value #BIND_ATTEMPTS} attempts succeeded
         */
        @Setup(Level.Invocation)
        public void bind() {
            listeners++;
            int result = NONE;
            for (int attempt = 0; attempt < BIND_ATTEMPTS && result < 0; attempt++) {
                result = tryToBind();
                if (result < 0) {
                    failures.count(-result);
                }
            }
            if (result < 0) {
                throw new IllegalStateException("no listener could be bound on loopback, tried " + BIND_ATTEMPTS
                        + " times: " + Errno.of(-result));
            }
            Sockets.AddressedResult name = sockets.getsockname(listener);
            NativeServer.expect("getsockname", name.result());
            connector.target(name.address().port());
        }

        private int tryToBind() {
            int fd = calls.socket(family.number(), Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK, Linux.IPPROTO_TCP);
            if (fd < 0) {
                return fd;
            }
            address.setPort(ports[position]);
            position = (position + 1) % ports.length;
            int result = calls.setsockopt(
                    fd, Linux.SOL_SOCKET, SocketOption.SO_REUSEADDR.number(), onePointer, Integer.BYTES);
            if (result == 0) {
                result = calls.bind(fd, address.pointer, address.length);
            }
            if (result < 0) {
                calls.close(fd);
                return result;
            }
            listener = fd;
            return 0;
        }

        /** The measured calls: three, unless something does not come through. */
        void listenConnectAccept() {
            int listening = calls.listen(listener, ListenerCycle.BACKLOG);
            if (listening < 0) {
                failures.count(-listening);
                return;
            }
            client = connector.connect(true, ATTEMPT_MILLIS);
            if (client < 0) {
                connectAgain();
            }
            accepted = client < 0 ? NONE : calls.accept4(listener, 0, 0, 0);
            if (accepted < 0 && client >= 0) {
                acceptAgain();
            }
        }

        private void connectAgain() {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS - ATTEMPT_MILLIS);
            long attempts = 0;
            while (client < 0 && System.nanoTime() - deadline < 0) {
                attempts++;
                pause();
                client = connector.connect(true, ATTEMPT_MILLIS);
            }
            if (client < 0) {
                client = NONE;
                counts.timeouts++;
            } else {
                counts.retries += attempts;
            }
        }

        private void acceptAgain() {
            sockets.awaitReady(listener, Linux.POLLIN, LIMIT_MILLIS);
            accepted = calls.accept4(listener, 0, 0, 0);
            if (accepted == -Errno.EAGAIN.number()) {
                counts.timeouts++;
            } else if (accepted < 0) {
                failures.count(-accepted);
            }
        }

        private static void pause() {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Closes the client, whose reset leaves no TIME_WAIT, then the connection and the listener. */
        @TearDown(Level.Invocation)
        public void close() {
            client = closed(client);
            accepted = closed(accepted);
            listener = closed(listener);
        }

        private int closed(int fd) {
            if (fd >= 0) {
                calls.close(fd);
            }
            return NONE;
        }

        /**
         * Fails the fork if most of its listeners were missed, or too many calls failed.
         *
         * @throws IllegalStateException then
         */
        @TearDown(Level.Iteration)
        public void end() {
            failures.verify("making a listener", listeners);
            listenersOfFork += listeners;
            missesOfFork += counts.timeouts;
            if (missesOfFork > Math.max(TOLERATED_MISSES, listenersOfFork * TOLERATED_SHARE_OF_MISSES)) {
                throw new IllegalStateException(missesOfFork + " of " + listenersOfFork + " new listeners on loopback "
                        + "could not be reached within " + LIMIT_MILLIS + " ms");
            }
        }
    }

    /** From listen to the first accepted connection. */
    @Benchmark
    public void listenConnectAccept(FreshListener listener) {
        listener.listenConnectAccept();
    }
}
