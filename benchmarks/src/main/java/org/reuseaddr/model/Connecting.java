package org.reuseaddr.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Outcome;

/** connect(2) of one socket in one world (kernel: __inet_stream_connect, tcp_v4_connect, tcp_v6_connect). */
final class Connecting {

    private static final Errno EISCONN = Errno.named("EISCONN");
    private static final Errno ENETUNREACH = Errno.named("ENETUNREACH");
    private static final Errno ECONNABORTED = Errno.named("ECONNABORTED");
    /** net.core.somaxconn bounds a backlog; so does no sequence that the model sees. */
    private static final int UNBOUNDED = Integer.MAX_VALUE;

    private final World world;
    private final TcpSocket socket;

    Connecting(World world, TcpSocket socket) {
        this.world = world;
        this.socket = socket;
    }

    List<Allowed> to(SockAddr address) {
        if (socket.uncertain || !Addresses.isLocal(address)) {
            return anything(address.port());
        }
        return switch (socket.attachment) {
            case DISCONNECTING -> fails(Errno.EINVAL, CallRule.ALREADY_CONNECTED, Allowed.Effect.NONE);
            case CONNECTED -> fails(EISCONN, CallRule.ALREADY_CONNECTED, Allowed.Effect.NONE);
            case CONNECTING -> again();
            case UNCONNECTED -> socket.phase == TcpSocket.Phase.CLOSED ? begin(address)
                    : fails(EISCONN, CallRule.ALREADY_CONNECTED, Allowed.Effect.NONE);
        };
    }

    private List<Allowed> again() {
        return socket.isConnection()
                ? List.of(new Allowed(new Answer.Zero(), CallRule.TELLS_HOW_CONNECT_ENDED,
                        (draft, outcome) -> draft.edit(socket.id).attachment = TcpSocket.Attachment.CONNECTED))
                : fails(socket.error == null ? ECONNABORTED : socket.error, CallRule.TELLS_HOW_CONNECT_ENDED,
                        (draft, outcome) -> Connections.disconnect(draft.edit(socket.id)));
    }

    private List<Allowed> begin(SockAddr address) {
        if (address.family() != socket.family) {
            return fails(socket.family == Family.INET ? Errno.EAFNOSUPPORT : Errno.EINVAL, CallRule.FAMILY_OF_SOCKET,
                    Allowed.Effect.NONE);
        }
        boolean fromMapped = Addresses.isMapped(socket.local);
        SockAddr named = address instanceof SockAddr.Inet6 six && six.isWildcard() && !six.isMapped()
                ? fromMapped ? SockAddr.Inet6.mapped(loopback(address.port())) : SockAddr.Inet6.loopback(address.port()) : address;
        SockAddr plain = Addresses.plain(named);
        if (plain.family() == Family.INET && socket.family == Family.INET6 && socket.v6Only) {
            return fails(ENETUNREACH, CallRule.NO_ROUTE_BETWEEN_FAMILIES, Allowed.Effect.NONE);
        }
        if (plain.family() == Family.INET6 && fromMapped) {
            return fails(Errno.EAFNOSUPPORT, CallRule.NO_ROUTE_BETWEEN_FAMILIES, Allowed.Effect.NONE);
        }
        SockAddr own = Addresses.plain(socket.local);
        SockAddr source = (own.isWildcard() ? plain.family() == Family.INET ? loopback(0) : SockAddr.Inet6.loopback(0) : own)
                .withPort(socket.hasPort ? socket.local.port() : socket.onlyPort);
        SockAddr target = plain.isWildcard() ? source.withPort(plain.port()) : plain;
        boolean fromIpv6 = socket.local.family() == Family.INET6 && !socket.local.isWildcard() && !fromMapped;
        if (plain.family() == Family.INET && fromIpv6) {
            // It kept its address when it lost its port and V6ONLY: Linux connects from 127.0.0.6, as if by chance.
            return anything(plain.port());
        }
        if (plain.family() == Family.INET6 && socket.speaksInet) {
            // The answers to its SYN are not delivered to it (kernel: tcp_v6_connect leaves icsk_af_ops at ipv6_mapped).
            return anything(target.port());
        }
        return socket.hasPort || socket.portRange == 0 ? between(source, target) : fromRange(source, target);
    }

    /** The answers where the range of the socket decides from which port it connects (kernel: __inet_hash_connect). */
    private List<Allowed> fromRange(SockAddr source, SockAddr target) {
        List<Holder> holders = world.around(socket, socket.onlyPort).holders();
        if (socket.onlyPort != 0 && holders.stream().anyMatch(Connecting::isBound)) {
            return fails(Errno.EADDRNOTAVAIL, CallRule.PORT_RANGE_IS_EXHAUSTED, this::givenUp);
        }
        if (socket.onlyPort != 0 && (!holders.isEmpty() || world.isUncertain(socket.onlyPort))) {
            // A port that only connections have may be shared, by a bookkeeping that has changed between releases.
            return anything(target.port());
        }
        List<Allowed> answers = new ArrayList<>(between(source, target));
        answers.addAll(fails(Errno.EADDRNOTAVAIL, CallRule.ANOTHER_SOCKET_HAS_IT, this::givenUp));
        return answers;
    }

