package org.reuseaddr.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;

/**
 * What becomes of connections (RFC 9293; kernel: tcp_close, tcp_shutdown, tcp_fin, tcp_reset, tcp_disconnect). On loopback
 * a segment has its effect before the call that sends it returns.
 */
final class Connections {

    private static final Errno ECONNRESET = Errno.named("ECONNRESET");
    private static final Errno EPIPE = Errno.named("EPIPE");

    private Connections() {
    }

    /** What an accepted socket has of its listener (kernel: inet_csk_clone_lock). */
    static void inherit(TcpSocket connection, TcpSocket listener) {
        connection.reuseAddr = listener.reuseAddr;
        connection.reusePort = listener.reusePort;
        connection.v6Only = listener.v6Only;
        connection.keepsAddress = listener.keepsAddress;
        connection.resetsOnClose = listener.resetsOnClose;
        connection.portRange = listener.portRange;
        connection.onlyPort = listener.onlyPort;
        connection.user = listener.user;
    }

    /** The sending side is shut down. */
    static void finish(World.Draft draft, TcpSocket socket) {
        if (socket.phase == TcpSocket.Phase.ESTABLISHED) {
            socket.phase = TcpSocket.Phase.FIN_WAIT2;
            if (socket.peer != TcpSocket.NOBODY) {
                TcpSocket peer = draft.edit(socket.peer);
                peer.phase = TcpSocket.Phase.CLOSE_WAIT;
                peer.shut |= TcpSocket.RECEIVE;
            }
        } else if (socket.phase == TcpSocket.Phase.CLOSE_WAIT) {
            if (socket.peer != TcpSocket.NOBODY) {
                startTimeWait(draft, draft.edit(socket.peer));
            }
            done(draft, socket);
        }
    }

    /** Both sides have ended, this one first. Its port is kept by a socket of its own, whoever has the descriptor. */
    private static void startTimeWait(World.Draft draft, TcpSocket first) {
        TcpSocket left = draft.add(new TcpSocket(draft.nextNumber(), first));
        left.phase = TcpSocket.Phase.TIME_WAIT;
        left.descriptors = 0;
        left.queuedAt = Map.of();
        left.peer = TcpSocket.NOBODY;
        done(draft, first);
    }

    /** The connection has ended for this side (kernel: tcp_done). */
    private static void done(World.Draft draft, TcpSocket socket) {
        socket.phase = TcpSocket.Phase.CLOSED;
        socket.shut = TcpSocket.BOTH;
        socket.peer = TcpSocket.NOBODY;
        release(socket);
        if (!socket.hasOwner()) {
            draft.remove(socket);
        }
    }

    /** A reset arrives. */
    private static void reset(World.Draft draft, TcpSocket socket) {
        socket.error = socket.phase == TcpSocket.Phase.CLOSE_WAIT ? EPIPE : ECONNRESET;
        done(draft, socket);
    }

    private static void abort(World.Draft draft, TcpSocket socket) {
        if (socket.isConnection() && socket.peer != TcpSocket.NOBODY) {
            reset(draft, draft.edit(socket.peer));
        }
        done(draft, socket);
    }

    /** A port that nobody named is given up when the state becomes CLOSED (kernel: tcp_set_state). */
    static void release(TcpSocket socket) {
        if (socket.hasPort && !socket.keepsPort) {
            socket.showsFormerPort |= socket.local.port() == 0;
            socket.hasPort = false;
        }
    }

    /** The socket as before its first connect (kernel: tcp_disconnect). */
    static void disconnect(TcpSocket socket) {
        if (socket.phase != TcpSocket.Phase.CLOSED) {
            release(socket);
        }
        socket.phase = TcpSocket.Phase.CLOSED;
        socket.attachment = TcpSocket.Attachment.UNCONNECTED;
        socket.shut = 0;
        socket.error = null;
        forgetAddress(socket);
    }

    /** Gives up the addresses that connecting chose. */
    static void forgetAddress(TcpSocket socket) {
        socket.remote = null;
        socket.peer = TcpSocket.NOBODY;
        if (!socket.keepsAddress) {
            resetAddress(socket);
        }
    }

    /** getsockname shows the wildcard, and the port as before. */
    static void resetAddress(TcpSocket socket) {
        socket.local = socket.wildcard().withPort(socket.local.port());
    }

    /** SHUT_RD of a listener. */
    static void stopListening(World.Draft draft, TcpSocket listener) {
        resetQueue(draft, listener);
        disconnect(listener);
    }

