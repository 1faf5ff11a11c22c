package org.reuseaddr.model;

import org.reuseaddr.socket.SockAddr;

/**
 * A socket on a port as the rules of bind and listen see it.
 *
 * @param local the address bound, or the concrete local address of a connection; its port plays no part in the rules
 * @param v6Only IPV6_V6ONLY as it stands; bind to a specific IPv6 address switches it on (kernel: inet6_bind)
 * @param reuseAddr SO_REUSEADDR as it stands now; a connection has what its listener had at accept
 * @param reusePort SO_REUSEPORT as it stands now; likewise
 * @param user effective user id of the socket's maker, or {@link #UNKNOWN_USER}
 * @param state what the socket does with the port
 */
public record Holder(SockAddr local, boolean v6Only, boolean reuseAddr, boolean reusePort, int user, PortUse state) {

    /** A user of whom only is known that all sockets with it are of the same one, who may be any. */
    public static final int UNKNOWN_USER = -1;

    /** What a socket does with its port, as far as the rules distinguish it. */
    public enum PortUse {
        /** Bound, neither listening nor connected. */
        BOUND,
        LISTENING,
        /** An accepted or client socket that its process still has, whatever its peer did. */
        CONNECTED,
        /**
         * Closed by its process before its peer: TIME_WAIT, or FIN_WAIT2 without an owner, which the kernel keeps in
         * the same small structure and counts as TIME_WAIT.
         */
        TIME_WAIT
    }

    /** The same socket, of another user. */
    Holder of(int other) {
        return new Holder(local, v6Only, reuseAddr, reusePort, other, state);
    }

    /** The same socket about to listen or listening. */
    Holder listening() {
        return new Holder(local, v6Only, reuseAddr, reusePort, user, PortUse.LISTENING);
    }

    /** Whether the address covers IPv4: 127.0.0.1, 0.0.0.0, their mapped forms, and {@code ::} in dual stack. */
    boolean coversInet() {
        return inetAddress() != null;
    }

    /** Whether the address covers IPv6 proper. */
    boolean coversInet6() {
        return local instanceof SockAddr.Inet6 six && !six.isMapped();
    }

    /** The IPv4 address covered, the wildcard for {@code ::} in dual stack; null where IPv4 is not covered. */
    SockAddr.Inet4 inetAddress() {
        if (local instanceof SockAddr.Inet4 four) {
            return four;
        }
        SockAddr.Inet6 six = (SockAddr.Inet6) local;
        if (six.isMapped()) {
            return six.unmapped();
        }
        return six.isWildcard() && !v6Only ? new SockAddr.Inet4(0, 0, 0, 0, six.port()) : null;
    }
}
