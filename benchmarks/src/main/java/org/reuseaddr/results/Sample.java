package org.reuseaddr.results;

/**
 * One metric of one measured iteration, a row of {@code samples.csv}.
 *
 * @param run which run it belongs to
 * @param cell what was measured
 * @param fork the fork's number within the cell, from 1; forks are the independent observations
 * @param iteration the iteration's number within the fork, from 1; 0 for a metric of the whole fork
 * @param metric {@code score} for JMH's primary result, else the name of a counter, a percentile or a control
 * @param value in {@code unit}
 * @param unit such as {@code ns/op}, {@code ops/s} or {@code #}
 */
public record Sample(RunId run, Cell cell, int fork, int iteration, String metric, double value, String unit) {

    /** The metric that holds JMH's primary result. */
    public static final String SCORE = "score";
}