    /** A port that a socket has bound, at whatever address, is left to it (kernel: fastreuse and fastreuseport of the bucket). */
    private static boolean isBound(Holder holder) {
        return holder.state() == Holder.PortUse.BOUND || holder.state() == Holder.PortUse.LISTENING;
    }

    /** connect failed before it sent anything. */
    private void givenUp(World.Draft draft, Outcome outcome) {
        TcpSocket client = draft.edit(socket.id);
        Connections.release(client);
        Connections.forgetAddress(client);
    }

    private static SockAddr.Inet4 loopback(int port) {
        return (SockAddr.Inet4) Family.INET.loopback(port);
    }

    private List<Allowed> between(SockAddr source, SockAddr target) {
        if (source.equals(target) || world.isUncertain(target.port())) {
            return anything(target.port());
        }
        for (TcpSocket other : world.sockets()) {
            if (source.port() == 0 || other.id == socket.id || other.remote == null || other.uncertain) {
                continue;
            }
            SockAddr local = Addresses.plain(other.local);
            SockAddr remote = Addresses.plain(other.remote);
            if (local.equals(source) && remote.equals(target) && other.isConnection() && other.hasOwner()) {
                return fails(Errno.EADDRNOTAVAIL, CallRule.CONNECTION_IS_UNIQUE, this::givenUp);
            }
            boolean same = local.equals(source) && remote.equals(target) || local.equals(target) && remote.equals(source);
            if (same && (other.isConnection() || other.phase == TcpSocket.Phase.TIME_WAIT)) {
                // Whether the remnant gives way depends on its age, in seconds (net.ipv4.tcp_tw_reuse).
                return anything(target.port());
            }
        }
        List<TcpSocket> listeners = listeners(target);
        if (listeners.removeIf(listener -> listener.passage == TcpSocket.Passage.STOPS_LISTENING)) {
            List<Allowed> answers = new ArrayList<>(among(listeners, source, target));
            answers.add(dropped(source, target));
            return answers;
        }
        return among(listeners, source, target);
    }

    /** A listener that is just being closed was found for the SYN, which then drops it (kernel: tcp_rcv_state_process, TCP_CLOSE). */
    private Allowed dropped(SockAddr source, SockAddr target) {
        return new Allowed(socket.nonBlocking ? new Answer.Fails(Errno.EINPROGRESS) : new Answer.Waits(), CallRule.IN_PROGRESS,
                (draft, outcome) -> {
                    TcpSocket client = draft.edit(socket.id);
                    client.phase = TcpSocket.Phase.CONNECTING;
                    client.attachment = TcpSocket.Attachment.CONNECTING;
                    client.local = Addresses.inFamily(client.family, source);
                    client.remote = Addresses.inFamily(client.family, target);
                    // It holds its port; whether and when it is answered is left open.
                    client.uncertain = true;
                });
    }

    private List<Allowed> among(List<TcpSocket> listeners, SockAddr source, SockAddr target) {
        if (listeners.isEmpty()) {
            return socket.nonBlocking ? fails(Errno.EINPROGRESS, CallRule.IN_PROGRESS, (draft, outcome) -> refused(draft, source, target))
                    : fails(Errno.ECONNREFUSED, CallRule.REFUSED, (draft, outcome) -> {
                        refused(draft, source, target);
                        Connections.disconnect(draft.edit(socket.id));
                    });
        }
        if (target.family() == Family.INET6 && listeners.stream().anyMatch(listener -> listener.speaksInet)) {
            // Its connections answer as over IPv4, and their segments do not arrive.
            return anything(target.port());
        }
        return answeredBy(listeners, source, target);
    }

    private List<Allowed> answeredBy(List<TcpSocket> listeners, SockAddr source, SockAddr target) {
        boolean mayBeFull = false;
        boolean mayHaveRoom = false;
        for (TcpSocket listener : listeners) {
            long capacity = listener.backlog < 0 ? UNBOUNDED : listener.backlog + 1L;
            int certain = world.queueOf(listener).size();
            mayHaveRoom |= certain < capacity;
            mayBeFull |= certain + world.mayBeQueuedAt(listener).size() >= capacity;
        }
        List<Allowed> answers = new ArrayList<>();
        if (mayHaveRoom && mayBeFull) {
            return anything(target.port());
        }
        if (mayHaveRoom) {
            answers.add(new Allowed(socket.nonBlocking ? new Answer.Fails(Errno.EINPROGRESS) : new Answer.Zero(),
                    socket.nonBlocking ? CallRule.IN_PROGRESS : CallRule.CONNECTS,
                    (draft, outcome) -> establish(draft, listeners, source, target)));
        } else {
            answers.add(new Allowed(socket.nonBlocking ? new Answer.Fails(Errno.EINPROGRESS) : new Answer.Waits(),
                    CallRule.QUEUE_IS_FULL, (draft, outcome) -> {
                        TcpSocket waiting = draft.edit(socket.id);
                        waiting.phase = TcpSocket.Phase.CONNECTING;
                        Connections.doubt(draft, waiting);
                    }));
        }
        return answers;
    }