    private static void resetQueue(World.Draft draft, TcpSocket listener) {
        World world = draft.world();
        for (TcpSocket queued : world.queueOf(listener)) {
            TcpSocket connection = draft.edit(queued.id);
            connection.queuedAt = Map.of();
            abort(draft, connection);
        }
        for (TcpSocket possible : world.mayBeQueuedAt(listener)) {
            TcpSocket connection = draft.edit(possible.id);
            isNotQueuedAt(connection, listener);
            doubt(draft, connection);
        }
    }

    /** A connection that could wait at several listeners does not wait at this one. */
    static void isNotQueuedAt(TcpSocket connection, TcpSocket listener) {
        Map<Integer, TcpSocket> remaining = new HashMap<>(connection.queuedAt);
        remaining.remove(listener.id);
        connection.queuedAt = Map.copyOf(remaining);
        if (remaining.size() == 1) {
            inherit(connection, remaining.values().iterator().next());
        }
    }

    /** The last descriptor has been closed. */
    static void close(World.Draft draft, TcpSocket socket) {
        if (socket.phase == TcpSocket.Phase.LISTENING) {
            resetQueue(draft, socket);
        }
        if (!socket.isConnection()) {
            draft.remove(socket);
        } else if (socket.resetsOnClose) {
            abort(draft, socket);
        } else {
            socket.shut |= TcpSocket.BOTH;
            finish(draft, socket);
        }
    }

    /** From here on nothing is said of the socket, of who holds its port, nor of those that are connected with it. */
    static void doubt(World.Draft draft, TcpSocket socket) {
        if (socket.uncertain) {
            return;
        }
        socket.uncertain = true;
        for (int port : List.of(socket.local.port(), socket.onlyPort)) {
            if (port != 0) {
                draft.doubt(port);
            }
        }
        World world = draft.world();
        if (socket.peer != TcpSocket.NOBODY) {
            doubt(draft, draft.edit(socket.peer));
        }
        world.queueOf(socket).forEach(queued -> doubt(draft, draft.edit(queued.id)));
        world.mayBeQueuedAt(socket).forEach(queued -> doubt(draft, draft.edit(queued.id)));
    }

    /** Of a connection that waits or was accepted just now it is no longer known which client it belongs to. */
    static void forgetClient(World.Draft draft, TcpSocket connection) {
        if (connection.peer != TcpSocket.NOBODY) {
            TcpSocket client = draft.edit(connection.peer);
            connection.peer = TcpSocket.NOBODY;
            client.peer = TcpSocket.NOBODY;
            doubt(draft, client);
        }
        connection.remote = connection.remote.withPort(0);
        connection.isAnonymous = true;
    }

    /** A call has shown which port the socket has. */
    static void seePort(World.Draft draft, TcpSocket socket, int port) {
        PortState others = draft.world().around(socket, port);
        socket.local = socket.local.withPort(port);
        socket.showsFormerPort = false;
        draft.chose(port);
        if (!socket.hasPort) {
            return;
        }
        if (others.holders().isEmpty()) {
            draft.register(port, socket.unseenPort);
        }
        if (socket.peer != TcpSocket.NOBODY) {
            TcpSocket peer = draft.edit(socket.peer);
            peer.remote = peer.remote.withPort(port);
        }
    }

    /** A call has shown the address of the other end. */
    static void seePeerPort(World.Draft draft, TcpSocket socket, SockAddr shown) {
        socket.remote = shown;
        if (socket.peer != TcpSocket.NOBODY && draft.world().socket(socket.peer).hasUnseenPort()) {
            seePort(draft, draft.edit(socket.peer), shown.port());
        }
    }

    /** What poll reports (kernel: tcp_poll, inet_csk_listen_poll). */
    static int events(TcpSocket socket, boolean queued) {
        if (socket.phase == TcpSocket.Phase.LISTENING) {
            return queued ? Linux.POLLIN | Linux.POLLRDNORM : 0;
        }
        int events = Linux.POLLOUT | Linux.POLLWRNORM;
        if (socket.shut == TcpSocket.BOTH || socket.phase == TcpSocket.Phase.CLOSED) {
            events |= Linux.POLLHUP;
        }
        if ((socket.shut & TcpSocket.RECEIVE) != 0) {
            events |= Linux.POLLIN | Linux.POLLRDNORM | Linux.POLLRDHUP;
        }
        return socket.error == null ? events : events | Linux.POLLERR;
    }
}
