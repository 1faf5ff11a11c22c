package org.reuseaddr.platform;

import java.util.Optional;

/**
 * The ports that the kernel hands out for port 0, sysctl net.ipv4.ip_local_port_range.
 *
 * @param low the lowest port, 1 to 65535
 * @param high the highest port, included, not below {@code low}
 */
public record PortRange(int low, int high) {

    public PortRange {
        if (low < 1 || high > 65_535 || low > high) {
            throw new IllegalArgumentException("not a range of ports: " + low + " to " + high);
        }
    }

    /** The range with these ends; empty where they are none. */
    static Optional<PortRange> of(int low, int high) {
        return low >= 1 && low <= high && high <= 65_535 ? Optional.of(new PortRange(low, high)) : Optional.empty();
    }

    /** How many ports the range has. */
    public int size() {
        return high - low + 1;
    }

    /** Whether the range holds this port. */
    public boolean contains(int port) {
        return port >= low && port <= high;
    }
}
