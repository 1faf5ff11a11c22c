package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.RaceJudge.Explained;
import org.reuseaddr.model.RaceJudge.ObservedRace;
import org.reuseaddr.model.RaceJudge.Overlap;
import org.reuseaddr.model.RaceJudge.RaceMoment;
import org.reuseaddr.model.RaceJudge.RaceRuling;
import org.reuseaddr.model.RaceJudge.Unexplained;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

/** Answers of processes that called at the same moment, as strace writes them. */
class RaceJudgeTest {

    private static final String BIND =
            "bind(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = ";
    private static final String CONNECT =
            "connect(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = ";
    private static final String SOCKET = "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3";
    private static final String BLOCKING = SOCKET.replace("|SOCK_NONBLOCK", "");
    private static final String REUSEADDR = "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0";
    private static final String LISTEN = "listen(3, 8) = ";
    private static final String CLOSE = "close(3) = 0";
    private static final String IN_USE = "-1 EADDRINUSE (Address already in use)";
    private static final String IN_PROGRESS = "-1 EINPROGRESS (Operation now in progress)";

    private final RaceJudge judge = new RaceJudge(LinuxTcp.REFERENCE);

    private static List<Step> calls(int process, String... lines) {
        return Stream.of(lines).map(line -> step(process, line)).toList();
    }

    private static Step step(int process, String line) {
        try {
            Step step = TranscriptParser.parseStep("test", line);
            return new Step(process, step.call(), step.outcome());
        } catch (TranscriptException e) {
            throw new IllegalArgumentException(line, e);
        }
    }

