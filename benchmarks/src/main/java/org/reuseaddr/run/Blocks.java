package org.reuseaddr.run;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.reuseaddr.results.RunEntry;

/**
 * How a run is divided into blocks of forks at different times of its machine, which a comparison takes for runs.
 *
 * @param count how many blocks there are, 2 to {@value #MOST}
 * @param every from the beginning of a block to the beginning of the next
 * @param begun when blocks began in earlier sessions of the run, by number from 1
 */
public record Blocks(int count, Duration every, SortedMap<Integer, Instant> begun) {

    /** More blocks than this tell no more. */
    public static final int MOST = 100;

    public Blocks {
        begun = Collections.unmodifiableSortedMap(new TreeMap<>(begun));
    }

    /**
     * Of a run that begins.
     *
     * @throws UsageException if there are not so many blocks to a run
     */
    public static Blocks of(int count, Duration every) {
        if (count < 2 || count > MOST) {
            throw new UsageException("--blocks: expected a number from 2 to " + MOST + ", found " + count);
        }
        return new Blocks(count, every, new TreeMap<>());
    }

    /** How many forks of each cell a block has, where so many are wanted in all: blocks are alike, so they are rounded up. */
    int forksOfEach(int wanted) {
        return Math.max(1, (wanted + count - 1) / count);
    }

    /**
     * How long ago an earlier session began a block, by the clock of the machine, since no other outlives a process: at least 0,
     * also where the clock was set back, and at most the time from one block to the next, beyond which nothing depends on it.
     */
    Duration age(int block, Instant now) {
        Instant began = begun.get(block);
        if (began.isBefore(now.minus(every))) {
            return every;
        }
        return began.isAfter(now) ? Duration.ZERO : Duration.ofNanos(began.until(now, ChronoUnit.NANOS));
    }

    /** The entries of the record that another session goes by. */
    Map<String, String> environment() {
        return Map.of(RunEntry.BLOCKS, Integer.toString(count), RunEntry.EVERY_SECONDS, Long.toString(every.toSeconds()));
    }
}
