package org.reuseaddr.compare;

import java.util.List;

/**
 * One platform in a comparison: the runs that were made on it.
 *
 * @param label its name in tables
 * @param runs at least one; the blocks of a run are runs of their own here
 */
public record Group(String label, List<RunData> runs) {

    public Group {
        runs = runs.stream().flatMap(run -> run.blocks().stream()).toList();
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("a group needs at least one run");
        }
    }

    /** How many runs there are, blocks of one run counted as one. */
    public int wholeRuns() {
        return (int) runs.stream().map(run -> run.run().whole()).distinct().count();
    }
}
