package org.reuseaddr.compare;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;

/**
 * One run as a comparison needs it.
 *
 * @param run its identity; of a plain {@code jmh.json}, the file's name
 * @param source the file or directory that it was read from
 * @param cells what was measured, as fork means
 * @param environment the platform record; empty where there is none
 * @param scenarios the semantic results by scenario; empty where there are none
 */
public record RunData(RunId run, Path source, SortedMap<Cell, CellData> cells, Map<String, String> environment,
        SortedMap<String, RecordedScenario> scenarios) {

    public RunData {
        cells = Collections.unmodifiableSortedMap(new TreeMap<>(cells));
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        scenarios = Collections.unmodifiableSortedMap(new TreeMap<>(scenarios));
    }

    /**
     * The run's blocks as runs of their own, which is what they are to a comparison: other times of the same machine. Each has
     * the record and the scenarios of the whole run. The run itself where it has no blocks, or one.
     */
    List<RunData> blocks() {
        SortedMap<Integer, SortedMap<Cell, CellData>> blocks = new TreeMap<>();
        cells.forEach((cell, data) -> data.byBlock().forEach((block, own) ->
                blocks.computeIfAbsent(block, fresh -> new TreeMap<>()).put(cell, own)));
        return blocks.size() < 2 ? List.of(this) : blocks.entrySet().stream().map(block -> new RunData(run.inBlock(block.getKey()),
                source, block.getValue(), environment, scenarios)).toList();
    }

    /** Whether the run was written by a version of the suite with newer file formats than this one's. */
    public boolean isOfNewerSchema() {
        String schema = environment.getOrDefault(RunEntry.SCHEMA, "");
        return schema.matches("[0-9]{1,9}") && Integer.parseInt(schema) > RunEntry.KNOWN_SCHEMA;
    }
}
