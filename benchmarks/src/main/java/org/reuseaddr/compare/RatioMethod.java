package org.reuseaddr.compare;

import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;

/** How the ratio of two groups' costs and its error are estimated; which method for which {@link Design}. */
final class RatioMethod {

    /** What the variance of a median of a few normal observations is to that of their mean: 1.35 for 3, 1.43 for 5, 1.57 for many. */
    private static final double MEDIAN_TO_MEAN = 1.4;

    /** The most degrees of freedom that a report's cells give each other: what a run did to all of them is not independent. */
    private static final double MOST_WEIGHT = 12;

    private RatioMethod() {
    }

    /**
     * Forks measured together: the difference of means of logarithms, with a variance of each group moderated by what all
     * cells of the group say, and Satterthwaite's degrees of freedom. At least two forks a group.
     *
     * <p>The variances are not pooled. Where one group has fewer forks, it is never taken for less noisy than the other: a
     * variance of two or three forks that is small by chance is what makes Welch's t wrong there.
     */
    static LogRatio ofForks(LogCosts base, LogCosts other, VariancePrior ofBase, VariancePrior ofOther) {
        double[] x = other.forks();
        double[] y = base.forks();
        VariancePrior.Moderated noiseOfX = ofOther.moderate(Variance.of(x).getAsDouble(), x.length - 1);
        VariancePrior.Moderated noiseOfY = ofBase.moderate(Variance.of(y).getAsDouble(), y.length - 1);
        double varianceX = noiseOfX.variance();
        double varianceY = noiseOfY.variance();
        if (x.length < y.length) {
            varianceX = Math.max(varianceX, varianceY);
        } else if (y.length < x.length) {
            varianceY = Math.max(varianceX, varianceY);
        }
        double partX = varianceX / x.length;
        double partY = varianceY / y.length;
        double sum = partX + partY;
        double degrees = sum == 0 ? noiseOfX.degrees() + noiseOfY.degrees()
                : sum * sum / (partX * partX / noiseOfX.degrees() + partY * partY / noiseOfY.degrees());
        return new LogRatio(Mean.of(x).getAsDouble() - Mean.of(y).getAsDouble(), Math.sqrt(sum), degrees);
    }

    /**
     * Runs at different times: the run is the replicate, and what is known about the variation between runs is weighed
     * with what the data show of it.
     *
     * <p>The variance of a run's middle fork is estimated by experience plus the forks' own scatter and by what all cells
     * of the report show, with the degrees of freedom that experience or the report is worth; and with one
     * degree for each further run by the cell's data (Smyth's moderated t).
     *
     * @param ofReport what all cells of the report show of the variance between runs
     */
    static LogRatio ofRuns(LogCosts base, LogCosts other, SessionVariation known, VariancePrior ofReport) {
        double within = (base.squaresWithinRuns() + other.squaresWithinRuns())
                / Math.max(1, base.degreesWithinRuns() + other.degreesWithinRuns());
        double experience = known.variance()
                + within * MEDIAN_TO_MEAN * (base.meanReciprocalForks() + other.meanReciprocalForks()) / 2;
        int degrees = base.runs().size() + other.runs().size() - 2;
        double reported = Math.min(MOST_WEIGHT, ofReport.degrees());
        double weight = Math.max(known.weight(), reported);
        // What the report shows counts in full where it is more than experience, and as one voice of two where it is less.
        double expected = Math.max(reported > 0 ? ofReport.variance() : 0, (known.weight() * experience + reported * ofReport.variance())
                / (known.weight() + reported));
        double variance = (weight * expected + base.squaresBetweenRuns() + other.squaresBetweenRuns())
                / (weight + degrees);
        double error = Math.sqrt(variance * (1.0 / base.runs().size() + 1.0 / other.runs().size()));
        return new LogRatio(other.centre() - base.centre(), error, weight + degrees);
    }
}
