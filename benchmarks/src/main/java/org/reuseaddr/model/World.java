package org.reuseaddr.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.IntTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSet;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;

/**
 * What a sequence of calls has made of the sockets of some processes: an immutable value, {@link #EMPTY} before the first
 * call. {@link LinuxTcp} says what the next call may answer and how the world is then.
 */
public final class World {

    /** No socket is open, and none of the ports concerned is held. */
    public static final World EMPTY = new World(new Parts(HashTreePMap.empty(), IntTreePMap.empty(), IntTreePMap.empty(),
            HashTreePSet.empty(), HashTreePSet.empty(), IntTreePMap.empty(), 0));

    private final Parts parts;

    private World(Parts parts) {
        this.parts = parts;
    }

    /** A descriptor of a process. */
    record Name(int process, int fd) {
    }

    private record Parts(PMap<Name, Integer> names, PMap<Integer, TcpSocket> sockets, PMap<Integer, PortState> registrations,
            PSet<Integer> uncertainPorts, PSet<Integer> chosenPorts, PMap<Integer, Integer> users, int next) {
    }

    /** The same world with the effective users of some processes; all others are of one user, who may be any. */
    public World withUsers(Map<Integer, Integer> users) {
        Draft draft = draft();
        users.forEach(draft::user);
        return draft.world();
    }

    /** The effective user of a process; {@link Holder#UNKNOWN_USER} if it is not known. */
    int user(int process) {
        return parts.users().getOrDefault(process, Holder.UNKNOWN_USER);
    }

    /** What an open socket is, seen from outside. */
    public enum Condition { UNBOUND, BOUND, LISTENING, CONNECTED, ENDED, UNKNOWN }

    /**
     * An open descriptor.
     *
     * @param condition what its socket does
     * @param local what getsockname shows; port 0 if no call has shown it
     * @param waiting connections that wait at a listener
     * @param resets whether close resets its connection
     * @param reuseAddr whether it has SO_REUSEADDR
     * @param reusePort whether it has SO_REUSEPORT
     */
    public record Descriptor(int process, int fd, Family family, Condition condition, SockAddr local, int waiting,
            boolean nonBlocking, boolean resets, boolean reuseAddr, boolean reusePort) {
    }

    /** The open descriptors, in no particular order that changes with anything but the calls. */
    public List<Descriptor> descriptors() {
        List<Descriptor> open = new ArrayList<>();
        parts.names().forEach((name, id) -> {
            TcpSocket socket = socket(id);
            open.add(new Descriptor(name.process(), name.fd(), socket.family, condition(socket), socket.local,
                    queueOf(socket).size() + mayBeQueuedAt(socket).size(), socket.nonBlocking, socket.resetsOnClose,
                    socket.reuseAddr, socket.reusePort));
        });
        open.sort(Comparator.comparingInt(Descriptor::process).thenComparingInt(Descriptor::fd));
        return open;
    }

    /** Whether the process has a descriptor of this number. */
    public boolean isOpen(int process, int fd) {
        return parts.names().containsKey(new Name(process, fd));
    }

    private static Condition condition(TcpSocket socket) {
        return socket.uncertain ? Condition.UNKNOWN
                : socket.phase == TcpSocket.Phase.LISTENING ? Condition.LISTENING
                : socket.phase != TcpSocket.Phase.CLOSED ? Condition.CONNECTED
                : socket.attachment != TcpSocket.Attachment.UNCONNECTED ? Condition.ENDED
                : socket.hasPort ? Condition.BOUND : Condition.UNBOUND;
    }

