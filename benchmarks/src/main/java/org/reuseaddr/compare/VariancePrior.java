package org.reuseaddr.compare;

import java.util.List;
import org.apache.commons.numbers.gamma.Digamma;
import org.apache.commons.numbers.gamma.Trigamma;
import org.apache.commons.statistics.distribution.FDistribution;

/**
 * What the cells of a report together say about the variance of one of them: a scaled inverse chi-squared distribution,
 * whose two parameters are estimated from the mean and the variance of the logarithms of the cells' own variances, as in
 * section 6.2 of Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3(1), article 3.
 *
 * @param variance the prior variance, at least 0
 * @param degrees how many degrees of freedom of a cell's own data it is worth, 0 or more; 0 where nothing is known
 */
record VariancePrior(double variance, double degrees) {

    /** Nothing is known but a cell's own data. */
    static final VariancePrior NONE = new VariancePrior(0, 0);

    /** From fewer cells, the spread of their variances cannot be estimated. */
    private static final int FEWEST_CELLS = 4;
    /** Where cells do not differ in variance beyond chance, the prior would be worth any number of forks: it is held to this. */
    private static final double MOST_DEGREES = 20;
    private static final int NEWTON_STEPS = 50;
    /** The probability below which a variance is not taken for one of the prior's. */
    private static final double FOREIGN = 0.001;

    /** One cell's variance with its degrees of freedom. */
    record Observed(double variance, int degrees) {
    }

    /** The prior that these variances come from; those of 0 or without a degree of freedom are left out. */
    static VariancePrior of(List<Observed> cells) {
        List<Observed> usable = cells.stream().filter(cell -> cell.degrees() > 0 && cell.variance() > 0).toList();
        if (usable.size() < FEWEST_CELLS) {
            return NONE;
        }
        int n = usable.size();
        double mean = usable.stream().mapToDouble(VariancePrior::logarithm).average().orElseThrow();
        double excess = usable.stream().mapToDouble(cell -> {
            double deviation = logarithm(cell) - mean;
            return deviation * deviation * n / (n - 1) - Trigamma.value(cell.degrees() / 2.0);
        }).average().orElseThrow();
        double degrees = excess <= 0 ? MOST_DEGREES : Math.min(MOST_DEGREES, 2 * inverseTrigamma(excess));
        double half = degrees / 2;
        return new VariancePrior(Math.exp(mean + Digamma.value(half) - Math.log(half)), degrees);
    }

    /** A variance with the degrees of freedom that it rests on. */
    record Moderated(double variance, double degrees) {
    }

    /**
     * The variance of a cell with what the prior adds to it; never less than the cell's own, since too small a variance makes
     * false claims and too large a one only costs power. Where the cell's own variance is too large to come from the prior, as
     * with forks on two levels, the prior says nothing about the cell.
     */
    Moderated moderate(double own, int ownDegrees) {
        boolean foreign = degrees > 0 && own > 0
                && FDistribution.of(ownDegrees, degrees).survivalProbability(own / variance) < FOREIGN;
        if (degrees == 0 || foreign) {
            return new Moderated(own, ownDegrees);
        }
        double moderated = (degrees * variance + ownDegrees * own) / (degrees + ownDegrees);
        return new Moderated(Math.max(own, moderated), degrees + ownDegrees);
    }

    /** The logarithm of a variance less its bias. */
    private static double logarithm(Observed cell) {
        double half = cell.degrees() / 2.0;
        return Math.log(cell.variance()) - Digamma.value(half) + Math.log(half);
    }

    /** Solves {@code trigamma(y) = x} for x above 0 by Smyth's iteration, which converges monotonically from this start. */
    private static double inverseTrigamma(double x) {
        double y = 0.5 + 1 / x;
        for (int step = 0; step < NEWTON_STEPS; step++) {
            double trigamma = Trigamma.value(y);
            double change = trigamma * (1 - trigamma / x) / slope(y);
            y += change;
            if (Math.abs(change) < 1e-8 * y) {
                break;
            }
        }
        return y;
    }

    /** The derivative of trigamma, by a central difference. */
    private static double slope(double y) {
        double h = 1e-4 * y;
        return (Trigamma.value(y + h) - Trigamma.value(y - h)) / (2 * h);
    }
}
