package org.reuseaddr.benchmarks;

import java.nio.ByteBuffer;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;

/**
 * A client made of bare calls, the same against every accepting api. Nothing it does waits longer than it was told:
 * its sockets are non-blocking, and poll does the waiting, which on loopback returns at once. Belongs to one thread.
 */
final class Connector {

    private static final short POLL_FAILED = 0x8 | 0x10;

    private final SocketCalls calls;
    private final int domain;
    private final NativeAddress target;
    private final ByteBuffer pollfd = SocketCalls.allocate(8);
    private final long pollfdPointer;
    private final ByteBuffer linger = SocketCalls.allocate(2 * Integer.BYTES).putInt(0, 1);
    private final long lingerPointer;
    private final ByteBuffer error = SocketCalls.allocate(Integer.BYTES);
    private final long errorPointer;
    private final ByteBuffer errorLength = SocketCalls.allocate(Integer.BYTES).putInt(0, Integer.BYTES);
    private final long errorLengthPointer;

    /**
     * @param port where to connect to on loopback; {@link #target} names another
     */
    Connector(SocketCalls calls, Family family, int port) {
        this.calls = calls;
        domain = family.number();
        target = NativeAddress.loopback(calls, family, port);
        pollfdPointer = calls.addressOf(pollfd);
        lingerPointer = calls.addressOf(linger);
        errorPointer = calls.addressOf(error);
        errorLengthPointer = calls.addressOf(errorLength);
    }

    /** Connects to another port from now on. */
    void target(int port) {
        target.setPort(port);
    }

    /**
     * Makes a connection.
     *
     * @param resetOnClose whether {@link #close} shall reset it, which leaves no TIME_WAIT on either side, or send a FIN
     * @param limitMillis the longest wait
     * @return its descriptor, or {@code -errno}: {@code -ETIMEDOUT} if nobody answered in time
     */
    int connect(boolean resetOnClose, int limitMillis) {
        int fd = calls.socket(domain, Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK, Linux.IPPROTO_TCP);
        if (fd < 0) {
            return fd;
        }
        int result = resetOnClose
                ? calls.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_LINGER, lingerPointer, 2 * Integer.BYTES)
                : 0;
        if (result == 0) {
            result = calls.connect(fd, target.pointer, target.length);
        }
        if (result == -Errno.EINPROGRESS.number()) {
            result = completed(fd, limitMillis);
        }
        if (result < 0) {
            calls.close(fd);
            return result;
        }
        return fd;
    }

    /**
     * Makes a connection that a benchmark cannot do without, which its close will reset.
     *
     * @throws IllegalStateException if three attempts failed
     */
    int connectSurely(int limitMillis) {
        int fd = -1;
        for (int attempt = 0; attempt < 3 && fd < 0; attempt++) {
            fd = connect(true, limitMillis);
        }
        if (fd < 0) {
            throw new IllegalStateException("no connection to the benchmark's own listener on loopback, tried three "
                    + "times for " + limitMillis + " ms: " + Errno.of(-fd));
        }
        return fd;
    }

    private int completed(int fd, int limitMillis) {
        int ready = await(fd, Linux.POLLOUT, limitMillis);
        if (ready <= 0) {
            return ready == 0 ? -Errno.ETIMEDOUT.number() : ready;
        }
        if ((pollfd.getShort(6) & POLL_FAILED) == 0) {
            return 0;
        }
        error.putInt(0, 0);
        int asked = calls.getsockopt(
                fd, Linux.SOL_SOCKET, SocketOption.SO_ERROR.number(), errorPointer, errorLengthPointer);
        return asked < 0 ? asked : -error.getInt(0);
    }

    /**
     * Waits for the other side to close first.
     *
     * @return whether it did so in time
     */
    boolean awaitEnd(int fd, int limitMillis) {
        return await(fd, Linux.POLLIN, limitMillis) > 0;
    }

    private int await(int fd, short events, int limitMillis) {
        pollfd.putInt(0, fd);
        pollfd.putShort(4, events);
        pollfd.putShort(6, (short) 0);
        return calls.poll(pollfdPointer, 1, limitMillis);
    }

    /** Ends a connection. */
    int close(int fd) {
        return calls.close(fd);
    }
}
