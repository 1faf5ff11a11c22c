package org.reuseaddr.report;

import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.model.Grade;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.transcript.Visible;

/**
 * What each of several platforms makes of each rule: a row a rule, those that most platforms break first, a column a
 * platform. A cell counts the scenarios of the rule and those that did not pass, and has the transcript of the most severe.
 *
 * @param platforms the labels, in the order in which the runs were given
 * @param rows the rules that any of the platforms was asked about
 */
public record PlatformMatrix(List<String> platforms, List<PlatformRow> rows) {

    /** Scenarios of the user's own, whose rules are not the suite's. */
    private static final List<String> OF_THE_USER = List.of("file", "trace");

    public PlatformMatrix {
        platforms = List.copyOf(platforms);
        rows = List.copyOf(rows);
    }

    /**
     * One rule on one platform.
     *
     * @param scenarios how many scenarios of the rule the platform was asked
     * @param differing how many of them did not pass
     * @param grade the most severe grade, empty if it was asked none
     * @param quirks how many of them each quirk of released kernels explains, by its id
     * @param example the first scenario of that grade, where it is not PASS
     */
    public record PlatformCell(int scenarios, int differing, String grade, SortedMap<String, Integer> quirks,
            Optional<SemanticsRow> example) {

        /**
         * {@code 48}, {@code 3 of 48 VIOLATION}, {@code 2 of 8 KNOWN (Q1)}, {@code 9 of 48 KNOWN (Q1 in 8, Q2 in 1)}, or a dash for a
         * rule that was not asked about.
         */
        public String text() {
            boolean isOne = quirks.size() == 1 && quirks.containsValue(differing);
            String quirk = quirks.isEmpty() ? "" : isOne ? " (" + quirks.firstKey() + ")" : quirks.entrySet().stream()
                    .map(each -> each.getKey() + " in " + each.getValue()).collect(Collectors.joining(", ", " (", ")"));
            return scenarios == 0 ? "–" : differing == 0 ? Integer.toString(scenarios)
                    : differing + " of " + scenarios + " " + grade + quirk;
        }
    }

    /**
     * One rule on all platforms.
     *
     * @param rule the sentence, with its source
     */
    public record PlatformRow(String rule, List<PlatformCell> cells) {
        public PlatformRow {
            cells = List.copyOf(cells);
        }

        /** Whether a scenario of it did not pass on some platform. */
        public boolean differs() {
            return cells.stream().anyMatch(cell -> cell.differing() > 0);
        }

        private int severity() {
            return cells.stream().filter(cell -> cell.scenarios() > 0).mapToInt(cell -> Grade.severityOf(cell.grade())).min().orElseThrow();
        }

        private long breaking() {
            return cells.stream().filter(cell -> Grade.isBroken(cell.grade())).count();
        }

        private int scenarios() {
            return cells.stream().mapToInt(PlatformCell::scenarios).max().orElseThrow();
        }
    }

    /**
     * The matrix of these platforms.
     *
     * @param runs the rows of each one's {@code semantics.csv}; of a scenario that occurs again the last counts
     */
    public static PlatformMatrix of(List<List<SemanticsRow>> runs) {
        List<Map<String, List<SemanticsRow>>> byRule = runs.stream().map(PlatformMatrix::byRule).toList();
        List<PlatformRow> rows = byRule.stream().flatMap(rules -> rules.keySet().stream()).distinct()
                .map(rule -> new PlatformRow(rule, byRule.stream().map(rules -> cell(rules.getOrDefault(rule, List.of()))).toList()))
                .sorted(Comparator.comparingInt(PlatformRow::severity).thenComparing(PlatformRow::breaking, Comparator.reverseOrder())
                        .thenComparing(PlatformRow::scenarios, Comparator.reverseOrder()).thenComparing(PlatformRow::rule)).toList();
        return new PlatformMatrix(labels(runs), rows);
    }

    /** The runs' labels; where two have the same, their ids. */
    private static List<String> labels(List<List<SemanticsRow>> runs) {
        List<RunId> ids = runs.stream().map(rows -> rows.isEmpty() ? new RunId("", "(no results)", "") : rows.get(0).run()).toList();
        return ids.stream().map(id -> ids.stream().filter(other -> other.label().equals(id.label())).count() == 1 ? id.label() : id.id())
                .toList();
    }

    private static Map<String, List<SemanticsRow>> byRule(List<SemanticsRow> rows) {
        Map<String, SemanticsRow> last = new LinkedHashMap<>();
        rows.stream().filter(row -> !OF_THE_USER.contains(row.group())).forEach(row -> last.put(row.scenario(), row));
        return last.values().stream().collect(Collectors.groupingBy(SemanticsRow::rule, LinkedHashMap::new, Collectors.toList()));
    }

    private static PlatformCell cell(List<SemanticsRow> rows) {
        Optional<SemanticsRow> worst = rows.stream().min(Comparator.comparingInt(row -> Grade.severityOf(row.grade())));
        SortedMap<String, Integer> quirks = rows.stream().filter(row -> !row.quirk().isEmpty())
                .collect(Collectors.toMap(SemanticsRow::quirk, row -> 1, Integer::sum, TreeMap::new));
        return new PlatformCell(rows.size(), (int) rows.stream().filter(row -> !Grade.isPass(row.grade())).count(),
                worst.map(SemanticsRow::grade).orElse(""), quirks, worst.filter(row -> !Grade.isPass(row.grade())));
    }

    /** The rules that differ somewhere. */
    public List<PlatformRow> differing() {
        return rows.stream().filter(PlatformRow::differs).toList();
    }

    /** The rules that every platform keeps. */
    public List<PlatformRow> kept() {
        return rows.stream().filter(row -> !row.differs()).toList();
    }

    /** What the numbers mean, and how many rules there are, in one sentence each. */
    public String legend() {
        return differing().size() + " of " + rows.size() + " rules are broken or not supported somewhere. A cell has the number of "
                + "scenarios that pass, or how many of them did not and the most severe grade.";
    }

    /** A table in Markdown of the rules that differ somewhere; the others are counted. */
    public String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add(legend());
        lines.add("");
        lines.add(line("rule", platforms));
        lines.add("|---|" + "---|".repeat(platforms.size()));
        differing().forEach(row -> lines.add(line(row.rule(), row.cells().stream().map(PlatformCell::text).toList())));
        lines.add("");
        lines.add(kept().size() + " further rules are kept by every platform that was asked about them.");
        return String.join("\n", lines) + "\n";
    }

    private static String line(String rule, List<String> cells) {
        return Stream.concat(Stream.of(rule), cells.stream()).map(cell -> MarkdownOutput.escape(Visible.line(cell)))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** The matrix as one HTML page that needs nothing else; a cell that differs opens a transcript. */
    public String html() {
        StringOutput output = new StringOutput();
        JteplatformsGenerated.render(new OwaspHtmlTemplateOutput(output), null, this, PageFrame.load());
        return output.toString();
    }
}
