package org.reuseaddr.platform;

import java.util.Set;
import java.util.stream.Collectors;

/** The TCP ports that something in this network namespace is bound to and /proc/net/tcp shows. */
public final class HeldPorts {

    private HeldPorts() {
    }

    /**
     * Ports with a listener or a connection, TIME_WAIT included, now, see {@link ProcNet#tcpSockets}; empty where there is
     * no /proc/net/tcp.
     */
    public static Set<Integer> now() {
        return ProcNet.ofThisProcess().localPorts().collect(Collectors.toUnmodifiableSet());
    }
}
