package org.reuseaddr.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.CallRule;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.Reason;
import org.reuseaddr.model.Rule;
import org.reuseaddr.model.World;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.scenario.RandomCalls.Scope;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/** What random sequences have of users and of ports that Linux chooses, and what their rarer beginnings come to. */
class RandomCallsTest {

    private static final List<Integer> USERS = List.of(65_534, 65_533);
    private static final List<Family> FAMILIES = List.of(Family.values());
    private static final SockAddr HERE = Family.INET.loopback(12_345);

    /** A sequence that Linux answers: what decided each of its calls is added to {@code reasons}. */
    private static final class Conversation {
        private final Set<Reason> reasons = new HashSet<>();
        private World world;
        private int chosen = RandomCalls.FIRST_CHOSEN_PORT;

        private Conversation(Map<Integer, Integer> users) {
            world = World.EMPTY.withUsers(users);
        }

        /** Returns whether the model says what comes of the call. */
        private boolean make(Made made) {
            Allowed usual = LinuxTcp.REFERENCE.answers(world, made.process(), made.call()).get(0);
            if (usual.answer() instanceof Answer.Anything) {
                return false;
            }
            int name = made.call() instanceof Call.MakesDescriptor ? RandomCalls.nextDescriptor(world, made.process()) : 0;
            Outcome outcome = usual.answer().example(made.call(), name);
            if (usual.answer() instanceof Answer.Shows shows && shows.chosen()) {
                outcome = new Outcome.WithAddress(Answer.RETURNED_ZERO, shows.address().withPort(chosen++));
            }
            reasons.add(usual.reason());
            world = LinuxTcp.REFERENCE.judge(world, new Step(made.process(), made.call(), outcome)).after();
            return true;
        }
    }

    private static Conversation of(RandomCalls generator) {
        Conversation conversation = new Conversation(generator.users());
        boolean isSaid = true;
        for (int i = 0; i < 12 && isSaid; i++) {
            isSaid = conversation.make(generator.next(conversation.world));
        }
        return conversation;
    }

    private static RandomCalls generator(int seed, Scope scope) {
        return new RandomCalls(new SplittableRandom(seed), scope);
    }

    @Test
    void anEighthOfTheSequencesThatMayHasUsersAndMostOfThoseHaveTwo() {
        Scope scope = new Scope(2, USERS, FAMILIES, false, true);
        List<Map<Integer, Integer>> users = IntStream.range(0, 4_000)
                .<Map<Integer, Integer>>mapToObj(seed -> generator(seed, scope).users()).filter(map -> !map.isEmpty()).toList();

        assertThat(users).hasSizeBetween(400, 600).allMatch(map -> map.keySet().equals(Set.of(1, 2)));
        assertThat(users.stream().filter(map -> map.get(1).equals(map.get(2))).count()).isBetween(users.size() / 5L, users.size() / 3L);
    }

    @Test
    void withoutOtherUsersOrProcessesThereAreNone() {
        for (int seed = 0; seed < 500; seed++) {
            assertThat(generator(seed, new Scope(2, List.of(), FAMILIES, false, true)).users()).isEmpty();
            assertThat(generator(seed, new Scope(1, USERS, FAMILIES, false, true)).users()).isEmpty();
        }
    }

    @Test
    void everyProcessThatMakesACallHasAUserWhereThereAreSome() {
        for (int seed = 0; seed < 2_000; seed++) {
            RandomCalls generator = generator(seed, new Scope(3, USERS, FAMILIES, true, true));
            World world = World.EMPTY.withUsers(generator.users());
            Set<Integer> processes = new TreeSet<>();
            while (!generator.users().isEmpty() && processes.size() < 2) {
                processes.add(generator.next(world).process());
            }
            assertThat(generator.users().keySet()).containsAll(processes);
        }
    }

    @Test
    void usersAndRangesDecideWhatTheyCan() {
        Set<Reason> decided = new HashSet<>();
        for (int seed = 0; seed < 4_000; seed++) {
            decided.addAll(of(generator(seed, new Scope(2, USERS, FAMILIES, false, true))).reasons);
        }

        assertThat(decided).contains(Rule.OTHER_USER_EXCLUDED, Rule.REUSEPORT_SKIPS_CHECK, CallRule.SETS_PORT_RANGE,
                CallRule.PORT_OF_RANGE, CallRule.PORT_RANGE_IS_EXHAUSTED);
    }

