package org.reuseaddr.compare;

import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import org.apache.commons.statistics.inference.TTest;

/** How the ratio of two sides' costs and its error are estimated; which method for which {@link Design}. */
final class RatioMethod {

    private RatioMethod() {
    }

    /** Forks measured together: Welch's t on the logarithms of fork means, at least two forks a side. */
    static LogRatio ofForks(LogCosts base, LogCosts other) {
        double[] x = other.forks();
        double[] y = base.forks();
        double error = Math.sqrt(Variance.of(x).getAsDouble() / x.length + Variance.of(y).getAsDouble() / y.length);
        double degrees = error == 0 ? x.length + y.length - 2
                : TTest.withDefaults().test(x, y).getDegreesOfFreedom();
        return new LogRatio(Mean.of(x).getAsDouble() - Mean.of(y).getAsDouble(), error, degrees);
    }

    /**
     * Runs at different times: the run is the replicate, and what is known about the variation between runs is weighed
     * with what the data show of it.
     *
     * <p>The variance of a run's middle fork is estimated with {@code weight} degrees of freedom by experience plus the
     * forks' own scatter, and with one degree for each further run by the data (Smyth's moderated t). At least two
     * forks a run on some side.
     */
    static LogRatio ofRuns(LogCosts base, LogCosts other, SessionVariation known) {
        double within = (base.squaresWithinRuns() + other.squaresWithinRuns())
                / Math.max(1, base.degreesWithinRuns() + other.degreesWithinRuns());
        double expected = known.variance()
                + within * (base.meanReciprocalForks() + other.meanReciprocalForks()) / 2;
        int degrees = base.runs().size() + other.runs().size() - 2;
        double variance = (known.weight() * expected + base.squaresBetweenRuns() + other.squaresBetweenRuns())
                / (known.weight() + degrees);
        double error = Math.sqrt(variance * (1.0 / base.runs().size() + 1.0 / other.runs().size()));
        return new LogRatio(other.centre() - base.centre(), error, known.weight() + degrees);
    }
}
