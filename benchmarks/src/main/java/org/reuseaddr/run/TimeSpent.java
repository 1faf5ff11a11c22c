package org.reuseaddr.run;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.Mode;
import org.reuseaddr.results.RunEntry;

/**
 * What the forks of a session spent their time on, in seconds of wall time.
 *
 * @param forks all of it: calls, fixtures, warm-up, and the rest, which are JVMs that start and end, and forks that failed
 * @param calls what was measured: the benchmarks' own operations in measured iterations
 * @param fixtures the rest of the time in which iterations are measured: sockets that are prepared and closed, and the controls
 * @param warmUp warm-up iterations with theirs
 */
public record TimeSpent(double forks, double calls, double fixtures, double warmUp) {

    static final TimeSpent NONE = new TimeSpent(0, 0, 0, 0);

    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    /** That and a fork of this wall time in nanoseconds. */
    TimeSpent withFork(long nanos) {
        return new TimeSpent(forks + nanos / NANOS, calls, fixtures, warmUp);
    }

    /**
     * That and what a fork that measured all it should was doing.
     *
     * @param callSeconds see {@link #seconds}, of all its measured iterations
     * @param warmUpMillis from the beginning of the first warm-up iteration to that of the first measured one
     * @param measuringMillis from there to the end of the last
     */
    TimeSpent withMeasured(double callSeconds, long warmUpMillis, long measuringMillis) {
        return new TimeSpent(forks, calls + callSeconds, fixtures + Math.max(0, measuringMillis / MILLIS - callSeconds),
                warmUp + warmUpMillis / MILLIS);
    }

    /**
     * How long the measured operations of an iteration took, in seconds of wall time.
     *
     * @param score the primary result: ns/op, or ops/s in the mode of throughput
     * @param operations of all threads
     */
    static double seconds(Mode mode, double score, long operations, int threads) {
        if (mode == Mode.Throughput) {
            return score > 0 ? operations / score : 0;
        }
        return score * operations / threads / NANOS;
    }

    /** JVMs that start and end, and forks that failed. */
    public double rest() {
        return forks - calls - fixtures - warmUp;
    }

    /** The entries of the record. */
    Map<String, String> environment() {
        return new TreeMap<>(Map.of(RunEntry.TIME_FORKS, decimal(forks), RunEntry.TIME_CALLS, decimal(calls),
                RunEntry.TIME_FIXTURES, decimal(fixtures), RunEntry.TIME_WARM_UP, decimal(warmUp)));
    }

    private static String decimal(double seconds) {
        return String.format(Locale.ROOT, "%.1f", seconds);
    }
}
