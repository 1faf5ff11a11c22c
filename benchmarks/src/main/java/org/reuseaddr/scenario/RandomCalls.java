package org.reuseaddr.scenario;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.reuseaddr.model.World;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.PortBounds;

/**
 * Makes up sequences of calls, one call at a time, each chosen with a look at what the calls before it have made of the
 * sockets: few ports, few addresses, mostly overlapping ones, options that change late, listeners that close and come
 * back, connections in every state. A part of the calls is chosen without sense, since errors have rules too. Some
 * sequences begin with two sockets on one port, in a pair of states of which each comes as often, see {@link StatePair}, and a
 * few with what random calls hardly come to, see {@link SkippedCheck} and {@link OnePortRange}.
 */
public final class RandomCalls {

    private static final int MOST_SOCKETS = 6;
    /** Of so many sequences {@link #WITH_PAIR} begin with a pair of states, and one each with the rarer beginnings. */
    private static final int BEGINNINGS = 24;
    private static final int WITH_PAIR = 8;
    /** The same where processes are of different users: what users decide, they decide between two sockets. */
    private static final int WITH_PAIR_OF_USERS = 16;
    /** The number that stands for the first port that Linux was seen to choose in a sequence; others have the next ones. */
    public static final int FIRST_CHOSEN_PORT = 40_001;
    /** The lowest descriptor that a sequence makes. */
    public static final int FIRST_DESCRIPTOR = 3;
    private static final int[] BACKLOGS = {0, 1, 2, 8, 8, 8};
    /** Addresses that no machine has (RFC 5737, RFC 3849). */
    private static final Map<Family, SockAddr> NOT_LOCAL = Map.of(Family.INET, SockAddr.parse(Family.INET, "192.0.2.1", 0),
            Family.INET6, SockAddr.parse(Family.INET6, "2001:db8::1", 0));
    /** A lower bound above the upper one. */
    private static final PortBounds CROSSED = new PortBounds(FIRST_CHOSEN_PORT + 1, FIRST_CHOSEN_PORT);
    private static final int POLL_ALL = Linux.POLLIN | Linux.POLLOUT | Linux.POLLRDHUP;

    private final SplittableRandom random;
    private final int processes;
    private final SortedMap<Integer, Integer> users;
    private final boolean leavesTimeWait;
    private final boolean portRanges;
    private final FewAddresses addresses;
    private final List<Integer> ports = new ArrayList<>();
    private final int reusePortShare;
    private final int senselessShare;
    /** Calls that it begins with. */
    private final Deque<Made> beginning;

    /**
     * What sequences may use.
     *
     * @param processes how many processes, at least 1
     * @param users of whom processes may be, by the numbers of the users; none where a process cannot have another user
     * @param families what the platform has
     * @param leavesTimeWait whether connections may be closed so that they keep their port for a minute
     * @param portRanges whether the platform has IP_LOCAL_PORT_RANGE
     */
    public record Scope(int processes, List<Integer> users, List<Family> families, boolean leavesTimeWait, boolean portRanges) {

        public Scope {
            users = List.copyOf(users);
            families = List.copyOf(families);
        }
    }

    /**
     * A call of a sequence.
     *
     * @param process which process makes it
     * @param name the name of the descriptor that it may make; empty for the lowest that is free
     */
    public record Made(int process, Call call, OptionalInt name) {

        Made(int process, Call call) {
            this(process, call, OptionalInt.empty());
        }
    }

    /** A sequence's own choice of processes, users, ports and addresses. */
    public RandomCalls(SplittableRandom random, Scope scope) {
        this.random = random;
        processes = random.nextInt(4) == 0 ? scope.processes() : 1;
        users = random.nextBoolean() ? users(scope.users()) : Collections.emptySortedMap();
        leavesTimeWait = scope.leavesTimeWait();
        portRanges = scope.portRanges();
        ports.add(Script.PORT);
        if (random.nextInt(4) == 0) {
            ports.add(Script.PEER_PORT);
        }
        addresses = new FewAddresses(random, scope.families());
        reusePortShare = !users.isEmpty() || random.nextInt(3) == 0 ? 40 : 5;
        senselessShare = random.nextInt(4) == 0 ? 30 : 4;
        beginning = new ArrayDeque<>(beginning(scope));
    }

