package org.reuseaddr.run;

import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.reuseaddr.replay.KnownQuirks;
import org.reuseaddr.replay.Refusals;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.scenario.Scenario;

/** Replays scenarios with one replayer and records each result as it comes. */
public final class CheckSession implements AutoCloseable {

    private final RunId id;
    /** Null if nothing is recorded. */
    private final SemanticsFile file;
    private final Replayer replayer;
    private final KnownQuirks quirks;
    /** Scenarios that an earlier session of the run has recorded, with their grades: the gate is checked in each session. */
    private final Set<List<String>> recorded;

    /**
     * Opens the record.
     *
     * @param directory takes {@code semantics.csv}; what it has already, with the same grade, is not recorded again
     * @throws OutputException if the record cannot be written
     */
    public CheckSession(RunId id, RunDirectory directory, Replayer replayer) {
        this(id, recorded(directory), new SemanticsFile(directory.semantics()), replayer);
    }

    private CheckSession(RunId id, Set<List<String>> recorded, SemanticsFile file, Replayer replayer) {
        this.id = id;
        this.file = file;
        this.recorded = recorded;
        this.replayer = replayer;
        this.quirks = new KnownQuirks(replayer::replay);
    }

    /** A session of which nothing is written down. */
    public static CheckSession unrecorded(Replayer replayer) {
        return new CheckSession(null, Set.of(), null, replayer);
    }

    private static Set<List<String>> recorded(RunDirectory directory) {
        return !Files.exists(directory.semantics()) ? Set.of() : SemanticsFile.readAll(directory.semantics()).stream()
                .map(row -> List.of(row.scenario(), row.grade())).collect(Collectors.toSet());
    }

    /**
     * Replays all and records the worst result of each. Scenarios of several processes wait until the helper process has
     * started, and those of one are replayed meanwhile.
     *
     * @param scenarios are built one after the other, some time before they are replayed
     * @param times how often each is replayed, at least once
     * @return the results in the order of the scenarios
     */
    public List<ScenarioResult> replay(List<Supplier<Scenario>> scenarios, int times, CheckProgress progress) {
        ScenarioResult[] results = new ScenarioResult[scenarios.size()];
        progress.planned(scenarios.size());
        try (ScenariosAhead ahead = new ScenariosAhead(scenarios)) {
            Deque<BuiltScenario> waiting = new ArrayDeque<>();
            int built = 0;
            while (ahead.hasNext() || !waiting.isEmpty()) {
                BuiltScenario next = !waiting.isEmpty() && (!ahead.hasNext() || replayer.isReadyFor(waiting.element().scenario()))
                        ? waiting.remove() : new BuiltScenario(ahead.next(), built++);
                if (ahead.hasNext() && !replayer.isReadyFor(next.scenario())) {
                    waiting.add(next);
                    continue;
                }
                results[next.place()] = worstOf(next.scenario(), times);
                record(results[next.place()]);
                progress.replayed();
            }
        }
        return Arrays.asList(results);
    }

    /** A scenario that has been built. */
    private record BuiltScenario(Scenario scenario, int place) {
    }

    private ScenarioResult worstOf(Scenario scenario, int times) {
        ScenarioResult worst = replay(scenario);
        for (int again = 1; again < times; again++) {
            ScenarioResult result = replay(scenario);
            worst = result.grade().isWorseThan(worst.grade()) ? result : worst;
        }
        return worst;
    }

    /** What a quirk of released kernels explains is graded so. */
    private ScenarioResult replay(Scenario scenario) {
        return quirks.graded(replayer.replay(scenario));
    }

    /** What became of all binds so far. */
    public Refusals refusals() {
        return replayer.refusals();
    }

    /**
     * Ends a check: records and returns what shows from all scenarios together and from none alone, that binds were refused
     * though nobody held the port. Empty where that is not so.
     */
    public Optional<ScenarioResult> conclude() {
        Optional<ScenarioResult> finding = replayer.unexplainedRefusals();
        finding.ifPresent(this::record);
        return finding;
    }

    /** Records a result. */
    public void record(ScenarioResult result) {
        if (file != null && !recorded.contains(List.of(result.scenario().id(), result.grade().name()))) {
            file.append(SemanticCheck.row(id, result));
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
