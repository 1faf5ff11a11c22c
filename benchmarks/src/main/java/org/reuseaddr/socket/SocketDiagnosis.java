package org.reuseaddr.socket;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/**
 * Asks the kernel for the TCP sockets of this network namespace that have a local port: sock_diag(7). Needs no
 * privileges. Unlike /proc/net/tcp it shows sockets that are bound and neither listen nor are connected, since Linux 6.8
 * (commit 91051f003948, TCPF_BOUND_INACTIVE). Belongs to one thread at a time.
 */
public final class SocketDiagnosis implements AutoCloseable {

    private static final int HEADER = 16;
    private static final int REQUEST = HEADER + 56;
    private static final int REPLY_ROOM = 1 << 16;
    private static final short SOCK_DIAG_BY_FAMILY = 20;
    private static final short NLM_F_REQUEST_DUMP = 0x301;
    private static final short NLMSG_ERROR = 2;
    private static final short NLMSG_DONE = 3;
    private static final int STATES_OFFSET = HEADER + 4;
    private static final int LOCAL_PORT_OFFSET = HEADER + 8;
    private static final int COOKIE_OFFSET = HEADER + 48;
    /** inet_diag_msg: family, state, timer, retransmissions, then the local port in network order. */
    private static final int REPLY_PORT_OFFSET = HEADER + 4;
    private static final int ALL_STATES = -1;
    private static final int LIMIT_MILLIS = 2_000;
    /** The pieces of one answer: each holds hundreds of sockets, and only those of one port are asked for. */
    private static final int MOST_PIECES = 10_000;

    private final SocketCalls calls = SocketCalls.open();
    private final Sockets sockets = new Sockets(calls);
    private final ByteBuffer request = SocketCalls.allocate(REQUEST);
    private final ByteBuffer reply = SocketCalls.allocate(REPLY_ROOM);
    private final int descriptor;
    private int sequence;

    /** Opens the netlink socket; a platform without it has no answers. */
    public SocketDiagnosis() {
        descriptor = calls.socket(Linux.AF_NETLINK, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC, Linux.NETLINK_SOCK_DIAG);
    }

    /**
     * How many TCP sockets of either family have this local port, in any state that the kernel shows, TIME_WAIT included.
     *
     * @param port 1 to 65535
     * @return empty where the kernel does not answer: no sock_diag, no tcp_diag, another operating system
     */
    public OptionalInt socketsOnPort(int port) {
        int found = 0;
        for (Family family : Family.values()) {
            OptionalInt ofFamily = dump(family, port);
            if (ofFamily.isPresent()) {
                found += ofFamily.getAsInt();
            } else if (family == Family.INET) {
                // A kernel without IPv6 knows the other family alone.
                return OptionalInt.empty();
            }
        }
        return OptionalInt.of(found);
    }

    private OptionalInt dump(Family family, int port) {
        if (descriptor < 0) {
            return OptionalInt.empty();
        }
        request.putInt(0, REQUEST).putShort(4, SOCK_DIAG_BY_FAMILY).putShort(6, NLM_F_REQUEST_DUMP).putInt(8, ++sequence);
        request.put(HEADER, (byte) family.number()).put(HEADER + 1, (byte) Linux.IPPROTO_TCP).putInt(STATES_OFFSET, ALL_STATES);
        request.order(ByteOrder.BIG_ENDIAN).putShort(LOCAL_PORT_OFFSET, (short) port).order(ByteOrder.nativeOrder());
        request.putLong(COOKIE_OFFSET, -1);
        try {
            if (calls.send(descriptor, calls.addressOf(request), REQUEST, 0) != REQUEST) {
                return OptionalInt.empty();
            }
            return answer(port);
        } finally {
            Reference.reachabilityFence(request);
        }
    }

    private OptionalInt answer(int port) {
        int found = 0;
        for (int piece = 0; piece < MOST_PIECES; piece++) {
            if (!sockets.awaitReady(descriptor, Linux.POLLIN, LIMIT_MILLIS)) {
                return OptionalInt.empty();
            }
            int length = calls.recv(descriptor, calls.addressOf(reply), REPLY_ROOM, Linux.MSG_DONTWAIT);
            if (length < HEADER) {
                return OptionalInt.empty();
            }
            for (int at = 0; at + HEADER <= length; ) {
                int size = reply.getInt(at);
                short type = reply.getShort(at + 4);
                if (size < HEADER || at + size > length || type == NLMSG_ERROR) {
                    return OptionalInt.empty();
                }
                boolean ofThisRequest = reply.getInt(at + 8) == sequence;
                if (ofThisRequest && type == NLMSG_DONE) {
                    return size >= HEADER + Integer.BYTES && reply.getInt(at + HEADER) < 0 ? OptionalInt.empty() : OptionalInt.of(found);
                }
                found += ofThisRequest && type == SOCK_DIAG_BY_FAMILY && size >= REPLY_PORT_OFFSET + Short.BYTES
                        && portAt(at + REPLY_PORT_OFFSET) == port ? 1 : 0;
                at += size + 3 & ~3;
            }
        }
        return OptionalInt.empty();
    }

    private int portAt(int offset) {
        return Byte.toUnsignedInt(reply.get(offset)) << 8 | Byte.toUnsignedInt(reply.get(offset + 1));
    }

    @Override
    public void close() {
        if (descriptor >= 0) {
            sockets.close(descriptor);
        }
    }
}
