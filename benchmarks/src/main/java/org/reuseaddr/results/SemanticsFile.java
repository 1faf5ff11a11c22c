package org.reuseaddr.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code semantics.csv}: one row a scenario. */
public final class SemanticsFile implements AutoCloseable {

    private static final List<String> REQUIRED = List.of("run_id", "label", "platform", "scenario", "group", "family",
            "grade", "expected", "observed", "divergent_call", "rule", "references", "duration_us");
    private static final String EVIDENCE = "evidence";

    private final CsvFile.Writer writer;

    /**
     * Opens for appending.
     *
     * @throws OutputException if the file cannot be written
     */
    public SemanticsFile(Path file) {
        List<String> header = new ArrayList<>(REQUIRED);
        header.add(EVIDENCE);
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
                row.references(), Long.toString(row.durationMicros()), row.evidence()));
    }

    @Override
    public void close() {
        writer.close();
    }

    /**
     * Reads a whole file. Columns that this version does not know are passed over.
     *
     * @throws InputException if the file is not there or not as it should be
     */
    public static List<SemanticsRow> readAll(Path file) {
        List<SemanticsRow> rows = new ArrayList<>();
        CsvFile.read(file, REQUIRED, row -> rows.add(new SemanticsRow(
                new RunId(row.text("run_id"), row.text("label"), row.text("platform")), row.text("scenario"),
                row.text("group"), row.text("family"), row.text("grade"), row.text("expected"), row.text("observed"),
                row.text("divergent_call"), row.text("rule"), row.text("references"),
                row.integer("duration_us", 0, Integer.MAX_VALUE), row.text(EVIDENCE, ""))));
        return rows;
    }
}
