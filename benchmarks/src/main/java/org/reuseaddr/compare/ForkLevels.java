package org.reuseaddr.compare;

import java.util.Arrays;
import java.util.Optional;
import org.reuseaddr.results.Sample;

/**
 * Forks of one cell that fall into two clusters, as where port 0 costs 13 µs in two forks and 100 µs in the third, since the
 * ephemeral range has filled up: a median would hide one of the two figures. It describes the forks at hand and claims nothing
 * of others, so that it needs fewer forks than {@link TwoLevels}, which decides about a comparison.
 *
 * @param low the median of the lower cluster, in the cell's unit
 * @param lowForks how many forks it has, at least 1
 * @param high the median of the upper cluster
 * @param highForks how many forks it has, at least 1
 */
public record ForkLevels(double low, int lowForks, double high, int highForks) {

    /** A single fork makes a cluster only where it is at least this factor away. */
    private static final double LEAST_TO_ONE_FORK = 2;

    /** The clusters of a cell's primary result; empty where its forks make one. */
    public static Optional<ForkLevels> of(CellData data) {
        return of(data.values(Sample.SCORE));
    }

    static Optional<ForkLevels> of(double[] forks) {
        double[] sorted = forks.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        if (n < 2 || sorted[0] <= 0) {
            return Optional.empty();
        }
        double[] logs = Arrays.stream(sorted).map(Math::log).toArray();
        int best = 0;
        double widest = 0;
        for (int split = 1; split < n; split++) {
            double gap = TwoLevels.gap(logs, split);
            boolean oneFork = Math.min(split, n - split) == 1;
            if (gap > widest && (!oneFork || gap >= Math.log(LEAST_TO_ONE_FORK))) {
                best = split;
                widest = gap;
            }
        }
        return best == 0 ? Optional.empty() : Optional.of(new ForkLevels(
                Estimates.ofReplicates(Arrays.copyOf(sorted, best), "").value(), best,
                Estimates.ofReplicates(Arrays.copyOfRange(sorted, best, n), "").value(), n - best));
    }
}
