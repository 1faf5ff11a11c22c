package org.reuseaddr.run;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Ends a fork that gives no sign of life. JMH's own {@code -to} interrupts a benchmark's threads, which does not help
 * where they are stuck in the kernel or where the harness itself waits.
 */
final class ForkWatchdog implements AutoCloseable {

    private static final String FORK_CLASS = "org.openjdk.jmh.runner.ForkedMain";
    private static final long CHECK_MILLIS = 250;
    /** What a look counts at most: while this process was stopped itself (SIGSTOP), the fork may have been as well. */
    private static final long MOST_NANOS_A_LOOK = TimeUnit.MILLISECONDS.toNanos(4 * CHECK_MILLIS);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread daemon = new Thread(task, "fork-watchdog");
        daemon.setDaemon(true);
        return daemon;
    });
    private final Duration silence;
    private final Future<?> looks;
    private long lastLook = System.nanoTime();
    private long silentNanos;
    private volatile boolean bit;

    /** @param silence how long a fork may be silent */
    ForkWatchdog(Duration silence) {
        this.silence = silence;
        looks = timer.scheduleWithFixedDelay(this::check, CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The fork lives. */
    synchronized void sign() {
        silentNanos = 0;
    }

    /** Whether the fork was ended. */
    boolean hasBitten() {
        return bit;
    }

    private synchronized void check() {
        long now = System.nanoTime();
        silentNanos += Math.min(now - lastLook, MOST_NANOS_A_LOOK);
        lastLook = now;
        if (silentNanos > silence.toNanos()) {
            bit = true;
            endForks();
        }
    }

    /** Ends every forked JVM of this process at once; the helpers of the semantic check are left alone. */
    static void endForks() {
        forks().forEach(fork -> {
            fork.descendants().forEach(ProcessHandle::destroyForcibly);
            fork.destroyForcibly();
        });
    }

    private static Stream<ProcessHandle> forks() {
        return ProcessHandle.current().descendants()
                .filter(process -> process.info().commandLine().map(line -> line.contains(FORK_CLASS)).orElse(true));
    }

    @Override
    public void close() {
        looks.cancel(false);
        timer.shutdownNow();
    }
}
