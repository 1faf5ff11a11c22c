package org.reuseaddr.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;

/**
 * Sees to it that nobody sleeps in accept for ever. JMH lets the threads of a group leave an iteration one after the
 * other, so the last connection may have been taken when a thread calls accept once more; and a platform may lose
 * connections. While an accept may be under way and nothing was accepted for a while, this thread connects, again and
 * again; if that does not help either, it aborts the listener, whereupon the accepts fail and the iteration with them.
 */
final class AcceptGuard {

    /** The wait for the next connection where threads of a group leave an iteration one after the other, in ms. */
    static final int IMPATIENT = 20;
    /** The same where the connections to accept are there already, so that only a fault can keep them, in ms. */
    static final int PATIENT = 1_000;

    private static final int CONNECT_LIMIT_MILLIS = 20;
    /** Accepting nothing for so long, though a connection is offered at every tick, means that none gets through. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final AcceptLane lane;
    private final Family family;
    private final int quietMillis;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicInteger accepting = new AtomicInteger();
    private final Thread thread = new Thread(this::watch, "accept-guard");
    private volatile boolean aborted;

    /**
     * @param quietMillis how long nothing may be accepted before this guard connects
     */
    AcceptGuard(AcceptLane lane, Family family, int quietMillis) {
        this.lane = lane;
        this.family = family;
        this.quietMillis = quietMillis;
        thread.setDaemon(true);
        thread.start();
    }

    /** Says that a thread is going to call accept from now on. */
    void beginAccepting() {
        accepting.incrementAndGet();
    }

    /** Says that the thread does so no more. */
    void endAccepting() {
        accepting.decrementAndGet();
    }

    /** Counts a connection that was accepted. */
    void countAccepted() {
        accepted.incrementAndGet();
    }

    /** The same for a listener with a single accepting thread: a plain store, a nanosecond. */
    void countAcceptedByOnlyThread() {
        accepted.lazySet(accepted.getPlain() + 1);
    }

    /** Connections accepted since the listener was opened, this guard's included. */
    long accepted() {
        return accepted.get();
    }

    /** Whether the listener was given up. */
    boolean aborted() {
        return aborted;
    }

    /** Ends the guard and waits for its thread. */
    void stop() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        Connector connector = new Connector(SocketCalls.open(), family, lane.port());
        long seen = accepted.get();
        long since = System.nanoTime();
        try {
            while (!aborted) {
                Thread.sleep(quietMillis);
                long now = System.nanoTime();
                if (accepting.get() == 0 || accepted.get() != seen) {
                    seen = accepted.get();
                    since = now;
                } else if (now - since > PATIENCE_NANOS) {
                    aborted = true;
                    lane.abort();
                } else {
                    int fd = connector.connect(true, CONNECT_LIMIT_MILLIS);
                    if (fd >= 0) {
                        connector.close(fd);
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
