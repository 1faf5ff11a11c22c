package org.reuseaddr.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The ports that the suite names in bind calls: held by nobody, and outside the ranges from which others are given ports
 * without naming them. These are the kernel's ephemeral range and, on WSL 2, Windows' dynamic range from 49152 on, whose ports
 * the guest may be refused, and which it would take from programs of Windows.
 */
public final class NamedPorts {

    /** Fewer than this are too few to choose from at random. */
    public static final int FEWEST = 2_048;

    /** Below the ephemeral range of every platform known (Linux 32768, WSL 2 44620), above what services use. */
    private static final PortRange USUAL = new PortRange(10_240, 32_767);
    /** Where the ephemeral range has been moved over the usual one: what needs no privilege, the one below Windows' range first. */
    private static final List<PortRange> OTHERS = List.of(new PortRange(1_024, 49_151), new PortRange(1_024, 65_535));

    private NamedPorts() {
    }

    /**
     * The ports to choose from, in ascending order; empty if every port of the usual range is held.
     *
     * @param ephemeral the ports that the kernel hands out itself; taken from only where it leaves too few others
     * @param held those that something holds
     */
    public static List<Integer> free(Optional<PortRange> ephemeral, Set<Integer> held) {
        List<Integer> found = within(USUAL, ephemeral, held);
        for (PortRange range : OTHERS) {
            found = found.size() >= FEWEST ? found : within(range, ephemeral, held);
        }
        return found.size() >= FEWEST ? found : within(USUAL, Optional.empty(), held);
    }

    private static List<Integer> within(PortRange range, Optional<PortRange> without, Set<Integer> held) {
        return IntStream.rangeClosed(range.low(), range.high()).boxed()
                .filter(port -> !held.contains(port) && without.filter(other -> other.contains(port)).isEmpty())
                .collect(Collectors.toCollection(ArrayList::new));
    }
}
