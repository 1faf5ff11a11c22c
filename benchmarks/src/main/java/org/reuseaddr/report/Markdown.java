package org.reuseaddr.report;

import gg.jte.Content;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.reuseaddr.transcript.Visible;

/** Pieces of Markdown around text that is not escaped by backslashes: code, references, tables. */
final class Markdown {

    private static final Pattern BACKTICKS = Pattern.compile("`+");
    /** What GitHub makes a reference of, such as {@code microsoft/WSL#2915}. */
    private static final Pattern REFERENCE = Pattern.compile("[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}#[0-9]{1,9}");

    private Markdown() {
    }

    /** A fenced block of code; its fence is longer than any run of backticks in it. */
    static String fence(String language, String code) {
        String fence = "`".repeat(Math.max(3, longestRun(code) + 1));
        String shown = Visible.text(code);
        return fence + language + "\n" + shown + (shown.endsWith("\n") ? "" : "\n") + fence + "\n";
    }

    /** Code inside a line, a table's cell included. */
    static Content code(String code) {
        String line = Visible.line(code).strip().replace("|", "\\|");
        String ticks = "`".repeat(longestRun(line) + 1);
        String pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
        return output -> output.writeUnsafeContent(line.isEmpty() ? "" : ticks + pad + line + pad + ticks);
    }

    /** Public reports, those of GitHub as references that it makes links of. */
    static Content references(List<String> references) {
        return output -> output.writeUnsafeContent(references.stream()
                .map(reference -> REFERENCE.matcher(reference).matches() ? reference : MarkdownOutput.escape(reference))
                .collect(Collectors.joining(", ")));
    }

    /** A table whose cells are all escaped. */
    static String table(List<String> header, List<List<String>> rows) {
        return row(header) + "|" + " --- |".repeat(header.size()) + "\n"
                + rows.stream().map(Markdown::row).collect(Collectors.joining());
    }

    /** A list of sentences, all escaped. */
    static String list(List<String> sentences) {
        return sentences.stream().map(sentence -> "- " + MarkdownOutput.escape(sentence) + "\n").collect(Collectors.joining());
    }

    private static String row(List<String> cells) {
        return cells.stream().map(MarkdownOutput::escape).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static int longestRun(String text) {
        Matcher runs = BACKTICKS.matcher(text);
        int longest = 0;
        while (runs.find()) {
            longest = Math.max(longest, runs.end() - runs.start());
        }
        return longest;
    }
}
