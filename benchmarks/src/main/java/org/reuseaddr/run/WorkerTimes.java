package org.reuseaddr.run;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * What the kernel's scheduler counts for JMH's worker threads, the threads that make the measured calls.
 *
 * @param running nanoseconds on a CPU, summed over the workers
 * @param waiting nanoseconds ready to run without a CPU, summed over the workers
 * @param workers how many there are; 0 where they cannot be seen
 */
record WorkerTimes(long running, long waiting, int workers) {

    private static final WorkerTimes NONE = new WorkerTimes(0, 0, 0);
    /**
     * JMH names a worker after the benchmark, {@code org.reuseaddr.benchmarks.…-jmh-worker-1}, and the kernel keeps 15 bytes
     * of a thread's name: HotSpot 17 gives it the first ones, later versions the first seven and the last six with two dots
     * between.
     */
    private static final Pattern WORKER =
            Pattern.compile("org\\.reuseaddr\\.b|org\\.reu\\.\\.(rker-[0-9]|ker-[0-9]{2}|er-[0-9]{3}|r-[0-9]{4})");

    /** The workers of this process until now. */
    static WorkerTimes now() {
        return read(Path.of("/proc/self/task"));
    }

    /** The workers among the threads of a directory as /proc/PID/task is; none where the kernel does not count. */
    static WorkerTimes read(Path tasks) {
        long running = 0;
        long waiting = 0;
        int workers = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                long[] times = times(thread);
                if (times.length == 2) {
                    running += times[0];
                    waiting += times[1];
                    workers++;
                }
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException absent) {
            return NONE;
        }
        return new WorkerTimes(running, waiting, workers);
    }

    /** Running and waiting of a worker; nothing for another thread, or for one that has ended meanwhile. */
    private static long[] times(Path thread) throws IOException {
        try {
            if (!WORKER.matcher(Files.readString(thread.resolve("comm")).strip()).matches()) {
                return new long[0];
            }
            String[] figures = Files.readString(thread.resolve("schedstat")).strip().split(" ");
            return figures.length < 2 ? new long[0] : new long[] {Long.parseLong(figures[0]), Long.parseLong(figures[1])};
        } catch (NoSuchFileException threadEnded) {
            return new long[0];
        }
    }

    /**
     * The share of the time since an earlier reading in which the workers waited for a CPU, the mean over workers, 0 to 1.
     *
     * @param passed nanoseconds between the readings
     * @return empty where the workers are not seen, or seem not to have run at all: nobody counts there
     */
    OptionalDouble waitShareSince(WorkerTimes earlier, long passed) {
        if (workers == 0 || passed <= 0 || running <= earlier.running) {
            return OptionalDouble.empty();
        }
        double share = (double) (waiting - earlier.waiting) / passed / workers;
        return OptionalDouble.of(Math.min(1, Math.max(0, share)));
    }
}
