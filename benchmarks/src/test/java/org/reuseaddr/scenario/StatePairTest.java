package org.reuseaddr.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.World;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Step;

/** Pairs of states on one port: what meets one, and that the calls made for one do. */
class StatePairTest {

    private static final SockAddr HERE = Family.INET.loopback(12_345);
    private static final SockAddr ELSEWHERE = new SockAddr.Inet4(127, 0, 0, 2, 12_345);

    /** Makes the calls as Linux answers them. */
    private static Set<StatePair> met(List<Made> calls) {
        World world = World.EMPTY;
        Set<StatePair> met = new HashSet<>();
        for (Made made : calls) {
            met.addAll(StatePair.metBy(world, made.process(), made.call()));
            int name = made.call() instanceof Call.MakesDescriptor ? RandomCalls.nextDescriptor(world, made.process()) : 0;
            Step step = new Step(made.process(), made.call(), LinuxTcp.REFERENCE.answers(world, made.process(), made.call())
                    .get(0).answer().example(made.call(), name));
            world = LinuxTcp.REFERENCE.judge(world, step).after();
        }
        return met;
    }

    @Test
    void everyPairIsMetByTheCallsMadeForIt() {
        SplittableRandom random = new SplittableRandom(1);
        for (StatePair pair : StatePair.all()) {
            for (int processes = 1; processes <= 2; processes++) {
                // Addresses that do not overlap: each socket gets the port, whatever the options.
                List<Made> calls = pair.calls(new StatePair.Place(1, HERE), new StatePair.Place(processes, ELSEWHERE), random);
                assertThat(met(calls)).as(pair + ": " + calls).contains(pair);
            }
        }
    }

    @Test
    void thereAre96AndARandomExplorationMeetsNearlyAll() {
        Set<StatePair> met = new HashSet<>();
        for (int seed = 0; seed < 3_000; seed++) {
            met.addAll(met(sequence(seed)));
        }

        assertThat(StatePair.all()).hasSize(96).doesNotHaveDuplicates().containsAll(met);
        assertThat(met).hasSizeGreaterThan(80);
    }

    private static List<Made> sequence(int seed) {
        RandomCalls generator = new RandomCalls(new SplittableRandom(seed),
                new RandomCalls.Scope(2, List.of(), List.of(Family.values()), false, true));
        World world = World.EMPTY;
        List<Made> calls = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Made made = generator.next(world);
            int name = made.call() instanceof Call.MakesDescriptor ? RandomCalls.nextDescriptor(world, made.process()) : 0;
            Answer answer = LinuxTcp.REFERENCE.answers(world, made.process(), made.call()).get(0).answer();
            if (answer instanceof Answer.Anything) {
                return calls;
            }
            calls.add(made);
            world = LinuxTcp.REFERENCE.judge(world, new Step(made.process(), made.call(), answer.example(made.call(), name))).after();
        }
        return calls;
    }

    @Test
    void anotherPortIsNoPair() {
        assertThat(met(twoSockets(12_346))).isEmpty();
        assertThat(met(twoSockets(12_345))).containsExactly(
                new StatePair(World.Condition.BOUND, StatePair.ReuseOptions.REUSEADDR, false, StatePair.ReuseOptions.NONE));
    }

    private static List<Made> twoSockets(int portOfSecond) {
        Call socket = new Call.Socket(Family.INET.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP);
        return Stream.of(socket, new Call.SetOption(3, SocketOption.SO_REUSEADDR, 1), new Call.Bind(3, HERE), socket,
                new Call.Bind(4, ELSEWHERE.withPort(portOfSecond)), new Call.Close(3)).map(call -> new Made(1, call)).toList();
    }
}