    /** The user of each process; empty where all are of the one that explores. */
    public SortedMap<Integer, Integer> users() {
        return users;
    }

    /** Mostly two different users, each of one or several processes; one sequence in four has a single one. */
    private SortedMap<Integer, Integer> users(List<Integer> possible) {
        SortedMap<Integer, Integer> chosen = new TreeMap<>();
        for (int process = 1; processes > 1 && !possible.isEmpty() && process <= processes; process++) {
            chosen.put(process, possible.get(process == 1 || random.nextInt(4) == 0 ? 0 : possible.size() - 1));
        }
        return Collections.unmodifiableSortedMap(chosen);
    }

    private List<Made> beginning(Scope scope) {
        int lot = random.nextInt(BEGINNINGS);
        int withPair = users.isEmpty() ? WITH_PAIR : WITH_PAIR_OF_USERS;
        if (lot < withPair) {
            return users.isEmpty() ? pair().calls(place(process()), place(process()), random)
                    : pair().calls(place(1), place(2), random);
        }
        if (lot == withPair) {
            return SkippedCheck.any(scope.families(), random).map(check -> check.calls(this::process, random)).orElse(List.of());
        }
        if (lot == withPair + 1 && portRanges) {
            return OnePortRange.calls(place(process()), place(process()), random);
        }
        return List.of();
    }

    /** Any; where there are users every other time one of those in which they decide. */
    private StatePair pair() {
        List<StatePair> pairs = users.isEmpty() || random.nextBoolean() ? StatePair.all()
                : StatePair.all().stream().filter(StatePair::isOfReusePort).toList();
        return pairs.get(random.nextInt(pairs.size()));
    }

    private StatePair.Place place(int process) {
        return new StatePair.Place(process, addresses.any().withPort(Script.PORT));
    }

    /** The next call. */
    public Made next(World world) {
        if (!beginning.isEmpty()) {
            return beginning.remove();
        }
        List<World.Descriptor> open = world.descriptors();
        if (open.isEmpty() || open.size() < MOST_SOCKETS && random.nextInt(100) < (open.size() < 2 ? 45 : 14)) {
            return socket();
        }
        World.Descriptor chosen = open.get(random.nextInt(open.size()));
        Call call = random.nextInt(100) < senselessShare ? anyCall(chosen, open) : sensibleCall(chosen, open);
        return new Made(chosen.process(), call);
    }

    /** The name of the next descriptor that a process makes: as in the kernel, the lowest that is free. */
    public static int nextDescriptor(World world, int process) {
        int fd = FIRST_DESCRIPTOR;
        while (world.isOpen(process, fd)) {
            fd++;
        }
        return fd;
    }

    private Made socket() {
        SockAddr address = addresses.any();
        Family family = random.nextInt(10) == 0 ? Family.values()[random.nextInt(2)] : address.family();
        int type = Linux.SOCK_STREAM | (random.nextInt(6) == 0 ? Linux.SOCK_NONBLOCK : 0);
        return new Made(process(), new Call.Socket(family.number(), type, Linux.IPPROTO_TCP));
    }

    private int process() {
        return processes == 1 ? 0 : 1 + random.nextInt(processes);
    }

