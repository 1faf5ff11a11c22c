package org.reuseaddr.benchmarks;

/**
 * One thread's way of accepting on an {@link AcceptLane}. Accepted connections are kept in numbered slots, so that they
 * can be closed later, and outside the measured time where a benchmark wants that. A fork uses a single subclass.
 */
abstract class Acceptor {

    /**
     * Accepts one connection into a slot, waiting for it if there is none.
     *
     * @return zero or positive, or {@code -errno}
     */
    abstract int accept(int slot);

    /**
     * Closes the connection in a slot, if there is one.
     *
     * @return zero, or {@code -errno}
     */
    abstract int close(int slot);

    /** Gives back what this acceptor holds beside accepted connections. To be called before the lane is closed. */
    void release() {
    }
}
