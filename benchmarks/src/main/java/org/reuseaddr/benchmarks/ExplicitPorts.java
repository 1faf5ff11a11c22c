package org.reuseaddr.benchmarks;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;

/**
 * Ports that a benchmark names itself: outside the ephemeral range, where no client's port can get in the way, and
 * held by nobody. Only where the ephemeral range covers everything are they taken from it.
 */
final class ExplicitPorts {

    /** Below this, services of the machine may start at any time. */
    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 65_535;
    /** The fewest ports worth cycling through; fewer, and the ephemeral range is used as well. */
    private static final int FEWEST = 1_024;

    private final int[] candidates;

    /** Collects the candidates of this machine, as it is now. */
    ExplicitPorts(HostLimits limits) {
        BitSet taken = new BitSet();
        Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(file -> HostLimits.lines(file).stream().skip(1))
                .map(line -> line.trim().split("\\s+")[1])
                .mapToInt(local -> Integer.parseInt(local.substring(local.lastIndexOf(':') + 1), 16))
                .forEach(taken::set);
        int[] outside = IntStream.rangeClosed(LOWEST, HIGHEST)
                .filter(port -> !taken.get(port) && !limits.isEphemeral(port)).toArray();
        candidates = outside.length >= FEWEST
                ? outside
                : IntStream.rangeClosed(LOWEST, HIGHEST).filter(port -> !taken.get(port)).toArray();
    }

    /**
     * The share of one of several threads: no port is in two shares. Starts anywhere, so that two processes on one
     * machine seldom meet.
     *
     * @param index 0 to {@code shares - 1}
     */
    int[] share(int index, int shares) {
        int length = candidates.length / shares;
        int start = index * length;
        int rotation = new SplittableRandom().nextInt(length);
        return IntStream.range(0, length).map(i -> candidates[start + (i + rotation) % length]).toArray();
    }

    /**
     * The first ports of a share that can be bound and listened on at this moment, tried one by one.
     *
     * @throws IllegalStateException if the share has fewer than {@code count} such ports
     */
    static int[] verified(int[] share, int count, Family family) {
        Sockets sockets = new Sockets();
        int[] usable = IntStream.of(share).filter(port -> canListen(sockets, family, port)).limit(count).toArray();
        if (usable.length < count) {
            throw new IllegalStateException("no " + count + " free ports for " + family.symbol() + " on loopback among "
                    + share.length + " candidates outside the ephemeral range");
        }
        return usable;
    }

    private static boolean canListen(Sockets sockets, Family family, int port) {
        SyscallResult opened = sockets.socket(family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP);
        if (!(opened instanceof SyscallResult.Returned descriptor)) {
            return false;
        }
        int fd = descriptor.value();
        try {
            return sockets.setOption(fd, SocketOption.SO_REUSEADDR, 1) instanceof SyscallResult.Returned
                    && sockets.bind(fd, family.loopback(port)) instanceof SyscallResult.Returned
                    && sockets.listen(fd, 1) instanceof SyscallResult.Returned;
        } finally {
            sockets.close(fd);
        }
    }

    /**
     * The ports that a value of the parameter {@code port} stands for, to be walked in a cycle: {@code ephemeral} is
     * port 0, {@code fixed} one port each time, {@code fresh} another one each time.
     *
     * @throws IllegalArgumentException for another value
     */
    int[] walk(String port, Family family, int thread, int threads) {
        return switch (port) {
            case "ephemeral" -> new int[] {0};
            case "fixed" -> verified(share(thread, threads), 1, family);
            case "fresh" -> share(thread, threads);
            default -> throw new IllegalArgumentException("port is ephemeral, fixed or fresh, not " + port);
        };
    }
}
