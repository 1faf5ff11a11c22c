package org.reuseaddr.replay;

/** The check itself failed, as opposed to the platform under it; the message is one line. */
public final class ReplayException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ReplayException(String message) {
        super(message);
    }

    ReplayException(String message, Throwable cause) {
        super(message, cause);
    }
}
