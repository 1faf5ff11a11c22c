package org.reuseaddr.compare;

import java.util.List;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/** How much more data would end an unclear verdict. */
final class RequiredData {

    /** How often so much data decides, where the ratio is what it now seems to be. */
    private static final double POWER = 0.8;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final int MOST_FORKS = 200;
    private static final int MOST_RUNS = 30;

    private RequiredData() {
    }

    /**
     * The least number of replicates in each group with which the difference seen would be claimed, or, where it is less
     * than the margin, shown to be within the margin, in four of five repetitions.
     *
     * @param level the level at which a lone difference of the cell's family is claimed
     */
    static Missing toDecide(LogRatio ratio, double level, double margin, Design design, List<CellData> before,
            List<CellData> after) {
        boolean together = design == Design.SAME_SESSION;
        int base = together ? forks(before) : before.size();
        int other = together ? forks(after) : after.size();
        double variance = ratio.error() * ratio.error() / (1.0 / base + 1.0 / other);
        // Beyond those of the data's own replicates: what experience and the other cells contribute.
        double known = Math.max(0, ratio.degrees() - (base + other - 2));
        double difference = Math.abs(ratio.estimate());
        double limit = Math.log1p(margin);
        boolean beyond = difference > limit;
        double distance = beyond ? difference : limit - difference;
        double significance = beyond ? level : Estimates.SIGNIFICANCE;
        int most = together ? MOST_FORKS : MOST_RUNS;
        // The normal distribution's answer is a little too small; from there on it is a few steps.
        double normal = NORMAL.inverseSurvivalProbability(significance / 2) + NORMAL.inverseCumulativeProbability(POWER);
        double least = 2 * variance * normal * normal / (distance * distance);
        for (int perGroup = (int) Math.min(most + 1, Math.max(Math.min(base, other) + 1, Math.ceil(least))); perGroup <= most;
                perGroup++) {
            TDistribution t = TDistribution.of(known + 2.0 * perGroup - 2);
            double needed = t.inverseSurvivalProbability(significance / 2) + t.inverseCumulativeProbability(POWER);
            if (needed * Math.sqrt(variance * 2 / perGroup) < distance) {
                return together ? new Missing.Forks(perGroup) : new Missing.Runs(perGroup);
            }
        }
        return new Missing.TooNoisy();
    }

    private static int forks(List<CellData> runs) {
        return runs.stream().mapToInt(run -> run.forks().size()).sum();
    }
}
