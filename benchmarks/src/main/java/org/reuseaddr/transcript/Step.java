package org.reuseaddr.transcript;

import java.io.Serializable;
import org.reuseaddr.socket.SyscallResult;

/**
 * One line of a transcript.
 *
 * @param process the N of {@code [pid N]}; 0 where the line has no such prefix
 * @param call the call and its arguments
 * @param outcome the result it must have, or, in a record of a replay, the result it had
 */
public record Step(int process, Call call, Outcome outcome) implements Serializable {

    /** @throws IllegalArgumentException if the process is negative or the outcome is not one that the call can have */
    public Step {
        if (process < 0) {
            throw new IllegalArgumentException("no process: " + process);
        }
        boolean returned = outcome instanceof Outcome.Completed completed
                && completed.result() instanceof SyscallResult.Returned;
        boolean hasAddress = call instanceof Call.Accept || call instanceof Call.GetSockName;
        boolean hasValue = call instanceof Call.GetOption;
        if (outcome instanceof Outcome.WithAddress != (returned && hasAddress)
                || outcome instanceof Outcome.WithValue != (returned && hasValue)) {
            throw new IllegalArgumentException(call + " cannot end with " + outcome);
        }
    }
}
