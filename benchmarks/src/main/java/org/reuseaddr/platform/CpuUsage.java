package org.reuseaddr.platform;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * CPU time of the whole machine and of this process with its descendants, since the start of each. The difference of
 * two snapshots tells how much others took in between.
 *
 * <p>All figures are in the kernel's ticks (USER_HZ, 1/100 s), as /proc/stat and /proc/PID/stat give them.
 *
 * @param total everything, idle time included, over all CPUs
 * @param working user, nice and system time of all processes
 * @param stolen what the hypervisor gave to other virtual machines
 * @param own user and system time of this process, its living descendants, and its descendants that ended and were
 *     waited for
 */
public record CpuUsage(long total, long working, long stolen, long own) {

    /** The columns of the line "cpu" in /proc/stat, proc(5): user nice system idle iowait irq softirq steal. */
    private static final int USER = 0;
    private static final int NICE = 1;
    private static final int SYSTEM = 2;
    private static final int STEAL = 7;
    private static final int COLUMNS = 8;

    /** utime, stime, cutime and cstime, counted from the state behind the command's name, proc(5). */
    private static final int UTIME = 11;
    private static final int CSTIME = 14;

    /** The usage until now; empty where the kernel does not account for it, as without /proc or on gVisor. */
    public static Optional<CpuUsage> now() {
        ProcessHandle self = ProcessHandle.current();
        // Descendants first: one that ends in between is then counted at worst twice, and not lost.
        List<Long> family = Stream.concat(self.descendants(), Stream.of(self)).map(ProcessHandle::pid).toList();
        return read(SystemFiles.ofThisMachine(), family);
    }

    static Optional<CpuUsage> read(SystemFiles files, List<Long> family) {
        long own = family.stream().flatMap(pid -> files.text("proc/" + pid + "/stat").stream())
                .mapToLong(CpuUsage::ofProcess).sum();
        return files.lines("proc/stat").stream().filter(line -> line.startsWith("cpu ")).findFirst()
                .map(line -> numbers(line.substring(4)))
                .filter(columns -> columns.length >= COLUMNS && Arrays.stream(columns).sum() > 0)
                .map(columns -> new CpuUsage(Arrays.stream(columns, 0, COLUMNS).sum(),
                        columns[USER] + columns[NICE] + columns[SYSTEM], columns[STEAL], own));
    }

    /**
     * The share of the machine's CPU time that other processes took, or the hypervisor gave to other machines, from
     * 0 (none) to 1 (all CPUs all the time). Interrupts are nobody's: on loopback they are mostly our own packets, and
     * kernels differ in whether they also charge them to the process they interrupt; where they do, the share is too
     * low by our own interrupts.
     *
     * @return empty if no tick passed between the snapshots
     */
    public static OptionalDouble shareOfOthers(CpuUsage before, CpuUsage after) {
        long passed = after.total - before.total;
        if (passed <= 0) {
            return OptionalDouble.empty();
        }
        long others = (after.working - before.working) + (after.stolen - before.stolen) - (after.own - before.own);
        return OptionalDouble.of(Math.min(1, Math.max(0, (double) others / passed)));
    }

    /**
     * The share of the machine's CPU time that the hypervisor gave to other machines, 0 to 1.
     *
     * @return empty if no tick passed between the snapshots
     */
    public static OptionalDouble shareStolen(CpuUsage before, CpuUsage after) {
        long passed = after.total - before.total;
        return passed <= 0 ? OptionalDouble.empty()
                : OptionalDouble.of(Math.min(1, Math.max(0, (double) (after.stolen - before.stolen) / passed)));
    }

    private static long ofProcess(String stat) {
        // The command's name may hold blanks and parentheses: what follows its last parenthesis is columns.
        String[] columns = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        if (columns.length <= CSTIME) {
            return 0;
        }
        return LongStream.of(numbers(String.join(" ", Arrays.asList(columns).subList(UTIME, CSTIME + 1)))).sum();
    }

    private static long[] numbers(String text) {
        return Arrays.stream(text.strip().split("\\s+")).filter(word -> word.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong).toArray();
    }
}
