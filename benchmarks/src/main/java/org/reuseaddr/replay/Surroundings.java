package org.reuseaddr.replay;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.platform.NetCounters;
import org.reuseaddr.platform.PortRange;
import org.reuseaddr.platform.ProcNet;

/**
 * What a replay looks up about the machine around it.
 *
 * @param portsInUse which ports something holds that /proc/net shows, connections in TIME_WAIT included: those to keep away
 *     from, and those of which the kernel should not have chosen one for a client
 * @param lostTimeWaits how often so far the kernel had no room for a connection in TIME_WAIT and freed its port at once
 *     (TCPTimeWaitOverflow); any constant where nobody counts
 * @param hiddenSockets an upper bound of the bound sockets that the kernel shows nowhere; empty if unknown
 * @param ephemeralPorts the ports that the kernel hands out itself, from which no port of a scenario is taken; empty if unknown
 */
public record Surroundings(Supplier<Set<Integer>> portsInUse, LongSupplier lostTimeWaits,
        Supplier<OptionalLong> hiddenSockets, Optional<PortRange> ephemeralPorts) {

    /** Those of this process's network namespace. */
    public static Surroundings ofThisMachine() {
        return new Surroundings(HeldPorts::now, NetCounters::lostTimeWaits, () -> ProcNet.ofThisProcess().hiddenSockets(),
                ProcNet.ofThisProcess().ephemeralPorts());
    }

    /** Nothing is looked up: for scenarios without TIME_WAIT that meet no crowd, such as the gate within a fork. */
    static Surroundings unknown() {
        return new Surroundings(Set::of, () -> 0, OptionalLong::empty, Optional.empty());
    }
}
