package org.reuseaddr.transcript;

import java.util.ArrayList;
import java.util.List;

/**
 * Characters that know where they stood: a line of the source, or the parts of a call that strace spread over two
 * lines because another process came between.
 *
 * @param file the name for error messages
 * @param text the characters without line ends
 * @param parts where the runs of characters come from, by ascending start; at least one
 */
record TraceText(String file, String text, List<TextPart> parts) {

    /** The characters from index {@code start} on stand at {@code line} from {@code column} on, both counted from 1. */
    private record TextPart(int start, int line, int column) {
    }

    TraceText {
        parts = List.copyOf(parts);
    }

    static TraceText ofLine(String file, int line, String text) {
        return new TraceText(file, text, List.of(new TextPart(0, line, 1)));
    }

    /** The second part of a line whose first part has been given. */
    static TraceText secondHalf(String file, int line, String text) {
        return new TraceText(file, text, List.of(new TextPart(0, line, 2)));
    }

    /** Whether the text begins where a line of its source does. */
    boolean beginsLine() {
        return parts.get(0).column() == 1;
    }

    /** The line that the text starts on. */
    int line() {
        return parts.get(0).line();
    }

    TraceText from(int begin) {
        return between(begin, text.length());
    }

    /** The characters from {@code begin} to before {@code end}. */
    TraceText between(int begin, int end) {
        List<TextPart> kept = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            TextPart part = parts.get(i);
            boolean overtaken = i + 1 < parts.size() && parts.get(i + 1).start() <= begin;
            if (!overtaken && (part.start() < end || kept.isEmpty())) {
                int cut = Math.max(0, begin - part.start());
                kept.add(new TextPart(Math.max(0, part.start() - begin), part.line(), part.column() + cut));
            }
        }
        return new TraceText(file, text.substring(begin, end), kept);
    }

    /**
     * These characters followed by those of {@code other}.
     *
     * @throws TranscriptException if they are more than two lines can have, since strace breaks a call only once
     */
    TraceText followedBy(TraceText other) throws TranscriptException {
        if (text.length() + other.text.length() > 2 * LineReader.MAX_LINE_BYTES) {
            throw other.error(0, "the end of a call", "a call of more than two lines");
        }
        List<TextPart> joined = new ArrayList<>(parts);
        for (TextPart part : other.parts) {
            joined.add(new TextPart(part.start() + text.length(), part.line(), part.column()));
        }
        return new TraceText(file, text + other.text, joined);
    }

    /** These characters followed by some that the source does not have, as if they stood at the end of its line. */
    TraceText completedBy(String supplement) {
        return new TraceText(file, text + supplement, parts);
    }

    /** An error at the character at {@code index}, which may be one past the last. */
    TranscriptException error(int index, String expected, String found) {
        TextPart at = parts.get(0);
        for (TextPart part : parts) {
            if (part.start() <= index) {
                at = part;
            }
        }
        return new TranscriptException(file, at.line(), at.column() + index - at.start(), expected, found);
    }
}
