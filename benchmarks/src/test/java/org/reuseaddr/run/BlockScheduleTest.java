package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** When blocks begin, on a clock that only waiting and measuring advance. */
class BlockScheduleTest {

    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
    private static final Duration EVERY = Duration.ofMinutes(20);

    private final List<String> events = new ArrayList<>();
    private final TreeSet<Integer> due = new TreeSet<>(List.of(1, 2, 3));
    private Duration measuring = Duration.ofMinutes(5);
    private Duration asking = Duration.ZERO;
    private Instant now = NOON;
    /** Of the clock that nobody can set. */
    private Duration elapsed = Duration.ofDays(-1);
    private Duration setWhileMeasuring = Duration.ZERO;
    private int endedInWait;
    private int overInBlock;
    private int waits;

    private final Pause pause = new Pause() {
        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanos() {
            return elapsed.toNanos();
        }

        @Override
        public boolean await(Duration time) {
            assertThat(time).isPositive();
            waits++;
            pass(time);
            return waits != endedInWait;
        }

        @Override
        public void end() {
            throw new AssertionError("nobody ends it but a signal");
        }
    };

    private void pass(Duration time) {
        elapsed = elapsed.plus(time);
        now = now.plus(time);
    }

    private String minute() {
        return Long.toString(Duration.between(NOON, now).toMinutes());
    }

    private BlockSchedule schedule(Map<Integer, Instant> begun) {
        return new BlockSchedule(new Blocks(3, EVERY, new TreeMap<>(begun)), pause);
    }

    private void run(Map<Integer, Instant> begun) {
        schedule(begun).run(new BlockSchedule.Work() {
            @Override
            public boolean isDue(int block) {
                pass(asking);
                return due.contains(block);
            }

            @Override
            public void begins(int block, Instant when) {
                assertThat(when).isEqualTo(now);
                events.add(block + " begins at " + minute());
            }

            @Override
            public boolean measure(int block) {
                pass(measuring);
                now = now.plus(setWhileMeasuring);
                due.remove(block);
                return block != overInBlock;
            }

            @Override
            public void waits(int block, Instant begins) {
                events.add(block + " waits from " + minute() + " to " + Duration.between(NOON, begins).toMinutes());
            }

            @Override
            public void isLate(int block, Duration took) {
                events.add(block + " late after " + took.toMinutes());
            }
        });
    }

    @Test
    void blocksBeginEveryTwentyMinutesAndNothingIsMeasuredBetween() {
        run(Map.of());

        assertThat(events).containsExactly("1 begins at 0", "2 waits from 5 to 20", "2 begins at 20", "3 waits from 25 to 40",
                "3 begins at 40");
        assertThat(waits).as("one wait a block, no polling").isEqualTo(2);
    }

    @Test
    void aBlockThatTakesLongerIsFollowedAtOnceWhichIsSaid() {
        measuring = Duration.ofMinutes(22);
        run(Map.of());

        assertThat(events).containsExactly("1 begins at 0", "2 late after 22", "2 begins at 22", "3 late after 22", "3 begins at 44");
    }

    @Test
    void aBlockThatTakesJustAsLongIsNotLate() {
        measuring = EVERY;
        run(Map.of());

        assertThat(events).containsExactly("1 begins at 0", "2 begins at 20", "3 begins at 40");
    }

    @Test
    void aSignalInTheWaitEndsTheRun() {
        endedInWait = 1;
        run(Map.of());

        assertThat(events).containsExactly("1 begins at 0", "2 waits from 5 to 20");
    }

    @Test
    void aRunThatIsOverBeginsNoFurtherBlock() {
        overInBlock = 2;
        run(Map.of());

        assertThat(events).last().isEqualTo("2 begins at 20");
    }

    @Test
    void aRunThatWasEndedBetweenBlocksGoesOnWithThoseThatAreMissing() {
        due.remove(1);
        run(Map.of(1, NOON.minus(Duration.ofMinutes(8))));

        assertThat(events).as("as long after the first block as if it had not been ended").containsExactly("2 waits from 0 to 12",
                "2 begins at 12", "3 waits from 17 to 32", "3 begins at 32");
    }

    @Test
    void aRunThatIsResumedNextDayDoesNotWait() {
        due.remove(1);
        asking = Duration.ofSeconds(1);
        run(Map.of(1, NOON.minus(Duration.ofDays(1))));

        assertThat(events).as("nor is the second block late: nobody waited for it").startsWith("2 begins at 0", "3 waits from 5 to 20");
    }

    @Test
    void aBlockThatWasCutShortIsFinishedAtOnce() {
        due.remove(1);
        run(Map.of(1, NOON.minus(Duration.ofMinutes(15)), 2, NOON.minus(Duration.ofMinutes(5))));

        assertThat(events).as("the third one is counted from the second session").startsWith("2 begins at 0", "3 waits from 5 to 20");
    }

    @Test
    void aClockThatWasSetBackMakesNoWaitLonger() {
        due.remove(1);
        run(Map.of(1, NOON.plus(Duration.ofDays(400))));
        assertThat(events).startsWith("2 waits from 0 to 20");

        events.clear();
        due.addAll(List.of(2, 3));
        run(Map.of(1, Instant.MAX));
        assertThat(events).element(0).asString().startsWith("2 waits");
    }

    @Test
    void aClockThatIsSetDuringARunChangesNothing() {
        setWhileMeasuring = Duration.ofHours(-5);
        run(Map.of());

        assertThat(events).as("five hours back while a block is measured").containsExactly("1 begins at 0", "2 waits from -295 to -280",
                "2 begins at -280", "3 waits from -575 to -560", "3 begins at -560");
        assertThat(elapsed).isEqualTo(Duration.ofDays(-1).plusMinutes(45));
    }

    @Test
    void whatIsLeftContainsTheWaits() {
        Duration block = Duration.ofMinutes(5);
        assertThat(schedule(Map.of()).left(1, block, block)).isEqualTo(Duration.ofMinutes(45));
        assertThat(schedule(Map.of(1, NOON, 2, NOON)).left(2, Duration.ofMinutes(30), block)).isEqualTo(Duration.ofMinutes(35));
        assertThat(schedule(Map.of()).left(3, Duration.ofMinutes(2), block)).isEqualTo(Duration.ofMinutes(2));
        Duration longer = Duration.ofMinutes(30);
        assertThat(schedule(Map.of()).left(1, longer, longer)).isEqualTo(Duration.ofMinutes(90));
    }

    @Test
    void blocksAreAlike() {
        Blocks three = Blocks.of(3, EVERY);

        assertThat(three.forksOfEach(5)).isEqualTo(2);
        assertThat(three.forksOfEach(6)).isEqualTo(2);
        assertThat(three.forksOfEach(1)).isEqualTo(1);
        for (int count : new int[] {Integer.MIN_VALUE, -1, 0, 1, Blocks.MOST + 1}) {
            assertThatThrownBy(() -> Blocks.of(count, EVERY)).isInstanceOf(UsageException.class)
                    .hasMessage("--blocks: expected a number from 2 to 100, found " + count);
        }
    }
}
