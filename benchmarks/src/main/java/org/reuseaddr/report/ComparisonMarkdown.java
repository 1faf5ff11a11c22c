package org.reuseaddr.report;

import java.util.List;
import java.util.stream.Collectors;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.EnvironmentDifference;
import org.reuseaddr.compare.SemanticDifference;
import org.reuseaddr.compare.Versus;

/** A comparison as GitHub Markdown, to be pasted into an issue. */
public final class ComparisonMarkdown {

    /** ASCII punctuation that CommonMark or GitHub's extensions give a meaning inside a line. */
    private static final String MEANINGFUL = "([\\\\`*_{}\\[\\]<>()#+!|~@&])";

    private ComparisonMarkdown() {
    }

    /** The whole comparison, a section per group. */
    public static String render(Comparison comparison, ComparisonView view) {
        return comparison.others().stream().map(versus -> section(comparison, versus, view))
                .collect(Collectors.joining("\n"));
    }

    private static String section(Comparison comparison, Versus versus, ComparisonView view) {
        StringBuilder text = new StringBuilder();
        String base = escape(comparison.base().label());
        String other = escape(versus.other().label());
        text.append("### ").append(other).append(" against ").append(base).append("\n\n");
        paragraph(text, List.of(String.join(" ", versus.remarks())));
        if (view.rows(versus).isEmpty()) {
            paragraph(text, List.of(ComparisonParts.noRows(versus)));
        }
        table(text, List.of("benchmark", comparison.base().label(), versus.other().label(), "ratio", "interval",
                "verdict", "note"), rows(view.rows(versus), new Figures(view.units())));
        list(text, versus.blames().stream().map(Sentences::blame).toList());
        list(text, ComparisonParts.missingCells(comparison, versus));
        list(text, ComparisonParts.controls(versus));
        if (!versus.semantics().isEmpty()) {
            table(text, List.of("scenarios", comparison.base().label(), versus.other().label(), "call", "rule", "such as"),
                    versus.semantics().stream().map(ComparisonMarkdown::row).toList());
        }
        if (!versus.environment().isEmpty()) {
            table(text, List.of("environment", comparison.base().label(), versus.other().label()),
                    versus.environment().stream().map(ComparisonMarkdown::row).toList());
        }
        return text.toString().stripTrailing() + "\n";
    }

    private static List<List<String>> rows(List<CellComparison> cells, Figures figures) {
        return cells.stream().map(cell -> ComparisonParts.row(cell, figures)).toList();
    }

    private static List<String> row(SemanticDifference difference) {
        SemanticDifference.SharedCause cause = difference.cause();
        return List.of(Integer.toString(difference.count()), (cause.baseGrade() + " " + cause.baseObserved()).strip(),
                (cause.otherGrade() + " " + cause.otherObserved()).strip(), cause.call(), cause.rule(),
                String.join(", ", difference.examples()));
    }

    private static List<String> row(EnvironmentDifference entry) {
        return List.of(entry.name(), ComparisonParts.orMissing(entry.base()), ComparisonParts.orMissing(entry.other()));
    }

    private static void paragraph(StringBuilder text, List<String> lines) {
        lines.stream().filter(line -> !line.isEmpty()).forEach(line -> text.append(escape(line)).append("\n\n"));
    }

    private static void list(StringBuilder text, List<String> lines) {
        lines.forEach(line -> text.append("- ").append(escape(line)).append('\n'));
        if (!lines.isEmpty()) {
            text.append('\n');
        }
    }

    private static void table(StringBuilder text, List<String> header, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append(line(header)).append("|").append(" --- |".repeat(header.size())).append('\n');
        rows.forEach(row -> text.append(line(row)));
        text.append('\n');
    }

    private static String line(List<String> cells) {
        return cells.stream().map(ComparisonMarkdown::escape).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String escape(String text) {
        return PlainText.text(text).replaceAll(MEANINGFUL, "\\\\$1");
    }
}
