package org.reuseaddr.results;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
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

    private static final Comparator<Cell> ORDER_OF_COMPONENTS = Comparator.comparing(Cell::benchmark)
            .thenComparing(Cell::mode).thenComparingInt(Cell::threads)
            .thenComparing(cell -> List.copyOf(cell.params.keySet()), Cell::compareLists)
            .thenComparing(cell -> List.copyOf(cell.params.values()), Cell::compareLists);

    public Cell {
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
    }

    /** The cell of a row that a run of this version or of an earlier one has stored. */
    public static Cell stored(String benchmark, String mode, int threads, Map<String, String> params) {
        return new Cell(benchmark, mode, threads, Parameter.ofAnyVersion(benchmark, params));
    }

    /** The parameters as text, {@code family=INET port=fixed}; empty where there are none. */
    public String paramText() {
        return params.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" "));
    }

    /** By the text that people read, then by each component, so that cells are equal exactly where their order is 0. */
    @Override
    public int compareTo(Cell other) {
        int order = toString().compareTo(other.toString());
        return order != 0 || equals(other) ? order : ORDER_OF_COMPONENTS.compare(this, other);
    }

    private static int compareLists(List<String> one, List<String> two) {
        int common = Math.min(one.size(), two.size());
        for (int i = 0; i < common; i++) {
            int order = one.get(i).compareTo(two.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), two.size());
    }

    /** The cell on one line for people, such as {@code ListenerLifecycle.cycle family=INET port=fixed}. */
    @Override
    public String toString() {
        String text = params.isEmpty() ? benchmark : benchmark + " " + paramText();
        return text + (threads == 1 ? "" : " threads=" + threads) + (mode.equals(AVERAGE_TIME) ? "" : " " + mode);
    }
}
