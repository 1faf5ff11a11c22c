package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reuseaddr.socket.Family;

@Timeout(60)
class ExplorationPortsTest {

    private static final IntPredicate FREE = port -> false;

    private final ExplorationPorts ports = new ExplorationPorts(2000, 2004, 3, Set.of(2001, 2002));

    @Test
    void fewDifferentPortsAreTakenAgainAndAgain() {
        for (int i = 0; i < 30; i++) {
            int port = ports.take(() -> false, FREE);
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
            ports.giveBack(ports.take(() -> true, FREE), true);
        }
        assertThatThrownBy(() -> ports.take(() -> asked.incrementAndGet() > 3, FREE)).isInstanceOf(ReplayException.class)
                .hasMessageContaining("every port rests");
        assertThat(asked).hasValue(4);
    }

    /** What was in FIN_WAIT2 takes twice as long as what was in TIME_WAIT, and on some platforms a port is never given back. */
    @Test
    void aPortThatHasRestedIsTakenOnlyIfNothingIsLeftOnIt() {
        ExplorationPorts rested = new ExplorationPorts(2000, 2001, 2, Set.of(), Duration.ZERO);
        int first = rested.take(() -> true, FREE);
        int second = rested.take(() -> true, FREE);
        rested.giveBack(first, true);
        rested.giveBack(second, true);

        assertThat(rested.take(() -> false, port -> port == first)).isEqualTo(second);
        AtomicInteger looks = new AtomicInteger();
        assertThat(rested.take(() -> false, port -> looks.incrementAndGet() < 5)).isEqualTo(first);
        assertThat(looks).hasValue(5);
        rested.giveBack(first, false);
        assertThat(rested.take(() -> true, port -> {
            throw new AssertionError("nothing was left on it");
        })).isEqualTo(first);
    }

    /** A platform that gives no port back must not keep an exploration that has ended. */
    @Test
    void aStoppedExplorationDoesNotLookForEver() {
        ExplorationPorts held = new ExplorationPorts(2000, 2000, 1, Set.of(), Duration.ZERO);
        held.giveBack(held.take(() -> true, FREE), true);
        AtomicInteger asked = new AtomicInteger();

        assertThatThrownBy(() -> held.take(() -> asked.incrementAndGet() > 3, port -> true)).isInstanceOf(ReplayException.class);
    }

    @Test
    void portsAreScarceIfThreeOfFourRest() {
        ExplorationPorts many = new ExplorationPorts(2000, 2015, 16, Set.of());
        for (int i = 0; i < 12; i++) {
            many.giveBack(many.take(() -> true, FREE), true);
        }
        assertThat(many.areScarce()).as("4 of 16 are free").isFalse();
        many.giveBack(many.take(() -> true, FREE), true);
        assertThat(many.areScarce()).isTrue();

        ExplorationPorts rested = new ExplorationPorts(2000, 2003, 4, Set.of(), Duration.ZERO);
        for (int i = 0; i < 4; i++) {
            rested.giveBack(rested.take(() -> true, FREE), true);
        }
        assertThat(rested.areScarce()).as("all have rested").isFalse();
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
