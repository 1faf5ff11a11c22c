package org.reuseaddr.scenario;

import java.util.List;
import java.util.Map;
import org.reuseaddr.model.Rule;
import org.reuseaddr.transcript.Transcript;

/**
 * A script with its turning points: where the challenge begins and where its aftermath does. The rule of the scenario
 * is that of the first refusal between the two, or else of the challenger's bind.
 */
final class Story {

    private final Script script;
    private final int challenge;
    private int aftermathStep;
    private int aftermathDecision;
    private boolean documentsAllowMore;

    /** The challenge begins with the next call of the script. */
    Story(Script script) {
        this.script = script;
        challenge = script.decisions().size();
    }

    /** The challenge is decided: what follows is its aftermath. */
    void aftermath() {
        aftermathStep = script.length();
        aftermathDecision = script.decisions().size();
    }

    /** The documents can also be read as releases of Linux behave that answer otherwise: no answer is promised. */
    void documentsAllowMore() {
        documentsAllowMore = true;
    }

    /** The scenario that the script has become. */
    Scenario scenario(String id, String group, String family) {
        Rule rule = rule();
        boolean promised = challengeIsPromised() && !documentsAllowMore;
        Map<String, String> headers = ScenarioHeaders.of(id, group, family, rule.sentence(), rule.source(), promised,
                rule.references());
        return new Scenario(id, group, family, rule.sentence(), rule.source(), promised, rule.references(),
                transcript(headers, challengeIsPromised()));
    }

    private Rule rule() {
        List<Rule> decisions = script.decisions().subList(challenge, aftermathDecision);
        return decisions.stream().filter(Rule::refuses).findFirst().orElse(decisions.get(0));
    }

    private boolean challengeIsPromised() {
        return script.decisions().subList(0, aftermathDecision).stream().allMatch(Rule::promised);
    }

    /** All steps; but an aftermath that no document promises must not weaken a challenge that one does. */
    private Transcript transcript(Map<String, String> headers, boolean challengeIsPromised) {
        boolean aftermathIsPromised = script.decisions().stream().skip(aftermathDecision).allMatch(Rule::promised);
        int length = challengeIsPromised && !aftermathIsPromised ? aftermathStep : script.length();
        return new Transcript(headers, script.steps().subList(0, length));
    }
}
