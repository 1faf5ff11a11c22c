package org.reuseaddr.compare;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One forked JVM's measurement of a cell: the independent observation.
 *
 * @param number its number within the cell, which is the number of the pass over the suite that it belongs to
 * @param iterations the primary result of each measured iteration in order, in the cell's unit; for a group of acceptors
 *     and connectors the rate of accepts, since JMH's own result counts every connection on both of its ends
 * @param metrics the mean over iterations of every metric, {@code score} included, but the median of a control: a control
 *     is so short that one time slice of another process would double it; where the fork has a value for itself as a
 *     whole (iteration 0), that value
 * @param running the mean over iterations of the primary result without the time in which the fork's threads were ready to
 *     run and had no CPU; the mean of the primary result where that time is not known
 */
public record Fork(int number, List<Double> iterations, SortedMap<String, Double> metrics,
        double running) {

    /** The metrics that are measured around every iteration on calls that the platform's bind path does not touch. */
    public static final String CONTROL_PREFIX = "control_";

    /** The metric that holds how long threads of the fork waited for a CPU, as a share of the iteration's time, summed. */
    public static final String CPU_WAIT = "cpu_wait_share";

    /** The metric that holds the share of CPU time, 0 to 1, which others used while the fork ran. */
    public static final String FOREIGN_LOAD = "foreign_cpu_share";

    public Fork {
        iterations = List.copyOf(iterations);
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }

    /** The metrics that are controls, by name. */
    Map<String, Double> controls() {
        return metrics.subMap(CONTROL_PREFIX, CONTROL_PREFIX + Character.MAX_VALUE);
    }
}
