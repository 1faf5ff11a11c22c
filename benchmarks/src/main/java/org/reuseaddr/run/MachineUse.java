package org.reuseaddr.run;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.reuseaddr.platform.CpuPressure;
import org.reuseaddr.platform.CpuUsage;
import org.reuseaddr.results.Metric;

/**
 * Who used the machine's CPUs until some moment, as far as the kernel counts it.
 *
 * @param usage CPU time by user; empty where the kernel does not account for it
 * @param pressure how long tasks waited; empty likewise
 */
record MachineUse(Optional<CpuUsage> usage, Optional<CpuPressure> pressure) {

    static MachineUse now() {
        return new MachineUse(CpuUsage.now(), CpuPressure.now());
    }

    /** The metrics of the time since an earlier moment by name, shares from 0 to 1; those that nobody counts are left out. */
    Map<String, Double> sharesSince(MachineUse earlier) {
        Map<String, Double> shares = new TreeMap<>();
        if (usage.isPresent() && earlier.usage.isPresent()) {
            CpuUsage.shareOfOthers(earlier.usage.get(), usage.get()).ifPresent(share -> shares.put(Metric.FOREIGN_LOAD, share));
            CpuUsage.shareStolen(earlier.usage.get(), usage.get()).ifPresent(share -> shares.put(Metric.STEAL, share));
        }
        if (pressure.isPresent() && earlier.pressure.isPresent()) {
            CpuPressure.share(earlier.pressure.get(), pressure.get())
                    .ifPresent(share -> shares.put(Metric.CPU_PRESSURE, share));
        }
        return shares;
    }
}
