package org.reuseaddr.transcript;

import java.util.OptionalInt;

/**
 * One line of a transcript.
 *
 * @param process the N of {@code [pid N]}; 0 where the line has no such prefix
 * @param call the call and its arguments
 * @param outcome the result it must have, or, in a record of a replay, the result it had
 */
public record Step(int process, Call call, Outcome outcome) {

    /** @throws IllegalArgumentException if the process is negative or the outcome is not one that the call can have */
    public Step {
        if (process < 0) {
            throw new IllegalArgumentException("no process: " + process);
        }
        OptionalInt returned = outcome.returned();
        boolean hasAddress = returned.isPresent() && call instanceof Call.ShowsAddress;
        boolean hasValue = returned.isPresent()
                && (call instanceof Call.GetOption || call instanceof Call.Poll && returned.getAsInt() == 1);
        if (outcome instanceof Outcome.WithAddress != hasAddress || outcome instanceof Outcome.WithValue != hasValue) {
            throw new IllegalArgumentException(call + " cannot end with " + outcome);
        }
    }

    /** Whether the call succeeded, see {@link Call#succeedsWith}. */
    public boolean succeeded() {
        return call.succeedsWith(outcome);
    }

    /** The descriptor that the call made; empty if it makes none or failed. */
    public OptionalInt madeDescriptor() {
        return call instanceof Call.MakesDescriptor && succeeded() ? outcome.returned() : OptionalInt.empty();
    }
}
