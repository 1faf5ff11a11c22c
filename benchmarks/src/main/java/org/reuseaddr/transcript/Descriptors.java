package org.reuseaddr.transcript;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** What each descriptor of each process is, as far as the transcript has told. */
final class Descriptors {

    /** What a descriptor is. */
    enum DescriptorState {
        /** No socket call of the transcript gave it. */
        UNKNOWN,
        /** A stream socket of one of the two families: its calls become steps. */
        STREAM,
        /** A socket of another kind: its calls are skipped. */
        OTHER,
        /** A stream socket that was closed. */
        CLOSED,
        /** A stream socket that the process that forked this one had open. */
        INHERITED
    }

    /** What is remembered of descriptors that were inherited: enough for any program, too little to fill memory. */
    private static final int MAX_INHERITED = 100_000;

    private final Map<Integer, Map<Integer, DescriptorState>> processes = new HashMap<>();
    private int inheritances;

    DescriptorState state(int process, int fd) {
        return of(process).getOrDefault(fd, DescriptorState.UNKNOWN);
    }

    void set(int process, int fd, DescriptorState state) {
        of(process).put(fd, state);
    }

    /** The child starts with what its parent has open. */
    void fork(int parent, int child) {
        if (of(parent).size() > MAX_INHERITED - inheritances) {
            return;
        }
        inheritances += of(parent).size();
        Map<Integer, DescriptorState> inherited = of(child);
        of(parent).forEach((fd, state) -> inherited.putIfAbsent(fd, state == DescriptorState.STREAM ? DescriptorState.INHERITED : state));
    }

    /** Forgets a process and names the stream sockets that it had open, in ascending order. */
    List<Integer> exit(int process) {
        SortedSet<Integer> open = new TreeSet<>();
        of(process).forEach((fd, state) -> {
            if (state == DescriptorState.STREAM) {
                open.add(fd);
            }
        });
        processes.remove(process);
        return new ArrayList<>(open);
    }

    private Map<Integer, DescriptorState> of(int process) {
        return processes.computeIfAbsent(process, unseen -> new HashMap<>());
    }
}
