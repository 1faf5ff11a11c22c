package org.reuseaddr.replay;

import java.util.concurrent.ExecutionException;

/** The check itself failed, as opposed to the platform under it; the message is one line. */
public final class ReplayException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ReplayException(String message) {
        super(message);
    }

    ReplayException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What a task failed with: its own ReplayException, or one that says what could not be done. */
    static ReplayException of(String what, ExecutionException failed) {
        return failed.getCause() instanceof ReplayException own ? own
                : new ReplayException(what + " could not be made: " + failed.getCause(), failed.getCause());
    }
}
