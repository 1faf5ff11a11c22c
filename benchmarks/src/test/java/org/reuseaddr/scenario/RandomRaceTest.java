package org.reuseaddr.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.RaceJudge;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.transcript.Call;

class RandomRaceTest {

    private static final List<Family> FAMILIES = List.of(Family.INET, Family.INET6);
    private static final int RACES = 500;

    private static CallRace race(long seed, int mostRacers) {
        return RandomRace.of(new SplittableRandom(seed), mostRacers, FAMILIES);
    }

    private static Stream<CallRace> races() {
        return IntStream.range(0, RACES).mapToObj(seed -> race(seed, 3));
    }

    @Test
    void theSameSeedMakesTheSameRace() {
        for (long seed = 0; seed < 20; seed++) {
            assertThat(race(seed, 3)).isEqualTo(race(seed, 3)).isNotEqualTo(race(seed + 1, 3));
        }
    }

    @Test
    void aRaceHasAsManyRacersAsItMayAndAFewCalls() {
        assertThat(IntStream.range(0, 50).mapToObj(seed -> race(seed, 2))).allMatch(race -> race.racing().size() == 2);
        assertThat(races().map(race -> race.racing().size()).distinct()).containsExactlyInAnyOrder(2, 3);
        assertThat(races()).allSatisfy(race -> assertThat(race.racing())
                .allMatch(own -> own.size() <= (race.racing().size() == 2 ? 3 : 2)));
    }

    /** A call that waits would cost each of thousands of rounds its limit. */
    @Test
    void noCallWaits() {
        assertThat(races()).allSatisfy(race -> assertThat(race.calls()).extracting(Made::call).allSatisfy(call -> {
            if (call instanceof Call.Socket socket) {
                assertThat(socket.type() & Linux.SOCK_NONBLOCK).isNotZero();
            }
            if (call instanceof Call.Accept accept) {
                assertThat(accept.flags() & Linux.SOCK_NONBLOCK).isNotZero();
            }
            if (call instanceof Call.Poll poll) {
                assertThat(poll.timeoutMillis()).isZero();
            }
            assertThat(call).isNotInstanceOf(Call.SetNonBlocking.class);
        }));
    }

    /** A connection in TIME_WAIT would be met by the next round. */
    @Test
    void whatConnectsResetsWhenItIsClosed() {
        assertThat(races()).allSatisfy(race -> {
            Set<String> resets = new HashSet<>();
            for (Made made : race.calls()) {
                if (made.call() instanceof Call.SetLinger linger) {
                    assertThat(linger.on() && linger.seconds() == 0).isTrue();
                    resets.add(made.process() + " " + linger.fd());
                } else if (made.call() instanceof Call.Connect connect) {
                    assertThat(resets).contains(made.process() + " " + connect.fd());
                }
            }
        });
    }

    @Test
    void aNameIsGivenOnce() {
        assertThat(races()).allSatisfy(race -> assertThat(race.calls().stream().filter(made -> made.name().isPresent())
                .map(made -> made.process() + " " + made.name().getAsInt())).doesNotHaveDuplicates());
    }

    @Test
    void callsOfEveryKindRaceAndMostRacesHaveSeveralWaysToEnd() {
        assertThat(races().flatMap(race -> race.racing().stream()).flatMap(List::stream).map(made -> made.call().name()).distinct())
                .contains("bind", "listen", "close", "connect", "setsockopt", "shutdown", "accept4", "getsockname", "getsockopt", "poll",
                        "socket");
        RaceJudge judge = new RaceJudge(LinuxTcp.REFERENCE);
        assertThat(races().filter(race -> judge.allowed(race.unmade(), 2).size() > 1).count()).isGreaterThan(RACES * 9 / 10);
    }
}
