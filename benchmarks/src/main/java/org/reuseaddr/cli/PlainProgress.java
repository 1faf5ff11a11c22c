package org.reuseaddr.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;
import org.reuseaddr.run.RunProgress;

/** A line every 15 seconds, for logs and pipes. */
final class PlainProgress implements RunProgress {

    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final PrintStream out;
    private final long start = System.nanoTime();
    private long lastLine = start;
    private int forks;

    PlainProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void planned(int total, int passes, Duration estimate) {
        forks = total;
        out.println(plan(total, passes, estimate));
    }

    /** Such as {@code 78 forks in 3 passes, about 2 min 24 s}. */
    static String plan(int forks, int passes, Duration estimate) {
        return forks + (forks == 1 ? " fork in " : " forks in ") + passes + (passes == 1 ? " pass" : " passes") + ", about "
                + Durations.text(estimate);
    }

    @Override
    public void forkStarted(Cell cell, int number, int pass, Optional<Estimate> soFar) {
        // Only finished forks are logged.
    }

    @Override
    public void measured(Sample score) {
        // Iterations are too frequent for a log.
    }

    @Override
    public void forkEnded(Cell cell, int number, Duration left) {
        long now = System.nanoTime();
        if (now - lastLine >= INTERVAL.toNanos() || number == forks) {
            lastLine = now;
            out.printf("%d of %d forks, %s elapsed, about %s left; last: %s%n", number, forks,
                    Durations.text(Duration.ofNanos(now - start)), Durations.text(left), cell);
        }
    }

    @Override
    public void waiting(int block, int blocks, Instant begins) {
        out.println(pause(block, blocks, begins, ZoneId.systemDefault()));
    }

    /** Such as {@code block 2 of 3 begins at 2026-01-31 12:20:00; until then nothing runs}, in the zone's time. */
    static String pause(int block, int blocks, Instant begins, ZoneId zone) {
        return "block " + block + " of " + blocks + " begins at "
                + DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone).format(begins)
                + "; until then nothing runs";
    }

    @Override
    public void notice(String line) {
        out.println(line);
    }
}
