package org.reuseaddr.compare;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.TDistribution;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;

/** Estimates of what cells cost, from forks as the independent observations. */
public final class Estimates {

    /** How often an estimate's interval holds the truth, at least. */
    public static final double CONFIDENCE = 0.95;
    /** The p-value below which a difference is significant by itself. */
    static final double SIGNIFICANCE = 1 - CONFIDENCE;

    /** From how many forks on the interval is made of order statistics: with fewer, no pair of them reaches 95 %. */
    private static final int ORDER_STATISTICS_FROM = 6;

    private Estimates() {
    }

    /** The estimate of every cell's primary result; cells without a usable fork are missing. */
    public static SortedMap<Cell, Estimate> of(Collection<Sample> samples) {
        return of(samples, Sample.SCORE);
    }

    /** The estimate of a metric, such as {@code p99} or {@code control_cpu}, for every cell that has it. */
    public static SortedMap<Cell, Estimate> of(Collection<Sample> samples, String metric) {
        SortedMap<Cell, Estimate> estimates = new TreeMap<>();
        CellData.of(samples).forEach((cell, data) -> of(data, metric).ifPresent(estimate -> estimates.put(cell, estimate)));
        return estimates;
    }

    /**
     * The estimate of a metric of one cell; empty where no fork has it. Where the run has several blocks, the middle fork of
     * each block is the observation: forks of one block share what the machine was like then.
     */
    public static Optional<Estimate> of(CellData data, String metric) {
        double[] values = data.blocks() < 2 ? data.values(metric)
                : data.byBlock().values().stream().map(block -> block.values(metric)).filter(forks -> forks.length > 0)
                        .mapToDouble(forks -> Median.withDefaults().evaluate(forks)).toArray();
        return values.length == 0 ? Optional.empty()
                : Optional.of(ofReplicates(values, data.units().getOrDefault(metric, "")));
    }

    /**
     * The median of independent observations with its interval.
     *
     * <p>The interval, from 6 observations on, is the pair of order statistics that holds the median of any distribution
     * in at least 95 % of cases (the binomial interval of David and Nagaraja, Order Statistics, 7.1): a fork hit by
     * foreign load moves it by a rank and not by a distance. With 2 to 5, where no such pair exists, it is Student's t
     * interval of the logarithms, around their mean, widened to hold the median. With one there is none.
     *
     * @param values at least one, in {@code unit}
     */
    static Estimate ofReplicates(double[] values, String unit) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double median = Median.withDefaults().withCopy(true).evaluate(sorted);
        return new Estimate(median, unit, sorted.length, interval(sorted, median));
    }

    private static Optional<Interval> interval(double[] sorted, double median) {
        int n = sorted.length;
        if (n >= ORDER_STATISTICS_FROM) {
            // The largest rank r with P(B < r) < 2.5 %, for B the number of observations below the median.
            int rank = BinomialDistribution.of(n, 0.5).inverseCumulativeProbability((1 - CONFIDENCE) / 2);
            return Optional.of(new Interval(sorted[rank - 1], sorted[n - rank], CONFIDENCE));
        }
        if (n < 2 || sorted[0] <= 0) {
            return Optional.empty();
        }
        double[] logs = Arrays.stream(sorted).map(Math::log).toArray();
        double centre = Mean.of(logs).getAsDouble();
        double half = TDistribution.of(n - 1).inverseSurvivalProbability((1 - CONFIDENCE) / 2)
                * StandardDeviation.of(logs).getAsDouble() / Math.sqrt(n);
        return Optional.of(new Interval(Math.min(Math.exp(centre - half), median),
                Math.max(Math.exp(centre + half), median), CONFIDENCE));
    }
}
