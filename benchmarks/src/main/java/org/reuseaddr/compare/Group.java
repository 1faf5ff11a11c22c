package org.reuseaddr.compare;

import java.util.List;

/**
 * One platform in a comparison: the runs that were made on it.
 *
 * @param label its name in tables
 * @param runs at least one
 */
public record Group(String label, List<RunData> runs) {

    public Group {
        runs = List.copyOf(runs);
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("a group needs at least one run");
        }
    }
}
