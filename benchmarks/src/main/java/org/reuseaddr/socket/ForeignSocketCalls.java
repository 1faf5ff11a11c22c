package org.reuseaddr.socket;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/** The calls through java.lang.foreign, for Java 22 and later. The handles are constants, so that the JIT inlines them. */
final class ForeignSocketCalls extends SocketCalls {

    private static final ForeignLinker LINKER = new ForeignLinker();
    private static final MethodHandle SOCKET = LINKER.function("socket", int.class, int.class, int.class);
    private static final MethodHandle SETSOCKOPT = LINKER.function("setsockopt", int.class, int.class, int.class, long.class, int.class);
    private static final MethodHandle GETSOCKOPT = LINKER.function("getsockopt", int.class, int.class, int.class, long.class, long.class);
    private static final MethodHandle BIND = LINKER.function("bind", int.class, long.class, int.class);
    private static final MethodHandle LISTEN = LINKER.function("listen", int.class, int.class);
    private static final MethodHandle CONNECT = LINKER.function("connect", int.class, long.class, int.class);
    private static final MethodHandle ACCEPT = LINKER.function("accept", int.class, long.class, long.class);
    private static final MethodHandle ACCEPT4 = LINKER.function("accept4", int.class, long.class, long.class, int.class);
    private static final MethodHandle GETSOCKNAME = LINKER.function("getsockname", int.class, long.class, long.class);
    private static final MethodHandle GETPEERNAME = LINKER.function("getpeername", int.class, long.class, long.class);
    private static final MethodHandle DUP = LINKER.function("dup", int.class);
    private static final MethodHandle SHUTDOWN = LINKER.function("shutdown", int.class, int.class);
    private static final MethodHandle CLOSE = LINKER.function("close", int.class);
    private static final MethodHandle POLL = LINKER.function("poll", long.class, long.class, int.class);
    private static final MethodHandle FCNTL = LINKER.function("fcntl", int.class, int.class, int.class);
    private static final MethodHandle SEND = LINKER.function("send", int.class, long.class, long.class, int.class);
    private static final MethodHandle RECV = LINKER.function("recv", int.class, long.class, long.class, int.class);
    private static final MethodHandle GETPPID = LINKER.function("getppid");
    private static final MethodHandle PRCTL =
            LINKER.function("prctl", int.class, long.class, long.class, long.class, long.class);

    /** Linked when first used: nothing else depends on them. */
    private static final class Users {
        private static final MethodHandle SETRESUID = LINKER.function("setresuid", int.class, int.class, int.class);
        private static final MethodHandle GETUID = LINKER.function("getuid");
    }

    /** Linked when first used: nothing else depends on them. */
    private static final class Signals {
        private static final MethodHandle SIGACTION = LINKER.function("sigaction", int.class, long.class, long.class);
        private static final MethodHandle PTHREAD_KILL = LINKER.function("pthread_kill", long.class, int.class);
        private static final MethodHandle PTHREAD_SELF = LINKER.longFunction("pthread_self");
    }

    private final ByteBuffer errno = SocketCalls.allocate(Integer.BYTES);
    private final Object errnoSegment = LINKER.segmentOf(errno);

    @Override
    public String binding() {
        return "java.lang.foreign";
    }

    @Override
    public long addressOf(ByteBuffer direct) {
        return LINKER.addressOf(LINKER.segmentOf(direct.duplicate().rewind()));
    }

    private int result(int returned) {
        return returned != -1 ? returned : -errno.getInt(0);
    }

    private static LinkageError impossible(Throwable e) {
        return new LinkageError("a linked C function does not throw", e);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        try {
            return result((int) SOCKET.invokeExact(errnoSegment, domain, type, protocol));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int setsockopt(int fd, int level, int option, long value, int length) {
        try {
            return result((int) SETSOCKOPT.invokeExact(errnoSegment, fd, level, option, value, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int getsockopt(int fd, int level, int option, long value, long length) {
        try {
            return result((int) GETSOCKOPT.invokeExact(errnoSegment, fd, level, option, value, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int bind(int fd, long address, int length) {
        try {
            return result((int) BIND.invokeExact(errnoSegment, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int listen(int fd, int backlog) {
        try {
            return result((int) LISTEN.invokeExact(errnoSegment, fd, backlog));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int connect(int fd, long address, int length) {
        try {
            return result((int) CONNECT.invokeExact(errnoSegment, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int accept(int fd, long address, long length) {
        try {
            return result((int) ACCEPT.invokeExact(errnoSegment, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int accept4(int fd, long address, long length, int flags) {
        try {
            return result((int) ACCEPT4.invokeExact(errnoSegment, fd, address, length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int getsockname(int fd, long address, long length) {
        try {
            return result((int) GETSOCKNAME.invokeExact(errnoSegment, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int getpeername(int fd, long address, long length) {
        try {
            return result((int) GETPEERNAME.invokeExact(errnoSegment, fd, address, length));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int dup(int fd) {
        try {
            return result((int) DUP.invokeExact(errnoSegment, fd));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int shutdown(int fd, int how) {
        try {
            return result((int) SHUTDOWN.invokeExact(errnoSegment, fd, how));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(errnoSegment, fd));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int poll(long fds, int count, int timeout) {
        try {
            return result((int) POLL.invokeExact(errnoSegment, fds, (long) count, timeout));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        try {
            return result((int) FCNTL.invokeExact(errnoSegment, fd, command, argument));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int send(int fd, long buffer, int length, int flags) {
        try {
            return result((int) SEND.invokeExact(errnoSegment, fd, buffer, (long) length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int recv(int fd, long buffer, int length, int flags) {
        try {
            return result((int) RECV.invokeExact(errnoSegment, fd, buffer, (long) length, flags));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int sigaction(int signal, long action) {
        try {
            return result((int) Signals.SIGACTION.invokeExact(errnoSegment, signal, action, 0L));
        } catch (LinkageError e) {
            throw e;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public long pthreadSelf() {
        try {
            return (long) Signals.PTHREAD_SELF.invokeExact();
        } catch (LinkageError e) {
            throw e;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public int pthreadKill(long thread, int signal) {
        try {
            return (int) Signals.PTHREAD_KILL.invokeExact(errnoSegment, thread, signal);
        } catch (LinkageError e) {
            throw e;
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    public long addressOf(String function) {
        return LINKER.addressOf(function);
    }

    @Override
    public int getppid() {
        try {
            return result((int) GETPPID.invokeExact(errnoSegment));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    int prctl(int option, long argument) {
        try {
            return result((int) PRCTL.invokeExact(errnoSegment, option, argument, 0L, 0L, 0L));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    int setresuid(int real, int effective, int saved) {
        try {
            return result((int) Users.SETRESUID.invoke(errnoSegment, real, effective, saved));
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    @Override
    int getuid() {
        try {
            return (int) Users.GETUID.invoke(errnoSegment);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
