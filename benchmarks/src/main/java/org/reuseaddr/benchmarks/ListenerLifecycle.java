package org.reuseaddr.benchmarks;

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
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.ExplicitPorts;
import org.reuseaddr.benchmarks.fixture.Failures;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;
import org.reuseaddr.benchmarks.fixture.HostLimits;
import org.reuseaddr.benchmarks.fixture.ListenerCycle;
import org.reuseaddr.benchmarks.fixture.PortChoice;
import org.reuseaddr.socket.Family;

/**
 * The life of a listener that nobody connects to: open, SO_REUSEADDR, bind, listen, close, on loopback.
 *
 * <p>The obvious version binds {@code new InetSocketAddress("127.0.0.1", 0)} and calls it IPv4: the JDK makes that an
 * AF_INET6 socket bound to {@code ::ffff:127.0.0.1}. Here INET is AF_INET. It also binds port 0 alone, which is one path
 * of three on a platform that keeps a table of ports. And it forgets to close a channel once an exception strikes: no
 * Cleaner collects the descriptor.
 *
 * <ul>
 *   <li>{@code port}: {@code ephemeral} is port 0; {@code fixed} is the same port each time; {@code fresh} is another
 *       one each time, in a cycle through thousands outside the ephemeral range.
 *   <li>{@code api}: ServerSocketChannel; ServerSocket; {@code native}, the five bare calls, which allocate nothing.
 *   <li>{@code reuseAddress}: the JDK sets SO_REUSEADDR without being asked, so {@code false} costs it one call more,
 *       and the bare calls one less.
 * </ul>
 *
 * <p>Making and freeing descriptor and socket is three quarters of the cycle: see {@link SyscallCost} for the parts and
 * {@link Control} for socket and close without bind and listen.
 *
 * <pre>java -jar benchmarks.jar ListenerLifecycle -p family=INET6 -p port=fixed -p api=native</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class ListenerLifecycle extends GatedBenchmark {

    @Param({"INET", "INET6"})
    public Family family;

    @Param({"ephemeral", "fixed", "fresh"})
    public String port;

    @Param({"channel", "socket", "native"})
    public String api;

    @Param({"true", "false"})
    public boolean reuseAddress;

    /** One thread's listener, with ports of its own. */
    @State(Scope.Thread)
    public static class CycledListener {

        ListenerCycle cycle;

        /** Chooses the ports and prepares their addresses. */
        @Setup(Level.Trial)
        public void prepare(ListenerLifecycle benchmark, ThreadParams thread, Failures failures) {
            int[] ports = PortChoice.named(benchmark.port).ports(new ExplicitPorts(HostLimits.read()), 1, benchmark.family,
                    thread.getThreadIndex(), thread.getThreadCount());
            cycle = Api.named(benchmark.api).cycle(benchmark.family, ports, benchmark.reuseAddress, failures);
        }

        /** Starts counting. */
        @Setup(Level.Iteration)
        public void begin() {
            cycle.beginIteration();
        }

        /** Fails the iteration if its cycles did. */
        @TearDown(Level.Iteration)
        public void end() {
            cycle.endIteration();
        }
    }

    /** One listener, from open to close. */
    @Benchmark
    public void cycle(CycledListener listener) {
        listener.cycle.run();
    }
}
