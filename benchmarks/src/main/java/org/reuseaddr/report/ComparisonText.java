package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.EnvironmentDifference;
import org.reuseaddr.compare.Group;
import org.reuseaddr.compare.SemanticDifference;
import org.reuseaddr.compare.Verdict;
import org.reuseaddr.compare.Versus;

/** A comparison for a terminal: aligned columns, and colours where the terminal has them. */
public final class ComparisonText {

    private static final String GAP = "  ";
    private static final int BENCHMARK_COLUMN = 0;
    private static final int VERDICT_COLUMN = 5;
    private static final int NOTE_COLUMN = 6;
    private static final String RESET = "\u001B[0m";
    /** Select Graphic Rendition of ECMA-48: red, green, faint. */
    private static final Map<Verdict, String> COLOURS = Map.of(Verdict.SLOWER, "\u001B[31m", Verdict.FASTER, "\u001B[32m",
            Verdict.SAME, "", Verdict.UNCLEAR, "\u001B[2m");

    private final ComparisonView view;
    private final boolean coloured;
    private final Figures figures;
    private final StringBuilder text = new StringBuilder();

    private ComparisonText(ComparisonView view, boolean coloured) {
        this.view = view;
        this.coloured = coloured;
        figures = new Figures(view.units());
    }

    /**
     * The whole comparison.
     *
     * @param coloured whether verdicts are coloured; false unless the output is a terminal
     */
    public static String render(Comparison comparison, ComparisonView view, boolean coloured) {
        ComparisonText rendered = new ComparisonText(view, coloured);
        comparison.others().forEach(versus -> rendered.section(comparison, versus));
        return rendered.text.toString();
    }

    private void section(Comparison comparison, Versus versus) {
        if (text.length() > 0) {
            text.append('\n');
        }
        line("base   " + group(comparison.base()));
        line("other  " + group(versus.other()));
        versus.remarks().forEach(remark -> line(PlainText.text(remark)));
        text.append('\n');
        table(comparison, versus);
        paragraph(ComparisonParts.missingCells(comparison, versus));
        paragraph(versus.blames().stream().map(Sentences::blame).map(PlainText::text).toList());
        paragraph(ComparisonParts.controls(versus));
        semantics(versus);
        environment(comparison, versus);
    }

    private static String group(Group group) {
        int runs = group.wholeRuns();
        return PlainText.text(group.label()) + GAP + runs + (runs == 1 ? " run" : " runs")
                + (runs == group.runs().size() ? "" : " in " + group.runs().size() + " blocks");
    }

    private void table(Comparison comparison, Versus versus) {
        List<CellComparison> cells = view.rows(versus);
        if (cells.isEmpty()) {
            line(ComparisonParts.noRows(versus));
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("benchmark", PlainText.text(comparison.base().label()), PlainText.text(versus.other().label()), "ratio",
                "interval", "verdict", ""));
        cells.forEach(cell -> rows.add(ComparisonParts.row(cell, figures).stream().map(PlainText::text).toList()));
        int[] widths = IntStream.range(0, NOTE_COLUMN + 1)
                .map(column -> rows.stream().mapToInt(row -> width(row.get(column))).max().orElse(0)).toArray();
        for (int i = 0; i < rows.size(); i++) {
            line(aligned(rows.get(i), widths, i == 0 ? "" : colour(cells.get(i - 1).verdict())));
        }
    }

    private String colour(Verdict verdict) {
        return coloured ? COLOURS.get(verdict) : "";
    }

    private static String aligned(List<String> row, int[] widths, String colour) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String padding = " ".repeat(widths[column] - width(row.get(column)));
            boolean left = column == BENCHMARK_COLUMN || column >= VERDICT_COLUMN;
            String cell = column == VERDICT_COLUMN && !colour.isEmpty() ? colour + row.get(column) + RESET : row.get(column);
            line.append(column == 0 ? "" : GAP).append(left ? cell + padding : padding + cell);
        }
        return line.toString();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private void semantics(Versus versus) {
        if (versus.semantics().isEmpty()) {
            return;
        }
        text.append('\n');
        line("Semantics: " + versus.semantics().stream().mapToInt(SemanticDifference::count).sum()
                + " scenarios differ" + (versus.semantics().size() == 1 ? ", all in one way."
                : ", in " + versus.semantics().size() + " ways."));
        for (SemanticDifference difference : versus.semantics()) {
            line(GAP + PlainText.text(Sentences.difference(difference)));
            if (!difference.cause().rule().isEmpty()) {
                line(GAP + GAP + "rule: " + PlainText.text(difference.cause().rule()));
            }
            line(GAP + GAP + "such as " + PlainText.text(String.join(", ", difference.examples())));
        }
    }

    private void environment(Comparison comparison, Versus versus) {
        if (versus.environment().isEmpty()) {
            return;
        }
        text.append('\n');
        line("Environment: what differs, first what could explain most (" + PlainText.text(comparison.base().label())
                + " → " + PlainText.text(versus.other().label()) + ").");
        int width = versus.environment().stream().mapToInt(entry -> width(entry.name())).max().orElse(0);
        for (EnvironmentDifference entry : versus.environment()) {
            line(GAP + PlainText.text(entry.name()) + " ".repeat(width - width(entry.name())) + GAP
                    + PlainText.text(ComparisonParts.orMissing(entry.base())) + " → "
                    + PlainText.text(ComparisonParts.orMissing(entry.other())));
        }
    }

    private void paragraph(List<String> lines) {
        if (!lines.isEmpty()) {
            text.append('\n');
            lines.forEach(this::line);
        }
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }
}
