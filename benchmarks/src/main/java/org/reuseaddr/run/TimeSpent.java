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
 * @param warmUp warm-up iterations, as long as they were asked to take; single shots have no such length
 * @param fixtures all else between the first iteration and the last: each fork's gate, sockets that are prepared and closed, controls
 */
public record TimeSpent(double forks, double calls, double warmUp, double fixtures) {

    static final TimeSpent NONE = new TimeSpent(0, 0, 0, 0);

    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    /** That and a fork of this wall time in nanoseconds. */
    TimeSpent withFork(long nanos) {
        return new TimeSpent(forks + nanos / NANOS, calls, warmUp, fixtures);
    }

    /**
     * That and what a fork that measured all it should was doing.
     *
     * @param callSeconds see {@link #seconds}, of all its measured iterations
     * @param warmUpMillis of all its warm-up iterations
     * @param millis from the beginning of its first iteration, warm-up or not, to the end of the last
     */
    TimeSpent withMeasured(double callSeconds, long warmUpMillis, long millis) {
        return new TimeSpent(forks, calls + callSeconds, warmUp + warmUpMillis / MILLIS,
                fixtures + Math.max(0, (millis - warmUpMillis) / MILLIS - callSeconds));
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
        return forks - calls - warmUp - fixtures;
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
