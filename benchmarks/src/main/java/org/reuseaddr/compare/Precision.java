package org.reuseaddr.compare;

import java.util.Arrays;

/** When an estimate is precise enough for no further fork to be made. */
public final class Precision {

    private Precision() {
    }

    /**
     * Whether the interval is within ± a share of the estimate, and was so without the latest fork as well. A rule that stops at
     * the first narrow interval picks those that are narrow by chance: they hold the truth in 92 % of cases, and those that
     * are narrow twice in 95 (docs/COMPARING.md).
     *
     * @param data in the order in which its forks were measured
     * @param metric whose estimate it is
     * @param share above 0: 0.05 is ±5 %
     */
    public static boolean isReached(CellData data, String metric, double share) {
        return isReached(data.values(metric), share);
    }

    static boolean isReached(double[] forks, double share) {
        return forks.length > 2 && isNarrow(forks, share) && isNarrow(Arrays.copyOf(forks, forks.length - 1), share);
    }

    private static boolean isNarrow(double[] forks, double share) {
        return Estimates.ofReplicates(forks, "").precision().orElse(Double.POSITIVE_INFINITY) <= share;
    }
}
