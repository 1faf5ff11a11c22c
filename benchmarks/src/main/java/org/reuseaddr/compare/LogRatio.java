package org.reuseaddr.compare;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * An estimated logarithm of a ratio of costs.
 *
 * @param estimate the logarithm
 * @param error its standard error, at least 0
 * @param degrees the degrees of freedom of the error, above 0
 */
record LogRatio(double estimate, double error, double degrees) {

    /** The two-sided p-value of the hypothesis that the ratio is 1. */
    double pValue() {
        if (error == 0) {
            return estimate == 0 ? 1 : 0;
        }
        return Math.min(1, 2 * TDistribution.of(degrees).survivalProbability(Math.abs(estimate) / error));
    }

    /** Half the width of the interval of the logarithm. */
    double halfWidth(double confidence) {
        return TDistribution.of(degrees).inverseSurvivalProbability((1 - confidence) / 2) * error;
    }

    /** As a ratio, with the interval at this confidence. */
    Ratio toRatio(double confidence) {
        double half = halfWidth(confidence);
        return new Ratio(Math.exp(estimate),
                new Interval(Math.exp(estimate - half), Math.exp(estimate + half), confidence), pValue());
    }
}
