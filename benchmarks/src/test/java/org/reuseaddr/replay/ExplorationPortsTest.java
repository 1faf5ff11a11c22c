package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reuseaddr.socket.Family;

@Timeout(60)
class ExplorationPortsTest {

    private final ExplorationPorts ports = new ExplorationPorts(2000, 2004, 3, Set.of(2001, 2002));

    @Test
    void fewDifferentPortsAreTakenAgainAndAgain() {
        for (int i = 0; i < 30; i++) {
            int port = ports.take(() -> false);
            assertThat(port).isIn(2000, 2003, 2004);
            ports.giveBack(port, false);
        }
        assertThat(ports.used()).isEqualTo(3);
    }

    /** Whoever has nothing left to do must not wait two minutes for a port. */
    @Test
    void aStoppedExplorationWaitsForNoPortThatRests() {
        AtomicInteger asked = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            ports.giveBack(ports.take(() -> true), true);
        }
        assertThatThrownBy(() -> ports.take(() -> asked.incrementAndGet() > 3)).isInstanceOf(ReplayException.class)
                .hasMessageContaining("every port rests");
        assertThat(asked).hasValue(4);
    }

    @Test
    void aRangeOfWhichEveryPortIsHeldIsAnError() {
        assertThatThrownBy(() -> new ExplorationPorts(2001, 2002, 3, Set.of(2001, 2002))).isInstanceOf(ReplayException.class)
                .hasMessage("every port from 2001 to 2002 is in use");
    }

    /** What an unrelated process holds says nothing about the platform. */
    @Test
    void aPortThatSomebodyHoldsIsPassedOver() throws IOException {
        try (DirectProcess looking = new DirectProcess(); ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int held = first.getLocalPort();
            ExplorationPorts few = new ExplorationPorts(held - 3, held, 4, Set.of());
            Set<Integer> taken = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                int port = few.takeUnheld(() -> true, looking, List.of(Family.INET));
                taken.add(port);
                few.giveBack(port, false);
            }
            assertThat(taken).isNotEmpty().doesNotContain(held);

            ExplorationPorts one = new ExplorationPorts(held, held, 1, Set.of());
            assertThat(one.takeUnheld(() -> true, looking, List.of(Family.INET))).as("where all are refused").isEqualTo(held);
        }
    }
}
