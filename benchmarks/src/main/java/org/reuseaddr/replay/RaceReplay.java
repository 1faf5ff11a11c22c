package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/**
 * Scenarios with the header {@code # race: processes 400}: two racers bind and listen at the same moment, for so many
 * milliseconds. The transcript is one order in which this may end; the result has the counts of all rounds. Both racers run in
 * helper processes, which do nothing else.
 */
final class RaceReplay {

    private static final String HEADER = "race";
    private static final Pattern VALUE = Pattern.compile("(processes|threads) (\\d{1,4})");
    /** On each port an unrelated process could be; the kernel's own work is the same on each. */
    private static final int PORTS = 4;
    private static final int ATTEMPTS = 3;

    private final IntFunction<HelperProcess> helpers;
    private final PortPool pool;
    private final RefusalLedger ledger;
    private final Racers racers = new Racers();

    /** @param helpers the helper process of an index, from 0 */
    RaceReplay(IntFunction<HelperProcess> helpers, PortPool pool, RefusalLedger ledger) {
        this.helpers = helpers;
        this.pool = pool;
        this.ledger = ledger;
    }

    static boolean isRace(Transcript transcript) {
        return transcript.headers().containsKey(HEADER);
    }

    /** The result of a race; empty for a scenario that is none. */
    Optional<ScenarioResult> replay(Scenario scenario, long start) {
        String header = scenario.transcript().headers().get(HEADER);
        if (header == null) {
            return Optional.empty();
        }
        try {
            Matcher value = VALUE.matcher(header.strip());
            if (!value.matches()) {
                throw new ReplayException("header " + HEADER + ": expected processes or threads and MILLISECONDS, found " + header);
            }
            return Optional.of(replay(scenario, value.group(1).equals("processes"), Integer.parseInt(value.group(2)), start));
        } catch (ReplayException e) {
            return Optional.of(error(scenario, e.getMessage(), start));
        }
    }

    private ScenarioResult replay(Scenario scenario, boolean processes, int millis, long start) {
        Family family = Family.valueOf(scenario.family());
        RaceCounts counted = null;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            List<Integer> ports = Stream.generate(pool::take).limit(PORTS).toList();
            counted = processes ? betweenProcesses(family, ports, millis)
                    : helpers.apply(0).race(HelperProtocol.Request.Race.ofThreads(family, ports, millis));
            // In a race refusals are the rule and tell nothing, so its binds are none of those that unexplained ones are a share of.
            ledger.made(ports, 0);
            if (counted.neither() < counted.rounds()) {
                pool.giveBack(ports);
                return result(scenario, counted, attempt, start);
            }
        }
        return error(scenario, "neither socket ever listened: " + counted.words(), start);
    }

    private RaceCounts betweenProcesses(Family family, List<Integer> ports, int millis) {
        return racers.race(List.of(helpers.apply(0), helpers.apply(1)), ListenRace.MEMORY, (helper, racer, shared) -> helper.race(
                HelperProtocol.Request.Race.ofProcesses(family, ports, millis, racer, shared)));
    }

    private static ScenarioResult error(Scenario scenario, String reason, long start) {
        return new ScenarioResult(scenario, Grade.ERROR, List.of(), -1, reason, false, 1, System.nanoTime() - start);
    }

    private static ScenarioResult result(Scenario scenario, RaceCounts counted, int attempts, long start) {
        List<Step> steps = scenario.transcript().steps();
        Optional<SyscallResult> strange = counted.strangeOutcome();
        if (counted.both() == 0 && strange.isEmpty()) {
            return new ScenarioResult(scenario, Grade.PASS, steps, -1, counted.words(), false, attempts, System.nanoTime() - start);
        }
        int divergent = counted.both() > 0 ? steps.size() - 1 : first(steps, RaceCounts.CALLS.get(counted.strangeCall()));
        Outcome outcome = new Outcome.Plain(counted.both() > 0 ? new SyscallResult.Returned(0) : strange.orElseThrow());
        List<Step> observed = new ArrayList<>(steps.subList(0, divergent));
        observed.add(new Step(steps.get(divergent).process(), steps.get(divergent).call(), outcome));
        return new ScenarioResult(scenario, Replayer.grade(scenario, outcome), observed, divergent, counted.words(),
                counted.both() > 0, attempts, System.nanoTime() - start);
    }

    private static int first(List<Step> steps, String call) {
        return IntStream.range(0, steps.size()).filter(i -> steps.get(i).call().name().equals(call)).findFirst()
                .orElseThrow(() -> new ReplayException("the transcript has no " + call));
    }
}
