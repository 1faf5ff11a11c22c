package org.reuseaddr.replay;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.Grade;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.World;
import org.reuseaddr.scenario.QuirkScenarios;
import org.reuseaddr.scenario.QuirkScenarios.Prediction;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;

/**
 * Finds out which quirks of released kernels a platform shows, by what it does. A difference is {@link Grade#KNOWN} if a
 * quirk predicts it, and if every other scenario that this quirk touches ends as the quirk predicts too: a platform that
 * only sometimes answers like an older kernel is not one.
 */
public final class KnownQuirks {

    private final Function<Scenario, ScenarioResult> replay;
    private final Map<Quirk, Boolean> decided = new EnumMap<>(Quirk.class);
    private final Map<Quirk, QuirkScenarios> scenarios = new EnumMap<>(Quirk.class);

    /** @param replay replays a scenario on the platform */
    public KnownQuirks(Function<Scenario, ScenarioResult> replay) {
        this.replay = replay;
    }

    /** The result, with the grade {@link Grade#KNOWN} and its quirk if a quirk explains it. */
    public ScenarioResult graded(ScenarioResult result) {
        boolean differs = (result.grade() == Grade.VIOLATION || result.grade() == Grade.DEVIATION) && result.divergent() >= 0;
        if (!differs) {
            return result;
        }
        for (Quirk quirk : Quirk.values()) {
            Optional<Prediction> prediction = scenarios(quirk).of(result.scenario());
            boolean predicted = prediction.isPresent() ? agrees(prediction.get(), result) : isExplained(quirk, result);
            if (predicted && isShown(quirk)) {
                return result.known(quirk);
            }
        }
        return result;
    }

    /** The quirks that the platform was found to show so far. */
    public List<Quirk> shown() {
        return decided.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
    }

    private QuirkScenarios scenarios(Quirk quirk) {
        return scenarios.computeIfAbsent(quirk, QuirkScenarios::new);
    }

    private boolean isShown(Quirk quirk) {
        return decided.computeIfAbsent(quirk, this::decide);
    }

    private boolean decide(Quirk quirk) {
        int agreeing = 0;
        for (Prediction prediction : scenarios(quirk).touched()) {
            ScenarioResult result = replay.apply(prediction.scenario());
            if (agrees(prediction, result)) {
                agreeing++;
            } else if (result.grade() != Grade.UNSUPPORTED && result.grade() != Grade.ERROR) {
                return false;
            }
        }
        return agreeing > 0;
    }

    /**
     * Whether the calls of a scenario that no family has generated, such as a transcript of the user's, end as on a kernel with
     * the quirk, and not as on the reference.
     */
    private static boolean isExplained(Quirk quirk, ScenarioResult result) {
        LinuxTcp kernel = new LinuxTcp(Set.of(quirk));
        Map<Integer, Integer> threads = result.scenario().transcript().threads();
        World world = World.EMPTY.withUsers(result.scenario().transcript().users());
        for (int i = 0; i <= result.divergent(); i++) {
            Step made = result.observed().get(i);
            Step step = new Step(threads.getOrDefault(made.process(), made.process()), made.call(), made.outcome());
            Optional<Allowed> allowed = kernel.judge(world, step).allowed();
            if (allowed.isEmpty() || i == result.divergent() && (allowed.get().answer() instanceof Answer.Anything
                    || LinuxTcp.REFERENCE.judge(world, step).allowed().isPresent())) {
                return false;
            }
            world = kernel.judge(world, step).after();
        }
        return true;
    }

    private static boolean agrees(Prediction prediction, ScenarioResult result) {
        return result.divergent() == prediction.divergent()
                && result.observed().get(result.divergent()).outcome().equals(prediction.outcome());
    }
}
