package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.CallRule;
import org.reuseaddr.model.Rule;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.platform.NetCounters;
import org.reuseaddr.transcript.TranscriptPrinter;

/** Random sequences on the kernel that runs the test: it is Linux, and everything that it answers must be allowed. */
class ExplorationTest {

    private static final int LOW = 10_240;
    private static final int HIGH = 32_767;

    private static Exploration exploration(long seed, long count, int processes, int calls, int ports) {
        return new Exploration(new Exploration.Bounds(seed, count, Duration.ofMinutes(5), processes, 2, calls, LOW, HIGH, ports,
                false), HeldPorts.now(), NetCounters::lostTimeWaits, difference -> {
                });
    }

    private static List<String> differences(Exploration exploration) {
        return exploration.groups().stream().filter(group -> group.smallest().quirks().isEmpty())
                .map(group -> group.smallest().observed().stream().map(TranscriptPrinter::line).collect(Collectors.joining("\n"))
                        + "\nbut Linux: " + group.smallest().allowed().get(0).answer().inWords())
                .toList();
    }

    @Test
    void thisKernelAnswersAsTheModelAllows() {
        Exploration exploration = exploration(1, 6_000, 2, 12, 8_192);

        Exploration.Totals done = exploration.run(progress -> {
        });

        assertThat(differences(exploration)).isEmpty();
        assertThat(done.sequences()).isEqualTo(6_000);
        assertThat(exploration.decided()).containsKeys(Rule.LISTENER_EXCLUDES, Rule.BOUND_EXCLUDES, Rule.REUSEADDR_SHARES_BOUND,
                CallRule.ACCEPTS, CallRule.LISTENER_STOPS, CallRule.QUEUE_IS_FULL, CallRule.TELLS_HOW_CONNECT_ENDED,
                Rule.REUSEPORT_SKIPS_CHECK);
        if (exploration.leftOut().isEmpty()) {
            assertThat(exploration.decided()).containsKeys(Rule.OTHER_USER_EXCLUDED, CallRule.SETS_PORT_RANGE, CallRule.PORT_OF_RANGE,
                    CallRule.PORT_RANGE_IS_EXHAUSTED);
        }
    }

    @Test
    @Tag("slow")
    void soItDoesInLongSequences() {
        Exploration exploration = exploration(2, 8_000, 3, 40, 8_192);

        exploration.run(progress -> {
        });

        assertThat(differences(exploration)).isEmpty();
    }

    @Test
    void theSameSeedMakesTheSameSequences() {
        assertThat(decided(3)).isEqualTo(decided(3)).isNotEqualTo(decided(4));
    }

    private static String decided(long seed) {
        Exploration exploration = exploration(seed, 200, 1, 12, 8_192);
        exploration.run(progress -> {
        });
        return exploration.decided().entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).sorted()
                .collect(Collectors.joining(" "));
    }

    @Test
    void fewPortsAreTaken() {
        Exploration exploration = exploration(5, 400, 1, 12, 50);

        exploration.run(progress -> {
        });

        assertThat(exploration.portsUsed()).isLessThanOrEqualTo(50);
    }

    /** One sequence in 64 leaves something on its ports: 64 ports last for some 2,000 sequences. */
    @Test
    void itDoesNotWaitForPortsThatRest() {
        Exploration exploration = exploration(5, Exploration.Bounds.UNCOUNTED, 1, 12, 64);

        Exploration.Totals totals = exploration.run(progress -> {
            if (progress.sequences() > 20_000) {
                exploration.stop();
            }
        });

        // In the time that it has: five minutes, in which 64 ports would last for 10,000 if it waited for them.
        assertThat(totals.sequences()).isGreaterThan(20_000);
        assertThat(exploration.portsUsed()).isLessThanOrEqualTo(64);
    }

    @Test
    void itEndsWhenItIsStopped() {
        Exploration exploration = exploration(6, Exploration.Bounds.UNCOUNTED, 1, 12, 8_192);
        List<Exploration.Totals> seen = new ArrayList<>();

        exploration.run(progress -> {
            seen.add(progress);
            exploration.stop();
        });

        assertThat(seen).hasSizeLessThan(100);
    }

    @Test
    void withoutAFreePortThereIsOneLine() {
        Set<Integer> held = IntStream.rangeClosed(LOW, HIGH).boxed().collect(Collectors.toSet());

        assertThatThrownBy(() -> new Exploration(new Exploration.Bounds(1, 1, Duration.ofSeconds(1), 1, 1, 1, LOW, HIGH, 1, false),
                held, () -> 0, difference -> {
                })).isInstanceOf(ReplayException.class).hasMessage("every port from 10240 to 32767 is in use");
    }
}
