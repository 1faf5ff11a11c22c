package org.reuseaddr.transcript;

/**
 * Where a call stands in a trace.
 *
 * @param file the file, empty where the trace has only one
 * @param line counted from 1; of a call that strace wrote in two halves, the line of the second
 */
public record TracePlace(String file, int line) {

    /** {@code line 12}, or {@code line 12 of trace.4711}. */
    @Override
    public String toString() {
        return "line " + line + (file.isEmpty() ? "" : " of " + file);
    }
}
