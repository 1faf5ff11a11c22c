package org.reuseaddr.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.reuseaddr.model.Grade;

/**
 * A list of known differences: {@code semantics.csv} of a run as it is, or the columns
 * {@code scenario,grade,observed,reference,comment} with {@code divergent_call} and {@code flaky}, which may be missing.
 * A scenario may be listed several times, each row being another answer that it may give.
 */
public final class KnownFile {

    private static final List<String> REQUIRED = List.of(Column.SCENARIO, Column.GRADE, Column.OBSERVED);
    private static final List<String> HEADER = List.of(Column.SCENARIO, Column.GRADE, Column.OBSERVED, Column.REFERENCE,
            Column.COMMENT, Column.DIVERGENT_CALL, Column.FLAKY);

    private KnownFile() {
    }

    /**
     * A file's content.
     *
     * @param isRecord whether the file is a run's own record, which is evidence and is never rewritten
     */
    public record Content(List<KnownDifference> differences, boolean isRecord) {

        public Content {
            differences = List.copyOf(differences);
        }
    }

    /**
     * Reads a list or a record; rows that passed or could not be checked are no differences and are left out.
     *
     * @throws InputException if the file is not there or not as it should be, with the line
     */
    public static Content read(Path file) {
        LinkedHashSet<KnownDifference> differences = new LinkedHashSet<>();
        boolean[] isRecord = new boolean[1];
        CsvFile.read(file, REQUIRED, row -> {
            isRecord[0] = row.columns().containsKey(Column.RUN_ID);
            String grade = row.text(Column.GRADE);
            if (Grade.SEVERITY.stream().noneMatch(known -> known.name().equals(grade))) {
                throw new InputException(file, row.line(), Column.GRADE, "expected one of "
                        + Grade.SEVERITY.stream().map(Grade::name).collect(Collectors.joining(", ")) + ", found "
                        + CsvFile.quote(grade));
            }
            if (row.text(Column.SCENARIO).isBlank()) {
                throw new InputException(file, row.line(), Column.SCENARIO, "expected the id of a scenario, found none");
            }
            OptionalDouble flaky = flaky(file, row);
            if (!grade.equals(Grade.PASS.name()) && !grade.equals(Grade.UNSUPPORTED.name())) {
                differences.add(new KnownDifference(row.text(Column.SCENARIO), grade, row.text(Column.OBSERVED),
                        row.text(Column.REFERENCE, ""), row.text(Column.COMMENT, ""), row.text(Column.DIVERGENT_CALL, ""),
                        flaky));
            }
        });
        return new Content(new ArrayList<>(differences), isRecord[0]);
    }

    private static OptionalDouble flaky(Path file, CsvFile.Row row) {
        if (row.text(Column.FLAKY, "").isEmpty()) {
            return OptionalDouble.empty();
        }
        double rate = row.number(Column.FLAKY);
        if (!(rate > 0 && rate < 1)) {
            throw new InputException(file, row.line(), Column.FLAKY, "expected the share of checks that show the difference, "
                    + "above 0 and below 1, or nothing, found " + CsvFile.quote(row.text(Column.FLAKY)));
        }
        return OptionalDouble.of(rate);
    }

    /** A list as text, in the order given. */
    public static String text(List<KnownDifference> differences) {
        StringBuilder text = new StringBuilder(CsvFile.line(HEADER));
        differences.forEach(known -> text.append(CsvFile.line(List.of(known.scenario(), known.grade(), known.observed(),
                known.reference(), known.comment(), known.divergentCall(),
                known.flaky().isPresent() ? Double.toString(known.flaky().getAsDouble()) : ""))));
        return text.toString();
    }
}
