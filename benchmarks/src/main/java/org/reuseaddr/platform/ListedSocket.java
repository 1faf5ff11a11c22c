package org.reuseaddr.platform;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A TCP socket as a row of /proc/net/tcp or /proc/net/tcp6 shows it: Linux, net/ipv4/tcp_ipv4.c, get_tcp4_sock, and
 * net/ipv6/tcp_ipv6.c, get_tcp6_sock.
 *
 * @param local the address it is bound to; of an AF_INET6 socket always an {@link Inet6Address}, mapped ones included
 * @param port the port it is bound to, 0 to 65535
 * @param remote the peer's address, the wildcard where there is none
 * @param remotePort the peer's port, 0 where there is none
 * @param uid the user who opened it; 0 in TIME_WAIT, where the kernel keeps no owner
 * @param inode the socket's inode, the number in the links of /proc/PID/fd; 0 in TIME_WAIT, and before accept(2)
 */
public record ListedSocket(InetAddress local, int port, InetAddress remote, int remotePort, TcpState state, int uid,
        long inode) {

    private static final Pattern LOCAL_PORT = Pattern.compile("^\\s*\\d+:\\s+[0-9A-F]+:([0-9A-F]{4})\\s");
    private static final String END = "([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})";
    /** Number, both ends, state, queues, timer, retransmissions, uid, probes, inode. */
    private static final Pattern ROW = Pattern.compile("^\\s*\\d+:\\s+" + END + "\\s+" + END
            + "\\s+([0-9A-F]{2})\\s+\\S+\\s+\\S+\\s+\\S+\\s+(\\d{1,10})\\s+\\S+\\s+(\\d{1,18})\\b.*$");

    /** The states of a TCP socket in the kernel's numbering: Linux, include/net/tcp_states.h. */
    public enum TcpState {
        /** Connected. */
        ESTABLISHED(1),
        /** Connecting. */
        SYN_SENT(2),
        /** Half-way through the handshake. */
        SYN_RECV(3),
        /** Closed here, not acknowledged. */
        FIN_WAIT1(4),
        /** Closed here, and acknowledged. */
        FIN_WAIT2(5),
        /** Closed on both ends; the port is kept for a minute. */
        TIME_WAIT(6),
        /** Neither connected nor listening. */
        CLOSE(7),
        /** Closed by the peer. */
        CLOSE_WAIT(8),
        /** Closed on both ends, the last acknowledgement missing. */
        LAST_ACK(9),
        /** Listening. */
        LISTEN(10),
        /** Closed on both ends at once. */
        CLOSING(11),
        /** Half-way through the handshake, as kernels number it that keep such connections apart. */
        NEW_SYN_RECV(12),
        /** Bound and neither listening nor connected, which Linux shows since 6.8. */
        BOUND_INACTIVE(13);

        private final int number;

        TcpState(int number) {
            this.number = number;
        }

        private static Optional<TcpState> of(int number) {
            return Stream.of(values()).filter(state -> state.number == number).findFirst();
        }
    }

    /** The socket of a row; empty for a heading, and for a row that is not as the kernel writes it. */
    static Optional<ListedSocket> of(String row) {
        Matcher cells = ROW.matcher(row);
        if (!cells.matches() || cells.group(1).length() != cells.group(3).length()) {
            return Optional.empty();
        }
        return TcpState.of(Integer.parseInt(cells.group(5), 16)).map(state -> new ListedSocket(address(cells.group(1)),
                Integer.parseInt(cells.group(2), 16), address(cells.group(3)), Integer.parseInt(cells.group(4), 16), state,
                (int) Long.parseLong(cells.group(6)), Long.parseLong(cells.group(7))));
    }

    /** The local port of a row; empty for a heading and for what is no row. */
    static OptionalInt localPort(String row) {
        Matcher found = LOCAL_PORT.matcher(row);
        return found.find() ? OptionalInt.of(Integer.parseInt(found.group(1), 16)) : OptionalInt.empty();
    }

    /** The kernel prints each 32-bit word of an address, whose bytes are in network order, as a number of the machine's. */
    private static InetAddress address(String hexadecimal) {
        ByteBuffer bytes = ByteBuffer.allocate(hexadecimal.length() / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < hexadecimal.length(); i += 8) {
            bytes.putInt((int) Long.parseLong(hexadecimal.substring(i, i + 8), 16));
        }
        try {
            return bytes.capacity() == Integer.BYTES ? InetAddress.getByAddress(bytes.array())
                    : Inet6Address.getByAddress(null, bytes.array(), -1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
