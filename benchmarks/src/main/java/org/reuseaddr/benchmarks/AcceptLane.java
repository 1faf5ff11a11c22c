package org.reuseaddr.benchmarks;

import org.reuseaddr.socket.Family;

/** A listener on loopback, made by one api, with SO_REUSEADDR on. Accepting threads each take an {@link Acceptor} of it. */
interface AcceptLane {

    /**
     * Opens the listener of a value of the parameter {@code api} on an ephemeral port of loopback.
     *
     * @param backlog the queue length to ask listen for
     * @throws IllegalArgumentException for an unknown value
     * @throws IllegalStateException if the listener cannot be made
     */
    static AcceptLane open(String api, Family family, int backlog) {
        return switch (api) {
            case "channel" -> ChannelLane.blocking(family, backlog);
            case "selector" -> ChannelLane.selecting(family, backlog);
            case "socket" -> new ServerSocketLane(family, backlog);
            case "native" -> new NativeLane(family, backlog);
            default -> throw new IllegalArgumentException("api is channel, socket, selector or native, not " + api);
        };
    }

    /** The port that the listener was given. */
    int port();

    /**
     * An acceptor for the calling thread.
     *
     * @param slots how many accepted connections it has room for
     */
    Acceptor acceptor(int slots);

    /** Makes every blocked and every later accept fail, from any thread; the listener is of no use afterwards. */
    void abort();

    /** Closes the listener, once its acceptors are done. */
    void close();
}
