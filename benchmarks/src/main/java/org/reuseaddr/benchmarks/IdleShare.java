package org.reuseaddr.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Which share of the time a thread was off the CPU, from the kernel's account of its CPU time: nothing is added to what
 * the thread does in between. On a machine with fewer free CPUs than threads, waiting for a CPU counts as idle too.
 */
final class IdleShare {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private long startCpu;
    private long startWall;

    /** Starts an account of the calling thread. */
    void begin() {
        startWall = System.nanoTime();
        startCpu = THREADS.getCurrentThreadCpuTime();
    }

    /** The share since {@link #begin}, 0 to 1, NaN if this JVM cannot tell. To be called by the same thread. */
    double idle() {
        long cpu = THREADS.getCurrentThreadCpuTime() - startCpu;
        long wall = System.nanoTime() - startWall;
        return startCpu < 0 ? Double.NaN : Math.max(0, 1 - (double) cpu / wall);
    }
}
