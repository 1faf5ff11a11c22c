package org.reuseaddr.transcript;

import java.io.Serializable;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;

/**
 * One socket call with the arguments it is given; descriptors are names, as the transcript numbers them, and ports
 * stand for the same free port wherever they appear (0 stays 0).
 */
public sealed interface Call extends Serializable {

    /** The call's name as strace prints it. */
    String name();

    /** Hands the call to the method of its kind: exhaustive dispatch, which Java 17's switch does not have. */
    <R> R dispatch(Handler<R> handler);

    /** One method a kind of call. */
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

        R shutdown(Shutdown call);

        R close(Close call);
    }

    /** socket(2); numbers as the kernel takes them, {@code type} with its SOCK_ flags. */
    record Socket(int domain, int type, int protocol) implements Call {
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
    record SetOption(int fd, SocketOption option, int value) implements Call {
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
    record SetLinger(int fd, boolean on, int seconds) implements Call {
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
    record GetOption(int fd, SocketOption option) implements Call {
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
    record Bind(int fd, SockAddr address) implements Call {
        @Override
        public String name() {
            return "bind";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.bind(this);
        }
    }

    /** listen(2). */
    record Listen(int fd, int backlog) implements Call {
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
    record Connect(int fd, SockAddr address) implements Call {
        @Override
        public String name() {
            return "connect";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.connect(this);
        }
    }

    /** accept(2), or accept4(2) where {@code four} is set; the peer is part of the {@link Outcome}. */
    record Accept(int fd, boolean four, int flags) implements Call {

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

    /** getsockname(2); the address is part of the {@link Outcome}. */
    record GetSockName(int fd) implements Call {
        @Override
        public String name() {
            return "getsockname";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.getSockName(this);
        }
    }

    /** shutdown(2); {@code how} is SHUT_RD, SHUT_WR or SHUT_RDWR. */
    record Shutdown(int fd, int how) implements Call {
        @Override
        public String name() {
            return "shutdown";
        }

        @Override
        public <R> R dispatch(Handler<R> handler) {
            return handler.shutdown(this);
        }
    }

    /** close(2). */
    record Close(int fd) implements Call {
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
