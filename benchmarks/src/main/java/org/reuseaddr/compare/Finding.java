package org.reuseaddr.compare;

import org.reuseaddr.results.Cell;

/** Something about a run's data that its reader should know. Findings name; nothing is ever removed for one. */
public sealed interface Finding {

    /** The cell that it is about. */
    Cell cell();

    /**
     * A fork far from its fellows.
     *
     * @param fork its number
     * @param ratio its mean as a multiple of the median of the cell's forks
     */
    record OutlierFork(Cell cell, int fork, double ratio) implements Finding {
    }

    /**
     * The forks rise or fall over the passes.
     *
     * @param perPass the change from one pass to the next, as a factor: 1.02 is 2 % slower each pass for a time
     * @param passes how many forks the trend rests on
     */
    record Drift(Cell cell, double perPass, int passes) implements Finding {
    }

    /**
     * The iterations of the cell fall into two groups with nothing between them.
     *
     * @param low the middle of the lower group, in the cell's unit
     * @param high the middle of the upper group
     * @param shareHigh the share of iterations in the upper group, 0 to 1
     */
    record Bimodal(Cell cell, double low, double high, double shareHigh) implements Finding {
    }

    /**
     * How a SO_REUSEPORT group's connections were spread over its members.
     *
     * @param largest what the busiest member got, relative to an even share, 1 or more; the median over forks
     */
    record Spread(Cell cell, double largest) implements Finding {
    }

    /**
     * Others used the machine's CPUs while the fork ran.
     *
     * @param fork its number
     * @param share of the machine's CPU time, 0 to 1
     */
    record ForeignLoad(Cell cell, int fork, double share) implements Finding {
    }
}
