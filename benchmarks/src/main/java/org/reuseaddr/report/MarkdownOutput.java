package org.reuseaddr.report;

import gg.jte.TemplateOutput;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reuseaddr.transcript.Visible;

/** What a Markdown template writes to: everything that the template itself does not say is escaped. */
final class MarkdownOutput implements TemplateOutput {

    private static final String ZERO_WIDTH_SPACE = "\u200B";
    /** ASCII punctuation that CommonMark or GitHub's extensions give a meaning inside a line. */
    private static final Pattern MEANINGFUL = Pattern.compile(
            "[\\\\`*{}\\[\\]<>|~$]|&(?=[#\\w])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])");
    /** What has a meaning at the start of a line alone: lists, headings, underlines of headings. */
    private static final Pattern START = Pattern.compile("^(?:\\d{1,9}(?=[.)](?:\\s|$))|(?=[-+=#]))");
    /** Addresses that GitHub makes links of. */
    private static final Pattern LINK = Pattern.compile("(?i)(?<=www)\\.|:(?=//)");
    /**
     * What GitHub makes mentions and references of after it has rendered Markdown, so that no backslash prevents it:
     * a name after @, a number after # or GH-.
     */
    private static final Pattern NOTIFIES = Pattern.compile("(?<=@)(?=\\w)|(?<=#)(?=\\d)|(?<=[Gg][Hh])(?=-\\d)");

    private final StringBuilder text = new StringBuilder();

    /** Text of a template: the empty lines that its control structures leave are one. */
    @Override
    public void writeContent(String value) {
        for (int i = 0; i < value.length(); i++) {
            boolean superfluous = value.charAt(i) == '\n' && (endsEmpty());
            if (!superfluous) {
                text.append(value.charAt(i));
            }
        }
    }

    private boolean endsEmpty() {
        int length = text.length();
        return length == 0 || length > 1 && text.charAt(length - 1) == '\n' && text.charAt(length - 2) == '\n';
    }

    @Override
    public void writeContent(String value, int begin, int end) {
        writeContent(value.substring(begin, end));
    }

    /** Markdown that is finished. */
    @Override
    public void writeUnsafeContent(String value) {
        text.append(value);
    }

    @Override
    public void writeUserContent(String value) {
        text.append(escape(value));
    }

    /** One line of Markdown that shows the text and does nothing else. */
    static String escape(String value) {
        if (value == null) {
            return "";
        }
        String line = Visible.line(value).strip();
        String escaped = MEANINGFUL.matcher(line).replaceAll(found -> Matcher.quoteReplacement("\\" + found.group()));
        escaped = START.matcher(escaped).replaceFirst("$0\\\\");
        escaped = LINK.matcher(escaped).replaceAll(found -> Matcher.quoteReplacement("\\" + found.group()));
        return NOTIFIES.matcher(escaped).replaceAll(ZERO_WIDTH_SPACE);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