    /** Whether connections are left that no process has any more, such as in TIME_WAIT. */
    public boolean hasRemnants() {
        for (TcpSocket socket : sockets()) {
            if (!socket.hasOwner()) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is a socket of which the model says nothing any more. */
    public boolean hasUncertain() {
        for (TcpSocket socket : sockets()) {
            if (socket.uncertain) {
                return true;
            }
        }
        return !parts.uncertainPorts().isEmpty();
    }

    /** The socket that a descriptor names. */
    Optional<TcpSocket> named(int process, int fd) {
        return Optional.ofNullable(parts.names().get(new Name(process, fd))).map(this::socket);
    }

    TcpSocket socket(int id) {
        return parts.sockets().get(id);
    }

    /** Whether a socket other than the asking one has a port that no call has shown yet: it may be any. */
    boolean hasUnseenPort(Optional<TcpSocket> asking) {
        for (TcpSocket socket : sockets()) {
            if (asking.stream().anyMatch(own -> own.id == socket.id)) {
                continue;
            }
            if (socket.hasUnseenPort() || socket.uncertain && socket.local.port() == 0) {
                return true;
            }
        }
        return false;
    }

    int size() {
        return parts.sockets().size();
    }

    Iterable<TcpSocket> sockets() {
        return parts.sockets().values();
    }

    /** The connections that wait at this listener for certain, in their order. */
    List<TcpSocket> queueOf(TcpSocket listener) {
        return queued(listener, true);
    }

    /** The connections that wait at this listener or at another. */
    List<TcpSocket> mayBeQueuedAt(TcpSocket listener) {
        return queued(listener, false);
    }

    private List<TcpSocket> queued(TcpSocket listener, boolean certain) {
        List<TcpSocket> queue = new ArrayList<>();
        for (TcpSocket socket : sockets()) {
            if (!socket.queuedAt.isEmpty() && socket.queuedAt.containsKey(listener.id) && isCertain(socket) == certain) {
                queue.add(socket);
            }
        }
        queue.sort(Comparator.comparingInt(socket -> socket.order));
        return queue;
    }

    private static boolean isCertain(TcpSocket queued) {
        return queued.queuedAt.size() == 1 && !queued.uncertain;
    }

    /** Whether Linux leaves open who holds the port. */
    boolean isUncertain(int port) {
        return parts.uncertainPorts().contains(port);
    }

    /** Whether Linux was seen to choose the port, so that it is one of ip_local_port_range and not a reserved one. */
    boolean wasChosen(int port) {
        return parts.chosenPorts().contains(port);
    }

    /** A port as the rules of bind see it: everybody on it but one socket. */
    PortState around(TcpSocket asking, int port) {
        List<TcpSocket> holders = new ArrayList<>();
        for (TcpSocket socket : sockets()) {
            if (socket.id != asking.id && socket.holds(port)) {
                holders.add(socket);
            }
        }
        holders.sort(Comparator.comparingInt(socket -> socket.order));
        if (holders.isEmpty() && !asking.holds(port)) {
            return PortState.FREE;
        }
        PortState registered = parts.registrations().getOrDefault(port, PortState.FREE);
        return new PortState(holders.stream().map(TcpSocket::holder).toList(), registered.leader(), registered.reuseAddrSoFar());
    }

    Draft draft() {
        return new Draft(parts);
    }

    /** A world in the making. */
    static final class Draft {
        private PMap<Name, Integer> names;
        private PMap<Integer, TcpSocket> sockets;
        private PMap<Integer, PortState> registrations;
        private PSet<Integer> uncertainPorts;
        private PSet<Integer> chosenPorts;
        private PMap<Integer, Integer> users;
        private int next;
        private final Set<Integer> owned = new HashSet<>();

        private Draft(Parts parts) {
            names = parts.names();
            sockets = parts.sockets();
            registrations = parts.registrations();
            uncertainPorts = parts.uncertainPorts();
            chosenPorts = parts.chosenPorts();
            users = parts.users();
            next = parts.next();
        }

        World world() {
            return new World(new Parts(names, sockets, registrations, uncertainPorts, chosenPorts, users, next));
        }

        int nextNumber() {
            return next++;
        }

        /** The socket to be changed. */
        TcpSocket edit(int id) {
            TcpSocket socket = sockets.get(id);
            if (owned.add(id)) {
                socket = new TcpSocket(id, socket);
                sockets = sockets.plus(id, socket);
            }
            return socket;
        }

        TcpSocket add(TcpSocket made) {
            owned.add(made.id);
            sockets = sockets.plus(made.id, made);
            return made;
        }

        void name(int process, int fd, TcpSocket socket) {
            names = names.plus(new Name(process, fd), socket.id);
            socket.descriptors++;
        }

        /** Takes the name away; the socket remains. */
        void unname(int process, int fd, TcpSocket socket) {
            names = names.minus(new Name(process, fd));
            socket.descriptors--;
        }

        void remove(TcpSocket socket) {
            sockets = sockets.minus(socket.id);
        }

        /** Nothing is said any more of the ports of connections that no process has. */
        void doubtRemnants() {
            for (TcpSocket socket : sockets.values()) {
                if (!socket.hasOwner() && socket.local.port() != 0) {
                    doubt(socket.local.port());
                }
            }
        }

        /** Connections that no process has end: TIME_WAIT runs out, and so does FIN_WAIT2 (tcp_fin_timeout). */
        void endRemnants() {
            PMap<Integer, TcpSocket> before = sockets;
            for (TcpSocket socket : before.values()) {
                if (!socket.hasOwner()) {
                    remove(socket);
                } else if (socket.peer != TcpSocket.NOBODY && !before.get(socket.peer).hasOwner()) {
                    edit(socket.id).peer = TcpSocket.NOBODY;
                }
            }
        }

        void register(int port, PortState state) {
            registrations = registrations.plus(port, state);
        }

        /** Sockets that the process makes from here on are of this user. */
        void user(int process, int user) {
            users = user == Holder.UNKNOWN_USER ? users.minus(process) : users.plus(process, user);
        }

        void doubt(int port) {
            uncertainPorts = uncertainPorts.plus(port);
        }

        /** Linux was seen to choose the port. */
        void chose(int port) {
            chosenPorts = chosenPorts.plus(port);
        }
    }
}
