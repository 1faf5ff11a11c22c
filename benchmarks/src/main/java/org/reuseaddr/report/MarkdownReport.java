package org.reuseaddr.report;

import java.util.Map;
import java.util.Optional;

/**
 * A report as GitHub Markdown.
 *
 * @param text at most {@link #MOST_CHARACTERS} characters
 * @param attachments what did not fit into it, by file name
 */
record MarkdownReport(String text, Map<String, String> attachments) {

    /** The longest text that GitHub takes for an issue, in characters. */
    static final int MOST_CHARACTERS = 65_536;

    private static final String CUT = "\n\nThe rest is cut off: an issue is limited to 65,536 characters.\n";

    /** Renders; parts that are too long move to files, the longest first. */
    static MarkdownReport of(ReportModel report) {
        MarkdownParts parts = MarkdownParts.of(report);
        String text = render(report, parts);
        while (text.length() > MOST_CHARACTERS) {
            Optional<MarkdownParts> shorter = parts.shorterBy(text.length() - MOST_CHARACTERS);
            if (shorter.isEmpty()) {
                text = text.substring(0, MOST_CHARACTERS - CUT.length()) + CUT;
            } else {
                parts = shorter.get();
                text = render(report, parts);
            }
        }
        return new MarkdownReport(text, parts.files());
    }

    /** The answer to one question of the form, as Markdown without its heading. */
    static String section(ReportModel report, BugForm.Section section) {
        MarkdownOutput output = new MarkdownOutput();
        JtesectionMarkdownGenerated.render(output, null, section, report, MarkdownParts.of(report));
        return output.toString().strip() + "\n";
    }

    private static String render(ReportModel report, MarkdownParts parts) {
        MarkdownOutput output = new MarkdownOutput();
        JtereportMarkdownGenerated.render(output, null, report, parts);
        return output.toString().stripTrailing() + "\n";
    }
}
