package org.reuseaddr.transcript;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Who made a call. strace leaves the prefix {@code [pid N]} out as long as it follows one process only, so the first
 * process has two names; and its threads are numbered like processes.
 */
final class Processes {
    /** The process of the lines without a prefix. */
    static final int UNNAMED = 0;

    private final Map<Integer, Integer> processOfThread = new HashMap<>();
    private final Set<Integer> attached = new HashSet<>();
    private final Set<Integer> left = new HashSet<>();
    private boolean unnamedExited;
    private boolean sawUnnamed;
    private int firstProcess = UNNAMED;

    /** The number under which a line with the prefix {@code [pid N]} is kept. */
    int named(int pid) {
        if (firstProcess == UNNAMED && sawUnnamed && !attached.isEmpty() && !attached.contains(pid)) {
            firstProcess = pid;
        }
        return pid == firstProcess ? UNNAMED : pid;
    }

    /** The number under which a line without a prefix is kept: the one left if the first process has exited. */
    int unnamed() {
        sawUnnamed = true;
        return unnamedExited && left.size() == 1 ? left.iterator().next() : UNNAMED;
    }

    /** strace says that it follows this one too, or a call of the clone family returned it. */
    void attach(int pid) {
        if (attached.add(pid)) {
            left.add(pid);
        }
    }

    void exit(int pid) {
        unnamedExited |= pid == UNNAMED;
        left.remove(pid);
    }

    /** {@code thread} shares the descriptors of {@code creator}. */
    void thread(int thread, int creator) {
        processOfThread.putIfAbsent(thread, processOf(creator));
    }

    boolean isThread(int pid) {
        return processOfThread.containsKey(pid);
    }

    /** The process that a thread belongs to; a process belongs to itself. */
    int processOf(int pid) {
        return processOfThread.getOrDefault(pid, pid);
    }
}
