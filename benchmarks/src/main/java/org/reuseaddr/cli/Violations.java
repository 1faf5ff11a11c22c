package org.reuseaddr.cli;

import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.run.SemanticCheck;

/** Reports a violated guarantee when it is found. */
final class Violations {

    private Violations() {
    }

    /** Names the scenario, the call that must not have had this result, and who got the connections. */
    static void announce(ScenarioResult result) {
        System.err.println(result.grade() + " " + result.scenario().id() + " (" + result.scenario().family() + "): "
                + result.scenario().rule() + " [" + result.scenario().source() + "]");
        System.err.print(SemanticCheck.evidence(result).indent(4));
        if (!result.detail().isEmpty()) {
            System.err.println("    " + result.detail());
        }
    }
}
