package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.Grade;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.scenario.QuirkScenarios;
import org.reuseaddr.scenario.QuirkScenarios.Prediction;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

class KnownQuirksTest {

    private static final List<Prediction> TOUCHED = new QuirkScenarios(Quirk.OVERLOOKS_MAPPED_WILDCARD).touched();

    @Test
    void aDifferenceThatAQuirkPredictsIsKnownIfAllScenariosOfTheQuirkAgree() {
        KnownQuirks quirks = new KnownQuirks(kernelWith(TOUCHED));
        ScenarioResult result = quirks.graded(different(TOUCHED.get(0)));
        assertThat(result.grade()).isEqualTo(Grade.KNOWN);
        assertThat(result.quirk()).hasValue(Quirk.OVERLOOKS_MAPPED_WILDCARD);
        assertThat(quirks.shown()).containsExactly(Quirk.OVERLOOKS_MAPPED_WILDCARD);
    }

    @Test
    void oneScenarioThatDoesNotAgreeLeavesTheViolation() {
        KnownQuirks quirks = new KnownQuirks(kernelWith(TOUCHED.subList(0, TOUCHED.size() - 1)));
        ScenarioResult result = quirks.graded(different(TOUCHED.get(0)));
        assertThat(result.grade()).isEqualTo(Grade.VIOLATION);
        assertThat(quirks.shown()).isEmpty();
    }

    /** A transcript of the user's, which the catalogue does not hold. */
    private static Prediction underAnotherName(Prediction prediction) {
        Scenario scenario = prediction.scenario();
        return new Prediction(new Scenario("report.strace", "file", scenario.family(), scenario.rule(), scenario.source(), true,
                scenario.references(), scenario.transcript()), prediction.divergent(), prediction.outcome());
    }

    @Test
    void soIsADifferenceOfATranscriptThatTheCatalogueDoesNotHold() {
        KnownQuirks quirks = new KnownQuirks(kernelWith(TOUCHED));
        ScenarioResult result = quirks.graded(different(underAnotherName(TOUCHED.get(0))));
        assertThat(result.grade()).isEqualTo(Grade.KNOWN);
        assertThat(result.quirk()).hasValue(Quirk.OVERLOOKS_MAPPED_WILDCARD);
    }

    @Test
    void aTranscriptThatNoQuirkExplainsStaysAViolation() {
        Prediction touched = underAnotherName(TOUCHED.get(0));
        Prediction other = new Prediction(touched.scenario(), touched.divergent(),
                new Outcome.Plain(new SyscallResult.Failed(Errno.EINVAL)));
        KnownQuirks quirks = new KnownQuirks(kernelWith(TOUCHED));
        assertThat(quirks.graded(different(other)).grade()).isEqualTo(Grade.VIOLATION);
        KnownQuirks withoutQuirk = new KnownQuirks(kernelWith(List.of()));
        assertThat(withoutQuirk.graded(different(touched)).grade()).isEqualTo(Grade.VIOLATION);
    }

    @Test
    void aDifferenceThatNoQuirkPredictsStaysAndNothingElseIsReplayed() {
        List<Scenario> replayed = new ArrayList<>();
        KnownQuirks quirks = new KnownQuirks(scenario -> {
            replayed.add(scenario);
            return passed(scenario);
        });
        Scenario scenario = new QuirkScenarios(Quirk.REMEMBERS_REUSEADDR).touched().get(0).scenario();
        ScenarioResult other = new ScenarioResult(scenario, Grade.VIOLATION,
                scenario.transcript().steps().subList(0, 1), 0, "", false, 2, 1);
        assertThat(quirks.graded(other)).isEqualTo(other);
        assertThat(replayed).isEmpty();
    }

    /** Answers as a kernel that has the quirk in these scenarios and passes all others. */
    private static Function<Scenario, ScenarioResult> kernelWith(List<Prediction> agreeing) {
        Map<String, Prediction> byId = agreeing.stream()
                .collect(Collectors.toMap(prediction -> prediction.scenario().id(), Function.identity()));
        return scenario -> byId.containsKey(scenario.id()) ? different(byId.get(scenario.id())) : passed(scenario);
    }

    private static ScenarioResult passed(Scenario scenario) {
        return new ScenarioResult(scenario, Grade.PASS, scenario.transcript().steps(), -1, "", false, 1, 1);
    }

    private static ScenarioResult different(Prediction prediction) {
        List<Step> steps = new ArrayList<>(prediction.scenario().transcript().steps().subList(0, prediction.divergent()));
        Step promised = prediction.scenario().transcript().steps().get(prediction.divergent());
        steps.add(new Step(promised.process(), promised.call(), prediction.outcome()));
        return new ScenarioResult(prediction.scenario(), Grade.VIOLATION, steps, prediction.divergent(), "", false, 2, 1);
    }
}