    private static List<Step> joined(List<Step> first, List<Step> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static final List<Step> TWO_SOCKETS = joined(calls(1, SOCKET), calls(2, SOCKET));
    private static final List<Step> TWO_BOUND = joined(calls(1, SOCKET, REUSEADDR, BIND + "0"), calls(2, SOCKET, REUSEADDR, BIND + "0"));

    private static RaceMoment moment(int racer, int call) {
        return new RaceMoment(racer, call, false);
    }

    private static RaceMoment begins(int racer, int call) {
        return new RaceMoment(racer, call, true);
    }

    private RaceRuling race(List<Step> before, List<Step> first, List<Step> second, Step... after) {
        return judge.judge(new ObservedRace(before, List.of(first, second), List.of(after)));
    }

    @Test
    void ofTwoBindsWhicheverWinsIsExplainedByItsOrder() {
        assertThat(race(TWO_SOCKETS, calls(1, BIND + "0"), calls(2, BIND + IN_USE)))
                .isEqualTo(new Explained(List.of(moment(0, 0), moment(1, 0)), Set.of()));
        assertThat(race(TWO_SOCKETS, calls(1, BIND + IN_USE), calls(2, BIND + "0")))
                .isEqualTo(new Explained(List.of(moment(1, 0), moment(0, 0)), Set.of()));
    }

    /** Seen on an emulated Linux 6.1: ksoftirqd had not delivered the SYN yet. */
    @Test
    void whatAConnectHasSentMayBeHandledLater() {
        List<Step> client = calls(2, SOCKET, CONNECT + IN_PROGRESS, CONNECT + "-1 EALREADY (Operation already in progress)");
        List<Step> listening = calls(1, SOCKET, BIND + "0", LISTEN + "0");
        for (String accepted : List.of("-1 EAGAIN (Resource temporarily unavailable)", "4")) {
            assertThat(race(listening, client, calls(1, "accept4(3, NULL, NULL, SOCK_NONBLOCK) = " + accepted)))
                    .isInstanceOfSatisfying(Explained.class, ruling -> assertThat(ruling.overlaps()).containsExactly(Overlap.DELIVERY));
        }
        Step nobody = step(1, "accept4(3, NULL, NULL, SOCK_NONBLOCK) = -1 EAGAIN (Resource temporarily unavailable)");
        assertThat(race(listening, calls(2, SOCKET, CONNECT + IN_PROGRESS), calls(3, SOCKET), nobody))
                .isInstanceOfSatisfying(Explained.class, ruling -> assertThat(ruling.overlaps()).containsExactly(Overlap.DELIVERY));
        // That excuses nothing else, and no connect that has ended.
        assertThat(race(calls(1, SOCKET), calls(2, BLOCKING, CONNECT + "-1 ECONNREFUSED (Connection refused)"), calls(3, SOCKET)))
                .isInstanceOf(Explained.class);
        assertThat(race(calls(1, SOCKET), calls(2, BLOCKING, CONNECT + "-1 ECONNREFUSED (Connection refused)",
                CONNECT + "-1 EALREADY (Operation already in progress)"), calls(3, SOCKET))).isInstanceOf(Unexplained.class);
        assertThat(race(joined(listening, calls(2, SOCKET, CONNECT + IN_PROGRESS)), calls(3, SOCKET, BIND + "0"), calls(1, CLOSE)))
                .isInstanceOf(Explained.class);
        assertThat(race(joined(listening, calls(2, SOCKET, CONNECT + IN_PROGRESS)), calls(3, SOCKET, BIND + "0"),
                calls(1, "getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, [1], [4]) = 0"))).isInstanceOf(Unexplained.class);
    }

    /** What was made before the race was not made beside it. */
    @Test
    void aRacingCallIsNotMadeBeforeWhatComesBeforeTheRace() {
        List<Step> closed = calls(1, SOCKET, BIND + "0", CLOSE);
        assertThat(race(closed, calls(2, SOCKET, BIND + "0"), calls(3, SOCKET))).isInstanceOf(Explained.class);
        assertThat(race(closed, calls(2, SOCKET, BIND + IN_USE), calls(3, SOCKET))).isInstanceOf(Unexplained.class);
    }

    @Test
    void noOrderRefusesBothBinds() {
        assertThat(race(TWO_SOCKETS, calls(1, BIND + IN_USE), calls(2, BIND + IN_USE)))
                .isInstanceOfSatisfying(Unexplained.class, ruling -> {
                    assertThat(ruling.allowed()).extracting(Allowed::reason).containsExactly(Rule.PORT_IS_FREE);
                    assertThat(ruling.promised()).isTrue();
                });
    }

    @Test
    void twoListenersAreForbiddenAndTheRuleIsNamed() {
        assertThat(race(TWO_BOUND, calls(1, LISTEN + "0"), calls(2, LISTEN + "0"))).isInstanceOfSatisfying(Unexplained.class, ruling -> {
            assertThat(ruling.allowed()).extracting(Allowed::reason).containsExactly(Rule.LISTENER_EXCLUDES_LISTENER);
            assertThat(ruling.divergent().call().name()).isEqualTo("listen");
            assertThat(ruling.promised()).isTrue();
        });
    }

    /** One that does not listen, whatever listen returned, is as released kernels do it; one that does is not. */
    @Test
    void whatIsSeenAfterwardsCounts() {
        RaceJudge quirk = new RaceJudge(new LinuxTcp(EnumSet.of(Quirk.LISTEN_HIDES_REFUSAL)));
        for (int second = 0; second <= 1; second++) {
            ObservedRace observed = new ObservedRace(TWO_BOUND, List.of(calls(1, LISTEN + "0"), calls(2, LISTEN + "0")), joined(
                    calls(1, "getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, [1], [4]) = 0"),
                    calls(2, "getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, [" + second + "], [4]) = 0")));
            assertThat(quirk.judge(observed)).isInstanceOf(second == 0 ? Explained.class : Unexplained.class);
            assertThat(judge.judge(observed)).isInstanceOf(Unexplained.class);
        }
    }

    @Test
    void aProcessMakesItsCallsInTheirOrder() {
        List<Step> listens = calls(1, SOCKET, BIND + "0", LISTEN + "0");
        List<Step> before = joined(listens, calls(2, SOCKET));

        assertThat(race(before, calls(1, CLOSE), calls(2, BIND + IN_USE, BIND + "0")))
                .isEqualTo(new Explained(List.of(moment(1, 0), moment(0, 0), moment(1, 1)), Set.of()));
        assertThat(race(before, calls(1, CLOSE), calls(2, BIND + "0", BIND + IN_USE))).isInstanceOf(Unexplained.class);
    }

    /** Seen on Linux in some rounds of 20,000: each finds the other one listening already. */
    @Test
    void twoThatListenAtTheSameMomentMayRefuseEachOther() {
        assertThat(race(TWO_BOUND, calls(1, LISTEN + IN_USE), calls(2, LISTEN + IN_USE)))
                .isEqualTo(new Explained(List.of(begins(0, 0), begins(1, 0), moment(0, 0), moment(1, 0)), Set.of(Overlap.LISTEN)));
    }

    @Test
    void aBindMayBeRefusedByAListenThatFailsInTheEnd() {
        List<Step> before = joined(TWO_BOUND, calls(3, SOCKET, REUSEADDR));
        ObservedRace observed = new ObservedRace(before, List.of(calls(1, LISTEN + IN_USE), calls(2, LISTEN + IN_USE, CLOSE),
                calls(3, BIND + IN_USE)), List.of());
        assertThat(judge.judge(observed)).isInstanceOfSatisfying(Explained.class,
                ruling -> assertThat(ruling.overlaps()).containsExactly(Overlap.LISTEN));
    }

    /** Not so where one of them came back before the other was called. */
    @Test
    void aListenThatIsOverRefusesNobody() {
        assertThat(race(TWO_BOUND, calls(1, LISTEN + IN_USE, CLOSE), calls(2, CLOSE))).isInstanceOf(Unexplained.class);
    }

    /** A bind of one address shows that the listening is over, one of the other that the port is still held. */
    @Test
    void aCloseEndsTheListeningBeforeItGivesUpThePort() {
        List<Step> before = joined(calls(1, SOCKET, REUSEADDR, BIND + "0", LISTEN + "0"), calls(2, SOCKET, REUSEADDR,
                SOCKET.replace("= 3", "= 4")));
        assertThat(race(before, calls(1, CLOSE), calls(2, BIND + "0", CLOSE, BIND.replace("bind(3", "bind(4") + IN_USE)))
                .isEqualTo(new Explained(List.of(begins(0, 0), moment(1, 0), moment(1, 1), moment(1, 2), moment(0, 0)),
                        Set.of(Overlap.STOP)));
    }

    @Test
    void aConnectThatMeetsAListenerBeingClosedMayBeLeftWaiting() {
        List<Step> before = joined(calls(1, SOCKET, BIND + "0", LISTEN + "0"), calls(2, SOCKET));
        Step nothing = step(2, "poll([{fd=3, events=POLLIN|POLLOUT}], 1, 0) = 0 (Timeout)");

        assertThat(race(before, calls(1, CLOSE), calls(2, CONNECT + IN_PROGRESS), nothing))
                .isEqualTo(new Explained(List.of(begins(0, 0), moment(1, 0), moment(0, 0)), Set.of(Overlap.STOP)));
        // Where nobody closes it, what the connect sent has not been handled yet, which an answer that it is under way must show.
        assertThat(race(before, calls(1, REUSEADDR), calls(2, CONNECT + IN_PROGRESS), nothing))
                .isInstanceOfSatisfying(Explained.class, ruling -> assertThat(ruling.overlaps()).containsExactly(Overlap.DELIVERY));
        assertThat(race(before, calls(1, REUSEADDR), calls(2, CONNECT + "-1 ECONNREFUSED (Connection refused)"), nothing))
                .isInstanceOf(Unexplained.class);
    }

    @Test
    void theWaysInWhichARaceMayEndAreThoseOfItsOrders() {
        ObservedRace listens = new ObservedRace(TWO_BOUND, List.of(calls(1, LISTEN + "0"), calls(2, LISTEN + "0")), List.of());
        Set<List<Answer>> ways = judge.allowed(listens, 100);

        assertThat(ways.stream().map(way -> way.subList(way.size() - 2, way.size()))).containsExactlyInAnyOrder(
                List.of(new Answer.Zero(), new Answer.Fails(Errno.EADDRINUSE)),
                List.of(new Answer.Fails(Errno.EADDRINUSE), new Answer.Zero()));
        assertThat(judge.allowed(listens, 1)).hasSize(1);
    }

    @Test
    void anAnswerBeforeTheRaceCountsToo() {
        List<Step> before = joined(calls(1, SOCKET, BIND + "0"), calls(2, SOCKET, BIND + "0"));
        assertThat(race(before, calls(1, CLOSE), calls(2, CLOSE))).isInstanceOfSatisfying(Unexplained.class,
                ruling -> assertThat(ruling.divergent()).isEqualTo(before.get(3)));
    }
}
