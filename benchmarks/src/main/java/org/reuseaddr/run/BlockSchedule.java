package org.reuseaddr.run;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * When the blocks of a run begin: each a fixed time after the beginning of the one before it, or at once where that one took
 * longer. A further session of a run goes on with the first block that lacks forks, and waits for it likewise.
 */
final class BlockSchedule {

    private final Blocks blocks;
    private final Pause pause;
    /** When blocks began, in nanoseconds of the pause's clock. */
    private final Map<Integer, Long> begun = new HashMap<>();

    /** What is done in the blocks, and who hears of them. */
    interface Work {

        /** Whether a block lacks forks. */
        boolean isDue(int block);

        /** A block begins now. */
        void begins(int block, Instant now);

        /**
         * Measures what a block lacks.
         *
         * @return false if the run is over
         */
        boolean measure(int block);

        /** Nothing runs until a block begins. */
        void waits(int block, Instant begins);

        /** A block begins at once, since the one before it took so long. */
        void isLate(int block, Duration took);
    }

    BlockSchedule(Blocks blocks, Pause pause) {
        this.blocks = blocks;
        this.pause = pause;
        Instant now = pause.now();
        blocks.begun().keySet().forEach(block -> begun.put(block, pause.nanos() - blocks.age(block, now).toNanos()));
    }

    /** Does the work, block by block, until all is done or the run is over. */
    void run(Work work) {
        boolean here = false;
        for (int block = 1; block <= blocks.count(); block++) {
            if (!work.isDue(block)) {
                continue;
            }
            if (!waited(block, here, work)) {
                return;
            }
            begun.put(block, pause.nanos());
            work.begins(block, pause.now());
            here = true;
            if (!work.measure(block)) {
                return;
            }
        }
    }

    /**
     * Waits until a block may begin.
     *
     * @param here whether the block before it was measured in this session
     * @return false if the run was ended meanwhile
     */
    private boolean waited(int block, boolean here, Work work) {
        Long before = begun.get(block - 1);
        // A block that an earlier session began is finished as soon as that can be.
        if (before == null || begun.containsKey(block)) {
            return true;
        }
        Duration left = untilAfter(before);
        if (left.compareTo(Duration.ZERO) <= 0) {
            if (here && left.isNegative()) {
                work.isLate(block, Duration.ofNanos(pause.nanos() - before));
            }
            return true;
        }
        work.waits(block, pause.now().plus(left));
        return pause.await(left);
    }

    /**
     * How long the run still takes, with the waits.
     *
     * @param block the one that is measured now, or next
     * @param rest of it
     * @param whole a block
     */
    Duration left(int block, Duration rest, Duration whole) {
        int further = blocks.count() - block;
        if (further <= 0) {
            return rest;
        }
        Duration untilNext = begun.containsKey(block) ? untilAfter(begun.get(block)) : blocks.every();
        return longer(rest, untilNext).plus(longer(blocks.every(), whole).multipliedBy(further - 1L)).plus(whole);
    }

    /** From now until the block after that which began then may begin. */
    private Duration untilAfter(long began) {
        return blocks.every().minusNanos(pause.nanos() - began);
    }

    private static Duration longer(Duration one, Duration two) {
        return one.compareTo(two) > 0 ? one : two;
    }
}
