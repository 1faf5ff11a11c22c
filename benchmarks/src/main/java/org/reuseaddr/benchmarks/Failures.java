package org.reuseaddr.benchmarks;

import java.io.IOException;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.reuseaddr.socket.Errno;

/**
 * Counts what went wrong in one thread during one iteration: {@code failures} is the sum, the others say how often it
 * was that errno. JMH sets the public fields to zero as an iteration starts and reports them as it ends.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Failures {

    /**
     * The share of failed operations above which an iteration is no measurement: a failure is not timed as a success
     * more often than once in a hundred.
     */
    static final double TOLERATED_SHARE = 0.01;

    private static final Errno[] FROM_MESSAGES = {
        Errno.EADDRINUSE, Errno.EADDRNOTAVAIL, Errno.EINTR, Errno.EMFILE, Errno.ECONNREFUSED, Errno.ETIMEDOUT,
        Errno.EINVAL, Errno.EBADF, Errno.EAGAIN, Errno.named("EACCES"), Errno.named("ECONNRESET"),
        Errno.named("ECONNABORTED"), Errno.named("ENOBUFS"), Errno.named("ENFILE"), Errno.named("ENOMEM"),
        Errno.EAFNOSUPPORT};

    /** Operations that failed, for whatever reason. */
    public long failures;
    /** Of these, EADDRINUSE. */
    public long address_in_use;
    /** Of these, EADDRNOTAVAIL. */
    public long address_not_available;
    /** Of these, EINTR, which bind and listen must never return. */
    public long interrupted;

    private String latest = "none";

    /** Counts a call that failed with this error number. */
    void count(int errno) {
        failures++;
        if (errno == Errno.EADDRINUSE.number()) {
            address_in_use++;
        } else if (errno == Errno.EADDRNOTAVAIL.number()) {
            address_not_available++;
        } else if (errno == Errno.EINTR.number()) {
            interrupted++;
        }
        latest = Errno.of(errno).toString();
    }

    /** Counts an operation of the JDK that failed. */
    void count(IOException e) {
        count(errnoOf(e));
        latest += ", " + e;
    }

    /** The error number whose words the JDK put into an exception's message, EIO if there are none that we know. */
    static int errnoOf(IOException e) {
        String message = String.valueOf(e.getMessage());
        return Stream.of(FROM_MESSAGES)
                .filter(errno -> message.startsWith(errno.text()))
                .findFirst()
                .orElse(Errno.named("EIO"))
                .number();
    }

    /**
     * Ends an iteration in which too much failed. To be called from a tear-down fixture of an iteration, where JMH
     * takes an exception without losing a thread.
     *
     * @param attempts operations of this thread in this iteration, failed ones included
     * @throws IllegalStateException if more than {@link #TOLERATED_SHARE} of the attempts failed
     */
    void verify(String operation, long attempts) {
        if (failures > attempts * TOLERATED_SHARE) {
            throw new IllegalStateException(failures + " of " + attempts + " times " + operation
                    + " failed, the last time with " + latest + "; tolerated are " + TOLERATED_SHARE * 100 + " %");
        }
    }
}