    /** The listeners one of which gets the connection (kernel: inet_lhash2_lookup, inet6_lhash2_lookup, compute_score). */
    private List<TcpSocket> listeners(SockAddr target) {
        List<TcpSocket> exact = new ArrayList<>();
        List<TcpSocket> wildcard = new ArrayList<>();
        for (TcpSocket listener : world.sockets()) {
            boolean deaf = target.family() == Family.INET && listener.v6Only;
            if (listener.phase != TcpSocket.Phase.LISTENING || !listener.holds(target.port()) || deaf) {
                continue;
            }
            SockAddr local = Addresses.plain(listener.local);
            if (local.equals(target)) {
                exact.add(listener);
            } else if (local.isWildcard() && (local.family() == target.family() || local.family() == Family.INET6)) {
                wildcard.add(listener);
            }
        }
        List<TcpSocket> found = exact.isEmpty() ? wildcard : exact;
        List<TcpSocket> ofFamily = found.stream().filter(listener -> listener.family == target.family())
                .collect(Collectors.toCollection(ArrayList::new));
        return ofFamily.isEmpty() ? found : ofFamily;
    }

    private void refused(World.Draft draft, SockAddr source, SockAddr target) {
        TcpSocket client = draft.edit(socket.id);
        client.attachment = TcpSocket.Attachment.CONNECTING;
        client.local = Addresses.inFamily(client.family, source);
        client.remote = Addresses.inFamily(client.family, target);
        client.error = Errno.ECONNREFUSED;
        client.shut = TcpSocket.BOTH;
        client.speaksInet |= target.family() == Family.INET;
        client.showsFormerPort = client.local.port() == 0;
        Connections.release(client);
    }

    private void establish(World.Draft draft, List<TcpSocket> listeners, SockAddr source, SockAddr target) {
        TcpSocket client = draft.edit(socket.id);
        TcpSocket first = listeners.get(0);
        TcpSocket connection = draft.add(new TcpSocket(draft.nextNumber(), first.family));
        Connections.inherit(connection, first);
        connection.shut = first.shut;
        connection.local = Addresses.inFamily(first.family, target);
        connection.remote = Addresses.inFamily(first.family, source);
        connection.hasPort = true;
        connection.phase = TcpSocket.Phase.ESTABLISHED;
        connection.attachment = TcpSocket.Attachment.CONNECTED;
        connection.peer = client.id;
        connection.queuedAt = listeners.stream().collect(Collectors.toUnmodifiableMap(listener -> listener.id, listener -> listener));
        connection.order = draft.nextNumber();
        client.order = client.hasPort ? client.order : draft.nextNumber();
        client.unseenPort = client.hasPort ? client.unseenPort : PortState.FREE;
        if (!client.hasPort && source.port() != 0) {
            draft.register(source.port(), PortState.FREE);
        }
        client.local = Addresses.inFamily(client.family, source);
        client.remote = Addresses.inFamily(client.family, target);
        client.hasPort = true;
        client.showsFormerPort = false;
        client.error = null;
        client.speaksInet |= target.family() == Family.INET;
        client.phase = TcpSocket.Phase.ESTABLISHED;
        client.attachment = client.nonBlocking ? TcpSocket.Attachment.CONNECTING : TcpSocket.Attachment.CONNECTED;
        client.peer = connection.id;
        if ((connection.shut & TcpSocket.SEND) != 0) {
            // The listener was shut down before it listened (kernel: tcp_rcv_state_process in SYN_RECV).
            Connections.finish(draft, connection);
        }
    }

    private List<Allowed> fails(Errno errno, Reason reason, Allowed.Effect effect) {
        return List.of(new Allowed(new Answer.Fails(errno), reason, effect));
    }

    /** Nothing is said of this call, nor from here on of the socket and of those that may have got its connection. */
    private List<Allowed> anything(int port) {
        return List.of(new Allowed(new Answer.Anything(), CallRule.NOT_MODELLED, (draft, outcome) -> {
            Connections.doubt(draft, draft.edit(socket.id));
            for (TcpSocket listener : world.sockets()) {
                if (listener.phase == TcpSocket.Phase.LISTENING && listener.holds(port)) {
                    Connections.doubt(draft, draft.edit(listener.id));
                }
            }
        }));
    }
}
