package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.model.TraceModel.Judgement;
import org.reuseaddr.model.TraceModel.Possibility;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/** Which sockets a trace has left on a port, seen in what is said of the next bind or listen. */
class TraceModelSocketsTest {

    private static final int PORT = 23999;
    private static final SockAddr LOOPBACK = Family.INET.loopback(PORT);
    private static final SockAddr LOOPBACK_2 = new SockAddr.Inet4(127, 0, 0, 2, PORT);
    private static final SockAddr ANY = new SockAddr.Inet4(0, 0, 0, 0, PORT);
    private static final SyscallResult REFUSED = new SyscallResult.Failed(Errno.EADDRINUSE);
    private static final SyscallResult DONE = new SyscallResult.Returned(0);

    /** Each step of a trace by one process, which says what it did. */
    private static final class Trace {
        private final TraceModel model;
        private final List<Judgement> judged = new ArrayList<>();

        Trace(boolean closed) {
            model = new TraceModel(closed);
        }

        Trace step(int process, Call call, Outcome outcome) {
            judged.add(model.next(process, new Step(0, call, outcome)));
            return this;
        }

        Trace step(Call call, SyscallResult result) {
            return step(0, call, new Outcome.Plain(result));
        }

        Trace open(int process, int fd) {
            return step(process, new Call.Socket(Family.INET.number(), Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0),
                    new Outcome.Plain(new SyscallResult.Returned(fd)));
        }

        Trace open(int fd) {
            return open(0, fd);
        }

        Trace bind(int fd, SockAddr address) {
            return step(new Call.Bind(fd, address), DONE);
        }

        Trace listen(int fd) {
            return step(new Call.Listen(fd, 1), DONE);
        }

        Trace set(int fd, SocketOption option, int value) {
            return step(new Call.SetOption(fd, option, value), DONE);
        }

        Trace close(int fd) {
            return step(new Call.Close(fd), DONE);
        }

        Trace shows(int fd, SockAddr address) {
            return step(0, new Call.GetSockName(fd), new Outcome.WithAddress(new SyscallResult.Returned(0), address));
        }

        Trace listener(int fd, SockAddr address) {
            return open(fd).bind(fd, address).listen(fd);
        }

        /** What is said if a fresh socket binds the address now. */
        Judgement weighBind(SockAddr address, SyscallResult result) {
            open(9);
            return weigh(new Call.Bind(9, address), result);
        }

        Judgement weigh(Call call, SyscallResult result) {
            return model.weigh(0, new Step(0, call, new Outcome.Plain(result)));
        }

        boolean allMayBind(SockAddr address) {
            return weighBind(address, DONE).kind() == Possibility.POSSIBLE && weighBind(address, REFUSED).kind() != Possibility.POSSIBLE;
        }

        boolean isHeld(SockAddr address) {
            return weighBind(address, DONE).kind() == Possibility.IMPOSSIBLE && weighBind(address, REFUSED).kind() == Possibility.POSSIBLE;
        }

        /** Whether connections that may be left explain either answer. */
        boolean mayBeLeft(SockAddr address) {
            return weighBind(address, DONE).kind() == Possibility.POSSIBLE && weighBind(address, REFUSED).kind() == Possibility.POSSIBLE;
        }
    }

    private static Trace trace() {
        return new Trace(true);
    }

    @Test
    void aListenerHoldsItsAddressUntilItIsClosed() {
        assertThat(trace().listener(3, LOOPBACK).isHeld(LOOPBACK)).isTrue();
        assertThat(trace().listener(3, LOOPBACK).isHeld(ANY)).isTrue();
        assertThat(trace().listener(3, LOOPBACK).allMayBind(LOOPBACK_2)).isTrue();
        assertThat(trace().listener(3, LOOPBACK).allMayBind(LOOPBACK.withPort(PORT + 1))).isTrue();
        assertThat(trace().listener(3, LOOPBACK).close(3).allMayBind(LOOPBACK)).isTrue();
        assertThat(trace().listener(3, LOOPBACK).open(3).allMayBind(LOOPBACK)).as("its descriptor was given again").isTrue();
        assertThat(trace().listener(3, LOOPBACK).step(new Call.Close(3), new SyscallResult.Failed(Errno.EBADF)).isHeld(LOOPBACK)).isTrue();
    }

