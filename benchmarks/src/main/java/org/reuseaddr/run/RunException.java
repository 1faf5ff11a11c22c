package org.reuseaddr.run;

/** The run cannot be carried out; the message is one line for the user. */
public final class RunException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With the line for the user. */
    public RunException(String message) {
        super(message);
    }

    /** With the line for the user and what lies behind it. */
    public RunException(String message, Throwable cause) {
        super(message, cause);
    }
}
