package org.reuseaddr.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bare calls of the C library, nothing around them: the measured path of the api {@code native}.
 *
 * <p>Every method makes exactly one call and returns what the kernel itself would: zero or positive for success,
 * {@code -errno} for failure. Nothing allocates. Pointers are addresses of direct buffers, see
 * {@link #addressOf}; the caller keeps the buffer reachable. Symbols are those of the whole process, so that a
 * preloaded library sees the calls as it sees a C program's.
 *
 * <p>An instance belongs to one thread at a time, since it holds the place where errno is kept.
 */
public abstract sealed class SocketCalls permits ForeignSocketCalls, JnaSocketCalls {

    /** The first Java release whose java.lang.foreign is final (JEP 454). */
    private static final int FIRST_WITH_FOREIGN = 22;

    SocketCalls() {
    }

    /**
     * The binding that suits the running Java: java.lang.foreign from 22 on, JNA before.
     *
     * @throws UnsatisfiedLinkError with a message for the user if the platform offers no way to make native calls
     */
    public static SocketCalls open() {
        if (Runtime.version().feature() >= FIRST_WITH_FOREIGN) {
            return new ForeignSocketCalls();
        }
        try {
            return JnaSocketCalls.linked();
        } catch (LinkageError e) {
            UnsatisfiedLinkError explained = new UnsatisfiedLinkError("JNA cannot load its library, which it unpacks into "
                    + "the home directory or " + System.getProperty("java.io.tmpdir") + " (" + firstLine(e)
                    + "): name a directory that can be written and is not mounted noexec with java -Djna.tmpdir=DIR, or "
                    + "use Java " + FIRST_WITH_FOREIGN + " or later, which needs none");
            explained.initCause(e);
            throw explained;
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    }

    /** A zeroed direct buffer in native byte order, for a structure that a call reads or fills in. */
    public static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** The binding's name for the environment record, with its version where it has one. */
    public abstract String binding();

    /** The address of the first byte of a direct buffer. */
    public abstract long addressOf(ByteBuffer direct);

    /** socket(2). */
    public abstract int socket(int domain, int type, int protocol);

    /** setsockopt(2); {@code value} points to {@code length} bytes. */
    public abstract int setsockopt(int fd, int level, int option, long value, int length);

    /** getsockopt(2); {@code value} and {@code length} are pointers. */
    public abstract int getsockopt(int fd, int level, int option, long value, long length);

    /** bind(2); {@code address} points to a sockaddr of {@code length} bytes. */
    public abstract int bind(int fd, long address, int length);

    /** listen(2). */
    public abstract int listen(int fd, int backlog);

    /** connect(2). */
    public abstract int connect(int fd, long address, int length);

    /** accept(2); {@code address} and {@code length} are pointers, or both 0. */
    public abstract int accept(int fd, long address, long length);

    /** accept4(2); {@code address} and {@code length} are pointers, or both 0. */
    public abstract int accept4(int fd, long address, long length, int flags);

    /** getsockname(2); {@code address} and {@code length} are pointers. */
    public abstract int getsockname(int fd, long address, long length);

    /** getpeername(2); {@code address} and {@code length} are pointers. */
    public abstract int getpeername(int fd, long address, long length);

    /** dup(2). */
    public abstract int dup(int fd);

    /** shutdown(2). */
    public abstract int shutdown(int fd, int how);

    /** close(2). */
    public abstract int close(int fd);

    /** poll(2); {@code fds} points to {@code count} structures, {@code timeout} is in milliseconds. */
    public abstract int poll(long fds, int count, int timeout);

    /** fcntl(2) with an integer argument. */
    public abstract int fcntl(int fd, int command, int argument);

    /** send(2); {@code buffer} points to {@code length} bytes. */
    public abstract int send(int fd, long buffer, int length, int flags);

    /** recv(2); {@code buffer} points to room for {@code length} bytes. */
    public abstract int recv(int fd, long buffer, int length, int flags);

    /**
     * sigaction(2) with a structure at {@code action}.
     *
     * @throws LinkageError if the platform has no such function; so do the other calls for signals
     */
    public abstract int sigaction(int signal, long action);

    /** pthread_self(3): this thread, for {@link #pthreadKill}. */
    public abstract long pthreadSelf();

    /** pthread_kill(3): 0, or the number of an error. */
    public abstract int pthreadKill(long thread, int signal);

    /** The address of a function of the process. */
    public abstract long addressOf(String function);

    /** getppid(2): the cheapest call that enters the kernel and that no C library answers from memory. */
    public abstract int getppid();

    /** prctl(2) with one argument. */
    abstract int prctl(int option, long argument);

    /**
     * setresuid(2), of all threads of the process; -1 leaves a user as it is.
     *
     * @throws LinkageError if the platform has no such function; so does {@link #getuid}
     */
    abstract int setresuid(int real, int effective, int saved);

    /** getuid(2): the real user. */
    abstract int getuid();

    /**
     * Gives this process another effective user, and with it the sockets that it makes from then on.
     *
     * @return 0, or -errno: EPERM where the process has not the right to it, EINVAL where the user namespace has no such user
     */
    public final int becomeUser(int user) {
        return setresuid(-1, user, -1);
    }

    /** Makes the real user the effective one again, see {@link #becomeUser}. */
    public final int becomeRealUser() {
        return becomeUser(getuid());
    }

    /**
     * Makes this process the parent of every descendant whose own parent ends, so that no daemon gets out of sight.
     *
     * @return whether the platform can do that: prctl(2), PR_SET_CHILD_SUBREAPER
     */
    public final boolean adoptOrphans() {
        return prctl(Linux.PR_SET_CHILD_SUBREAPER, 1) == 0;
    }
}
