package org.reuseaddr.semantics;

import java.util.Random;
import java.util.Set;

/**
 * Hands out ports for the literal ports of transcripts. A port is handed out once, since a scenario may leave
 * connections in TIME_WAIT on it; whether a stranger holds it shows when it is used.
 */
final class PortPool {

    /** Below the ephemeral range of every platform known (Linux 32768, WSL 2 44620), above what services use. */
    private static final int LOW = 10_240;
    private static final int HIGH = 32_767;

    private final Set<Integer> avoid;
    private int next = LOW + new Random().nextInt(HIGH - LOW + 1);

    PortPool(Set<Integer> avoid) {
        this.avoid = Set.copyOf(avoid);
    }

    /** The next port; goes round after 22,528 ports, by when the first ones' TIME_WAIT is over. */
    synchronized int take() {
        for (int tries = 0; tries <= HIGH - LOW; tries++) {
            int port = next;
            next = next < HIGH ? next + 1 : LOW;
            if (!avoid.contains(port)) {
                return port;
            }
        }
        throw new ReplayException("every port from " + LOW + " to " + HIGH + " is in use");
    }
}
