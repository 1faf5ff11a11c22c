package org.reuseaddr.compare;

import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;

/** How much more data would end an unclear verdict. */
final class RequiredData {

    private static final int MOST_FORKS = 200;
    private static final int MOST_RUNS = 30;

    private RequiredData() {
    }

    /** The least number of replicates a side at which the interval would leave out 1, or be no wider than the margin. */
    static Missing toDecide(LogRatio ratio, double margin, Design design, List<CellData> before, List<CellData> after) {
        boolean together = design == Design.SAME_SESSION;
        int base = together ? forks(before) : before.size();
        int other = together ? forks(after) : after.size();
        double variance = ratio.error() * ratio.error() / (1.0 / base + 1.0 / other);
        // Beyond those of the data's own replicates: what experience contributes, see SessionVariation.
        double known = together ? 0 : ratio.degrees() - (base + other - 2);
        double difference = Math.abs(ratio.estimate());
        double narrow = Math.max(difference, Math.log1p(margin));
        int most = together ? MOST_FORKS : MOST_RUNS;
        for (int perSide = Math.min(base, other) + 1; perSide <= most; perSide++) {
            double degrees = known + 2.0 * perSide - 2;
            double half = TDistribution.of(degrees).inverseSurvivalProbability((1 - Estimates.CONFIDENCE) / 2)
                    * Math.sqrt(variance * 2 / perSide);
            if (half < narrow) {
                return together ? new Missing.Forks(perSide) : new Missing.Runs(perSide);
            }
        }
        return new Missing.TooNoisy();
    }

    private static int forks(List<CellData> runs) {
        return runs.stream().mapToInt(run -> run.forks().size()).sum();
    }
}