    @Test
    void socketsOfAnotherKindAreNotFollowed() {
        Trace trace = trace();
        trace.step(0, new Call.Socket(Family.INET.number(), 2, 0), new Outcome.Plain(new SyscallResult.Returned(3)));
        assertThat(trace.bind(3, LOOPBACK).allMayBind(LOOPBACK)).as("SOCK_DGRAM").isTrue();
        assertThat(trace.judged).extracting(Judgement::kind).containsOnly(Possibility.NOT_JUDGED);
    }

    /** The refusal names the socket that came first to the address, and what it does. */
    @Test
    void theSocketThatRefusesIsNamed() {
        Trace bound = trace().open(3).set(3, SocketOption.SO_REUSEADDR, 1).bind(3, LOOPBACK)
                .open(4).set(4, SocketOption.SO_REUSEADDR, 1).bind(4, LOOPBACK).listener(5, LOOPBACK_2);
        assertThat(bound.weighBind(LOOPBACK, REFUSED).because()).isEqualTo("fd 3 is bound to 127.0.0.1:23999 since call 3");
        assertThat(bound.weighBind(LOOPBACK_2, REFUSED).because()).isEqualTo("fd 5 listens on 127.0.0.2:23999 since call 9");
        assertThat(bound.weighBind(LOOPBACK.withPort(1024), REFUSED).because()).isEqualTo("no socket of the trace holds 127.0.0.1:1024");
        Trace again = trace().listener(3, LOOPBACK).listen(3);
        assertThat(again.weighBind(LOOPBACK, REFUSED).because()).isEqualTo("fd 3 listens on 127.0.0.1:23999 since call 3");
        assertThat(bound.model.weigh(7, new Step(0, new Call.Bind(3, LOOPBACK), new Outcome.Plain(REFUSED))).kind())
                .as("another process has no descriptor 3").isEqualTo(Possibility.NOT_JUDGED);
    }

    /** Who came first to the port is no matter of who showed its name last, and no socket refuses itself. */
    @Test
    void theFirstOfSeveralThatRefuseIsNamed() {
        Trace shown = trace();
        for (int fd : new int[] {3, 4}) {
            shown.open(fd).set(fd, SocketOption.SO_REUSEADDR, 1).bind(fd, LOOPBACK);
        }
        assertThat(shown.shows(3, LOOPBACK).weighBind(LOOPBACK, REFUSED).because())
                .isEqualTo("fd 3 is bound to 127.0.0.1:23999 since call 3");
        Trace own = shown.listen(4).set(3, SocketOption.SO_REUSEADDR, 0);
        assertThat(own.weigh(new Call.Listen(3, 1), REFUSED).because()).startsWith("fd 4 listens on 127.0.0.1:23999");
    }

    @Test
    void theProcessOfTheSocketThatRefusesIsCalledAsTheCallerWishes() {
        TraceModel model = new TraceModel(true, process -> "server " + process);
        Call.Socket socket = new Call.Socket(Family.INET.number(), Linux.SOCK_STREAM, 0);
        model.next(7, new Step(7, socket, new Outcome.Plain(new SyscallResult.Returned(3))), "line 11");
        model.next(7, new Step(7, new Call.Bind(3, LOOPBACK), new Outcome.Plain(DONE)), "line 12");
        model.next(7, new Step(7, socket, new Outcome.Plain(new SyscallResult.Returned(4))), "line 13");
        assertThat(model.weigh(7, new Step(7, new Call.Bind(4, LOOPBACK), new Outcome.Plain(REFUSED))).because())
                .isEqualTo("fd 3 of server 7 is bound to 127.0.0.1:23999 since line 12");
    }

