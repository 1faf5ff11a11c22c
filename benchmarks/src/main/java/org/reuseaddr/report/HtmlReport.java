package org.reuseaddr.report;

import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.report.chart.Charts;
import org.reuseaddr.results.Cell;
import org.reuseaddr.transcript.Visible;

/**
 * A report as one page that needs nothing else.
 *
 * @param frame style, script and policy
 * @param matrix empty where no scenario is about a pair of addresses
 * @param charts the pictures, or why they are missing
 * @param files what can be downloaded out of the page
 * @param answers what a tracker asks, with the answers as Markdown
 * @param link where an issue is opened with its text filled in; empty where the audience has no such page
 */
record HtmlReport(PageFrame frame, Optional<Matrix> matrix, Charts charts, List<Embedded> files, List<FormAnswer> answers,
        Optional<String> link) {

    /**
     * The answer to one question of a form.
     *
     * @param name of the question
     * @param text of a field as it is, of others as Markdown
     */
    record FormAnswer(String name, String text) {
    }

    /**
     * A file inside the page.
     *
     * @param id of its element
     * @param name of the file
     * @param size with its unit
     * @param base64 see {@link Packed}
     */
    record Embedded(String id, String name, String size, String base64) {
    }

    /** Renders the page. */
    static String render(ReportModel report, MarkdownReport markdown, Charts charts, Map<String, String> csv) {
        List<Embedded> files = new ArrayList<>();
        csv.forEach((name, text) -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            files.add(new Embedded("file-" + files.size(), name, (bytes.length + 1023) / 1024 + " KiB", Packed.base64(bytes)));
        });
        HtmlReport html = new HtmlReport(PageFrame.load(), Matrix.of(report), charts, files,
                report.form().sections().stream().map(section -> new FormAnswer(section.name(), answer(report, section)))
                        .toList(), report.link(markdown.text()));
        StringOutput output = new StringOutput();
        JtereportGenerated.render(new OwaspHtmlTemplateOutput(output), null, report, html);
        return output.toString();
    }

    /** A field of a form takes plain text, and a part of the text Markdown. */
    private static String answer(ReportModel report, BugForm.Section section) {
        return section.part() != BugForm.FormPart.FIELD ? MarkdownReport.section(report, section)
                : Visible.line(section.answer().orElse("(not known, please fill in: " + section.hint() + ")"));
    }

    /** What a table of costs shows. */
    ComparisonView view() {
        return ComparisonView.ALL;
    }

    /** The program for a cause, where there is one. */
    static Optional<String> program(ReportModel report, Cause cause) {
        return report.featured().contains(cause) ? cause.program() : Optional.empty();
    }

    /** The lines of a transcript, what steers the display made visible. */
    static List<String> lines(String evidence) {
        return Visible.text(evidence).lines().toList();
    }

    /** A cell's parameters, and threads and mode where they are not the usual ones. */
    static String parameters(Cell cell) {
        return cell.toString().substring(cell.benchmark().length()).strip();
    }

    /** An estimate in the view's units. */
    static String estimate(Estimate estimate, ComparisonView view) {
        return Visible.line(new Figures(view.units()).estimate(estimate));
    }

    /** A column of the comparison's table, see {@link ComparisonParts#row}. */
    static String column(CellComparison cell, int column) {
        return Visible.line(ComparisonParts.row(cell, new Figures(Optional.empty())).get(column));
    }

    /** What a group lacks, and how the controls differ. */
    static List<String> notes(Comparison comparison, Versus versus) {
        List<String> notes = new ArrayList<>(ComparisonParts.missingCells(comparison, versus));
        notes.addAll(ComparisonParts.controls(versus));
        return notes;
    }
}
