package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reuseaddr.scenario.StatePair.Place;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;

/**
 * Calls that a sequence begins with, in the making. They stand before the first is made, so their descriptors are named as the
 * kernel does where all succeed: by the lowest number that is free.
 */
final class PlannedCalls {

    private final List<RandomCalls.Made> made = new ArrayList<>();
    private final Map<Integer, Set<Integer>> open = new HashMap<>();

    List<RandomCalls.Made> made() {
        return made;
    }

    void add(Place place, Call call) {
        made.add(new RandomCalls.Made(place.process(), call));
    }

    int socket(Place place) {
        add(place, new Call.Socket(place.address().family().number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP));
        return opened(place);
    }

    void set(Place place, int fd, SocketOption option) {
        add(place, new Call.SetOption(fd, option, 1));
    }

    void accept(Place place, int listener) {
        add(place, new Call.Accept(listener, true, 0));
        opened(place);
    }

    void close(Place place, int fd) {
        add(place, new Call.Close(fd));
        open.get(place.process()).remove(fd);
    }

    private int opened(Place place) {
        Set<Integer> names = open.computeIfAbsent(place.process(), process -> new HashSet<>());
        int fd = RandomCalls.FIRST_DESCRIPTOR;
        while (!names.add(fd)) {
            fd++;
        }
        return fd;
    }
}