    @Test
    void whatLinuxIsExpectedToAnswerIsToldWhereTheTraceDeterminesIt() {
        assertThat(trace().weighBind(LOOPBACK, REFUSED).expected()).hasValue(DONE);
        assertThat(trace().listener(3, LOOPBACK).weighBind(LOOPBACK, DONE).expected()).hasValue(REFUSED);
        assertThat(trace().listener(3, LOOPBACK).step(new Call.Accept(3, false, 0), new SyscallResult.Failed(Errno.EAGAIN))
                .weighBind(LOOPBACK, DONE).expected()).as("nothing was accepted").hasValue(REFUSED);
        Trace reusePort = trace().listener(3, LOOPBACK).open(4).set(4, SocketOption.SO_REUSEPORT, 1);
        assertThat(reusePort.weigh(new Call.Bind(4, LOOPBACK), DONE).expected()).isEmpty();
    }

    @Test
    void everyBindIsJudgedByWhatItsSocketMayBind() {
        Trace trace = trace().listener(3, LOOPBACK).open(4);
        for (SockAddr address : List.of(LOOPBACK.withPort(0), Family.INET6.loopback(PORT))) {
            assertThat(trace.weigh(new Call.Bind(4, address), DONE).kind())
                    .isEqualTo(address.family() == Family.INET ? Possibility.POSSIBLE : Possibility.IMPOSSIBLE);
            assertThat(trace.weigh(new Call.Bind(4, address), new SyscallResult.Failed(Errno.EINTR)).kind())
                    .isEqualTo(Possibility.IMPOSSIBLE);
            assertThat(trace.weigh(new Call.Bind(4, address), new SyscallResult.Returned(7)).kind()).isEqualTo(Possibility.IMPOSSIBLE);
        }
        assertThat(trace.weigh(new Call.Bind(3, LOOPBACK_2), DONE)).satisfies(judged -> {
            assertThat(judged.kind()).as("it is bound already").isEqualTo(Possibility.IMPOSSIBLE);
            assertThat(judged.reason()).hasValue(CallRule.BOUND_ONCE);
        });
        assertThat(trace.weigh(new Call.Bind(4, LOOPBACK), new SyscallResult.Failed(Errno.named("EACCES"))).kind())
                .as("an errno of which nothing is said").isEqualTo(Possibility.NOT_JUDGED);
        assertThat(trace.model.weigh(0, new Step(0, new Call.Bind(4, LOOPBACK), new Outcome.TimedOut(100))).kind())
                .isEqualTo(Possibility.NOT_JUDGED);
        SockAddr linkLocal = new SockAddr.Inet6(((SockAddr.Inet6) Family.INET6.loopback(PORT)).octets(), PORT, 0, 2);
        trace.step(0, new Call.Socket(Family.INET6.number(), Linux.SOCK_STREAM, 0), new Outcome.Plain(new SyscallResult.Returned(5)));
        assertThat(trace.weigh(new Call.Bind(5, linkLocal), DONE).kind()).isNotEqualTo(Possibility.IMPOSSIBLE);
        assertThat(trace.weigh(new Call.Bind(5, Family.INET6.loopback(PORT)), DONE).kind()).isEqualTo(Possibility.POSSIBLE);
    }

