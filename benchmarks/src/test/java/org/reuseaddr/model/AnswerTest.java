package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

class AnswerTest {

    private static final SockAddr LOOPBACK = new SockAddr.Inet4(127, 0, 0, 1, 12345);
    private static final Call ACCEPT = new Call.Accept(3, false, 0);
    private static final Call NAME = new Call.GetSockName(3);
    private static final Call POLL = new Call.Poll(3, Linux.POLLIN, 0);

    private static Outcome plain(int value) {
        return new Outcome.Plain(new SyscallResult.Returned(value));
    }

    private static Outcome failed(Errno errno) {
        return new Outcome.Plain(new SyscallResult.Failed(errno));
    }

    private static Outcome shows(int value, SockAddr address) {
        return new Outcome.WithAddress(new SyscallResult.Returned(value), address);
    }

    private static Outcome reads(int returned, int value) {
        return new Outcome.WithValue(new SyscallResult.Returned(returned), value);
    }

    /** An answer with its call, outcomes that it allows and outcomes that it does not, and what it is called. */
    private record Example(Answer answer, Call call, List<Outcome> allowed, List<Outcome> forbidden, String words) {
    }

    private static Stream<Example> examples() {
        SockAddr anyPort = LOOPBACK.withPort(0);
        Outcome waits = new Outcome.TimedOut(50);
        return Stream.of(
                new Example(new Answer.Zero(), new Call.Listen(3, 1), List.of(plain(0)),
                        List.of(plain(1), failed(Errno.EINVAL), waits), "0"),
                new Example(new Answer.Fails(Errno.EINVAL), new Call.Listen(3, 1), List.of(failed(Errno.EINVAL)),
                        List.of(plain(0), failed(Errno.EBADF), waits), "-1 EINVAL (Invalid argument)"),
                new Example(new Answer.NewDescriptor(), new Call.Dup(3), List.of(plain(4), plain(0)),
                        List.of(failed(Errno.EINVAL), waits), "a descriptor"),
                new Example(new Answer.NewConnection(LOOPBACK, Set.of()), ACCEPT, List.of(shows(4, LOOPBACK), shows(4, null)),
                        List.of(shows(4, LOOPBACK.withPort(1)), failed(Errno.EAGAIN), waits),
                        "a descriptor, for the connection from 127.0.0.1:12345"),
                new Example(new Answer.NewConnection(anyPort, Set.of()), ACCEPT, List.of(shows(4, LOOPBACK), shows(4, null)),
                        List.of(shows(4, anyPort), shows(4, new SockAddr.Inet4(127, 0, 0, 2, 1)), failed(Errno.EAGAIN)),
                        "a descriptor, for the connection from 127.0.0.1 and a port that Linux chooses"),
                new Example(new Answer.Shows(LOOPBACK, false, Set.of()), NAME, List.of(shows(0, LOOPBACK), shows(0, null)),
                        List.of(shows(0, anyPort), shows(1, LOOPBACK), failed(Errno.EBADF)), "0, and the address 127.0.0.1:12345"),
                new Example(new Answer.Shows(anyPort, true, Set.of(7)), NAME, List.of(shows(0, LOOPBACK), shows(0, null)),
                        List.of(shows(0, anyPort), shows(0, LOOPBACK.withPort(7)), shows(1, LOOPBACK)),
                        "0, and the address 127.0.0.1 and a port that Linux chooses"),
                new Example(new Answer.Shows(anyPort, false, Set.of()), NAME, List.of(shows(0, anyPort)),
                        List.of(shows(0, LOOPBACK)), "0, and the address 127.0.0.1:0"),
                new Example(new Answer.Value(5), new Call.GetOption(3, SocketOption.SO_ERROR), List.of(reads(0, 5)),
                        List.of(reads(1, 5), reads(0, 4), failed(Errno.EBADF)), "the value 5"),
                new Example(new Answer.Value(5), POLL, List.of(reads(1, 5)), List.of(reads(1, 4), plain(0)), "the value 5"),
                new Example(new Answer.Waits(), ACCEPT, List.of(waits), List.of(failed(Errno.EAGAIN), shows(4, null)),
                        "no answer: it waits"),
                new Example(new Answer.Anything(), ACCEPT, List.of(waits, failed(Errno.EAGAIN)), List.of(), "anything"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anAnswerAllowsItsOutcomesAndNoOther(Example example) {
        assertThat(example.allowed()).allSatisfy(outcome -> assertThat(example.answer().allows(example.call(), outcome)).isTrue());
        assertThat(example.forbidden()).allSatisfy(outcome -> assertThat(example.answer().allows(example.call(), outcome)).isFalse());
        assertThat(example.answer().inWords()).isEqualTo(example.words());
    }

    /** An explorer goes on with the example: it is one of the outcomes that the answer allows. */
    @ParameterizedTest
    @MethodSource("examples")
    void theExampleOfAnAnswerIsAllowed(Example example) {
        Outcome outcome = example.answer().example(example.call(), 9);
        assertThat(example.answer().allows(example.call(), outcome)).isTrue();
        if (example.call() instanceof Call.MakesDescriptor
                && !(example.answer() instanceof Answer.Waits || example.answer() instanceof Answer.Anything)) {
            assertThat(outcome.returned()).hasValue(9);
        }
    }

    @Test
    void gradesAreOrderedBySeverityAndUnknownNamesComeBeforePass() {
        assertThat(Grade.SEVERITY).containsExactlyInAnyOrder(Grade.values());
        assertThat(Grade.VIOLATION.isWorseThan(Grade.TIMEOUT)).isTrue();
        assertThat(Grade.TIMEOUT.isWorseThan(Grade.VIOLATION)).isFalse();
        assertThat(Grade.PASS.isWorseThan(Grade.PASS)).isFalse();
        assertThat(Stream.of("VIOLATION", "TIMEOUT", "DEVIATION", "ERROR", "KNOWN", "UNSUPPORTED", "OF_THE_FUTURE", "PASS")
                .map(Grade::severityOf)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(Stream.of(Grade.values()).filter(Grade::isBroken)).containsExactlyInAnyOrder(Grade.VIOLATION, Grade.TIMEOUT);
        assertThat(Grade.isBroken("VIOLATION")).isTrue();
        assertThat(Grade.isBroken("DEVIATION")).isFalse();
        assertThat(Grade.isBroken("OF_THE_FUTURE")).isFalse();
        assertThat(Grade.isPass("PASS")).isTrue();
        assertThat(Grade.isPass("KNOWN")).isFalse();
    }

    @Test
    void everyRuleOfACallHasASentenceAndASource() {
        assertThat(CallRule.values()).allSatisfy(rule -> {
            assertThat(rule.sentence()).endsWith(".");
            assertThat(rule.source().isEmpty()).isEqualTo(rule == CallRule.NOT_MODELLED);
            assertThat(rule.references()).allMatch(report -> report.matches("[^ ]+#[0-9]+"));
        });
        assertThat(CallRule.RETURNS_ZERO_OR_AN_ERROR.promised()).isTrue();
        assertThat(CallRule.RETURNS_ZERO_OR_AN_ERROR.references()).containsExactly("microsoft/WSL#14541");
        assertThat(CallRule.V6ONLY_BEFORE_BIND.promised()).isFalse();
        assertThat(Rule.LISTENER_EXCLUDES.references()).contains("microsoft/WSL#2915");
    }
}
