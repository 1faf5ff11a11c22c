package org.reuseaddr.compare;

import java.util.Comparator;
import java.util.List;

/**
 * One or two estimates of the same ratio of costs, relative to different controls. What is said of the ratio must hold for
 * each: the p-value is the larger one, the interval spans both, and the estimate is the one nearer to 1. So a control that
 * the platform itself slows cannot make a difference, nor hide one behind {@code same}.
 *
 * @param estimates at least one
 */
record ControlledRatio(List<LogRatio> estimates) {

    ControlledRatio {
        estimates = List.copyOf(estimates);
    }

    /** The logarithm of the ratio that is nearest to 0. */
    LogRatio nearest() {
        return estimates.stream().min(Comparator.comparingDouble(ratio -> Math.abs(ratio.estimate()))).orElseThrow();
    }

    /** The larger p-value; 1 where the estimates contradict each other in direction. */
    double pValue() {
        boolean slower = estimates.stream().allMatch(ratio -> ratio.estimate() > 0);
        boolean faster = estimates.stream().allMatch(ratio -> ratio.estimate() < 0);
        return slower || faster ? estimates.stream().mapToDouble(LogRatio::pValue).max().orElseThrow() : 1;
    }

    /** As a ratio, with the interval that spans those of all estimates. */
    Ratio toRatio(double confidence) {
        List<Interval> intervals = estimates.stream().map(ratio -> ratio.toRatio(confidence).interval()).toList();
        return new Ratio(Math.exp(nearest().estimate()), new Interval(
                intervals.stream().mapToDouble(Interval::low).min().orElseThrow(),
                intervals.stream().mapToDouble(Interval::high).max().orElseThrow(), confidence), pValue());
    }

    /** Whether some estimate is a difference at this level and another is not: the controls do not agree. */
    boolean disagrees(double level) {
        return estimates.stream().anyMatch(ratio -> ratio.pValue() <= level) && pValue() > level;
    }
}