    @Test
    void listenIsJudgedOfASocketThatIsBoundToANamedPort() {
        Trace shared = trace();
        for (int fd : new int[] {3, 4}) {
            shared.open(fd).set(fd, SocketOption.SO_REUSEADDR, 1).bind(fd, LOOPBACK);
        }
        assertThat(shared.weigh(new Call.Listen(4, 1), DONE).kind()).isEqualTo(Possibility.POSSIBLE);
        shared.listen(3);
        assertThat(shared.weigh(new Call.Listen(4, 1), REFUSED).kind()).isEqualTo(Possibility.POSSIBLE);
        assertThat(shared.weigh(new Call.Listen(4, 1), DONE)).satisfies(judged -> {
            assertThat(judged.kind()).as("a listen that hides its refusal").isEqualTo(Possibility.QUIRK);
            assertThat(judged.quirk()).hasValue(Quirk.LISTEN_HIDES_REFUSAL);
            assertThat(judged.reason()).hasValue(Rule.LISTENER_EXCLUDES_LISTENER);
        });
        assertThat(shared.weigh(new Call.Listen(3, 5), REFUSED).kind()).as("it listens again").isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(shared.open(5).weigh(new Call.Listen(5, 1), REFUSED).kind()).as("without a port").isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(shared.bind(5, LOOPBACK_2.withPort(0)).weigh(new Call.Listen(5, 1), REFUSED).kind()).as("a port that no call shows")
                .isEqualTo(Possibility.IMPOSSIBLE);
    }

    /** What a socket does after a bind that Linux would have refused says nothing new. */
    @Test
    void afterAnImpossibleBindTheSocketIsDoubtful() {
        Trace trace = trace().listener(3, LOOPBACK).open(4).bind(4, LOOPBACK);
        assertThat(trace.judged.get(trace.judged.size() - 1).kind()).isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(trace.weigh(new Call.Listen(4, 1), DONE).kind()).isEqualTo(Possibility.NOT_JUDGED);
        assertThat(trace.listen(4).judged.get(4).kind()).isEqualTo(Possibility.IMPOSSIBLE);
    }

    @Test
    void connectionsThatMayBeLeftExplainBothAnswers() {
        Outcome accepted = new Outcome.WithAddress(new SyscallResult.Returned(5), null);
        assertThat(trace().listener(3, LOOPBACK).step(0, new Call.Accept(3, false, 0), accepted).close(3).mayBeLeft(LOOPBACK)).isTrue();
        assertThat(trace().listener(3, LOOPBACK).listener(5, LOOPBACK_2).step(0, new Call.Accept(3, false, 0), accepted)
                .allMayBind(LOOPBACK_2))
                .as("the descriptor 5 was given again, and its port may have connections").isFalse();
        Trace client = trace().open(3).bind(3, LOOPBACK).step(new Call.Connect(3, LOOPBACK.withPort(1)), DONE);
        assertThat(client.mayBeLeft(LOOPBACK)).isTrue();
        assertThat(trace().open(3).bind(3, LOOPBACK).step(new Call.Connect(3, LOOPBACK.withPort(1)),
                new SyscallResult.Failed(Errno.ECONNREFUSED)).isHeld(LOOPBACK)).isTrue();
        Trace lost = trace().listener(3, LOOPBACK);
        lost.model.lose(0, 3);
        assertThat(lost.mayBeLeft(LOOPBACK)).isTrue();
        lost.model.lose(0, 3);
        Trace unseen = trace();
        unseen.model.takenByUnseen(PORT);
        assertThat(unseen.mayBeLeft(LOOPBACK)).isTrue();
        assertThat(unseen.weighBind(LOOPBACK, REFUSED).reason()).hasValue(Rule.CONNECTION_EXCLUDES);
    }

    @Test
    void aProcessThatEndsClosesWhatItAloneHas() {
        for (boolean certain : new boolean[] {true, false}) {
            Trace trace = trace().listener(3, LOOPBACK);
            trace.model.exit(1, certain);
            assertThat(trace.isHeld(LOOPBACK)).as("another process").isTrue();
            trace.model.exit(0, certain);
            assertThat(certain ? trace.allMayBind(LOOPBACK) : trace.mayBeLeft(LOOPBACK)).isTrue();
        }
    }

