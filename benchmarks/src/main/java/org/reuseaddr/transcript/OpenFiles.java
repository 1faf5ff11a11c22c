package org.reuseaddr.transcript;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The descriptors of every process of a trace, as far as the trace shows them; in bounded memory. */
final class OpenFiles {

    /** More than the processes of any trace have open together, and few enough for a small heap. */
    static final int MAX_OPEN = 300_000;

    /** What a descriptor is. */
    enum FileKind {
        /** A stream socket that the trace shows being made. */
        STREAM,
        /** Anything else: a file, a socket of another kind, or one that is older than the trace. */
        OTHER
    }

    /**
     * One descriptor.
     *
     * @param creator who opened it, a thread or process
     * @param closedByExec whether execve closes it (FD_CLOEXEC)
     * @param line the line that opened it
     */
    record Open(FileKind kind, int creator, boolean closedByExec, int line) {
    }

    private final Map<Integer, Map<Integer, Open>> tables = new HashMap<>();
    private int open;

    /** What the descriptor is; null if the trace does not show it open. */
    Open get(int process, int fd) {
        Map<Integer, Open> table = tables.get(process);
        return table == null ? null : table.get(fd);
    }

    boolean isStream(int process, int fd) {
        Open file = get(process, fd);
        return file != null && file.kind() == FileKind.STREAM;
    }

    void put(int process, int fd, Open file) {
        if (tables.computeIfAbsent(process, unseen -> new LinkedHashMap<>()).put(fd, file) == null) {
            open++;
        }
    }

    void remove(int process, int fd) {
        Map<Integer, Open> table = tables.get(process);
        if (table != null && table.remove(fd) != null) {
            open--;
        }
    }

    /** Whether more is open than may be. */
    boolean isFull() {
        return open > MAX_OPEN || tables.size() > MAX_OPEN;
    }

    /** The child has what its parent has open, beside what it has opened itself. */
    void fork(int parent, int child) {
        Map<Integer, Open> inherited = Map.copyOf(of(parent));
        inherited.forEach((fd, file) -> {
            if (get(child, fd) == null) {
                put(child, fd, file);
            }
        });
    }

    /** The descriptors of a process by number. */
    Map<Integer, Open> of(int process) {
        return tables.getOrDefault(process, Map.of());
    }

    /** The other processes that have this number open as a stream socket. */
    List<Integer> otherStreams(int process, int fd) {
        List<Integer> others = new ArrayList<>();
        tables.forEach((other, table) -> {
            if (other != process && table.containsKey(fd) && table.get(fd).kind() == FileKind.STREAM) {
                others.add(other);
            }
        });
        return others;
    }

    void exit(int process) {
        Map<Integer, Open> table = tables.remove(process);
        open -= table == null ? 0 : table.size();
    }

    void clear() {
        tables.clear();
        open = 0;
    }
}