    /** Of a socket that has connected with itself the model says nothing. */
    @Test
    void onlyASequenceThatMayLeaveTimeWaitEndsAConnectionWithoutAReset() {
        Call reset = new Call.SetLinger(3, true, 0);
        World connected = worldAfter(new Call.Socket(Family.INET.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP), new Call.Bind(3, HERE),
                new Call.Connect(3, HERE));
        assertThat(connected.descriptors()).extracting(World.Descriptor::condition).containsExactly(World.Condition.UNKNOWN);

        assertThat(madeIn(connected, true)).contains(new Call.Close(3), new Call.Shutdown(3, Linux.SHUT_RDWR));
        assertThat(madeIn(connected, false)).contains(reset, new Call.Shutdown(3, Linux.SHUT_RD))
                .doesNotContain(new Call.Close(3), new Call.Shutdown(3, Linux.SHUT_WR), new Call.Shutdown(3, Linux.SHUT_RDWR));
        World resets = LinuxTcp.REFERENCE.judge(connected, new Step(1, reset, new Outcome.Plain(Answer.RETURNED_ZERO))).after();
        assertThat(madeIn(resets, false)).contains(new Call.Close(3));
    }

    private static World worldAfter(Call... calls) {
        World world = World.EMPTY;
        for (Call call : calls) {
            int returned = call instanceof Call.MakesDescriptor ? 3 : 0;
            world = LinuxTcp.REFERENCE.judge(world, new Step(1, call, new Outcome.Plain(new SyscallResult.Returned(returned)))).after();
        }
        return world;
    }

    /** The calls that sequences of many seeds would go on with in this world. */
    private static Set<Call> madeIn(World world, boolean leavesTimeWait) {
        Set<Call> made = new HashSet<>();
        for (int seed = 0; seed < 2_000; seed++) {
            RandomCalls generator = generator(seed, new Scope(1, List.of(), FAMILIES, leavesTimeWait, true));
            // Some sequences begin with calls that do not depend on what is there.
            List<Call> next = Stream.generate(() -> generator.next(world).call()).limit(36).toList();
            made.addAll(next.subList(24, next.size()));
        }
        return made;
    }

    @Test
    void withoutTheOptionNoSequenceHasARange() {
        for (int seed = 0; seed < 2_000; seed++) {
            RandomCalls generator = generator(seed, new Scope(1, List.of(), FAMILIES, false, false));
            Conversation conversation = new Conversation(Map.of());
            boolean isSaid = true;
            for (int i = 0; i < 12 && isSaid; i++) {
                Made made = generator.next(conversation.world);
                assertThat(made.call().toString()).doesNotContain(SocketOption.IP_LOCAL_PORT_RANGE.name());
                isSaid = conversation.make(made);
            }
        }
    }

    @Test
    void theCheckIsSkippedInEverySequenceThatBeginsSo() {
        SplittableRandom random = new SplittableRandom(1);
        assertThat(SkippedCheck.all()).contains(
                new SkippedCheck(AddressKind.INET_LOOPBACK, AddressKind.INET6_ANY_V6ONLY, AddressKind.INET6_ANY));
        for (SkippedCheck check : SkippedCheck.all()) {
            Conversation conversation = new Conversation(Map.of());
            check.calls(() -> random.nextInt(1, 3), random).forEach(conversation::make);
            assertThat(conversation.reasons).as(check.toString()).contains(Rule.REUSEPORT_SKIPS_CHECK);
        }
        assertThat(SkippedCheck.any(List.of(Family.INET), random)).as("it takes both families").isEmpty();
    }

    @Test
    void aRangeOfAPortThatLinuxHasChosenLeavesThatPortAlone() {
        SplittableRandom random = new SplittableRandom(1);
        Set<Reason> decided = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            Conversation conversation = new Conversation(Map.of());
            OnePortRange.calls(new StatePair.Place(1, HERE), new StatePair.Place(1 + i % 2, HERE), random).forEach(conversation::make);
            assertThat(conversation.reasons).contains(CallRule.SETS_PORT_RANGE, CallRule.PORT_CHOSEN_IS_FREE)
                    .containsAnyOf(CallRule.PORT_OF_RANGE, CallRule.PORT_RANGE_IS_EXHAUSTED);
            decided.addAll(conversation.reasons);
        }
        assertThat(decided).contains(CallRule.PORT_OF_RANGE, CallRule.PORT_RANGE_IS_EXHAUSTED, CallRule.REFUSED);
    }
}
