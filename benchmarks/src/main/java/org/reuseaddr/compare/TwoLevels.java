package org.reuseaddr.compare;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Finds forks of one run that lie on two levels, as where a fork's first ports decide how long the kernel searches: a
 * median of such forks says which level had one fork more, and its interval holds the truth in half of the cases.
 */
final class TwoLevels {

    private static final int FEWEST_FORKS = 4;
    private static final int FEWEST_ON_A_LEVEL = 2;
    /** Levels nearer than this matter no more than other scatter. */
    private static final double LEAST_DISTANCE = Math.log(1.2);
    /** How many times wider the gap between the levels is than each level itself. */
    private static final double GAP_TO_LEVEL = 3;
    /** No load was seen to move a fork so far from the others of its run. */
    private static final double FAR = Math.log(10);
    /** How much of the distance between the extreme forks of both groups has to lie between the groups. */
    private static final double LEAST_SHARE_APART = 0.5;

    private TwoLevels() {
    }

    /**
     * The logarithm of the factor between the levels of the run of which they are farthest apart.
     *
     * @return empty if no run has two levels
     */
    static OptionalDouble distance(LogCosts costs) {
        return costs.runs().stream().map(TwoLevels::distance).flatMapToDouble(OptionalDouble::stream).max();
    }

    private static OptionalDouble distance(double[] forks) {
        double[] sorted = forks.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        OptionalDouble best = OptionalDouble.empty();
        for (int split = FEWEST_ON_A_LEVEL; n >= FEWEST_FORKS && split <= n - FEWEST_ON_A_LEVEL; split++) {
            double gap = gap(sorted, split);
            if (gap > best.orElse(0)) {
                best = OptionalDouble.of(gap);
            }
        }
        return best;
    }

    /**
     * The distance between the two levels that a split makes, 0 where these are no levels.
     *
     * @param sorted logarithms in ascending order
     * @param split how many of them are on the lower level, at least 1 and fewer than all
     */
    static double gap(double[] sorted, int split) {
        double gap = sorted[split] - sorted[split - 1];
        double level = Math.max(sorted[split - 1] - sorted[0], sorted[sorted.length - 1] - sorted[split]);
        return gap >= LEAST_DISTANCE && gap >= GAP_TO_LEVEL * level ? gap : 0;
    }

    /**
     * The logarithm of the factor between the extreme forks of two single runs, where these lie so far apart that something
     * else than the platform decided what a call cost while a part of a run was made, and that may be all that the groups differ
     * by: others filled the ephemeral range, for instance, each port of which a bind to port 0 looks at (measured: 8.4 µs in one
     * fork of a run, 1.9, 2.9 and 6.4 ms in the others, and 1.5 µs in the next run).
     *
     * @return empty if no fork is far from the others of its run, or the groups are clearly apart all the same
     */
    static OptionalDouble scattered(LogCosts base, LogCosts other) {
        double range = Math.max(most(base) - least(base), most(other) - least(other));
        double extremes = Math.max(most(base), most(other)) - Math.min(least(base), least(other));
        return range >= FAR && between(base, other) < LEAST_SHARE_APART * extremes ? OptionalDouble.of(range) : OptionalDouble.empty();
    }

    /** Whether two groups' forks are farther apart than their levels are, so that no choice of levels explains it. */
    static boolean explain(double distance, LogCosts base, LogCosts other) {
        return between(base, other) <= distance;
    }

    /** How far the nearest forks of two groups are apart; negative where the groups overlap. */
    private static double between(LogCosts base, LogCosts other) {
        return Math.max(least(other) - most(base), least(base) - most(other));
    }

    private static double least(LogCosts costs) {
        return Arrays.stream(costs.forks()).min().orElseThrow();
    }

    private static double most(LogCosts costs) {
        return Arrays.stream(costs.forks()).max().orElseThrow();
    }

    /** The factor between levels for a sentence, from the larger of several distances. */
    static OptionalDouble larger(List<OptionalDouble> distances) {
        return distances.stream().flatMapToDouble(OptionalDouble::stream).max();
    }
}
