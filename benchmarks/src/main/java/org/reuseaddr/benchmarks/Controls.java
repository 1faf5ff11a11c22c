package org.reuseaddr.benchmarks;

import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;

/**
 * The three operations that tell the machine's hour from the platform, since bind and listen have no part in them. The
 * benchmark {@link Control} measures them by themselves; a profiler runs them around each iteration of the others.
 * Belongs to one thread at a time.
 */
public final class Controls {

    /** Dependent steps of one {@link #cpu} operation: about a microsecond on a CPU of 3 GHz. */
    private static final int CPU_STEPS = 500;

    private final SocketCalls calls = SocketCalls.open();
    private long state = 0x9E3779B97F4A7C15L;

    /** Enters the kernel and returns: getppid(2), which no C library answers from memory. */
    public int getppid() {
        return calls.getppid();
    }

    /**
     * Makes an AF_INET stream socket and closes it: what three quarters of a listener's life consist of.
     *
     * @throws IllegalStateException if there is no socket to be had
     */
    public void socketClose() {
        int fd = calls.socket(Family.INET.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP);
        if (fd < 0) {
            throw new IllegalStateException("socket failed with " + Errno.of(-fd));
        }
        calls.close(fd);
    }

    /**
     * Computes without memory or kernel: {@value #CPU_STEPS} steps of Marsaglia's xorshift64, each of which needs the
     * one before (G. Marsaglia, "Xorshift RNGs", 2003).
     *
     * @return the generator's state, so that no compiler can leave the steps out
     */
    public long cpu() {
        long x = state;
        for (int i = 0; i < CPU_STEPS; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        state = x;
        return x;
    }
}
