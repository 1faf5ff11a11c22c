package org.reuseaddr.report;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.reuseaddr.compare.Baseline.Standing;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.transcript.Visible;

/** A check as the Markdown that GitHub shows on the page of a workflow's run. */
public final class StepSummary {

    /** GitHub shows no summary above 1 MiB. */
    private static final int ROWS = 100;

    private StepSummary() {
    }

    /** What was counted, and a table of what failed. */
    public static String text(List<Standings> results) {
        return text("bind and listen compared with Linux", "scenarios", results);
    }

    /**
     * The same of results that are no scenarios.
     *
     * @param heading one line
     * @param counted what the results are, in the plural
     */
    public static String text(String heading, String counted, List<Standings> results) {
        Map<Standing, Long> counts = results.stream()
                .collect(Collectors.groupingBy(Standings::standing, () -> new EnumMap<>(Standing.class), Collectors.counting()));
        StringBuilder text = new StringBuilder("### ").append(heading).append("\n\n").append(results.size())
                .append(' ').append(counted).append(": ").append(counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .collect(Collectors.joining(", "))).append("\n");
        List<Standings> shown = results.stream().filter(result -> result.standing() != Standing.PASSED
                && result.standing() != Standing.SKIPPED && result.standing() != Standing.EXPECTED).toList();
        if (!shown.isEmpty()) {
            text.append("\n| scenario | grade | call | here | on Linux |\n|---|---|---|---|---|\n");
            shown.stream().limit(ROWS).forEach(result -> text.append(row(result.row())));
        }
        return text.append(shown.size() > ROWS ? "\nand " + (shown.size() - ROWS) + " more\n" : "").append('\n').toString();
    }

    private static String row(SemanticsRow row) {
        return List.of(row.scenario(), row.grade(), row.divergentCall(), row.observed(), row.expected()).stream()
                .map(StepSummary::cell).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** As code, in which nothing but a bar and a backquote means anything. */
    private static String cell(String text) {
        return text.isEmpty() ? "" : "`" + Visible.line(text).replace("|", "\\|").replace('`', '\'') + "`";
    }
}
