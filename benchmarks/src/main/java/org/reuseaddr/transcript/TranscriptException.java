package org.reuseaddr.transcript;

/**
 * A transcript cannot be read. The message is one line for the user:
 * {@code FILE:LINE:COLUMN: expected …, found …}.
 */
public final class TranscriptException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final int column;
    private final String expected;

    TranscriptException(String file, int line, int column, String expected, String found) {
        super(file + ":" + line + ":" + column + ": expected " + expected + ", found " + found);
        this.file = file;
        this.line = line;
        this.column = column;
        this.expected = expected;
    }

    /** The name that the text was given, usually its file. */
    public String file() {
        return file;
    }

    /** The line, counted from 1. */
    public int line() {
        return line;
    }

    /** The column in UTF-16 units, counted from 1; one past the last where the line ends too early. */
    public int column() {
        return column;
    }

    /** What a transcript may have at this place. */
    public String expected() {
        return expected;
    }
}
