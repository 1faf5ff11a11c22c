package org.reuseaddr.replay;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Bounds the calls of one thread in time without a second thread that makes them, which costs two context switches a call. Who
 * waits for the thread looks every so often whether its call is overdue, and then gives the thread up: it never comes back from
 * that call, and somebody else does its work anew. Calls of other threads are not watched.
 */
final class CallWatch {

    /** How often to look, in milliseconds. */
    static final int LOOK_MILLIS = 100;

    /** Who looks gets as little of a busy or suspended machine as the call does: both must have had the time. */
    private static final int OVERDUE_LOOKS = 5;
    private static final long NOTHING = Long.MIN_VALUE;
    private static final long GIVEN_UP = Long.MIN_VALUE + 1;

    /** When the call that is being made is overdue, on the clock of {@link System#nanoTime}. */
    private final AtomicLong due = new AtomicLong(NOTHING);
    private volatile Thread watched;
    /** Written and read by who looks alone. */
    private long seenOverdue = NOTHING;
    private int looks;

    /** Watches this thread from now on. */
    Thread over(Thread thread) {
        watched = thread;
        return thread;
    }

    /** Whether the current thread is watched. */
    boolean isHere() {
        return Thread.currentThread() == watched;
    }

    /**
     * Begins a call of the watched thread.
     *
     * @param millis what it may take
     * @return to be given to {@link #ends}
     */
    long begins(int millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        due.set(until);
        return until;
    }

    /** Ends the call; never returns if the thread has been given up, which must do nothing more. */
    void ends(long until) {
        while (!due.compareAndSet(until, NOTHING)) {
            LockSupport.park(this);
            // An interrupt would let park return at once, for ever.
            Thread.interrupted();
        }
    }

    /** Whether the call that is being made is overdue; then the thread is given up and no longer watched. */
    boolean givesUp() {
        long until = due.get();
        boolean isOverdue = until != NOTHING && until != GIVEN_UP && System.nanoTime() - until > 0;
        looks = !isOverdue ? 0 : until == seenOverdue ? looks + 1 : 1;
        seenOverdue = until;
        if (looks < OVERDUE_LOOKS || !due.compareAndSet(until, GIVEN_UP)) {
            return false;
        }
        watched = null;
        return true;
    }
}