    @Test
    void aCopiedDescriptorNamesTheSameSocketAndClosesWhatItNamed() {
        Trace trace = trace().listener(3, LOOPBACK).listener(4, LOOPBACK_2);
        trace.model.copy(0, 3, 4);
        assertThat(trace.allMayBind(LOOPBACK_2)).isTrue();
        assertThat(trace.close(3).isHeld(LOOPBACK)).isTrue();
        assertThat(trace.weighBind(LOOPBACK, REFUSED).because()).startsWith("fd 4 listens");
        trace.model.copy(0, 8, 4);
        assertThat(trace.allMayBind(LOOPBACK)).as("what is no socket was copied over the last name").isTrue();
        Trace dup = trace().listener(3, LOOPBACK).step(new Call.Dup(3), new SyscallResult.Returned(6)).close(3);
        assertThat(dup.isHeld(LOOPBACK)).isTrue();
        assertThat(dup.close(6).allMayBind(LOOPBACK)).isTrue();
    }

    @Test
    void aChildHasItsOwnDescriptorsBesideThoseOfItsParent() {
        Trace trace = trace().open(1, 4).listener(3, LOOPBACK).listener(4, LOOPBACK_2);
        trace.model.fork(0, 1);
        trace.model.hear(1);
        trace.close(3).close(4);
        assertThat(trace.isHeld(LOOPBACK)).as("inherited").isTrue();
        assertThat(trace.allMayBind(LOOPBACK_2)).as("its own descriptor 4 is another socket").isTrue();
    }

    /** A port that Linux chose is held once a call has shown it; until then it may be any. */
    @Test
    void aPortThatACallShowsIsHeld() {
        Trace bound = trace().open(3).bind(3, LOOPBACK.withPort(0));
        assertThat(bound.weighBind(LOOPBACK, REFUSED).kind()).isEqualTo(Possibility.NEEDS_ANOTHER_SOCKET);
        assertThat(bound.shows(3, LOOPBACK.withPort(0)).weighBind(LOOPBACK, DONE).kind()).isEqualTo(Possibility.POSSIBLE);
        assertThat(bound.shows(3, LOOPBACK).isHeld(LOOPBACK)).isTrue();
        assertThat(trace().open(3).listen(3).weighBind(LOOPBACK, REFUSED).kind()).as("listen chose a port")
                .isEqualTo(Possibility.NEEDS_ANOTHER_SOCKET);
        assertThat(trace().open(3).bind(3, LOOPBACK).weighBind(LOOPBACK_2, REFUSED).kind()).as("a named port is seen")
                .isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(trace().listener(3, LOOPBACK).weighBind(LOOPBACK_2, REFUSED).kind()).isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(trace().open(3).step(new Call.Connect(3, LOOPBACK_2), DONE).weighBind(LOOPBACK, REFUSED).kind())
                .as("connect chose a port").isEqualTo(Possibility.NEEDS_ANOTHER_SOCKET);
        assertThat(trace().open(3).bind(3, LOOPBACK).step(new Call.Connect(3, LOOPBACK.withPort(1)), DONE).weighBind(LOOPBACK_2.withPort(2),
                REFUSED).kind()).as("the port of that client is known").isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(trace().shows(7, LOOPBACK).mayBeLeft(LOOPBACK)).as("an unknown socket shows that it has the port").isTrue();
        Trace moved = trace().open(3).bind(3, LOOPBACK.withPort(0)).shows(3, LOOPBACK).shows(3, LOOPBACK.withPort(PORT + 1));
        assertThat(moved.weighBind(LOOPBACK, DONE).kind()).as("the last that was shown counts").isEqualTo(Possibility.POSSIBLE);
    }

