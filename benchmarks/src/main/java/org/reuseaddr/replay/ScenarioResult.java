package org.reuseaddr.replay;

import java.util.List;
import java.util.Optional;
import org.reuseaddr.model.Grade;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;

/**
 * What happened when a scenario was replayed.
 *
 * @param observed the steps that were made, with the outcomes they had and the transcript's own ports
 * @param divergent index of the first step whose outcome differs, or -1; then the last of {@code observed}
 * @param detail for {@link Grade#UNSUPPORTED} and {@link Grade#ERROR} the reason; where a bind or listen was permitted
 *     that should have been refused, what became of the two sockets; where a call returned a value that it cannot return,
 *     which; where a violation was repeated and the second attempt ended otherwise, how; of a race, how often it ended in
 *     which way, for a pass too; parts are joined with {@code "; "}, and without any it is empty
 * @param twoListeners whether two sockets were seen to listen on one port that must have only one
 * @param quirk the quirk of released kernels that explains the difference; present with {@link Grade#KNOWN} alone
 * @param attempts how many times the scenario was replayed, each time on other ports: 1 for a pass, at least 2 for a
 *     violation, more where an unrelated process on the port could explain the difference; 0 if it was not replayed
 * @param unexplained binds and listens of all attempts that were refused with EADDRINUSE though nobody was seen to hold
 *     the port, see {@link Refusals}
 * @param durationNanos of all attempts together, in nanoseconds
 */
public record ScenarioResult(Scenario scenario, Grade grade, List<Step> observed, int divergent, String detail,
        boolean twoListeners, Optional<Quirk> quirk, int attempts, int unexplained, long durationNanos) {

    public ScenarioResult {
        observed = List.copyOf(observed);
    }

    ScenarioResult(Scenario scenario, Grade grade, List<Step> observed, int divergent, String detail,
            boolean twoListeners, int attempts, long durationNanos) {
        this(scenario, grade, observed, divergent, detail, twoListeners, Optional.empty(), attempts, 0, durationNanos);
    }

    /** The same observation, explained by a quirk of released kernels. */
    ScenarioResult known(Quirk found) {
        return new ScenarioResult(scenario, Grade.KNOWN, observed, divergent, detail, twoListeners, Optional.of(found),
                attempts, unexplained, durationNanos);
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
