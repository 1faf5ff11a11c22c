package org.reuseaddr.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The port tracker does to C programs and JVMs what its options say. A machine that cannot is reported as aborted. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TrackerIT {

    private static final Tracker TRACKER = Tracker.compile();
    private static final Pattern INTERRUPTED =
            Pattern.compile("bind EINTR (\\d+) of \\d+\nlisten EINTR (\\d+) of \\d+");
    /** Below the ephemeral range, and where neither scenarios nor unrelated processes of other tests have theirs. */
    private static final String SIX_PORTS = "bind 8101 8102 8103 8104 8105 8106";

    @BeforeAll
    static void thisMachineTrapsSystemCalls() throws IOException {
        Tracker.Ended ended = TRACKER.command("", List.of("true"));
        assumeThat(ended.status()).as(ended.output()).isNotEqualTo(Tracker.CANNOT_HERE);
        assertThat(ended.status()).as(ended.output()).isZero();
    }

    private static Tracker.Ended filtered(String options, String arguments) throws IOException {
        Tracker.Ended ended = TRACKER.tracked("--filter " + options, arguments);
        assumeThat(ended.status()).as(ended.output()).isNotEqualTo(Tracker.CANNOT_HERE);
        assertThat(ended.status()).as(ended.output()).isZero();
        return ended;
    }

    /** Interrupted calls of {@code tracker-probe signals}, bind and listen together. */
    private static int interrupted(Tracker.Ended ended) {
        Matcher matcher = INTERRUPTED.matcher(ended.output());
        assertThat(matcher.matches()).as(ended.output()).isTrue();
        return Integer.parseInt(matcher.group(1)) + Integer.parseInt(matcher.group(2));
    }

    @Test
    void everyBindIsCountedAndThePortsAskedOnce() throws IOException {
        Tracker.Ended ended = TRACKER.tracked("", SIX_PORTS + " 8101");

        assertThat(ended.output()).isEqualTo("8101 0\n8102 0\n8103 0\n8104 0\n8105 0\n8106 0\n8101 0");
        assertThat(ended.count("notifications")).isEqualTo(7);
        assertThat(ended.count("binds")).isEqualTo(7);
        assertThat(ended.count("listens")).isZero();
        assertThat(ended.count("different_ports")).isEqualTo(6);
        assertThat(ended.count("from_table")).isEqualTo(1);
    }

    @Test
    void aSlowHostAndTheWaitBeforeTheFixAreCounted() throws IOException {
        Tracker.Ended ended = TRACKER.tracked("--before-fix --delay 7", SIX_PORTS + " 8101");

        assertThat(ended.count("delays")).isEqualTo(6);
        assertThat(ended.count("delay_ms")).isEqualTo(42);
        assertThat(ended.count("waits")).isEqualTo(7);
        assertThat(ended.count("wait_ms")).isEqualTo(70);
        assertThat(TRACKER.tracked("", SIX_PORTS).count("waits")).isZero();
    }

    @Test
    void everyThirdNewPortIsRefused() throws IOException {
        Tracker.Ended ended = TRACKER.tracked("--refuse-every 3", SIX_PORTS);

        assertThat(ended.output())
                .isEqualTo("8101 0\n8102 0\n8103 EADDRINUSE\n8104 0\n8105 0\n8106 EADDRINUSE");
        assertThat(ended.count("refused")).isEqualTo(2);
    }

    @Test
    void aRangeIsRefusedAndItsNeighbourIsNot() throws IOException {
        assertThat(TRACKER.tracked("--refuse-range 8103-8104", SIX_PORTS).output())
                .isEqualTo("8101 0\n8102 0\n8103 EADDRINUSE\n8104 EADDRINUSE\n8105 0\n8106 0");
    }

    @Test
    void anHresultIsWhatBindReturns() throws IOException {
        assertThat(TRACKER.tracked("--refuse-range 8102-8102 --hresult", "bind 8101 8102").output())
                .isEqualTo("8101 0\n8102 2147014848");
    }

    @Test
    void aReceivedCallIsInterruptedUnlessTheWaitIsKillable() throws IOException {
        // The signal comes 300 ms into a wait of 600 ms: the call has long been received, however busy the machine is.
        assertThat(interrupted(TRACKER.tracked("--wait 600", "signals 1 3 300000"))).isPositive();
        Tracker.Ended killable = TRACKER.tracked("--wait 600 --wait-killable", "signals 1 3 300000");
        assertThat(interrupted(killable)).isZero();
        assertThat(killable.count("interrupted")).isZero();
        assertThat(interrupted(TRACKER.untracked("signals 2 200 1000"))).isZero();
    }

    @Test
    void aCallThatIsNotReceivedYetIsInterruptedAllTheSame() throws IOException {
        assertThat(interrupted(TRACKER.tracked("--before-fix --wait-killable", "signals 2 20 1000"))).isPositive();
    }

    @Test
    void thePortOfAClosedSocketIsTakenWhileTheTrackerHoldsADuplicate() throws IOException {
        assertThat(TRACKER.tracked("--hold-duplicate 2000", "rebind 5").output()).isEqualTo("EADDRINUSE 5 of 5");
        Tracker.Ended released = TRACKER.tracked("", "rebind 5");
        assertThat(released.output()).isEqualTo("EADDRINUSE 0 of 5");
        assertThat(released.count("port_zero")).isEqualTo(5);
        assertThat(released.count("duplicates_held")).isZero();
    }

    @Test
    void connectionsReachWhatTheHostWasToldOf() throws IOException {
        for (String way : List.of("bound", "fixed", "autobind", "thread")) {
            assertThat(filtered("", "reach " + way + " 3").output()).as(way).isEqualTo("reached 3 of 3");
        }
    }

    @Test
    void connectionsDoNotReachWhatTheHostWasNotToldOf() throws IOException {
        Tracker.Ended autobind = filtered("--miss-autobind", "reach autobind 2");
        assertThat(autobind.output()).isEqualTo("reached 0 of 2");
        assertThat(autobind.count("missed")).isEqualTo(2);
        assertThat(filtered("--miss-autobind", "reach bound 2").output()).isEqualTo("reached 2 of 2");
        assertThat(filtered("--miss-threads", "reach thread 2").output()).isEqualTo("reached 0 of 2");
        assertThat(filtered("--miss-threads", "reach bound 2").output()).isEqualTo("reached 2 of 2");
    }

    @Test
    void freshPortsBecomeUnreachableAndAFixedOneDoesNot() throws IOException {
        assertThat(filtered("--reach-at-most 3", "reach bound 5").output()).isEqualTo("reached 3 of 5");
        assertThat(filtered("--reach-at-most 3", "reach fixed 5").output()).isEqualTo("reached 5 of 5");
    }

    @Test
    void aPortIsGivenBackToTheHostOnceAPollHasSeenItFree() throws IOException {
        List<String> idle = List.of("sh", "-c", "target/tracker-probe bind 8101 && sleep 2");
        assertThat(TRACKER.command("--release 0", idle).count("released")).isEqualTo(1);
        Tracker.Ended kept = TRACKER.command("", idle);
        assertThat(kept.count("polls")).isPositive();
        assertThat(kept.count("released")).isZero();
        assertThat(kept.count("reserved")).isEqualTo(1);
    }

    @Test
    void aJvmAndTheJvmItStartsAreTracked() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Tracker.Ended ended = TRACKER.command("", List.of("sh", "-c", "\"$@\" & wait", "sh",
                java, "-cp", "target/test-classes", TwoListeners.class.getName()));

        assertThat(ended.output()).isEqualTo("refused");
        assertThat(ended.count("port_zero")).isEqualTo(1);
        // The second bind asks for the port that the first one got.
        assertThat(ended.count("binds")).isEqualTo(2);
        assertThat(ended.count("from_table")).isEqualTo(1);
    }

    @Test
    void theStatusIsTheCommandsAndNothingIsLeftBehind() throws IOException {
        Tracker.Ended ended = TRACKER.command("",
                List.of("sh", "-c", "setsid sleep 600 >/dev/null 2>&1 & echo $!; exit 5"));

        assertThat(ended.status()).isEqualTo(5);
        assertThat(ProcessHandle.of(Long.parseLong(ended.output()))).isEmpty();
        assertThat(TRACKER.command("", List.of("sh", "-c", "kill -TERM $$")).status()).isEqualTo(143);
    }

    @Test
    void wrongUseIsOneLine() throws IOException {
        assertThat(TRACKER.command("--delay soon", List.of("true")))
                .isEqualTo(new Tracker.Ended(2, "tracker: --delay: soon is no number from 0 to 60000", Map.of()));
        assertThat(TRACKER.command("--hresult", List.of("true")).status()).isEqualTo(2);
        assertThat(TRACKER.command("", List.of("./no-such-program")).status()).isEqualTo(127);
        assertThat(TRACKER.command("", List.of("target/tracker", "--", "true")).output())
                .startsWith("tracker: another seccomp listener").doesNotContain("\n");
    }
}
