package org.reuseaddr.compare;

/**
 * A confidence interval.
 *
 * @param low its lower end, in the unit of what it belongs to
 * @param high its upper end, at least {@code low}
 * @param confidence how often such intervals hold the truth, 0 to 1, such as 0.95
 */
public record Interval(double low, double high, double confidence) {

    /** Whether the value lies in the interval, ends included. */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    /** Whether this interval lies in {@code [low, high]} as a whole. */
    boolean within(double lowest, double highest) {
        return lowest <= low && high <= highest;
    }
}
