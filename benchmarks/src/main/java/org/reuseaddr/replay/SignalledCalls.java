package org.reuseaddr.replay;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;

/**
 * Binds, listens and accepts while a signal without SA_RESTART reaches the calling thread again and again. On Linux none of
 * these calls returns EINTR, since none of them waits (accept has a connection waiting).
 *
 * <p>A JVM cannot run a signal handler of its own code. The handler is therefore abs(3) of the C library: a function of one
 * int without effects, so that all the signal does is interrupt. The signal is a real-time one that the JVM does not use,
 * another thread sends it to this one with pthread_kill(3), and the calls are made in a helper process that does nothing else:
 * should a platform end it, the check says so and continues.
 */
final class SignalledCalls {

    /** A real-time signal in the middle of the range: the C library uses the first two, the JVM none. */
    private static final int SIGNAL = 44;
    /** struct sigaction of 64-bit Linux: the handler, a mask of 1,024 bits, flags, and the restorer. */
    private static final int ACTION_LENGTH = 8 + 128 + 8 + 8;
    private static final String HARMLESS = "abs";
    private static final int BACKLOG = 8;
    /** Stands in the message of an exception that says that the platform cannot do it. */
    static final String IMPOSSIBLE = "no signal can be sent to a thread here";

    private static final int NONE = -1;
    private static final int REACHED_MILLIS = 500;

    private final SocketCalls calls = SocketCalls.open();
    private final Sockets sockets = new Sockets(calls);
    private final int[] made = new int[Interruptions.CALLS.size()];
    private final int[] interrupted = new int[Interruptions.CALLS.size()];
    private volatile boolean done;

    private SignalledCalls() {
    }

    /**
     * Makes rounds of socket, bind, listen, accept4, close.
     *
     * @param ports used in turn
     * @param micros between two signals
     * @param maxMillis when to end even with rounds left
     * @throws ReplayException if the platform cannot send such signals
     */
    static Interruptions count(Family family, List<Integer> ports, int rounds, int micros, int maxMillis) {
        try {
            return new SignalledCalls().run(family, ports, rounds, micros, maxMillis);
        } catch (LinkageError e) {
            throw new ReplayException(IMPOSSIBLE + ": " + e.getMessage(), e);
        }
    }

    private Interruptions run(Family family, List<Integer> ports, int rounds, int micros, int maxMillis) {
        ByteBuffer action = SocketCalls.allocate(ACTION_LENGTH);
        action.putLong(0, calls.addressOf(HARMLESS));
        int installed = install(action);
        if (installed != 0) {
            throw new ReplayException(IMPOSSIBLE + ": sigaction answered " + installed);
        }
        long self = calls.pthreadSelf();
        CountDownLatch sending = new CountDownLatch(1);
        Thread sender = new Thread(() -> {
            SocketCalls own = SocketCalls.open();
            while (!done) {
                own.pthreadKill(self, SIGNAL);
                sending.countDown();
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
            }
        }, "signals");
        sender.setDaemon(true);
        sender.start();
        try {
            sending.await();
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
            for (int i = 0; i < rounds && System.nanoTime() - end < 0; i++) {
                round(family.loopback(ports.get(i % ports.size())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            done = true;
            await(sender);
        }
        return new Interruptions(boxed(made), boxed(interrupted));
    }

    private int install(ByteBuffer action) {
        try {
            return calls.sigaction(SIGNAL, calls.addressOf(action));
        } finally {
            Reference.reachabilityFence(action);
        }
    }

    /** The sender must have ended before this thread does: a signal to a thread that is gone is undefined. */
    private static void await(Thread sender) {
        while (sender.isAlive()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static List<Integer> boxed(int[] counts) {
        List<Integer> list = new ArrayList<>();
        for (int count : counts) {
            list.add(count);
        }
        return list;
    }

    private void round(SockAddr address) {
        int listener = sockets.socket(address.family()) instanceof SyscallResult.Returned opened ? opened.value() : NONE;
        int client = NONE;
        try {
            if (!succeeds(0, sockets.bind(listener, address)) || !succeeds(1, sockets.listen(listener, BACKLOG))) {
                return;
            }
            client = sockets.socket(address.family().number(), Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC | Linux.SOCK_NONBLOCK,
                    Linux.IPPROTO_TCP) instanceof SyscallResult.Returned opened ? opened.value() : NONE;
            sockets.connect(client, address);
            if (!sockets.awaitReady(listener, Linux.POLLIN, REACHED_MILLIS)) {
                return;
            }
            SyscallResult accepted = sockets.accept4(listener, Linux.SOCK_CLOEXEC).result();
            succeeds(2, accepted);
            if (accepted instanceof SyscallResult.Returned connection) {
                close(connection.value());
            }
        } finally {
            close(client);
            close(listener);
        }
    }

    private boolean succeeds(int call, SyscallResult result) {
        made[call]++;
        interrupted[call] += result.failedWith(Errno.EINTR) ? 1 : 0;
        return result instanceof SyscallResult.Returned;
    }

    private void close(int fd) {
        if (fd != NONE) {
            sockets.setLinger(fd, true, 0);
            sockets.close(fd);
        }
    }
}
