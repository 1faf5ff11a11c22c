package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MeetingPointTest {

    private static final int ROUNDS = 200;
    private static final int A_MINUTE = 60_000;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(MeetingPoint.BYTES).order(ByteOrder.nativeOrder());

    private static <T> List<T> together(int racers, IntFunction<T> action) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(racers);
        try {
            List<Future<T>> results = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                int racer = i;
                results.add(threads.submit(() -> action.apply(racer)));
            }
            List<T> all = new ArrayList<>();
            for (Future<T> result : results) {
                all.add(result.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void nobodyLeavesBeforeAllHaveCome() throws Exception {
        AtomicInteger come = new AtomicInteger();
        List<Boolean> early = together(3, racer -> {
            MeetingPoint point = new MeetingPoint(memory, racer, 3);
            boolean tooEarly = false;
            for (int round = 1; round <= ROUNDS; round++) {
                come.incrementAndGet();
                point.meet();
                tooEarly |= come.get() < 3 * round;
                point.meet();
            }
            return tooEarly;
        });
        assertThat(early).containsOnly(false);
    }

    @Test
    void turnsComeInTheirOrder() throws Exception {
        List<Integer> taken = new ArrayList<>();
        together(2, racer -> {
            MeetingPoint point = new MeetingPoint(memory, racer, 2);
            for (int turn = racer; turn < ROUNDS; turn += 2) {
                point.awaitTurn(turn);
                taken.add(turn);
                point.endTurn(turn);
            }
            return racer;
        });
        assertThat(taken).hasSize(ROUNDS).isSorted();
    }

    @Test
    void allAgreeOnTheNumberOfRounds() throws Exception {
        List<Integer> rounds = together(3, racer -> {
            MeetingPoint point = new MeetingPoint(memory, racer, 3);
            point.begin(A_MINUTE);
            int round = 0;
            // What racers other than the first want makes no difference.
            while (point.meetForRound(racer != 0 || round < ROUNDS)) {
                round++;
            }
            return round;
        });
        assertThat(rounds).containsOnly(ROUNDS);
    }

    @Test
    void whoIsAskedToStopBeginsNoFurtherRound() throws Exception {
        assertThat(together(2, racer -> {
            MeetingPoint point = new MeetingPoint(memory, racer, 2);
            point.begin(A_MINUTE);
            while (point.meetForRound(true)) {
                MeetingPoint.askToStop(memory);
            }
            return racer;
        })).hasSize(2);
    }

    /** Not before the race's time and the grace after it are over, but at once. */
    @Test
    void aRacerThatFailedIsNotWaitedFor() {
        assertThatThrownBy(() -> together(2, racer -> {
            MeetingPoint point = new MeetingPoint(memory, racer, 2);
            point.begin(A_MINUTE);
            if (racer == 1) {
                MeetingPoint.giveUp(memory);
                return racer;
            }
            point.meet();
            return racer;
        })).hasRootCauseInstanceOf(ReplayException.class).hasRootCauseMessage("the other one of a race did not come");
    }
}
