package org.reuseaddr.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code semantics.csv}: one row a scenario. */
public final class SemanticsFile implements AutoCloseable {

    /** The columns of the first version. */
    private static final List<String> REQUIRED = List.of(Column.RUN_ID, Column.LABEL, Column.PLATFORM, Column.SCENARIO,
            Column.GROUP, Column.FAMILY, Column.GRADE, Column.EXPECTED, Column.OBSERVED, Column.DIVERGENT_CALL, Column.RULE,
            Column.REFERENCES, Column.DURATION);
    /** Those that came later, which older files lack. */
    private static final List<String> ADDED = List.of(Column.EVIDENCE, Column.ATTEMPTS, Column.UNEXPLAINED,
            Column.QUIRK);

    private final CsvFile.Writer writer;

    /**
     * Opens for appending.
     *
     * @throws OutputException if the file cannot be written
     */
    public SemanticsFile(Path file) {
        List<String> header = new ArrayList<>(REQUIRED);
        header.addAll(ADDED);
        writer = new CsvFile.Writer(file, header);
    }

    /**
     * Appends one row.
     *
     * @throws OutputException if the row cannot be written; the file then ends with the row before
     */
    public void append(SemanticsRow row) {
        writer.append(List.of(row.run().id(), row.run().label(), row.run().platform(), row.scenario(), row.group(),
                row.family(), row.grade(), row.expected(), row.observed(), row.divergentCall(), row.rule(),
                row.references(), Long.toString(row.durationMicros()), row.evidence(),
                Integer.toString(row.attempts()), Integer.toString(row.unexplained()), row.quirk()));
    }

    @Override
    public void close() {
        writer.close();
    }

    /**
     * Reads a whole file. Columns that this version does not know are skipped; those that older versions lack are
     * empty or 0.
     *
     * @throws InputException if the file is not there or not as it should be
     */
    public static List<SemanticsRow> readAll(Path file) {
        List<SemanticsRow> rows = new ArrayList<>();
        CsvFile.read(file, REQUIRED, row -> rows.add(new SemanticsRow(row.run(), row.text(Column.SCENARIO),
                row.text(Column.GROUP), row.text(Column.FAMILY), row.text(Column.GRADE), row.text(Column.EXPECTED),
                row.text(Column.OBSERVED), row.text(Column.DIVERGENT_CALL), row.text(Column.RULE),
                row.text(Column.REFERENCES), row.integer(Column.DURATION, 0, Integer.MAX_VALUE),
                row.text(Column.EVIDENCE, ""), row.integer(Column.ATTEMPTS, 0, Integer.MAX_VALUE, 0),
                row.integer(Column.UNEXPLAINED, 0, Integer.MAX_VALUE, 0), row.text(Column.QUIRK, ""))));
        return rows;
    }
}
