package org.reuseaddr.results;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * A result cannot be written: a full disk, a read-only directory. The message is one line for the user and names the
 * file; everything written before is on disk and valid.
 */
public final class OutputException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Names the file and the operating system's reason. */
    public OutputException(Path file, IOException cause) {
        super("cannot write " + file + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        return cause.getMessage() != null ? cause.getMessage() : cause.getClass().getSimpleName();
    }
}
