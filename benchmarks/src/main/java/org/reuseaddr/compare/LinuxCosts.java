package org.reuseaddr.compare;

import java.util.OptionalDouble;
import org.apache.commons.statistics.descriptive.Median;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Unit;

/** What cells would cost on a quiet native Linux on a machine as fast as that of the run: the reference's costs times its control. */
public final class LinuxCosts {

    private final HonestCosts honest = new HonestCosts();

    /** In nanoseconds; empty for a cell that the reference runs do not have, or that has no control. */
    public OptionalDouble of(CellData data) {
        OptionalDouble relative = honest.onQuietLinux(data.cell());
        double[] controls = data.forks().stream().mapToDouble(fork -> fork.controls().getOrDefault(Metric.CONTROL_SOCKET_CLOSE, 0.0))
                .filter(control -> control > 0).toArray();
        return relative.isEmpty() || controls.length == 0 || !data.unit().equals(Unit.NANOS) ? OptionalDouble.empty()
                : OptionalDouble.of(relative.getAsDouble() * Median.withDefaults().evaluate(controls));
    }
}
