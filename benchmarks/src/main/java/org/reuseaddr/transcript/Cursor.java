package org.reuseaddr.transcript;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the tokens of one call from left to right; an error names the place and what was expected there. */
final class Cursor {
    private static final Pattern INTEGER = Pattern.compile("-?(?:0[xX][0-9a-fA-F]+|[0-9]+)");
    private static final Pattern FOUND = Pattern.compile("[-A-Za-z0-9_.]+|.", Pattern.DOTALL);
    private static final int MAX_PLAIN_DIGITS = 9;
    private static final int LONGEST_FOUND = 40;

    private final TraceText source;
    private final String text;
    private int at;

    Cursor(TraceText source) {
        this.source = source;
        this.text = source.text();
    }

    /** The index of the next token: blanks and comments are behind. */
    int index() {
        skipBlanks();
        return at;
    }

    boolean atEnd() {
        return index() == text.length();
    }

    boolean nextIs(String literal) {
        skipBlanks();
        return text.startsWith(literal, at);
    }

    boolean take(String literal) {
        boolean there = nextIs(literal);
        at += there ? literal.length() : 0;
        return there;
    }

    void expect(String literal) throws TranscriptException {
        if (!take(literal)) {
            throw expected("'" + literal + "'");
        }
    }

    /** The next match of {@code pattern}, which must stand right here. */
    String expect(Pattern pattern, String what) throws TranscriptException {
        skipBlanks();
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            throw expected(what);
        }
        at = matcher.end();
        return matcher.group();
    }

    boolean nextIsWord() {
        skipBlanks();
        return at < text.length() && isLetter(text.charAt(at));
    }

    /** A letter or {@code _} with the letters, digits and {@code _} that follow it. */
    String word(String what) throws TranscriptException {
        if (!nextIsWord()) {
            throw expected(what);
        }
        int start = at;
        while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    /** A decimal or hexadecimal number from {@code low} to {@code high}. */
    long number(String what, long low, long high) throws TranscriptException {
        int start = index();
        int end = start;
        long plain = 0;
        while (end < text.length() && end - start < MAX_PLAIN_DIGITS && isDigit(text.charAt(end))) {
            plain = 10 * plain + text.charAt(end) - '0';
            end++;
        }
        boolean isPlain = end > start && (end == text.length() || !isDigit(text.charAt(end)) && text.charAt(end) != 'x'
                && text.charAt(end) != 'X');
        if (isPlain && plain >= low && plain <= high) {
            at = end;
            return plain;
        }
        String digits = expect(INTEGER, what);
        try {
            long value = Long.decode(decimalUnlessHex(digits));
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException tooLong) {
            at = start;
            throw expected(what + " from " + low + " to " + high);
        }
        at = start;
        throw expected(what + " from " + low + " to " + high);
    }

    /** Long.decode takes a leading 0 for octal, which strace does not mean. */
    private static String decimalUnlessHex(String digits) {
        int first = digits.startsWith("-") ? 1 : 0;
        if (digits.charAt(first) != '0' || digits.regionMatches(true, first, "0x", 0, 2)) {
            return digits;
        }
        int significant = first;
        while (significant < digits.length() - 1 && digits.charAt(significant) == '0') {
            significant++;
        }
        return digits.substring(0, first) + digits.substring(significant);
    }

    /** An int; hexadecimal and unsigned ones from 2^31 on stand for the negative int of the same bits. */
    int bits(String what) throws TranscriptException {
        return (int) number(what, Integer.MIN_VALUE, 0xFFFF_FFFFL);
    }

    /** Text between double quotes, without them. */
    String quoted(String what) throws TranscriptException {
        expect("\"");
        int end = text.indexOf('"', at);
        if (end < 0) {
            at = text.length();
            throw expected("'\"' after " + what);
        }
        String content = text.substring(at, end);
        at = end + 1;
        return content;
    }

    /** A descriptor with the decoration of {@code strace -y} and {@code -yy}, such as {@code 3<TCP:[…]>}. */
    int descriptor() throws TranscriptException {
        int descriptor = (int) number("a descriptor", -1, Integer.MAX_VALUE);
        skipDecoration();
        return descriptor;
    }

    /** Skips {@code <…>} if it stands here without a blank before it. */
    void skipDecoration() throws TranscriptException {
        if (at == text.length() || text.charAt(at) != '<') {
            return;
        }
        // A connection's decoration, <TCP:[a->b]>, holds an angle of its own; a device's, <a<char 1:3>>, a pair.
        int bracket = text.indexOf(":[", at);
        int angle = text.indexOf('>', at);
        int close = bracket >= 0 && bracket < angle ? text.indexOf("]>", bracket) + 1 : angle;
        if (close <= 0) {
            at = text.length();
            throw expected("'>' after the decoration of a descriptor");
        }
        at = close + 1;
        while (at < text.length() && text.charAt(at) == '>') {
            at++;
        }
    }

    /** Skips everything up to {@code index}. */
    void moveTo(int index) {
        at = index;
    }

    private void skipBlanks() {
        while (at < text.length()) {
            int commentEnd = text.startsWith("/*", at) ? text.indexOf("*/", at + 2) : -1;
            if (commentEnd >= 0) {
                at = commentEnd + 2;
            } else if (text.charAt(at) == ' ' || text.charAt(at) == '\t') {
                at++;
            } else {
                return;
            }
        }
    }

    TranscriptException expected(String what) {
        return expectedAt(index(), what);
    }

    TranscriptException expectedAt(int index, String what) {
        return source.error(index, what, found(index));
    }

    private String found(int index) {
        Matcher matcher = FOUND.matcher(text).region(index, text.length());
        if (!matcher.lookingAt()) {
            return "the end of the line";
        }
        String token = matcher.group();
        String shown = token.length() > LONGEST_FOUND ? token.substring(0, LONGEST_FOUND) + "…" : token;
        return Character.isISOControl(shown.charAt(0))
                ? String.format("the character U+%04X", (int) shown.charAt(0)) : "'" + shown + "'";
    }
}
