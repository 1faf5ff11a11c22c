package org.reuseaddr.compare;

import java.util.Map;
import org.reuseaddr.results.Unit;

/** Brings times to ns/op and rates to ops/s, so that runs with different {@code -tu} compare. */
public final class Units {

    /** Nanoseconds in each of JMH's time units, by the name that it prints. */
    private static final Map<String, Double> NANOS = Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9,
            "min", 60e9, "hr", 3600e9, "day", 86400e9);
    private static final String PER_OPERATION = "/op";
    private static final String OPERATIONS_PER = "ops/";

    private Units() {
    }

    /** The unit's common form; units that are neither a time nor a rate stay what they are. */
    public static String common(String unit) {
        if (isTime(unit)) {
            return Unit.NANOS;
        }
        return isRate(unit) ? Unit.RATE : unit;
    }

    /** By what a value in the unit is multiplied to be in the common one. */
    public static double factor(String unit) {
        if (isTime(unit)) {
            return NANOS.get(unit.substring(0, unit.length() - PER_OPERATION.length()));
        }
        return isRate(unit) ? NANOS.get("s") / NANOS.get(unit.substring(OPERATIONS_PER.length())) : 1;
    }

    private static boolean isTime(String unit) {
        return unit.endsWith(PER_OPERATION)
                && NANOS.containsKey(unit.substring(0, unit.length() - PER_OPERATION.length()));
    }

    private static boolean isRate(String unit) {
        return unit.startsWith(OPERATIONS_PER) && NANOS.containsKey(unit.substring(OPERATIONS_PER.length()));
    }
}
