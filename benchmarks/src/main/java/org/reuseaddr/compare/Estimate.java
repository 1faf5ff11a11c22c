package org.reuseaddr.compare;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a cell costs, as its forks tell: the median over forks of each fork's own mean (or of its own percentile).
 *
 * @param value in {@code unit}
 * @param unit {@code ns/op} for times, {@code ops/s} for rates, else the metric's own
 * @param replicates how many independent observations it rests on: forks; blocks where a run has several;
 *     runs where there are several runs
 * @param interval from the replicates; empty where there is only one, or where a value is not positive
 */
public record Estimate(double value, String unit, int replicates, Optional<Interval> interval) {

    /**
     * The larger distance from the estimate to an end of its interval, as a share of the estimate: 0.05 is ±5 %.
     * Empty where there is no interval. {@code --precision P} is met when this is at most P / 100.
     */
    public OptionalDouble precision() {
        if (interval.isEmpty() || value <= 0) {
            return OptionalDouble.empty();
        }
        double above = interval.get().high() / value - 1;
        double below = 1 - interval.get().low() / value;
        return OptionalDouble.of(Math.max(above, below));
    }
}