    @ParameterizedTest
    @CsvSource({"0, BOUND_EXCLUDES", "1, LISTENER_EXCLUDES", "2, BOUND_EXCLUDES"})
    void aListenerThatStopsReadingDoesNotListen(int how, Rule rule) {
        Trace trace = trace().listener(3, LOOPBACK).step(new Call.Shutdown(3, how), DONE);
        assertThat(trace.weighBind(LOOPBACK, REFUSED).reason()).hasValue(rule);
        assertThat(trace().listener(3, LOOPBACK).step(new Call.Shutdown(3, how), new SyscallResult.Failed(Errno.named("ENOTCONN")))
                .weighBind(LOOPBACK, REFUSED).reason()).hasValue(Rule.LISTENER_EXCLUDES);
    }

    @Test
    void optionsCountAsTheyStand() {
        Trace trace = trace().open(3).set(3, SocketOption.SO_REUSEADDR, 1).bind(3, LOOPBACK)
                .open(4).set(4, SocketOption.SO_REUSEADDR, 1);
        assertThat(trace.weigh(new Call.Bind(4, LOOPBACK), DONE).kind()).isEqualTo(Possibility.POSSIBLE);
        trace.set(4, SocketOption.SO_REUSEADDR, 0);
        assertThat(trace.weigh(new Call.Bind(4, LOOPBACK), DONE).kind()).isEqualTo(Possibility.IMPOSSIBLE);
        trace.set(4, SocketOption.SO_REUSEADDR, 1).set(3, SocketOption.SO_REUSEADDR, 0);
        assertThat(trace.weigh(new Call.Bind(4, LOOPBACK), DONE)).satisfies(judged -> {
            assertThat(judged.kind()).isEqualTo(Possibility.QUIRK);
            assertThat(judged.quirk()).as("all bound with it").hasValue(Quirk.REMEMBERS_REUSEADDR);
        });
        Trace six = trace();
        six.step(0, new Call.Socket(Family.INET6.number(), Linux.SOCK_STREAM, 0), new Outcome.Plain(new SyscallResult.Returned(3)));
        six.set(3, SocketOption.IPV6_V6ONLY, 1).bind(3, SockAddr.Inet6.any(PORT)).listen(3);
        assertThat(six.allMayBind(LOOPBACK)).isTrue();
    }

    /** A socket of AF_INET6 covers IPv4 with [::] and with mapped addresses, and not with ::1, which makes it V6ONLY. */
    @Test
    void whatASocketOfIpv6HoldsOfIpv4() {
        for (SockAddr address : List.of(SockAddr.Inet6.any(PORT), SockAddr.Inet6.mapped((SockAddr.Inet4) LOOPBACK),
                Family.INET6.loopback(PORT))) {
            Trace six = trace();
            six.step(0, new Call.Socket(Family.INET6.number(), Linux.SOCK_STREAM, 0), new Outcome.Plain(new SyscallResult.Returned(3)));
            six.bind(3, address).listen(3);
            boolean free = address.isLoopback() && !((SockAddr.Inet6) address).isMapped();
            for (SockAddr candidate : List.of(LOOPBACK, ANY)) {
                assertThat(six.weighBind(candidate, REFUSED).kind() == Possibility.POSSIBLE).as("%s", address).isNotEqualTo(free);
                assertThat(six.weighBind(candidate, DONE).kind() == Possibility.POSSIBLE).as("%s", address).isEqualTo(free);
            }
        }
    }

    /** With SO_REUSEPORT, sockets that the trace does not show may lead a group. */
    @Test
    void reusePortSharesWithWhatAnOpenTraceDoesNotShow() {
        for (boolean closed : new boolean[] {true, false}) {
            Trace trace = new Trace(closed).listener(3, LOOPBACK).open(4).set(4, SocketOption.SO_REUSEPORT, 1);
            Judgement bind = trace.weigh(new Call.Bind(4, LOOPBACK), DONE);
            assertThat(bind.kind()).isEqualTo(closed ? Possibility.IMPOSSIBLE : Possibility.POSSIBLE);
            assertThat(bind.reason()).hasValue(closed ? Rule.LISTENER_EXCLUDES : Rule.REUSEPORT_SKIPS_CHECK);
        }
        Trace group = trace().open(3).set(3, SocketOption.SO_REUSEPORT, 1).bind(3, LOOPBACK).listen(3)
                .set(3, SocketOption.SO_REUSEPORT, 0).open(4).set(4, SocketOption.SO_REUSEPORT, 1);
        assertThat(group.weigh(new Call.Bind(4, LOOPBACK), DONE).reason()).as("it led its group when it listened")
                .hasValue(Rule.REUSEPORT_SKIPS_CHECK);
        assertThat(group.close(3).weigh(new Call.Bind(4, LOOPBACK), DONE).reason()).as("a port that nobody holds forgets")
                .hasValue(Rule.PORT_IS_FREE);
    }

