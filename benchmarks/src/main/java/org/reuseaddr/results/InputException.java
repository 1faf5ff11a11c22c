package org.reuseaddr.results;

import java.nio.file.Path;

/**
 * A file that the user named cannot be understood. The message is one line for the user:
 * {@code FILE:LINE: column NAME: what was expected, what was found}.
 */
public final class InputException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** An input that is wrong as a whole, such as a file that is not there. */
    public InputException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** An input that is wrong in a line; {@code line} counts from 1. */
    public InputException(Path file, long line, String problem) {
        super(file + ":" + line + ": " + problem);
    }

    /** An input that is wrong in a cell; {@code line} counts from 1. */
    public InputException(Path file, long line, String column, String problem) {
        super(file + ":" + line + ": column " + column + ": " + problem);
    }
}
