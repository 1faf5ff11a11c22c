package org.reuseaddr.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.SharedMemory;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * One racer of a {@link CallRace}: makes its calls round after round with racers of other processes. Every round ends with all
 * its sockets closed. Racer 0 counts how often the round ended how: the outcomes of all racers stand in the memory that they share.
 */
final class RaceRounds {

    /** How many calls a race may have. */
    static final int MOST_CALLS = 48;
    /** The size of the memory that the racers share, in bytes. */
    static final int MEMORY = MeetingPoint.BYTES + MOST_CALLS * OutcomeSlot.BYTES;

    /** A platform that answers at random shall not fill the memory. */
    private static final int MOST_ENDINGS = 500;
    /** No call of a race waits; what a platform lets wait all the same is watched for so long. */
    private static final int LIMIT_MILLIS = 100;
    private static final int FIRST_CHOSEN_PORT = 40_001;

    private final CallExecutor executor = new CallExecutor(new CallExecutor.DescriptorTable());
    private final Map<ByteBuffer, Integer> counts = new LinkedHashMap<>();
    private final List<Made> literal;
    private final List<Call> real;
    private final Map<Integer, Integer> literalPorts = new HashMap<>();
    private final int firstRacing;
    private final int firstAfter;
    private final int firstOwn;
    private final int lastOwn;
    private final int turns;
    private final int racer;
    private final ByteBuffer memory;
    private final MeetingPoint point;
    private int lost;

    private RaceRounds(CallRace race, Map<Integer, Integer> ports, int racer, ByteBuffer memory) {
        literal = race.calls();
        real = literal.stream().map(made -> real(made.call(), ports)).toList();
        ports.forEach((port, taken) -> literalPorts.put(taken, port));
        firstRacing = race.before().size();
        firstOwn = firstRacing + race.racing().subList(0, racer).stream().mapToInt(List::size).sum();
        lastOwn = firstOwn + race.racing().get(racer).size();
        firstAfter = literal.size() - race.after().size();
        turns = firstRacing + race.after().size();
        this.racer = racer;
        this.memory = memory;
        point = new MeetingPoint(memory, racer, race.racing().size());
    }

    private static Call real(Call call, Map<Integer, Integer> ports) {
        return call instanceof Call.Addressed addressed
                ? addressed.to(addressed.address().withPort(ports.getOrDefault(addressed.address().port(), 0))) : call;
    }

    /**
     * A way in which a round ended.
     *
     * @param times in how many rounds
     * @param outcomes of the calls, in the order of {@link CallRace#calls()}, with literal ports
     */
    record RoundEnding(int times, List<Outcome> outcomes) {
        RoundEnding {
            outcomes = List.copyOf(outcomes);
        }
    }

    /**
     * How the rounds of a race ended.
     *
     * @param rounds how many there were
     * @param endings each way once; of more than 500 only the first so many
     */
    record RoundCounts(int rounds, List<RoundEnding> endings) {
        RoundCounts {
            endings = List.copyOf(endings);
        }
    }

    /**
     * Races in this process against racers of others. All must be called with the same arguments but for the racer.
     *
     * @param ports the real port for each literal one that the calls name
     * @param racer which one this is, from 0
     * @param rounds how many rounds at most
     * @param maxMillis when to begin no further round
     * @param shared a file of {@link SharedMemory} of {@value #MEMORY} bytes, removed once all have mapped it
     * @return what racer 0 counted; nothing from the others
     * @throws ReplayException if another racer does not come
     */
    static RoundCounts run(CallRace race, Map<Integer, Integer> ports, int racer, int rounds, int maxMillis, Path shared) {
        try {
            RaceRounds own = new RaceRounds(race, ports, racer, SharedMemory.map(shared));
            own.point.begin(maxMillis);
            SharedMemory.remove(shared);
            return own.run(rounds);
        } catch (IOException e) {
            throw new ReplayException("memory cannot be shared with another process: " + e, e);
        }
    }

    private RoundCounts run(int rounds) {
        int round = 0;
        try {
            while (point.meetForRound(round < rounds)) {
                round(round++);
            }
        } finally {
            executor.closeAll();
        }
        List<RoundEnding> endings = new ArrayList<>();
        counts.forEach((slots, times) -> endings.add(new RoundEnding(times, outcomes(slots))));
        return new RoundCounts(counts.values().stream().mapToInt(times -> times).sum() + lost, endings);
    }

    private void round(int round) {
        int firstTurn = round * turns;
        for (int call = 0; call < firstRacing; call++) {
            makeInTurn(call, firstTurn + call);
        }
        point.meet();
        List<Outcome> outcomes = new ArrayList<>(lastOwn - firstOwn);
        point.delay();
        for (int call = firstOwn; call < lastOwn; call++) {
            outcomes.add(make(call));
        }
        for (int call = firstOwn; call < lastOwn; call++) {
            write(call, outcomes.get(call - firstOwn));
        }
        point.meet();
        for (int call = firstAfter; call < literal.size(); call++) {
            makeInTurn(call, firstTurn + firstRacing + call - firstAfter);
        }
        point.meet();
        if (racer == 0) {
            count();
        }
        executor.closeAll();
    }

    private void makeInTurn(int call, int turn) {
        if (literal.get(call).process() == racer + 1) {
            point.awaitTurn(turn);
            write(call, make(call));
            point.endTurn(turn);
        }
    }

    private Outcome make(int call) {
        return executor.execute(real.get(call), literal.get(call).name().orElse(SocketProcess.UNNAMED), LIMIT_MILLIS);
    }

    /** A descriptor that the call made is written by its name. */
    private void write(int call, Outcome outcome) {
        Made made = literal.get(call);
        Outcome named = outcome;
        if (made.name().isPresent() && made.call().succeedsWith(outcome)) {
            SyscallResult.Returned name = new SyscallResult.Returned(made.name().getAsInt());
            named = outcome instanceof Outcome.WithAddress shown ? new Outcome.WithAddress(name, shown.address())
                    : new Outcome.Plain(name);
        }
        OutcomeSlot.write(memory, MeetingPoint.BYTES + call * OutcomeSlot.BYTES, named);
    }

    private void count() {
        byte[] bytes = new byte[literal.size() * OutcomeSlot.BYTES];
        memory.get(MeetingPoint.BYTES, bytes);
        ByteBuffer slots = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        Map<Integer, Integer> seen = new HashMap<>(literalPorts);
        IntStream.range(0, literal.size())
                .forEach(call -> OutcomeSlot.makeLiteral(slots, call * OutcomeSlot.BYTES, seen, FIRST_CHOSEN_PORT - literalPorts.size()));
        if (counts.containsKey(slots) || counts.size() < MOST_ENDINGS) {
            counts.merge(slots, 1, Integer::sum);
        } else {
            lost++;
        }
    }

    private List<Outcome> outcomes(ByteBuffer slots) {
        return IntStream.range(0, literal.size()).mapToObj(call -> OutcomeSlot.read(slots, call * OutcomeSlot.BYTES)).toList();
    }
}
