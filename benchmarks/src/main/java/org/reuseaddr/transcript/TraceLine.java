package org.reuseaddr.transcript;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of strace output without what stands before the call: marks of quotation and of lists, the process, the time.
 *
 * @param pid the process; 0 if the line has none
 * @param isColumn whether the process stands as a plain number, as {@code strace -f -o FILE} writes it
 * @param content what is left
 */
record TraceLine(int pid, boolean isColumn, TraceText content) {

    private static final Pattern QUOTED = Pattern.compile("(?:[ \t]*>)+[ \t]?|[ \t]*(?:[-*+]|[0-9]{1,2}[.)])[ \t]+(?=[`\\[a-z])");
    private static final Pattern PID_TAG = Pattern.compile("[ \t]*\\[pid +([1-9][0-9]{0,8})(?:<[^>]*>)?\\][ \t]*");
    private static final Pattern PID_COLUMN = Pattern.compile("[ \t]*([1-9][0-9]{0,6})(?:<[^>]*>)?[ \t]+(?=\\S)");
    private static final Pattern TIME = Pattern.compile("[ \t]*(?:[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?"
            + "|[0-9]+[.,][0-9]+|[0-9]{8,}|\\(\\+ *[0-9]+[.,][0-9]+\\))[ \t]+");
    private static final Pattern BRACKETED = Pattern.compile("[ \t]*\\[ *[0-9a-f?]+\\][ \t]+");
    /** What -t, -r, -n and -i put before a call. */
    private static final Pattern[] PREFIXES = {TIME, TIME, BRACKETED, BRACKETED};
    /** The largest process number that Linux gives: PID_MAX_LIMIT. */
    private static final int MAX_PID = 1 << 22;

    static TraceLine of(TraceText line) {
        String text = line.text();
        int end = text.length();
        boolean plain = end > 0 && isLetter(text.charAt(0));
        if (plain) {
            return new TraceLine(0, false, line);
        }
        Matcher quoted = QUOTED.matcher(text);
        int at = blanks(text, quoted.lookingAt() ? quoted.end() : 0);
        if (text.startsWith("`", at) && !text.startsWith("```", at)) {
            at++;
            end -= text.endsWith("`") && end > at ? 1 : 0;
        }
        int pid = 0;
        boolean isColumn = false;
        if (at < end && text.charAt(at) == '[') {
            Matcher tag = PID_TAG.matcher(text).region(at, end);
            if (tag.lookingAt()) {
                pid = Integer.parseInt(tag.group(1));
                at = tag.end();
            }
        } else if (at < end && isDigit(text.charAt(at))) {
            Matcher column = PID_COLUMN.matcher(text).region(at, end);
            if (column.lookingAt() && Integer.parseInt(column.group(1)) <= MAX_PID) {
                pid = Integer.parseInt(column.group(1));
                isColumn = true;
                at = column.end();
            }
        }
        for (Pattern prefix : PREFIXES) {
            at = blanks(text, at);
            if (at < end && isLetter(text.charAt(at))) {
                break;
            }
            Matcher matcher = prefix.matcher(text).region(at, end);
            at = matcher.lookingAt() ? matcher.end() : at;
        }
        return new TraceLine(pid, isColumn, line.between(blanks(text, at), Math.max(end, blanks(text, at))));
    }

    private static int blanks(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
