package org.reuseaddr.benchmarks;

import java.util.Arrays;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;

/** The bare calls: accept4, which is not asked for the peer's address, and close. */
final class NativeLane implements AcceptLane {

    private final int fd;
    private final int port;

    NativeLane(Family family, int backlog) {
        this(family, 0, backlog);
    }

    /**
     * @param namedPort the port to bind, 0 for an ephemeral one
     */
    NativeLane(Family family, int namedPort, int backlog) {
        Sockets sockets = new Sockets();
        fd = expect("socket", sockets.socket(family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP));
        expect("setsockopt", sockets.setOption(fd, SocketOption.SO_REUSEADDR, 1));
        expect("bind", sockets.bind(fd, family.loopback(namedPort)));
        expect("listen", sockets.listen(fd, backlog));
        Sockets.WithAddress name = sockets.getsockname(fd);
        expect("getsockname", name.result());
        port = name.address().port();
    }

    /**
     * The value of a call that preparing a benchmark cannot do without.
     *
     * @throws IllegalStateException if it failed
     */
    static int expect(String call, SyscallResult result) {
        if (result instanceof SyscallResult.Failed failed) {
            throw new IllegalStateException(call + " failed with " + failed.errno() + " while a benchmark was prepared");
        }
        return ((SyscallResult.Returned) result).value();
    }

    /** The listener's descriptor. */
    int descriptor() {
        return fd;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Acceptor acceptor(int slots) {
        return new NativeAcceptor(SocketCalls.open(), fd, slots);
    }

    /** Shuts the listener down: closing it would leave an accept that has begun asleep. */
    @Override
    public void abort() {
        new Sockets().shutdown(fd, Linux.SHUT_RDWR);
    }

    @Override
    public void close() {
        new Sockets().close(fd);
    }

    private static final class NativeAcceptor extends Acceptor {

        private static final int NONE = -1;

        private final SocketCalls calls;
        private final int listener;
        private final int[] slots;

        NativeAcceptor(SocketCalls calls, int listener, int slots) {
            this.calls = calls;
            this.listener = listener;
            this.slots = new int[slots];
            Arrays.fill(this.slots, NONE);
        }

        @Override
        int accept(int slot) {
            int accepted = calls.accept4(listener, 0, 0, 0);
            slots[slot] = Math.max(accepted, NONE);
            return accepted;
        }

        @Override
        int close(int slot) {
            int connection = slots[slot];
            slots[slot] = NONE;
            return connection == NONE ? 0 : calls.close(connection);
        }
    }
}
