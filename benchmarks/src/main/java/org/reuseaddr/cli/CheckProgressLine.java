package org.reuseaddr.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.reuseaddr.run.CheckProgress;

/**
 * How far a check is: scenarios done of all, and how long the rest will take once that can be told. On a terminal one live
 * line, which is wiped at the end; elsewhere a line every 15 seconds, so that a check of seconds prints none.
 */
final class CheckProgressLine implements CheckProgress, AutoCloseable {

    private static final Duration LIVE_INTERVAL = Duration.ofMillis(250);
    private static final Duration LOG_INTERVAL = Duration.ofSeconds(15);
    /** Before this much of the check is done, the time left is a guess. */
    private static final int LEAST_SHARE_DONE = 20;
    /** Carriage return, then ECMA-48's erase in line, from the cursor to the end. */
    private static final String WIPE = "\r\u001B[K";

    private final PrintStream out;
    private final boolean live;
    private final LongSupplier nanoTime;
    private final long start;
    private long lastLine;
    private boolean drawn;
    private int planned;
    private int done;

    /**
     * @param live whether {@code out} is a terminal, on which a line can be drawn over
     * @param nanoTime as of {@link System#nanoTime}
     */
    CheckProgressLine(PrintStream out, boolean live, LongSupplier nanoTime) {
        this.out = out;
        this.live = live;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.lastLine = start;
    }

    /** On standard error. */
    static CheckProgressLine onStandardError() {
        return new CheckProgressLine(System.err, Terminal.isStandardError(), System::nanoTime);
    }

    @Override
    public void planned(int scenarios) {
        planned = scenarios;
        done = 0;
    }

    @Override
    public void replayed() {
        done++;
        long now = nanoTime.getAsLong();
        if (now - lastLine < (live ? LIVE_INTERVAL : LOG_INTERVAL).toNanos() || done >= planned) {
            return;
        }
        lastLine = now;
        if (live) {
            out.print(WIPE + line(now));
            out.flush();
            drawn = true;
        } else {
            out.println(line(now));
        }
    }

    private String line(long now) {
        String elapsed = done + " of " + planned + " scenarios, " + Durations.text(Duration.ofNanos(now - start)) + " elapsed";
        boolean known = done * (long) LEAST_SHARE_DONE >= planned;
        return known ? elapsed + ", about "
                + Durations.text(Duration.ofNanos((long) ((now - start) / (double) done * (planned - done)))) + " left" : elapsed;
    }

    /** Takes the live line away, so that what follows begins on an empty one. */
    @Override
    public void close() {
        if (drawn) {
            out.print(WIPE);
            out.flush();
            drawn = false;
        }
    }
}
