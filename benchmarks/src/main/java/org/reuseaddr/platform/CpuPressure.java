package org.reuseaddr.platform;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * For how long some task of the machine waited for a CPU, by the kernel's pressure stall information (PSI).
 *
 * @param waitedMicros microseconds in which at least one task waited, since the machine started
 * @param nanoTime when that was read, as {@link System#nanoTime}
 */
public record CpuPressure(long waitedMicros, long nanoTime) {

    private static final Pattern SOME = Pattern.compile("some .*total=(\\d{1,18})");

    /** The pressure until now; empty where the kernel does not count it. */
    public static Optional<CpuPressure> now() {
        return read(SystemFiles.ofThisMachine(), System.nanoTime());
    }

    static Optional<CpuPressure> read(SystemFiles files, long nanoTime) {
        return files.lines("proc/pressure/cpu").stream().map(SOME::matcher).filter(Matcher::find).findFirst()
                .map(line -> new CpuPressure(Long.parseLong(line.group(1)), nanoTime));
    }

    /**
     * The share of the time between two readings in which some task waited for a CPU, 0 to 1.
     *
     * @return empty if no time passed between them
     */
    public static OptionalDouble share(CpuPressure before, CpuPressure after) {
        long passed = after.nanoTime - before.nanoTime;
        return passed <= 0 ? OptionalDouble.empty()
                : OptionalDouble.of(Math.min(1, Math.max(0, 1e3 * (after.waitedMicros - before.waitedMicros) / passed)));
    }
}
