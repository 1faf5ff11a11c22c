package org.reuseaddr.scenario;

import java.util.List;
import java.util.SplittableRandom;
import org.reuseaddr.scenario.StatePair.Place;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;

/**
 * Two sockets and IP_LOCAL_PORT_RANGE: Linux chooses a port for the first, and the second may have that port alone. The first is
 * closed before, so that the port is free, or keeps it.
 */
final class OnePortRange {

    private static final int BACKLOG = 8;

    private OnePortRange() {
    }

    /**
     * The calls.
     *
     * @param first the process of the first socket, and the address that it binds, with any port
     * @param second the process of the second socket, and the address that it binds or connects to, with the port to connect to
     */
    static List<RandomCalls.Made> calls(Place first, Place second, SplittableRandom random) {
        PlannedCalls calls = new PlannedCalls();
        int chosen = calls.socket(first);
        if (random.nextBoolean()) {
            calls.set(first, chosen, SocketOption.SO_REUSEADDR);
        }
        calls.add(first, new Call.Bind(chosen, first.address().withPort(0)));
        calls.add(first, new Call.GetSockName(chosen));
        switch (random.nextInt(4)) {
            case 0 -> calls.add(first, new Call.Listen(chosen, BACKLOG));
            case 1 -> { }
            default -> calls.close(first, chosen);
        }
        int ranged = calls.socket(second);
        calls.add(second, Call.SetOption.onlyPort(ranged, RandomCalls.FIRST_CHOSEN_PORT));
        if (random.nextInt(4) == 0) {
            calls.set(second, ranged, SocketOption.SO_REUSEADDR);
        }
        calls.add(second, switch (random.nextInt(4)) {
            case 0 -> new Call.Listen(ranged, BACKLOG);
            case 1 -> new Call.Connect(ranged, second.reachable());
            default -> new Call.Bind(ranged, second.address().withPort(0));
        });
        calls.add(second, new Call.GetSockName(ranged));
        return calls.made();
    }
}