    private Call sensibleCall(World.Descriptor socket, List<World.Descriptor> open) {
        int fd = socket.fd();
        int dice = random.nextInt(100);
        return switch (socket.condition()) {
            case UNBOUND -> dice < 30 ? option(fd, open) : dice < 75 ? bind(socket) : dice < 80 ? new Call.Listen(fd, backlog())
                    : dice < 97 ? connect(socket, open) : look(fd);
            case BOUND -> socket.local().port() == 0 ? new Call.GetSockName(fd)
                    : dice < 50 ? new Call.Listen(fd, backlog()) : dice < 68 ? option(fd, open) : dice < 82 ? connect(socket, open)
                    : dice < 94 ? close(socket) : look(fd);
            case LISTENING -> socket.local().port() == 0 ? new Call.GetSockName(fd)
                    : socket.waiting() > 0 && dice < 60 ? accept(fd) : dice < 64 ? acceptNothing(socket)
                    : dice < 72 ? option(fd, open) : dice < 76 ? new Call.Listen(fd, backlog())
                    : dice < 82 ? shutdown(socket, random.nextInt(3)) : dice < 92 ? close(socket) : look(fd);
            case CONNECTED -> socket.local().port() == 0 ? new Call.GetSockName(fd)
                    : dice < 22 ? shutdown(socket, random.nextInt(3)) : dice < 50 ? close(socket)
                    : dice < 62 ? new Call.SetLinger(fd, random.nextInt(4) != 0, 0) : dice < 70 ? option(fd, open)
                    : dice < 76 ? connect(socket, open) : look(fd);
            case ENDED -> dice < 30 ? close(socket) : dice < 50 ? connect(socket, open) : dice < 60 ? bind(socket)
                    : dice < 68 ? new Call.Listen(fd, backlog()) : look(fd);
            case UNKNOWN -> close(socket);
        };
    }

    private Call anyCall(World.Descriptor socket, List<World.Descriptor> open) {
        int fd = random.nextInt(12) == 0 ? FIRST_DESCRIPTOR + random.nextInt(MOST_SOCKETS) : socket.fd();
        return switch (random.nextInt(9)) {
            case 0 -> bind(socket);
            case 1 -> new Call.Listen(fd, backlog());
            case 2 -> new Call.Connect(fd, target(addresses.any(), port()));
            case 3 -> acceptNothing(socket);
            case 4 -> shutdown(socket, random.nextInt(4));
            case 5 -> option(fd, open);
            case 6 -> new Call.Dup(fd);
            case 7 -> new Call.SetNonBlocking(fd, random.nextInt(3) != 0);
            default -> look(fd);
        };
    }

    private Call look(int fd) {
        return switch (random.nextInt(8)) {
            case 0, 1 -> new Call.GetSockName(fd);
            case 2 -> new Call.GetPeerName(fd);
            case 3 -> new Call.GetOption(fd, SocketOption.SO_ACCEPTCONN);
            case 4 -> new Call.GetOption(fd, SocketOption.SO_ERROR);
            case 5 -> new Call.GetOption(fd, random.nextBoolean() ? SocketOption.SO_REUSEADDR
                    : portRanges && random.nextInt(4) == 0 ? SocketOption.IP_LOCAL_PORT_RANGE : SocketOption.IPV6_V6ONLY);
            default -> new Call.Poll(fd, POLL_ALL, 0);
        };
    }

    private Call option(int fd, List<World.Descriptor> open) {
        if (portRanges && random.nextInt(24) == 0) {
            return new Call.SetOption(fd, SocketOption.IP_LOCAL_PORT_RANGE, portRange(open));
        }
        if (random.nextInt(100) < reusePortShare) {
            return new Call.SetOption(fd, SocketOption.SO_REUSEPORT, random.nextInt(5) == 0 ? 0 : 1);
        }
        return random.nextInt(4) == 0 ? new Call.SetOption(fd, SocketOption.IPV6_V6ONLY, random.nextInt(3) == 0 ? 0 : 1)
                : new Call.SetOption(fd, SocketOption.SO_REUSEADDR, random.nextInt(4) == 0 ? 0 : 1);
    }

