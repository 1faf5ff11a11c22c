package org.reuseaddr.report.chart;

import java.util.Arrays;

/** The unit in which times are shown. */
public enum DisplayUnit {
    /** Nanoseconds. */
    NS("ns", "ns", 1),
    /** Microseconds. */
    US("us", "µs", 1e3),
    /** Milliseconds. */
    MS("ms", "ms", 1e6),
    /** Seconds. */
    S("s", "s", 1e9);

    private final String option;
    private final String symbol;
    private final double nanos;

    DisplayUnit(String option, String symbol, double nanos) {
        this.option = option;
        this.symbol = symbol;
        this.nanos = nanos;
    }

    /** The largest unit in which the time is at least 1. */
    public static DisplayUnit fitting(double nanoseconds) {
        return Arrays.stream(values()).filter(unit -> Math.abs(nanoseconds) >= unit.nanos)
                .reduce(NS, (smaller, larger) -> larger);
    }

    /** The unit's sign, {@code µs}. */
    public String symbol() {
        return symbol;
    }

    /** How many nanoseconds it has. */
    public double nanos() {
        return nanos;
    }

    /** The name on the command line, {@code us}. */
    @Override
    public String toString() {
        return option;
    }
}
