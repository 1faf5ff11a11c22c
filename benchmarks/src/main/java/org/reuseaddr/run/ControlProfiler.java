package org.reuseaddr.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;
import org.reuseaddr.benchmarks.fixture.Controls;
import org.reuseaddr.platform.NetCounters;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Unit;

/**
 * Measures the controls right before and right after each measured iteration, in the fork itself, and adds them to the
 * iteration as {@code control_getppid}, {@code control_socket_close} and {@code control_cpu} in ns/op: the mean of
 * before and after, each the median over a few milliseconds. Works in every mode, since it takes no part in the measured
 * loop. Warm-up iterations carry no result, but run the controls as well, which compiles them.
 *
 * <p>The median tells how fast the machine is, not how busy: on a CPU shared by several processes a mean over so short a
 * time is either untouched or, by a single lost time slice, many times too long. How busy it was during the iteration
 * itself is the kernel's to say: {@code worker_wait_share} is the time that JMH's worker threads, which make the measured
 * calls, were ready to run and had no CPU (the second figure of /proc/PID/task/TID/schedstat), divided by the iteration's
 * time and the number of workers. Threads of the JVM's own wait for CPUs without delaying the calls. Where the kernel
 * does not count (gVisor's schedstat is always zero), the metric is left out.
 *
 * <p>{@code listen_overflows} and {@code listen_drops} are by how much the kernel's counters ListenOverflows and
 * ListenDrops (netstat -s, the whole network namespace) grew. A metric whose source a platform lacks is left out.
 */
public final class ControlProfiler implements InternalProfiler {

    /** Three controls, before and after: 15 ms an iteration. */
    private static final long LOOP_NANOS = TimeUnit.MICROSECONDS.toNanos(2_500);
    /** Once per fork, so that an iteration without a warm-up before it finds compiled loops. */
    private static final long FIRST_LOOP_NANOS = TimeUnit.MILLISECONDS.toNanos(15);
    private static final int CHUNKS = 4_096;
    /** Enough for a median, should the first chunk lose its CPU for the whole time of the loop. */
    private static final int FEWEST_CHUNKS = 25;
    private static final int GETPPIDS = 20;
    private static final int SOCKETS = 5;
    private static final int COMPUTATIONS = 5;

    /** The kernel's counters that become metrics, by their names there. */
    private static final Map<String, String> COUNTERS =
            Map.of("ListenOverflows", Metric.LISTEN_OVERFLOWS, "ListenDrops", Metric.LISTEN_DROPS);

    private final long[] chunks = new long[CHUNKS];
    private Controls controls;
    private Controlled controlledBefore;
    private Kernel kernelBefore;

    private record Controlled(double getppid, double socketClose, double cpu) {
    }

    private record Kernel(long nanoTime, WorkerTimes workers, NetCounters counters) {
    }

    @Override
    public String getDescription() {
        return "Controls around each iteration: getppid, socket and close, a CPU loop; accept queue overflows";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        if (controls == null) {
            controls = new Controls();
            measure(FIRST_LOOP_NANOS);
        }
        controlledBefore = measure(LOOP_NANOS);
        kernelBefore = readKernel();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        Kernel kernel = readKernel();
        Controlled controlled = measure(LOOP_NANOS);
        if (iteration.getType() == IterationType.WARMUP) {
            return List.of();
        }
        List<ScalarResult> results = new ArrayList<>();
        results.add(nanos(Metric.CONTROL_GETPPID, controlledBefore.getppid(), controlled.getppid()));
        results.add(nanos(Metric.CONTROL_SOCKET_CLOSE, controlledBefore.socketClose(), controlled.socketClose()));
        results.add(nanos(Metric.CONTROL_CPU, controlledBefore.cpu(), controlled.cpu()));
        kernel.workers().waitShareSince(kernelBefore.workers(), kernel.nanoTime() - kernelBefore.nanoTime())
                .ifPresent(share -> results.add(
                        new ScalarResult(Metric.WORKER_WAIT, share, Unit.SHARE, AggregationPolicy.AVG)));
        Map<String, Long> growth = kernel.counters().since(kernelBefore.counters());
        COUNTERS.forEach((counter, metric) -> {
            if (growth.containsKey(counter)) {
                results.add(new ScalarResult(metric, growth.get(counter), Unit.COUNT, AggregationPolicy.SUM));
            }
        });
        return results;
    }

    private static ScalarResult nanos(String metric, double before, double after) {
        return new ScalarResult(metric, (before + after) / 2, Unit.NANOS, AggregationPolicy.AVG);
    }

    private Controlled measure(long nanos) {
        return new Controlled(
                median(controls::getppid, GETPPIDS, nanos),
                median(controls::socketClose, SOCKETS, nanos),
                median(controls::cpu, COMPUTATIONS, nanos));
    }

    /** Nanoseconds an operation, the median of chunks of a few operations that are timed one after the other. */
    private double median(Runnable operation, int operationsPerChunk, long nanos) {
        int count = 0;
        long start = System.nanoTime();
        long chunkStart = start;
        while (count < FEWEST_CHUNKS || count < CHUNKS && chunkStart - start < nanos) {
            for (int i = 0; i < operationsPerChunk; i++) {
                operation.run();
            }
            long now = System.nanoTime();
            chunks[count++] = now - chunkStart;
            chunkStart = now;
        }
        Arrays.sort(chunks, 0, count);
        return (double) chunks[count / 2] / operationsPerChunk;
    }

    private static Kernel readKernel() {
        return new Kernel(System.nanoTime(), WorkerTimes.now(), NetCounters.now());
    }
}
