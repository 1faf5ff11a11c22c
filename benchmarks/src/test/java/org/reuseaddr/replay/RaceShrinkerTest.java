package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Family;
import org.reuseaddr.transcript.Call;

class RaceShrinkerTest {

    private static Made made(int process, Call call) {
        return new Made(process, call, OptionalInt.empty());
    }

    private static Made socket(int process, int name) {
        return new Made(process, new Call.Socket(2, 1, 6), OptionalInt.of(name));
    }

    private static final CallRace RACE = new CallRace(
            List.of(socket(1, 3), made(1, new Call.SetLinger(3, true, 0)), socket(2, 3)),
            List.of(List.of(made(1, new Call.GetSockName(3)), made(1, new Call.Close(3))),
                    List.of(made(2, new Call.Bind(3, Family.INET.loopback(12_345))), made(2, new Call.Listen(3, 8)))),
            List.of(made(2, new Call.GetSockName(3))));

    private static RaceHistogram histogram(CallRace race) {
        return new RaceHistogram(race, 0, 1, List.of(), 0, 0);
    }

    /** Shrinks a race that ends in the forbidden way as long as a condition holds. */
    private static CallRace shrunk(Predicate<CallRace> endsSo) {
        return new RaceShrinker(race -> Optional.of(race).filter(endsSo).map(RaceShrinkerTest::histogram))
                .shrink(histogram(RACE)).race();
    }

    @Test
    void whatIsNotNeededIsLeftOut() {
        CallRace small = shrunk(race -> race.racing().get(1).size() == 2);

        assertThat(small.before()).isEmpty();
        assertThat(small.racing()).containsExactly(List.of(), RACE.racing().get(1));
        assertThat(small.after()).isEmpty();
    }

    @Test
    void whatIsNeededStays() {
        assertThat(shrunk(RACE::equals)).isEqualTo(RACE);
    }

    /** Otherwise the close would leave a connection in TIME_WAIT. */
    @Test
    void aSocketThatIsClosedInTheRaceKeepsItsLinger() {
        CallRace small = shrunk(race -> race.racing().get(0).stream().anyMatch(one -> one.call() instanceof Call.Close));

        assertThat(small.before()).containsExactly(RACE.before().get(1));
        assertThat(small.racing()).containsExactly(List.of(RACE.racing().get(0).get(1)), List.of());
    }

    @Test
    void itsTriesAreFew() {
        List<CallRace> tried = new ArrayList<>();
        List<Made> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(made(1, new Call.GetSockName(3)));
        }
        new RaceShrinker(race -> {
            tried.add(race);
            return Optional.empty();
        }).shrink(histogram(new CallRace(many, List.of(List.of(), List.of()), List.of())));
        assertThat(tried).hasSize(40);
    }
}
