package org.reuseaddr.replay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Supplier;
import org.reuseaddr.platform.NamedPorts;
import org.reuseaddr.platform.PortRange;

/**
 * Hands out ports for the literal ports of transcripts, outside the range that the platform hands out itself.
 *
 * <p>The order is random. What holds ports comes in runs of neighbours (what another check left behind, for one), and
 * the next attempt of a scenario must not meet the same process.
 *
 * <p>A check is a guest: on WSL 2 in mirrored mode each different port is taken from the programs of Windows for a minute.
 * So ports are used again, hundreds of others later, once nothing of them is seen any more. A port that was refused or whose
 * scenario failed is not used again, and where the platform does not show its sockets none is before all have been used.
 */
final class PortPool {

    private static final int BEFORE_REUSE = 256;

    private final Supplier<Set<Integer>> inUse;
    private final List<Integer> order;
    private final Queue<Integer> returned = new ArrayDeque<>();
    private final Queue<Integer> reusable = new ArrayDeque<>();
    private int taken;

    /**
     * A pool of the ports that nothing holds now.
     *
     * @param inUse looks which ports something holds; empty where the platform does not show it
     * @param ephemeral the ports that the platform hands out itself
     */
    PortPool(Supplier<Set<Integer>> inUse, Optional<PortRange> ephemeral) {
        this.inUse = inUse;
        order = new ArrayList<>(NamedPorts.free(ephemeral, inUse.get()));
        if (order.isEmpty()) {
            throw new ReplayException("every port that the suite could name is in use");
        }
        Collections.shuffle(order);
    }

    /** How many ports there are to choose from. */
    int size() {
        return order.size();
    }

    /** The next port; goes round after thousands of ports, by when the first ones' TIME_WAIT is over. */
    synchronized int take() {
        if (reusable.isEmpty() && returned.size() >= BEFORE_REUSE) {
            Set<Integer> held = inUse.get();
            if (!held.isEmpty()) {
                returned.stream().filter(port -> !held.contains(port)).forEach(reusable::add);
            }
            returned.clear();
        }
        Integer again = reusable.poll();
        return again != null ? again : order.get(taken++ % order.size());
    }

    /** Takes back the ports of a scenario that ended as it should; everything of it is closed. */
    synchronized void giveBack(Collection<Integer> ports) {
        returned.addAll(ports);
    }
}
