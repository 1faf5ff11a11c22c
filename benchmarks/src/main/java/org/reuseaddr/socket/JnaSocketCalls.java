package org.reuseaddr.socket;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.ByteBuffer;

/** The calls through JNA's direct mapping, for Java 17 to 21. */
final class JnaSocketCalls extends SocketCalls {

    private static final String SEARCH_PATH = "jna.platform.library.path";

    static {
        // JNA would run ldconfig for the directories of libraries; all functions that are called here are in the process already.
        if (System.getProperty(SEARCH_PATH) == null) {
            System.setProperty(SEARCH_PATH, "");
        }
    }

    private JnaSocketCalls() {
    }

    /** @throws LinkageError if JNA's library or a function cannot be found */
    static JnaSocketCalls linked() {
        LibC.getppid();
        return new JnaSocketCalls();
    }

    @Override
    public String binding() {
        return "JNA " + Native.VERSION;
    }

    @Override
    public long addressOf(ByteBuffer direct) {
        return com.sun.jna.Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    private static int result(int returned) {
        return returned != -1 ? returned : -Native.getLastError();
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return result(LibC.socket(domain, type, protocol));
    }

    @Override
    public int setsockopt(int fd, int level, int option, long value, int length) {
        return result(LibC.setsockopt(fd, level, option, value, length));
    }

    @Override
    public int getsockopt(int fd, int level, int option, long value, long length) {
        return result(LibC.getsockopt(fd, level, option, value, length));
    }

    @Override
    public int bind(int fd, long address, int length) {
        return result(LibC.bind(fd, address, length));
    }

    @Override
    public int listen(int fd, int backlog) {
        return result(LibC.listen(fd, backlog));
    }

    @Override
    public int connect(int fd, long address, int length) {
        return result(LibC.connect(fd, address, length));
    }

    @Override
    public int accept(int fd, long address, long length) {
        return result(LibC.accept(fd, address, length));
    }

    @Override
    public int accept4(int fd, long address, long length, int flags) {
        return result(LibC.accept4(fd, address, length, flags));
    }

    @Override
    public int getsockname(int fd, long address, long length) {
        return result(LibC.getsockname(fd, address, length));
    }

    @Override
    public int getpeername(int fd, long address, long length) {
        return result(LibC.getpeername(fd, address, length));
    }

    @Override
    public int dup(int fd) {
        return result(LibC.dup(fd));
    }

    @Override
    public int shutdown(int fd, int how) {
        return result(LibC.shutdown(fd, how));
    }

    @Override
    public int close(int fd) {
        return result(LibC.close(fd));
    }

    @Override
    public int poll(long fds, int count, int timeout) {
        return result(LibC.poll(fds, count, timeout));
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        return result(LibC.fcntl(fd, command, argument));
    }

    @Override
    public int send(int fd, long buffer, int length, int flags) {
        return result(LibC.send(fd, buffer, length, flags));
    }

    @Override
    public int recv(int fd, long buffer, int length, int flags) {
        return result(LibC.recv(fd, buffer, length, flags));
    }

    @Override
    public int sigaction(int signal, long action) {
        return result(Signals.sigaction(signal, action, 0));
    }

    @Override
    public long pthreadSelf() {
        return Signals.pthread_self();
    }

    @Override
    public int pthreadKill(long thread, int signal) {
        return Signals.pthread_kill(thread, signal);
    }

    @Override
    public long addressOf(String function) {
        return com.sun.jna.Pointer.nativeValue(NativeLibrary.getProcess().getGlobalVariableAddress(function));
    }

    @Override
    public int getppid() {
        return LibC.getppid();
    }

    @Override
    int prctl(int option, long argument) {
        return result(LibC.prctl(option, argument, 0, 0, 0));
    }

    @Override
    int setresuid(int real, int effective, int saved) {
        return result(Users.setresuid(real, effective, saved));
    }

    @Override
    int getuid() {
        return Users.getuid();
    }

    /** Linked when first used: nothing else depends on them. */
    private static final class Users {
        static {
            Native.register(Users.class, NativeLibrary.getProcess());
        }

        static native int setresuid(int real, int effective, int saved);

        static native int getuid();
    }

    /** Linked when first used: nothing else depends on them. */
    private static final class Signals {
        static {
            Native.register(Signals.class, NativeLibrary.getProcess());
        }

        static native int sigaction(int signal, long action, long old);

        static native long pthread_self();

        static native int pthread_kill(long thread, int signal);
    }

    /** The direct mapping itself; pointers travel as 64-bit addresses. */
    private static final class LibC {
        static {
            Native.register(LibC.class, NativeLibrary.getProcess());
        }

        static native int socket(int domain, int type, int protocol);

        static native int setsockopt(int fd, int level, int option, long value, int length);

        static native int getsockopt(int fd, int level, int option, long value, long length);

        static native int bind(int fd, long address, int length);

        static native int listen(int fd, int backlog);

        static native int connect(int fd, long address, int length);

        static native int accept(int fd, long address, long length);

        static native int accept4(int fd, long address, long length, int flags);

        static native int getsockname(int fd, long address, long length);

        static native int getpeername(int fd, long address, long length);

        static native int dup(int fd);

        static native int shutdown(int fd, int how);

        static native int close(int fd);

        static native int poll(long fds, long count, int timeout);

        static native int fcntl(int fd, int command, int argument);

        static native int send(int fd, long buffer, long length, int flags);

        static native int recv(int fd, long buffer, long length, int flags);

        static native int getppid();

        static native int prctl(int option, long second, long third, long fourth, long fifth);
    }
}
