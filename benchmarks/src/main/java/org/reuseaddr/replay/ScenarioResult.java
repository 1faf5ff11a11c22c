package org.reuseaddr.replay;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;

/**
 * What happened when a scenario was replayed.
 *
 * @param observed the steps that were made, with the outcomes they had and the transcript's own ports
 * @param divergent index of the first step whose outcome differs, or -1; then the last of {@code observed}
 * @param detail for {@link Grade#UNSUPPORTED} and {@link Grade#ERROR} the reason, where a duplicate listener was
 *     permitted who got the connections, else empty
 * @param attempts how many ports were tried, 1 unless a stranger's port could explain the difference
 * @param durationNanos of all attempts together, in nanoseconds
 */
public record ScenarioResult(Scenario scenario, Grade grade, List<Step> observed, int divergent, String detail,
        int attempts, long durationNanos) implements Serializable {

    public ScenarioResult {
        observed = List.copyOf(observed);
    }

    /** The first step whose outcome differs, as the transcript promises it. */
    public Optional<Step> promisedStep() {
        return divergent < 0 ? Optional.empty() : Optional.of(scenario.transcript().steps().get(divergent));
    }

    /** The first step whose outcome differs, as it happened. */
    public Optional<Step> observedStep() {
        return divergent < 0 ? Optional.empty() : Optional.of(observed.get(divergent));
    }
}
