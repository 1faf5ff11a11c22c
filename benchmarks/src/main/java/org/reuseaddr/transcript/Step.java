package org.reuseaddr.transcript;

import java.io.Serializable;

/**
 * One line of a transcript.
 *
 * @param process the N of {@code [pid N]}; 0 where the line has no such prefix
 * @param call the call and its arguments
 * @param outcome the result it must have, or, in a record of a replay, the result it had
 */
public record Step(int process, Call call, Outcome outcome) implements Serializable {
}
