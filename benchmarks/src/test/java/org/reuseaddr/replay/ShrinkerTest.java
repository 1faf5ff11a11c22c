package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.World;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

/** What users a sequence keeps when it is made small, on platforms that are made up. */
class ShrinkerTest {

    private static final String BIND = "bind(3, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n";
    private static final String REUSE = "setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [1], 4) = 0\n";
    private static final String SOCKET = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n";
    private static final Map<Integer, Integer> USERS = Map.of(1, 65_534, 2, 65_533);
    private static final Difference HIJACKED = difference(USERS, steps(of(1, SOCKET + REUSE + BIND) + of(2, SOCKET + REUSE + BIND)));
    private static final Difference UNREAD = difference(USERS, steps(of(1, SOCKET)
            + of(2, SOCKET + REUSE + "getsockopt(3, SOL_SOCKET, SO_REUSEPORT, [0], [4]) = 0\n")));

    private static String of(int process, String calls) {
        return calls.replaceAll("(?m)^(?=.)", "[pid " + process + "] ");
    }

    private static List<Step> steps(String text) {
        try {
            return TranscriptParser.parse("test", text).transcript().steps();
        } catch (TranscriptException e) {
            throw new AssertionError(e);
        }
    }

    private static Difference difference(Map<Integer, Integer> users, List<Step> steps) {
        World world = World.EMPTY.withUsers(users);
        for (Step step : steps.subList(0, steps.size() - 1)) {
            world = LinuxTcp.REFERENCE.judge(world, step).after();
        }
        Step last = steps.get(steps.size() - 1);
        return new Difference(users, steps, LinuxTcp.REFERENCE.answers(world, last.process(), last.call()), 1, 0, 0, Set.of());
    }

    /** A platform that answers as Linux, but for the last call of a difference, which ends there as in the difference where it holds. */
    private static Difference shrunk(Difference found, Predicate<CallSequence> where) {
        return new Shrinker(candidate -> {
            World world = World.EMPTY.withUsers(candidate.users());
            List<Step> steps = new ArrayList<>();
            for (Made made : candidate.calls()) {
                boolean isLast = made.call().equals(found.last().call()) && steps.size() == candidate.calls().size() - 1
                        && where.test(candidate);
                Answer usual = LinuxTcp.REFERENCE.answers(world, made.process(), made.call()).get(0).answer();
                Step step = new Step(made.process(), made.call(), isLast ? found.last().outcome()
                        : usual.example(made.call(), made.name().orElse(3)));
                steps.add(step);
                if (LinuxTcp.REFERENCE.judge(world, step).allowed().isEmpty()) {
                    return Optional.of(difference(candidate.users(), steps));
                }
                world = LinuxTcp.REFERENCE.judge(world, step).after();
            }
            return Optional.empty();
        }, found.kind()).shrink(found);
    }

    @Test
    void twoUsersStayWhereTheyAreTheReason() {
        Difference small = shrunk(HIJACKED, candidate -> Set.copyOf(candidate.users().values()).size() == 2);

        assertThat(small.users()).isEqualTo(USERS);
        assertThat(small.observed()).hasSize(6);
    }

    @Test
    void usersThatMakeNoDifferenceAreDropped() {
        Difference small = shrunk(UNREAD, candidate -> true);

        assertThat(small.users()).isEmpty();
        assertThat(small.observed()).hasSize(3).allMatch(step -> step.process() == 0);
    }

    /** Such as a platform that refuses something to everybody but root. */
    @Test
    void oneUserStaysWhereAnyButRootIsTheReason() {
        Difference small = shrunk(UNREAD, candidate -> !candidate.users().isEmpty());

        assertThat(small.users()).containsExactly(Map.entry(2, 65_533));
        assertThat(small.observed()).hasSize(3);
    }

    @Test
    void usersOfWhomOneWouldDoAreOne() {
        Difference small = shrunk(UNREAD, candidate -> candidate.users().size() == 2);

        assertThat(small.users()).isEqualTo(Map.of(1, 65_533, 2, 65_533));
    }

    @Test
    void theTranscriptOfADifferenceHasItsUsers() throws TranscriptException {
        String text = Reproduction.strace(HIJACKED.scenario("explore/users"));

        assertThat(text).contains("# user: 65534 of 1\n# user: 65533 of 2\n")
                .contains("[pid 2] " + BIND.replace("= 0\n", "= -1 EADDRINUSE"));
        assertThat(TranscriptParser.parse("test", text).transcript().users()).isEqualTo(USERS);
        assertThat(difference(Map.of(), UNREAD.observed()).headers()).isEmpty();
        assertThat(HIJACKED.last().outcome()).isEqualTo(new Outcome.Plain(new SyscallResult.Returned(0)));
    }
}
