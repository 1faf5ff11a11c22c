package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Hands out ports for the literal ports of transcripts. A port is handed out once, since a scenario may leave
 * connections in TIME_WAIT on it; whether an unrelated process holds it shows when it is used.
 *
 * <p>The order is random. What holds ports comes in runs of neighbours (what another check left behind, for one), and
 * the next attempt of a scenario must not meet the same process.
 */
final class PortPool {

    /** Below the ephemeral range of every platform known (Linux 32768, WSL 2 44620), above what services use. */
    private static final int LOW = 10_240;
    private static final int HIGH = 32_767;

    private final List<Integer> order;
    private int taken;

    PortPool(Set<Integer> avoid) {
        order = IntStream.rangeClosed(LOW, HIGH).boxed().filter(port -> !avoid.contains(port))
                .collect(Collectors.toCollection(ArrayList::new));
        if (order.isEmpty()) {
            throw new ReplayException("every port from " + LOW + " to " + HIGH + " is in use");
        }
        Collections.shuffle(order);
    }

    /** The next port; goes round after 22,528 ports, by when the first ones' TIME_WAIT is over. */
    synchronized int take() {
        return order.get(taken++ % order.size());
    }
}
