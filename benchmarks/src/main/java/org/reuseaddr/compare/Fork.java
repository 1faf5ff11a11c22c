package org.reuseaddr.compare;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.reuseaddr.results.Metric;

/**
 * One forked JVM's measurement of a cell: the independent observation.
 *
 * @param number its number within the cell, which is the number of the pass over the suite that it belongs to
 * @param block the number of the block of the run that it belongs to, from 1; 0 where the run has no blocks
 * @param iterations the primary result of each measured iteration in order, in the cell's unit; for a group of acceptors
 *     and connectors the rate of accepts, since JMH's own result counts every connection on both of its ends
 * @param metrics the mean over iterations of every metric, {@code score} included, but the median of a control: a control
 *     is so short that one time slice of another process would double it; where the fork has a value for itself as a
 *     whole (iteration 0), that value
 * @param running the mean over iterations of the primary result without the time in which the worker threads were ready to
 *     run and had no CPU, iterations in which they had hardly any left out; empty where that time is not known
 */
public record Fork(int number, int block, List<Double> iterations, SortedMap<String, Double> metrics,
        OptionalDouble running) {

    public Fork {
        iterations = List.copyOf(iterations);
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    }

    /** A fork of a run without blocks. */
    public Fork(int number, List<Double> iterations, SortedMap<String, Double> metrics, OptionalDouble running) {
        this(number, 0, iterations, metrics, running);
    }

    /** The metrics that are controls, by name. */
    Map<String, Double> controls() {
        return metrics.subMap(Metric.CONTROL_PREFIX, Metric.CONTROL_PREFIX + Character.MAX_VALUE);
    }
}
