package org.reuseaddr.model;

import java.util.List;
import java.util.Optional;

/**
 * What the kernel knows of a port when a socket asks for it (kernel: struct inet_bind_bucket).
 *
 * @param holders the other sockets on the port as they are now, in the order in which they bound
 * @param leader the socket that was the last to bind or listen with SO_REUSEPORT, as it was then, if no socket without
 *     the option did so after it; stays when that socket is closed, as long as any holder is left
 * @param reuseAddrSoFar whether every socket that bound so far had SO_REUSEADDR when it did, and none listened; only
 *     kernels with {@link Quirk#REMEMBERS_REUSEADDR} look at it
 */
public record PortState(List<Holder> holders, Optional<Holder> leader, boolean reuseAddrSoFar) {

    /** A port that nobody holds. */
    public static final PortState FREE = new PortState(List.of(), Optional.empty(), false);

    public PortState {
        holders = List.copyOf(holders);
    }

    /** A port with these holders, none of which registered with SO_REUSEPORT. */
    static PortState heldBy(Holder... holders) {
        return new PortState(List.of(holders), Optional.empty(), false);
    }
}
