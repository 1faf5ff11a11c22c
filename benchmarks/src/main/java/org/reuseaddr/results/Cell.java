package org.reuseaddr.results;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was measured: one benchmark with one set of parameters. Cells of two runs that are equal are comparable.
 *
 * @param benchmark class and method without the package, such as {@code ListenerLifecycle.cycle}
 * @param mode JMH's short name of the mode: {@code thrpt}, {@code avgt}, {@code sample} or {@code ss}
 * @param threads how many threads ran the benchmark, at least 1
 * @param params the benchmark's own parameters by name, without those that it does not have
 */
public record Cell(String benchmark, String mode, int threads, SortedMap<String, String> params)
        implements Comparable<Cell> {

    /** JMH's short name of the mode whose result is a rate, in which more is better. */
    public static final String THROUGHPUT = "thrpt";
    /** JMH's short name of the mode that most benchmarks of the suite are in, the mean time of an operation. */
    public static final String AVERAGE_TIME = "avgt";

    public Cell {
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
    }

    /** The parameters as text, {@code family=INET port=fixed}; empty where there are none. */
    public String paramText() {
        return params.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" "));
    }

    @Override
    public int compareTo(Cell other) {
        return toString().compareTo(other.toString());
    }

    /** The cell on one line for people, such as {@code ListenerLifecycle.cycle family=INET port=fixed}. */
    @Override
    public String toString() {
        String text = params.isEmpty() ? benchmark : benchmark + " " + paramText();
        return text + (threads == 1 ? "" : " threads=" + threads) + (mode.equals(AVERAGE_TIME) ? "" : " " + mode);
    }
}
