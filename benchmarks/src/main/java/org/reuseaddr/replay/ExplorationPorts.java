package org.reuseaddr.replay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Call;

/**
 * The ports of an exploration: few different ones, used again and again, since on some platforms each port that is bound
 * is taken from other programs for a minute. A port on which something may be left rests until that is over.
 */
final class ExplorationPorts {

    /** Linux keeps a connection in TIME_WAIT for 60 s; what was in FIN_WAIT2 before is found to be left still. */
    private static final Duration REST = Duration.ofSeconds(61);
    /** Ports are scarce if fewer than one in so many is free. */
    private static final int SCARCE = 4;
    private static final long POLL_MILLIS = 50;
    /** The name of the descriptor that looks whether a port is free. */
    private static final int PROBE = 3;
    /** What a call may take, in milliseconds. */
    private static final int LIMIT_MILLIS = 2_000;
    /** Enough should unrelated processes hold two ports of three. */
    private static final int TRIES = 20;

    private final Queue<Integer> free = new ArrayDeque<>();
    private final Queue<Resting> resting = new ArrayDeque<>();
    private final Duration rest;
    private final int scarce;
    private final Set<Integer> used = Collections.synchronizedSet(new HashSet<>());

    private record Resting(int port, long untilNanos) {
    }

    /**
     * @param low the lowest port to take, at least 1024
     * @param high the highest port to take
     * @param most how many different ones
     * @param avoid ports that are held
     */
    ExplorationPorts(int low, int high, int most, Set<Integer> avoid) {
        this(low, high, most, avoid, REST);
    }

    /** @param rest for how long a port is left alone on which something was left */
    ExplorationPorts(int low, int high, int most, Set<Integer> avoid, Duration rest) {
        this.rest = rest;
        List<Integer> ports = IntStream.rangeClosed(low, high).boxed().filter(port -> !avoid.contains(port))
                .collect(Collectors.toCollection(ArrayList::new));
        if (ports.isEmpty()) {
            throw new ReplayException("every port from " + low + " to " + high + " is in use");
        }
        shuffle(ports);
        free.addAll(ports.subList(0, Math.min(most, ports.size())));
        scarce = free.size() / SCARCE;
    }

    private static void shuffle(List<Integer> ports) {
        SplittableRandom random = new SplittableRandom();
        for (int i = ports.size() - 1; i > 0; i--) {
            Collections.swap(ports, i, random.nextInt(i + 1));
        }
    }

    /**
     * A free port; waits for one that rests if there is none, which takes a minute, or two.
     *
     * @param stopped whether nobody needs a port any more
     * @param isHeld whether something is still left on a port that has rested
     * @throws ReplayException if nobody does before one is free
     */
    int take(BooleanSupplier stopped, IntPredicate isHeld) {
        while (true) {
            OptionalInt fresh = poll();
            OptionalInt port = fresh.isPresent() ? fresh : rested();
            if (port.isPresent() && (fresh.isPresent() || !isHeld.test(port.getAsInt()))) {
                used.add(port.getAsInt());
                return port.getAsInt();
            }
            port.ifPresent(held -> giveBack(held, true));
            if (stopped.getAsBoolean()) {
                throw new ReplayException("the exploration ended while every port rests");
            }
            if (port.isEmpty()) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted while every port rests", e);
        }
    }

    /**
     * A free port on which nothing is left of an unrelated process either; after some tries any, since a platform may refuse all.
     *
     * @param process has no descriptors of its own: it makes the calls that look, and closes all that it has
     * @param families what the platform has
     * @throws ReplayException as {@link #take}
     */
    int takeUnheld(BooleanSupplier stopped, SocketProcess process, List<Family> families) {
        IntPredicate isHeld = port -> isHeld(process, families, port);
        int port = take(stopped, isHeld);
        for (int tries = 0; tries < TRIES && isHeld.test(port); tries++) {
            giveBack(port, false);
            port = take(stopped, isHeld);
        }
        return port;
    }

    private synchronized OptionalInt poll() {
        return free.isEmpty() ? OptionalInt.empty() : OptionalInt.of(free.remove());
    }

    private synchronized OptionalInt rested() {
        return hasRested() ? OptionalInt.of(resting.remove().port()) : OptionalInt.empty();
    }

    private boolean hasRested() {
        return !resting.isEmpty() && resting.peek().untilNanos() - System.nanoTime() <= 0;
    }

    /** Whether so many rest that whoever needs ports and leaves nothing on them may soon have to wait. */
    synchronized boolean areScarce() {
        return free.size() < scarce && !hasRested();
    }

    /** A port of a sequence that has ended; one with something left on it rests. */
    synchronized void giveBack(int port, boolean somethingIsLeft) {
        if (somethingIsLeft) {
            resting.add(new Resting(port, System.nanoTime() + rest.toNanos()));
        } else {
            free.add(port);
        }
    }

    /** How many different ports were taken so far. */
    int used() {
        return used.size();
    }

    /** Whether anything is left on a port, connections in TIME_WAIT included: then it cannot be bound without SO_REUSEADDR. */
    static boolean isHeld(SocketProcess process, List<Family> families, int port) {
        SockAddr any = families.contains(Family.INET6) ? SockAddr.Inet6.any(port) : new SockAddr.Inet4(0, 0, 0, 0, port);
        process.execute(0, new Call.Socket(any.family().number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP), PROBE, LIMIT_MILLIS);
        boolean held = process.execute(0, new Call.Bind(PROBE, any), SocketProcess.UNNAMED, LIMIT_MILLIS).returned().isEmpty();
        process.closeAll();
        return held;
    }
}