    @Test
    void expectedAnswersReplaceThoseOfTheTraceAndTheTraceGoesOnFromThem() {
        TraceModel model = new TraceModel(true);
        List<Step> expected = new ArrayList<>();
        for (int fd : new int[] {3, 4}) {
            for (Step step : List.of(
                    new Step(0, new Call.Socket(Family.INET.number(), Linux.SOCK_STREAM, 0),
                            new Outcome.Plain(new SyscallResult.Returned(fd))),
                    new Step(0, new Call.Bind(fd, LOOPBACK), new Outcome.Plain(DONE)),
                    new Step(0, new Call.Listen(fd, 1), new Outcome.Plain(DONE)))) {
                expected.add(model.expected(0, step));
            }
        }
        assertThat(expected.get(4).outcome()).isEqualTo(new Outcome.Plain(REFUSED));
        model.next(0, new Step(0, new Call.Socket(Family.INET.number(), Linux.SOCK_STREAM, 0),
                new Outcome.Plain(new SyscallResult.Returned(5))));
        assertThat(model.weigh(0, new Step(0, new Call.Bind(5, LOOPBACK), new Outcome.Plain(REFUSED))).because())
                .isEqualTo("fd 3 listens on 127.0.0.1:23999 since call 3");
    }

    /** A wrong answer to a question that only the world of the trace's sockets can judge. */
    private static Judgement weighWrongAnswer(Trace trace) {
        return trace.model.weigh(0, new Step(0, new Call.GetOption(3, SocketOption.SO_ACCEPTCONN),
                new Outcome.WithValue(new SyscallResult.Returned(0), 0)));
    }

    /** Each call of a closed trace looks at all of its sockets: beyond 400 only who may have a port is judged. */
    @Test
    void aClosedTraceOfVeryManySocketsIsJudgedByItsPortsAlone() {
        Trace trace = trace().listener(3, LOOPBACK);
        for (int fd = 4; fd < 403; fd++) {
            trace.open(fd);
        }
        assertThat(weighWrongAnswer(trace).kind()).isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(weighWrongAnswer(trace.open(403)).kind()).isEqualTo(Possibility.NOT_JUDGED);
        assertThat(trace.close(403).weigh(new Call.Bind(402, LOOPBACK), DONE).kind()).isEqualTo(Possibility.IMPOSSIBLE);
    }

    /** What is left of connections is forgotten first, and then nothing is said of the ports that it may hold. */
    @Test
    void connectionsInTimeWaitAreForgottenWhereThereAreVeryManySockets() {
        SockAddr ofClient = LOOPBACK_2.withPort(PORT + 1);
        Trace trace = trace().listener(3, LOOPBACK).open(4).bind(4, ofClient).step(new Call.Connect(4, LOOPBACK), DONE)
                .step(0, new Call.Accept(3, false, 0), new Outcome.WithAddress(new SyscallResult.Returned(5), ofClient))
                .close(4).close(5);
        for (int fd = 4; fd < 403; fd++) {
            trace.open(fd);
        }
        assertThat(weighWrongAnswer(trace).kind()).isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(trace.mayBeLeft(ofClient)).isTrue();
    }
}
