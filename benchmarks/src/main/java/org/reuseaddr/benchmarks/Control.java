package org.reuseaddr.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.reuseaddr.benchmarks.fixture.Controls;
import org.reuseaddr.benchmarks.fixture.GatedBenchmark;

/**
 * What the platform's bind path does not touch: entering the kernel, making and closing a socket, computing. Beside them
 * the bind of an AF_UNIX socket, which shows whether a platform that holds up bind does so for ports alone.
 *
 * <p>Two runs on different days differ by more than most findings. If these three differ as much, the machine changed;
 * if they do not and bind does, the platform did. Measured once at the start of a run they would prove little, since
 * the machine changes within minutes: they run in every pass like any benchmark, and around every measured iteration
 * of the others, where they become the metrics {@code control_getppid}, {@code control_socket_close} and
 * {@code control_cpu}.
 *
 * <pre>java -jar benchmarks.jar Control</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class Control extends GatedBenchmark {

    /** The operations, one set a thread. */
    @State(Scope.Thread)
    public static class Operations {

        Controls controls;

        /** Opens the native binding. */
        @Setup(Level.Trial)
        public void open() {
            controls = new Controls();
        }
    }

    /** getppid(2): into the kernel and out again. */
    @Benchmark
    public int getppid(Operations operations) {
        return operations.controls.getppid();
    }

    /** socket(2) and close(2), with no bind or listen in between. */
    @Benchmark
    public void socketClose(Operations operations) {
        operations.controls.socketClose();
    }

    /** socket(2), bind(2) and close(2) of AF_UNIX: a bind without a port. */
    @Benchmark
    public void unixBind(Operations operations) {
        operations.controls.unixBind();
    }

    /** The CPU alone. */
    @Benchmark
    public long cpu(Operations operations) {
        return operations.controls.cpu();
    }
}
