package org.reuseaddr.transcript;

import java.util.OptionalInt;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;

/**
 * One socket call with the arguments it is given; descriptors are names, as the transcript numbers them, and ports
 * stand for the same free port wherever they appear (0 stays 0).
 */
public sealed interface Call {

    /** The call's name as strace prints it. */
    String name();

    /** Hands the call to the method of its kind: exhaustive dispatch, which Java 17's switch does not have. */
    <R> R dispatch(Handler<R> handler);

    /**
     * Whether this call, ending so, has succeeded: it returned exactly the value that its manual page names, which is 0
     * unless a kind of call says otherwise. A kernel that returns another value from bind(2) has not bound the socket.
     */
    default boolean succeedsWith(Outcome outcome) {
        return outcome.returned().stream().anyMatch(value -> value == 0);
    }

    /** A call whose first argument is a descriptor. */
    sealed interface OnDescriptor extends Call {
        /** The descriptor that the call is made on. */
        int fd();
    }

    /** A call that is given an address. */
    sealed interface Addressed extends OnDescriptor {
        /** The address. */
        SockAddr address();

        /** The same call with another address. */
        Addressed to(SockAddr other);
    }

    /** A call that returns a new descriptor if it succeeds. */
    sealed interface MakesDescriptor extends Call {
        /** Any descriptor, 0 included. */
        @Override
        default boolean succeedsWith(Outcome outcome) {
            return outcome.returned().stream().anyMatch(value -> value >= 0);
        }
    }

    /** A call that shows an address through a pointer argument if it succeeds; the address is part of the {@link Outcome}. */
    sealed interface ShowsAddress extends OnDescriptor {
    }

    /** One method per kind of call. */
    interface Handler<R> {
        R socket(Socket call);

        R setOption(SetOption call);

        R setLinger(SetLinger call);

        R getOption(GetOption call);

        R bind(Bind call);

        R listen(Listen call);

        R connect(Connect call);

        R accept(Accept call);

        R getSockName(GetSockName call);

        R getPeerName(GetPeerName call);

        R shutdown(Shutdown call);

        R dup(Dup call);

        R setNonBlocking(SetNonBlocking call);

        R poll(Poll call);

        R close(Close call);
    }

    /** socket(2); numbers as the kernel takes them, {@code type} with its SOCK_ flags. */
    record Socket(int domain, int type, int protocol) implements MakesDescriptor {
        @Override
        public String name() {
            return "socket";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.socket(this);
        }
    }

    /** setsockopt(2) of an int. */
    record SetOption(int fd, SocketOption option, int value) implements OnDescriptor {

        /** IP_LOCAL_PORT_RANGE of exactly one port. */
        public static SetOption onlyPort(int fd, int port) {
            return new SetOption(fd, SocketOption.IP_LOCAL_PORT_RANGE, PortBounds.only(port).value());
        }

        /** The port of an IP_LOCAL_PORT_RANGE that has exactly one; empty for any other range, and any other option. */
        public OptionalInt onlyPort() {
            return option == SocketOption.IP_LOCAL_PORT_RANGE ? PortBounds.of(value).onlyPort() : OptionalInt.empty();
        }

        @Override
        public String name() {
            return "setsockopt";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.setOption(this);
        }
    }

    /** setsockopt(2) of SO_LINGER. */
    record SetLinger(int fd, boolean on, int seconds) implements OnDescriptor {
        @Override
        public String name() {
            return "setsockopt";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.setLinger(this);
        }
    }

    /** getsockopt(2) of an int; the value read is part of the {@link Outcome}. */
    record GetOption(int fd, SocketOption option) implements OnDescriptor {
        @Override
        public String name() {
            return "getsockopt";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.getOption(this);
        }
    }

    /** bind(2). */
    record Bind(int fd, SockAddr address) implements Addressed {
        @Override
        public String name() {
            return "bind";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.bind(this);
        }

        @Override
        public Bind to(SockAddr other) {
            return new Bind(fd, other);
        }
    }

    /** listen(2). */
    record Listen(int fd, int backlog) implements OnDescriptor {
        @Override
        public String name() {
            return "listen";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.listen(this);
        }
    }

    /** connect(2). */
    record Connect(int fd, SockAddr address) implements Addressed {
        @Override
        public String name() {
            return "connect";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.connect(this);
        }

        @Override
        public Connect to(SockAddr other) {
            return new Connect(fd, other);
        }
    }

    /** accept(2), or accept4(2) where {@code four} is set; the peer is part of the {@link Outcome}. */
    record Accept(int fd, boolean four, int flags) implements MakesDescriptor, ShowsAddress {

        /** @throws IllegalArgumentException if accept(2), which takes no flags, is given some */
        public Accept {
            if (!four && flags != 0) {
                throw new IllegalArgumentException("accept(2) has no flags: " + flags);
            }
        }

        @Override
        public String name() {
            return four ? "accept4" : "accept";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.accept(this);
        }
    }

    /** getsockname(2). */
    record GetSockName(int fd) implements ShowsAddress {
        @Override
        public String name() {
            return "getsockname";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.getSockName(this);
        }
    }

    /** getpeername(2). */
    record GetPeerName(int fd) implements ShowsAddress {
        @Override
        public String name() {
            return "getpeername";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.getPeerName(this);
        }
    }

    /** shutdown(2); {@code how} is SHUT_RD, SHUT_WR or SHUT_RDWR. */
    record Shutdown(int fd, int how) implements OnDescriptor {
        @Override
        public String name() {
            return "shutdown";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.shutdown(this);
        }
    }

    /** dup(2); the new descriptor shares the open file, and with it O_NONBLOCK. */
    record Dup(int fd) implements MakesDescriptor, OnDescriptor {
        @Override
        public String name() {
            return "dup";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.dup(this);
        }
    }

    /** fcntl(2) of F_SETFL with or without O_NONBLOCK; ioctl(2) of FIONBIO is read as this. */
    record SetNonBlocking(int fd, boolean on) implements OnDescriptor {
        @Override
        public String name() {
            return "fcntl";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.setNonBlocking(this);
        }
    }

    /**
     * poll(2) of one descriptor; the events that it reports are part of the {@link Outcome}.
     *
     * @param events POLLIN, POLLOUT, …, as bits
     * @param timeoutMillis in milliseconds; negative waits without a limit, 0 does not wait
     */
    record Poll(int fd, int events, int timeoutMillis) implements OnDescriptor {
        @Override
        public String name() {
            return "poll";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.poll(this);
        }

        /** The number of descriptors that are ready: 1, or 0 if the time ran out. */
        @Override
        public boolean succeedsWith(Outcome outcome) {
            return outcome.returned().stream().anyMatch(value -> value == 0 || value == 1);
        }
    }

    /** close(2). */
    record Close(int fd) implements OnDescriptor {
        @Override
        public String name() {
            return "close";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.close(this);
        }
    }
}
