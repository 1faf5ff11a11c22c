package org.reuseaddr.results;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code environment.csv}: the platform record as {@code name,value} in the record's own order. */
public final class EnvironmentFile {

    private static final List<String> HEADER = List.of(Column.NAME, Column.VALUE);

    private EnvironmentFile() {
    }

    /**
     * Appends the entries; a new file gets the header first.
     *
     * @throws OutputException if the file cannot be written
     */
    public static void append(Path file, Map<String, String> entries) {
        try (CsvFile.Writer writer = new CsvFile.Writer(file, HEADER)) {
            entries.forEach((name, value) -> writer.append(List.of(name, value)));
        }
    }

    /**
     * Reads the entries; where a name stands twice, as after a resumed run, the later value counts.
     *
     * @throws InputException if the file is not there or not as it should be
     */
    public static Map<String, String> read(Path file) {
        Map<String, String> entries = new LinkedHashMap<>();
        CsvFile.read(file, HEADER, row -> entries.put(row.text(Column.NAME), row.text(Column.VALUE)));
        return entries;
    }
}
