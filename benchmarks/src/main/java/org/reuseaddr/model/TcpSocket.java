package org.reuseaddr.model;

import java.util.Map;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;

/**
 * A TCP socket as the kernel has it: one that descriptors name, one that waits in a listener's queue, or what is left of
 * a connection that its process has closed. Changed only while a {@link World.Draft} owns it; part of a {@link World} it is
 * a value.
 */
final class TcpSocket {

    /** The state of the protocol (kernel: sk_state), as far as it lasts on loopback, where segments take no time. */
    enum Phase {
        CLOSED,
        LISTENING,
        /** SYN_SENT: nobody has answered yet, since the listener's queue is full. */
        CONNECTING,
        ESTABLISHED,
        /** The peer has sent its FIN. */
        CLOSE_WAIT,
        /** This side has sent its FIN, and the peer has not. */
        FIN_WAIT2,
        /** Both have, this side first; such a socket has no descriptor. */
        TIME_WAIT
    }

    /** What the socket layer remembers beside the protocol (kernel: struct socket, state). */
    enum Attachment { UNCONNECTED, CONNECTING, CONNECTED, DISCONNECTING }

    /**
     * What a call on the socket that has not come back yet has done to it so far. Only in races; one after the other, calls are
     * whole.
     */
    enum Passage {
        /** No call on it is being made. */
        NONE,
        /** listen has made it a listener, and has not checked the port again (kernel: inet_csk_listen_start). */
        STARTS_LISTENING,
        /** close or shutdown has ended its listening, and has not given up its port and its queue (kernel: __tcp_close). */
        STOPS_LISTENING
    }

    static final int NOBODY = -1;
    static final int RECEIVE = 1;
    static final int SEND = 2;
    static final int BOTH = RECEIVE | SEND;

    final int id;
    final Family family;
    /** The effective user of the process that made it, or accepted it (kernel: sk_uid); {@link Holder#UNKNOWN_USER} if not known. */
    int user = Holder.UNKNOWN_USER;
    /** Descriptors that name it; 0 in a listener's queue and for what is left of a connection. */
    int descriptors;
    boolean nonBlocking;
    boolean reuseAddr;
    boolean reusePort;
    boolean v6Only;
    boolean resetsOnClose;
    /** An error that SO_ERROR or a second connect will report (kernel: sk_err); null if there is none. */
    Errno error;
    /** The address that getsockname shows; port 0 while {@link #hasPort} stands for a port that no call has shown yet. */
    SockAddr local;
    /** The peer's address; null if the socket never had one. */
    SockAddr remote;
    /** Whether it holds a port (kernel: inet_num). */
    boolean hasPort;
    /** Whether getsockname shows a port that it held for a moment, and that no call has shown yet. */
    boolean showsFormerPort;
    /** Whether it has tried to connect to an IPv4 address from AF_INET6, after which the kernel uses it for IPv4 alone. */
    boolean speaksInet;
    /** Whether it keeps its port when a connection ends (kernel: SOCK_BINDPORT_LOCK); bind to a named port sets it. */
    boolean keepsPort;
    /** Whether it keeps its address then (kernel: SOCK_BINDADDR_LOCK). */
    boolean keepsAddress;
    Phase phase = Phase.CLOSED;
    Attachment attachment = Attachment.UNCONNECTED;
    Passage passage = Passage.NONE;
    /** Directions that are shut down, {@link #RECEIVE} and {@link #SEND} (kernel: sk_shutdown). */
    int shut;
    int backlog;
    /** IP_LOCAL_PORT_RANGE, the option's value; 0 where the socket has no range of its own. */
    int portRange;
    /** The only port that its range leaves, where that is known to be one that Linux chooses from; 0 where it is not. */
    int onlyPort;
    /** The socket at the other end of the connection; {@link #NOBODY} if there is none. */
    int peer = NOBODY;
    /**
     * In a queue: the listeners, by their ids, one of which has it, each as it was when the connection came, since that is
     * what the connection inherits; empty for any other socket.
     */
    Map<Integer, TcpSocket> queuedAt = Map.of();
    /** Counts up over the sockets of a world in the order in which they came to their ports. */
    int order;
    /** How the port is registered while no call has shown its number. */
    PortState unseenPort = PortState.FREE;
    /** Nothing is said of it any more, since Linux leaves open what became of it. */
    boolean uncertain;
    /** A connection that waits for accept and may be that of another client than of the one it was made for. */
    boolean isAnonymous;

    TcpSocket(int id, Family family) {
        this.id = id;
        this.family = family;
        local = wildcard();
    }

    TcpSocket(int id, TcpSocket original) {
        this.id = id;
        family = original.family;
        user = original.user;
        descriptors = original.descriptors;
        nonBlocking = original.nonBlocking;
        reuseAddr = original.reuseAddr;
        reusePort = original.reusePort;
        v6Only = original.v6Only;
        resetsOnClose = original.resetsOnClose;
        error = original.error;
        local = original.local;
        remote = original.remote;
        hasPort = original.hasPort;
        showsFormerPort = original.showsFormerPort;
        speaksInet = original.speaksInet;
        keepsPort = original.keepsPort;
        keepsAddress = original.keepsAddress;
        phase = original.phase;
        attachment = original.attachment;
        passage = original.passage;
        shut = original.shut;
        backlog = original.backlog;
        portRange = original.portRange;
        onlyPort = original.onlyPort;
        peer = original.peer;
        queuedAt = original.queuedAt;
        order = original.order;
        unseenPort = original.unseenPort;
        uncertain = original.uncertain;
        isAnonymous = original.isAnonymous;
    }

    SockAddr wildcard() {
        return family == Family.INET ? new SockAddr.Inet4(0, 0, 0, 0, 0) : SockAddr.Inet6.any(0);
    }

    boolean holds(int port) {
        return hasPort && local.port() == port;
    }

    /** Whether the port's number is still to be seen. */
    boolean hasUnseenPort() {
        return hasPort && local.port() == 0;
    }

    boolean isConnection() {
        return phase == Phase.ESTABLISHED || phase == Phase.CLOSE_WAIT || phase == Phase.FIN_WAIT2;
    }

    /** Whether a process has it, or will get it from accept. */
    boolean hasOwner() {
        return descriptors > 0 || !queuedAt.isEmpty();
    }

    /** The socket as the rules of bind see it at an address that it may bind. */
    Holder at(SockAddr address) {
        boolean specific = address instanceof SockAddr.Inet6 six && !six.isWildcard() && !six.isMapped();
        return new Holder(address, v6Only || specific, reuseAddr, reusePort, user, Holder.PortUse.BOUND);
    }

    /** The socket at its own address as the rules of bind see it before it has the port. */
    Holder withPort(int port) {
        return new Holder(local.withPort(port), v6Only, reuseAddr, reusePort, user, Holder.PortUse.BOUND);
    }

    /** The socket as the rules of bind see it. */
    Holder holder() {
        Holder.PortUse state = switch (phase) {
            case CLOSED -> passage == Passage.STARTS_LISTENING ? Holder.PortUse.LISTENING : Holder.PortUse.BOUND;
            case LISTENING -> passage == Passage.STOPS_LISTENING ? Holder.PortUse.BOUND : Holder.PortUse.LISTENING;
            case TIME_WAIT -> Holder.PortUse.TIME_WAIT;
            case FIN_WAIT2 -> hasOwner() ? Holder.PortUse.CONNECTED : Holder.PortUse.TIME_WAIT;
            default -> Holder.PortUse.CONNECTED;
        };
        return new Holder(local, v6Only, reuseAddr, reusePort, user, state);
    }
}
