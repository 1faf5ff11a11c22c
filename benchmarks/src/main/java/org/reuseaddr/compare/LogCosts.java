package org.reuseaddr.compare;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Variance;

/**
 * Logarithms of what a cell costs in one group, by run and fork.
 *
 * @param runs the forks of each run, at least one fork in each
 */
record LogCosts(List<double[]> runs) {

    /** All forks of all runs. */
    double[] forks() {
        return runs.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /** The middle fork of each run: a fork hit by foreign load moves it by a rank. */
    double[] middles() {
        return runs.stream().mapToDouble(forks -> Median.withDefaults().withCopy(true).evaluate(forks)).toArray();
    }

    double centre() {
        return Mean.of(middles()).getAsDouble();
    }

    /** The sum of squares of run middles around their centre. */
    double squaresBetweenRuns() {
        return runs.size() < 2 ? 0 : Variance.of(middles()).getAsDouble() * (runs.size() - 1);
    }

    /** The sum of squares of forks around their run's mean. */
    double squaresWithinRuns() {
        return runs.stream().filter(forks -> forks.length > 1)
                .mapToDouble(forks -> Variance.of(forks).getAsDouble() * (forks.length - 1)).sum();
    }

    /** The degrees of freedom of {@link #squaresWithinRuns}. */
    int degreesWithinRuns() {
        return runs.stream().mapToInt(forks -> forks.length - 1).sum();
    }

    /** The mean over runs of 1 / forks. */
    double meanReciprocalForks() {
        return runs.stream().mapToDouble(forks -> 1.0 / forks.length).average().getAsDouble();
    }
}
