package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reuseaddr.model.RaceJudge.Explained;
import org.reuseaddr.model.RaceJudge.Overlap;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.replay.RaceExploration.RacePlan;
import org.reuseaddr.replay.RaceExploration.RaceTotals;
import org.reuseaddr.replay.RaceRounds.RoundCounts;
import org.reuseaddr.replay.RaceRounds.RoundEnding;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/** Races on the kernel that runs the test: it is Linux, and some order must explain every round. */
@Timeout(60)
class RaceExplorationTest {

    private static final Outcome ZERO = new Outcome.Plain(new SyscallResult.Returned(0));
    private static final Outcome IN_USE = new Outcome.Plain(new SyscallResult.Failed(Errno.EADDRINUSE));

    private static RacePlan plan(long count, int processes, int rounds) {
        return new RacePlan(1, count, Duration.ofMinutes(5), processes, rounds, 10_240, 32_767, 1_000, false);
    }

    @Test
    void everyRoundHereIsExplained() {
        List<RaceHistogram> made = new ArrayList<>();
        RaceExploration exploration = new RaceExploration(plan(6, 3, 50), HeldPorts.now(), made::add, found -> {
        });
        RaceTotals done = exploration.run(progress -> {
        });

        assertThat(exploration.groups()).isEmpty();
        assertThat(exploration.failure()).isEmpty();
        assertThat(done.races()).isEqualTo(6);
        assertThat(made).allSatisfy(histogram -> {
            assertThat(histogram.rounds()).isPositive();
            assertThat(histogram.endings().stream().mapToInt(RaceHistogram.JudgedEnding::times).sum()).isEqualTo(histogram.rounds());
            assertThat(histogram.waysSeen()).isPositive().isLessThanOrEqualTo(histogram.ways());
        });
    }

    @Test
    void itEndsWhenItIsStopped() {
        List<RaceTotals> seen = new ArrayList<>();
        RaceExploration exploration = new RaceExploration(plan(Long.MAX_VALUE, 2, 10), HeldPorts.now(), made -> {
        }, found -> {
        });
        exploration.run(progress -> {
            seen.add(progress);
            exploration.stop();
        });
        assertThat(seen).hasSize(1);
    }

    private static Made made(int process, Call call) {
        return new Made(process, call, call instanceof Call.MakesDescriptor ? OptionalInt.of(3) : OptionalInt.empty());
    }

    /** Two sockets that are bound with SO_REUSEADDR listen. */
    private static CallRace twoListens() {
        List<Made> before = new ArrayList<>();
        for (int process = 1; process <= 2; process++) {
            before.add(made(process, new Call.Socket(2, 1, 6)));
            before.add(made(process, new Call.SetOption(3, SocketOption.SO_REUSEADDR, 1)));
            before.add(made(process, new Call.Bind(3, Family.INET.loopback(12_345))));
        }
        return new CallRace(before, List.of(List.of(made(1, new Call.Listen(3, 8))), List.of(made(2, new Call.Listen(3, 8)))), List.of());
    }

    private static RoundEnding ending(int times, Outcome first, Outcome second) {
        Outcome socket = new Outcome.Plain(new SyscallResult.Returned(3));
        return new RoundEnding(times, List.of(socket, ZERO, ZERO, socket, ZERO, ZERO, first, second));
    }

    @Test
    void anEndingIsGradedByWhatExplainsItAndHowRareItIs() {
        RaceHistogram histogram = RaceHistogram.of(twoListens(), 0, new RoundCounts(10_001, List.of(ending(9_990, ZERO, IN_USE),
                ending(9, IN_USE, ZERO), ending(1, IN_USE, IN_USE), ending(1, ZERO, ZERO))), Set.of());

        assertThat(histogram.endings()).extracting(histogram::grade).containsExactly(RaceGrade.ACCEPTABLE, RaceGrade.INTERESTING,
                RaceGrade.INTERESTING, RaceGrade.KNOWN);
        assertThat(histogram.ways()).isEqualTo(2);
        assertThat(histogram.waysSeen()).isEqualTo(2);
        assertThat(histogram.endings().get(2).ruling()).isInstanceOfSatisfying(Explained.class,
                explained -> assertThat(explained.overlaps()).containsExactly(Overlap.LISTEN));
    }
}
