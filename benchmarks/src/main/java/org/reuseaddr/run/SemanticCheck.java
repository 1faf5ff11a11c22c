package org.reuseaddr.run;

import java.util.Optional;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/** Puts what happened in a replay into rows. */
public final class SemanticCheck {

    private static final String AS_PROMISED = "as promised";

    private SemanticCheck() {
    }

    /** The row of a result: what was promised and what happened, as strace would say it. */
    public static SemanticsRow row(RunId run, ScenarioResult result) {
        Scenario scenario = result.scenario();
        String expected = result.promisedStep().map(SemanticCheck::outcome).orElse(AS_PROMISED);
        String observed = result.observedStep().map(SemanticCheck::outcome)
                .orElse(result.detail().isEmpty() ? AS_PROMISED : result.detail());
        Optional<String> detail = Optional.of(result.detail()).filter(text -> !text.isEmpty() && result.divergent() >= 0);
        return new SemanticsRow(run, scenario.id(), scenario.group(), scenario.family(), result.grade().name(), expected,
                detail.map(text -> observed + "; " + text).orElse(observed),
                result.observedStep().map(SemanticCheck::call).orElse(""), scenario.rule() + " (" + scenario.source() + ")",
                String.join(" ", scenario.references()), result.durationNanos() / 1_000, evidence(result),
                result.attempts(), result.unexplained(), result.quirk().map(Quirk::id).orElse(""));
    }

    /** What happened, in strace notation with the differing line marked; empty where nothing differs. */
    public static String evidence(ScenarioResult result) {
        return result.divergent() < 0 ? ""
                : TranscriptPrinter.diff(result.scenario().transcript().steps(), result.observed(), result.divergent());
    }

    private static String call(Step step) {
        String line = TranscriptPrinter.line(step);
        return line.substring(0, line.lastIndexOf(" = "));
    }

    private static String outcome(Step step) {
        String line = TranscriptPrinter.line(step);
        return line.substring(line.lastIndexOf(" = ") + 3);
    }
}
