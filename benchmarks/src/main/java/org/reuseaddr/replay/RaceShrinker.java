package org.reuseaddr.replay;

import java.util.Optional;
import java.util.function.Function;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.transcript.Call;

/**
 * Makes a race smaller as long as it can end in the same forbidden way: leaves out one call after the other, and makes what is
 * left once more. Whether a call can be left out is a matter of luck where the ending is rare, so that the smallest race that it
 * finds may have a call too many.
 */
final class RaceShrinker {

    private static final int MOST_TRIES = 40;

    private final Function<CallRace, Optional<RaceHistogram>> tryOut;
    private int tries;

    /** @param tryOut makes a race; empty if it did not end in the forbidden way */
    RaceShrinker(Function<CallRace, Optional<RaceHistogram>> tryOut) {
        this.tryOut = tryOut;
    }

    /** The smallest that was found; the one given if none is smaller. */
    RaceHistogram shrink(RaceHistogram found) {
        RaceHistogram best = found;
        // From the end: what a call makes possible goes after those that need it.
        for (int place = best.race().calls().size() - 1; place >= 0 && tries < MOST_TRIES; place--) {
            if (isNeeded(best.race(), place)) {
                continue;
            }
            tries++;
            best = tryOut.apply(best.race().without(place)).orElse(best);
        }
        return best;
    }

    /** Without SO_LINGER of 0 seconds the close of a connection leaves TIME_WAIT on the port, which the next round would meet. */
    private static boolean isNeeded(CallRace race, int place) {
        Made made = race.calls().get(place);
        return made.call() instanceof Call.SetLinger linger && race.calls().stream().anyMatch(other ->
                other.process() == made.process() && other.call() instanceof Call.Close close && close.fd() == linger.fd());
    }
}
