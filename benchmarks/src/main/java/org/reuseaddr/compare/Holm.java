package org.reuseaddr.compare;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The p-values up to which differences are claimed, so that at most 5 % of reports about two equal platforms have a false
 * claim: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979), 65.
 *
 * <p>The two families share the 5 %: the primary one has 4 %, all other cells together have 1 %. A family without cells
 * leaves its share to the other.
 */
final class Holm {

    /** How many reports about two equal platforms may have a false claim, as a share. */
    private static final double FALSE_REPORTS = Estimates.SIGNIFICANCE;
    private static final double SHARE_OF_PRIMARY = 0.8;

    private Holm() {
    }

    /**
     * The level of each family.
     *
     * @param pValues of each family, in any order
     * @return by family, the largest p-value that is claimed or a little more, 0 where none is
     */
    static Map<TestFamily, Double> levels(Map<TestFamily, List<Double>> pValues) {
        List<Double> primary = pValues.getOrDefault(TestFamily.PRIMARY, List.of());
        List<Double> secondary = pValues.getOrDefault(TestFamily.SECONDARY, List.of());
        Map<TestFamily, Double> levels = new EnumMap<>(TestFamily.class);
        levels.put(TestFamily.PRIMARY, level(primary, alpha(TestFamily.PRIMARY, pValues)));
        levels.put(TestFamily.SECONDARY, level(secondary, alpha(TestFamily.SECONDARY, pValues)));
        return levels;
    }

    /** The level of the last claim, {@code alpha / (tests - claims + 1)}; every claimed p-value is at most that. */
    private static double level(List<Double> pValues, double alpha) {
        double[] sorted = pValues.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int claims = 0;
        while (claims < sorted.length && sorted[claims] <= alpha / (sorted.length - claims)) {
            claims++;
        }
        return claims == 0 ? 0 : alpha / (sorted.length - claims + 1);
    }

    /** The level of the first claim of a family: what a lone difference has to reach. */
    static double first(TestFamily family, Map<TestFamily, List<Double>> pValues) {
        return alpha(family, pValues) / Math.max(1, pValues.getOrDefault(family, List.of()).size());
    }

    /** The family's share of the false reports. */
    private static double alpha(TestFamily family, Map<TestFamily, List<Double>> pValues) {
        TestFamily counterpart = family == TestFamily.PRIMARY ? TestFamily.SECONDARY : TestFamily.PRIMARY;
        double share = family == TestFamily.PRIMARY ? SHARE_OF_PRIMARY : 1 - SHARE_OF_PRIMARY;
        return FALSE_REPORTS * (pValues.getOrDefault(counterpart, List.of()).isEmpty() ? 1 : share);
    }
}
