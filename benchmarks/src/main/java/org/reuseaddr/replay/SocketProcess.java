package org.reuseaddr.replay;

import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * One process of a transcript: it owns a table of descriptors and makes calls one at a time, each bounded in time.
 * Descriptors go by the names that the transcript gives them; ports are real ones.
 */
interface SocketProcess extends AutoCloseable {

    /** Stands for a descriptor that has no name, because the call that made it was not expected to succeed. */
    int UNNAMED = -1;

    /**
     * Makes one call.
     *
     * @param thread which thread of the process makes it, by any number
     * @param call a descriptor that is not in the table is passed on as one that is not open
     * @param newName the name for the descriptor that the call may make, or {@link #UNNAMED}
     * @param limitMillis how long to wait for it, in milliseconds; past that the outcome is {@link Outcome.TimedOut}
     *     and the process stays usable
     * @throws ReplayException if the process itself failed
     */
    Outcome execute(int thread, Call call, int newName, int limitMillis);

    /** Closes every descriptor; connections are reset, so that they leave no TIME_WAIT. */
    void closeAll();

    @Override
    void close();
}
