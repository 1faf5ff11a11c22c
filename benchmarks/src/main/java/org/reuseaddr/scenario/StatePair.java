package org.reuseaddr.scenario;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.reuseaddr.model.World;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;

/**
 * What one socket does on a port while another one binds it or listens on it, and the options of both: the two states that
 * decide most of what bind and listen answer. Exploration counts the pairs that it meets, and begins some sequences so that
 * they meet a given one.
 *
 * @param holder what the first socket does
 * @param holderHas the options of the first socket
 * @param listens whether the second socket listens; it binds otherwise
 * @param askerHas the options of the second socket
 */
public record StatePair(World.Condition holder, ReuseOptions holderHas, boolean listens, ReuseOptions askerHas) {

    private static final List<World.Condition> HOLDERS =
            List.of(World.Condition.BOUND, World.Condition.LISTENING, World.Condition.CONNECTED);
    private static final List<StatePair> ALL = HOLDERS.stream().flatMap(holder -> Stream.of(ReuseOptions.values())
            .flatMap(holderHas -> Stream.of(false, true).flatMap(listens -> Stream.of(ReuseOptions.values())
                    .map(askerHas -> new StatePair(holder, holderHas, listens, askerHas))))).toList();
    private static final int BACKLOG = 8;

    /** Which of SO_REUSEADDR and SO_REUSEPORT a socket has. */
    public enum ReuseOptions {
        NONE, REUSEADDR, REUSEPORT, BOTH;

        private static ReuseOptions of(World.Descriptor socket) {
            return values()[(socket.reuseAddr() ? 1 : 0) + (socket.reusePort() ? 2 : 0)];
        }

        boolean has(SocketOption option) {
            return (ordinal() & (option == SocketOption.SO_REUSEADDR ? 1 : 2)) != 0;
        }
    }

    /** Every pair. */
    public static List<StatePair> all() {
        return ALL;
    }

    /** Whether both sockets have SO_REUSEPORT. */
    boolean isOfReusePort() {
        return holderHas.has(SocketOption.SO_REUSEPORT) && askerHas.has(SocketOption.SO_REUSEPORT);
    }

    /** The pairs that a call meets: one for each other descriptor of a socket on the port; none for other calls. */
    public static List<StatePair> metBy(World world, int process, Call call) {
        boolean listens = call instanceof Call.Listen;
        if (!listens && !(call instanceof Call.Bind)) {
            return List.of();
        }
        List<World.Descriptor> open = world.descriptors();
        Optional<World.Descriptor> found = open.stream()
                .filter(socket -> socket.process() == process && socket.fd() == ((Call.OnDescriptor) call).fd()).findFirst();
        World.Condition needed = listens ? World.Condition.BOUND : World.Condition.UNBOUND;
        if (found.isEmpty() || found.get().condition() != needed) {
            return List.of();
        }
        World.Descriptor asker = found.get();
        int port = call instanceof Call.Bind bind ? bind.address().port() : asker.local().port();
        return port == 0 ? List.of() : open.stream()
                .filter(other -> !other.equals(asker) && other.local().port() == port && HOLDERS.contains(other.condition()))
                .map(other -> new StatePair(other.condition(), ReuseOptions.of(other), listens, ReuseOptions.of(asker))).toList();
    }

    /**
     * Calls that meet the pair on Linux where the options let both sockets have the port; every other time options change
     * after bind, so that sockets meet which would exclude each other before it.
     *
     * @param first the process of the first socket, and what it binds, with its port
     * @param second the process of the second socket, and what it binds, with the same port
     */
    List<RandomCalls.Made> calls(Place first, Place second, SplittableRandom random) {
        boolean late = listens && random.nextBoolean();
        PlannedCalls calls = new PlannedCalls();
        int held = calls.socket(first);
        options(calls, first, held, late ? ReuseOptions.REUSEADDR : holderHas, ReuseOptions.NONE);
        calls.add(first, new Call.Bind(held, first.address()));
        int asking = listens ? bound(calls, second, late ? ReuseOptions.REUSEADDR : askerHas) : 0;
        if (late) {
            options(calls, first, held, holderHas, ReuseOptions.REUSEADDR);
            options(calls, second, asking, askerHas, ReuseOptions.REUSEADDR);
        }
        if (holder != World.Condition.BOUND) {
            calls.add(first, new Call.Listen(held, BACKLOG));
        }
        if (holder == World.Condition.CONNECTED) {
            int client = calls.socket(first);
            calls.add(first, new Call.Connect(client, first.reachable()));
            calls.accept(first, held);
            calls.close(first, held);
        }
        if (!listens) {
            asking = bound(calls, second, askerHas);
        }
        calls.add(second, new Call.Listen(asking, BACKLOG));
        return calls.made();
    }

    private static int bound(PlannedCalls calls, Place place, ReuseOptions options) {
        int fd = calls.socket(place);
        options(calls, place, fd, options, ReuseOptions.NONE);
        calls.add(place, new Call.Bind(fd, place.address()));
        return fd;
    }

    /** A process, and the address that its socket binds. */
    record Place(int process, SockAddr address) {

        SockAddr reachable() {
            return !address.isWildcard() ? address : address instanceof SockAddr.Inet6 six && six.isMapped()
                    ? SockAddr.Inet6.mapped((SockAddr.Inet4) Family.INET.loopback(address.port())).withPort(address.port())
                    : address.family().loopback(address.port());
        }
    }

    private static void options(PlannedCalls calls, Place place, int fd, ReuseOptions wanted, ReuseOptions before) {
        for (SocketOption option : List.of(SocketOption.SO_REUSEADDR, SocketOption.SO_REUSEPORT)) {
            if (wanted.has(option) != before.has(option)) {
                calls.add(place, new Call.SetOption(fd, option, wanted.has(option) ? 1 : 0));
            }
        }
    }
}
