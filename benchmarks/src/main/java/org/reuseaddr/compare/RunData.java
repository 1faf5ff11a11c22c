package org.reuseaddr.compare;

import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
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
 * @param rows where in its file the run's rows stand; two runs of one file whose rows alternate were made together
 */
public record RunData(RunId run, Path source, SortedMap<Cell, CellData> cells, Map<String, String> environment,
        SortedMap<String, RecordedScenario> scenarios, RowRange rows) {

    /**
     * First and last row of the run in its file, counted from 0.
     */
    public record RowRange(long first, long last) {

        /** Whether both ranges have rows in common stretches of the file. */
        boolean overlaps(RowRange other) {
            return first <= other.last && other.first <= last;
        }
    }

    public RunData {
        cells = Collections.unmodifiableSortedMap(new TreeMap<>(cells));
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        scenarios = Collections.unmodifiableSortedMap(new TreeMap<>(scenarios));
    }

    /** When the run began, where the record says so. */
    public Optional<Instant> started() {
        return instant(RunEntry.STARTED);
    }

    /** When the run ended, where the record says so. */
    public Optional<Instant> finished() {
        return instant(RunEntry.FINISHED);
    }

    /** Whether the run was written by a version of the suite with newer file formats than this one's. */
    public boolean isOfNewerSchema() {
        String schema = environment.getOrDefault(RunEntry.SCHEMA, "");
        return schema.matches("[0-9]{1,9}") && Integer.parseInt(schema) > RunEntry.KNOWN_SCHEMA;
    }

    private Optional<Instant> instant(String name) {
        try {
            return Optional.ofNullable(environment.get(name)).map(Instant::parse);
        } catch (DateTimeParseException e) {
            // The record is a text for people that may come from anywhere; a time that is none is not known.
            return Optional.empty();
        }
    }
}
