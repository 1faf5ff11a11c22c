package org.reuseaddr.socket;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * {@link SocketCalls} with values in and values out, for everything that is not measured. Owns the memory its calls
 * need; belongs to one thread at a time.
 */
public final class Sockets {

    private static final int POLLFD_LENGTH = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final int REPORTED_OFFSET = 6;
    private static final SyscallResult TIME_IS_OVER = new SyscallResult.Returned(0);

    private final SocketCalls calls;
    private final ByteBuffer address = SocketCalls.allocate(SockAddr.MAX_LENGTH);
    private final ByteBuffer integers = SocketCalls.allocate(2 * Integer.BYTES);
    private final ByteBuffer length = SocketCalls.allocate(Integer.BYTES);
    private final ByteBuffer pollfd = SocketCalls.allocate(POLLFD_LENGTH);
    private final long addressPointer;
    private final long integersPointer;
    private final long lengthPointer;
    private final long pollfdPointer;

    /** Opens the binding that suits the running Java. */
    public Sockets() {
        this(SocketCalls.open());
    }

    /** Uses an open binding, which from now on belongs to this object's thread. */
    public Sockets(SocketCalls calls) {
        this.calls = calls;
        addressPointer = calls.addressOf(address);
        integersPointer = calls.addressOf(integers);
        lengthPointer = calls.addressOf(length);
        pollfdPointer = calls.addressOf(pollfd);
    }

    /** A result with an address that the kernel filled in, null where the call failed. */
    public record AddressedResult(SyscallResult result, SockAddr address) {
    }

    /** A result with an option's value, which means nothing where the call failed. */
    public record ValueResult(SyscallResult result, int value) {
    }

    /** socket(2), with the numbers as the transcript or the caller names them. */
    public SyscallResult socket(int domain, int type, int protocol) {
        return SyscallResult.of(calls.socket(domain, type, protocol));
    }

    /** A blocking TCP socket of this family, closed on exec. */
    public SyscallResult socket(Family family) {
        return socket(family.number(), Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, Linux.IPPROTO_TCP);
    }

    /** setsockopt(2) with an int. */
    public SyscallResult setOption(int fd, SocketOption option, int value) {
        integers.putInt(0, value);
        return kept(calls.setsockopt(fd, option.level(), option.number(), integersPointer, Integer.BYTES));
    }

    /** getsockopt(2) of an int. */
    public ValueResult getOption(int fd, SocketOption option) {
        integers.putInt(0, 0);
        length.putInt(0, Integer.BYTES);
        SyscallResult result = kept(calls.getsockopt(fd, option.level(), option.number(), integersPointer, lengthPointer));
        return new ValueResult(result, integers.getInt(0));
    }

    /** SO_LINGER; with {@code seconds} 0 a close resets the connection, so that no TIME_WAIT is left. */
    public SyscallResult setLinger(int fd, boolean on, int seconds) {
        integers.putInt(0, on ? 1 : 0);
        integers.putInt(Integer.BYTES, seconds);
        return kept(calls.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_LINGER, integersPointer, 2 * Integer.BYTES));
    }

    /** bind(2). */
    public SyscallResult bind(int fd, SockAddr target) {
        target.writeTo(address);
        return kept(calls.bind(fd, addressPointer, target.length()));
    }

    /** listen(2). */
    public SyscallResult listen(int fd, int backlog) {
        return SyscallResult.of(calls.listen(fd, backlog));
    }

    /** connect(2); blocks unless the descriptor is non-blocking. */
    public SyscallResult connect(int fd, SockAddr target) {
        target.writeTo(address);
        return kept(calls.connect(fd, addressPointer, target.length()));
    }

    /** accept(2); blocks unless the descriptor is non-blocking. */
    public AddressedResult accept(int fd) {
        length.putInt(0, SockAddr.MAX_LENGTH);
        return withAddress(kept(calls.accept(fd, addressPointer, lengthPointer)));
    }

    /** accept4(2) with the given flags; blocks unless the descriptor is non-blocking. */
    public AddressedResult accept4(int fd, int flags) {
        length.putInt(0, SockAddr.MAX_LENGTH);
        return withAddress(kept(calls.accept4(fd, addressPointer, lengthPointer, flags)));
    }

    /** getsockname(2). */
    public AddressedResult getsockname(int fd) {
        length.putInt(0, SockAddr.MAX_LENGTH);
        return withAddress(kept(calls.getsockname(fd, addressPointer, lengthPointer)));
    }

    /** getpeername(2). */
    public AddressedResult getpeername(int fd) {
        length.putInt(0, SockAddr.MAX_LENGTH);
        return withAddress(kept(calls.getpeername(fd, addressPointer, lengthPointer)));
    }

    /**
     * The result of a call that was given pointers into this object's buffers, which it knows by their addresses alone:
     * they must not be freed before it has come back, even if nobody uses this object any more.
     */
    private SyscallResult kept(int raw) {
        try {
            return SyscallResult.of(raw);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private AddressedResult withAddress(SyscallResult result) {
        boolean filled = result instanceof SyscallResult.Returned;
        return new AddressedResult(result, filled ? SockAddr.readFrom(address, length.getInt(0)) : null);
    }

    /** shutdown(2). */
    public SyscallResult shutdown(int fd, int how) {
        return SyscallResult.of(calls.shutdown(fd, how));
    }

    /** dup(2). */
    public SyscallResult dup(int fd) {
        return SyscallResult.of(calls.dup(fd));
    }

    /** close(2). */
    public SyscallResult close(int fd) {
        return SyscallResult.of(calls.close(fd));
    }

    /** Sets or clears O_NONBLOCK. */
    public SyscallResult setNonBlocking(int fd, boolean on) {
        int flags = calls.fcntl(fd, Linux.F_GETFL, 0);
        if (flags < 0) {
            return SyscallResult.of(flags);
        }
        return SyscallResult.of(
                calls.fcntl(fd, Linux.F_SETFL, on ? flags | Linux.O_NONBLOCK : flags & ~Linux.O_NONBLOCK));
    }

    /** poll(2) of one descriptor; the value is the events reported, as bits. */
    public ValueResult poll(int fd, int events, int timeoutMillis) {
        pollfd.putInt(0, fd);
        pollfd.putShort(EVENTS_OFFSET, (short) events);
        pollfd.putShort(REPORTED_OFFSET, (short) 0);
        SyscallResult result = kept(calls.poll(pollfdPointer, 1, timeoutMillis));
        return new ValueResult(result, Short.toUnsignedInt(pollfd.getShort(REPORTED_OFFSET)));
    }

    /**
     * Waits until a descriptor is ready, an error on it included, for at most {@code timeoutMillis}.
     *
     * @return whether it became ready in time; a failure of poll itself other than EINTR counts as ready, so that
     *     the call that follows reports it
     */
    public boolean awaitReady(int fd, short events, int timeoutMillis) {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        int remaining = timeoutMillis;
        while (true) {
            SyscallResult ready = poll(fd, events, remaining).result();
            if (!ready.failedWith(Errno.EINTR)) {
                return !ready.equals(TIME_IS_OVER);
            }
            remaining = (int) Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
        }
    }
}
