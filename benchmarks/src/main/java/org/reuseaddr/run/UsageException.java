package org.reuseaddr.run;

/** The user asked for something that does not exist or does not fit; the message is one line. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With the line for the user. */
    public UsageException(String message) {
        super(message);
    }
}