    /** Of a port that Linux was seen to choose; none, or one that is refused, where there is no such port. */
    private int portRange(List<World.Descriptor> open) {
        List<Integer> chosen = open.stream().map(socket -> socket.local().port()).filter(port -> port >= FIRST_CHOSEN_PORT).toList();
        return chosen.isEmpty() || random.nextInt(8) == 0 ? random.nextBoolean() ? 0 : CROSSED.value()
                : PortBounds.only(chosen.get(random.nextInt(chosen.size()))).value();
    }

    private Call bind(World.Descriptor socket) {
        SockAddr address = random.nextInt(40) == 0 ? NOT_LOCAL.get(socket.family()) : addresses.ofFamily(socket.family());
        return new Call.Bind(socket.fd(), address.withPort(random.nextInt(8) == 0 ? 0 : port()));
    }

    private Call accept(int fd) {
        return new Call.Accept(fd, true, random.nextInt(6) == 0 ? Linux.SOCK_NONBLOCK : 0);
    }

    /** Of a listener that would wait, it is mostly asked that it does not: waiting takes a thousand times longer. */
    private Call acceptNothing(World.Descriptor socket) {
        boolean waits = socket.condition() == World.Condition.LISTENING && socket.waiting() == 0 && !socket.nonBlocking();
        return waits && random.nextInt(50) != 0 ? new Call.SetNonBlocking(socket.fd(), true)
                : new Call.Accept(socket.fd(), true, 0);
    }

    private Call connect(World.Descriptor socket, List<World.Descriptor> open) {
        List<World.Descriptor> listeners = open.stream()
                .filter(other -> other.condition() == World.Condition.LISTENING && other.local().port() != 0).toList();
        if (listeners.isEmpty() || random.nextInt(8) == 0) {
            return new Call.Connect(socket.fd(), target(addresses.ofFamily(socket.family()), port()));
        }
        World.Descriptor listener = listeners.get(random.nextInt(listeners.size()));
        SockAddr local = listener.local();
        if (local.family() == Family.INET6 && socket.family() == Family.INET) {
            local = local instanceof SockAddr.Inet6 six && six.isMapped() ? six.unmapped() : new SockAddr.Inet4(127, 0, 0, 1, 0);
        } else if (local instanceof SockAddr.Inet4 four && socket.family() == Family.INET6) {
            local = SockAddr.Inet6.mapped(four);
        }
        return new Call.Connect(socket.fd(), target(local, listener.local().port()));
    }

    /** An address to connect to: mostly not the wildcard. */
    private SockAddr target(SockAddr address, int port) {
        boolean wild = address.isWildcard() && random.nextInt(4) != 0;
        SockAddr specific = !wild ? address : address instanceof SockAddr.Inet6 six && six.isMapped()
                ? SockAddr.Inet6.mapped(new SockAddr.Inet4(127, 0, 0, 1, 0)) : address.family().loopback(0);
        return specific.withPort(port);
    }

    /** close of a connection keeps its port for a minute, unless it resets. */
    private Call close(World.Descriptor socket) {
        return leavesTimeWait || socket.resets() || !mayBeConnected(socket)
                ? new Call.Close(socket.fd()) : new Call.SetLinger(socket.fd(), true, 0);
    }

    /** One of which the model says nothing may be, such as a socket that has connected with itself. */
    private static boolean mayBeConnected(World.Descriptor socket) {
        return socket.condition() == World.Condition.CONNECTED || socket.condition() == World.Condition.UNKNOWN;
    }

    /** So does shutdown of both sides. */
    private Call shutdown(World.Descriptor socket, int how) {
        return new Call.Shutdown(socket.fd(),
                leavesTimeWait || !mayBeConnected(socket) ? how : Linux.SHUT_RD);
    }

    private int port() {
        return ports.get(random.nextInt(ports.size()));
    }

    private int backlog() {
        return BACKLOGS[random.nextInt(BACKLOGS.length)];
    }
}
