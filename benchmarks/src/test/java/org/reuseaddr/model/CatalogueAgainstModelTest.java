package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/** What people wrote into the catalogue is what the model says. */
class CatalogueAgainstModelTest {

    @Test
    void everyCallOfTheCatalogueEndsAsTheModelAllows() {
        List<String> refused = new ArrayList<>();
        Catalogue.scenarios().forEach(scenario -> refused.addAll(refused(scenario)));

        assertThat(refused).isEmpty();
    }

    private static List<String> refused(Scenario scenario) {
        Map<Integer, Integer> threads = scenario.transcript().threads();
        World world = World.EMPTY;
        List<String> refused = new ArrayList<>();
        for (Step step : scenario.transcript().steps()) {
            Step made = new Step(threads.getOrDefault(step.process(), step.process()), step.call(), step.outcome());
            LinuxTcp.Judged judged = LinuxTcp.REFERENCE.judge(world, made);
            if (judged.allowed().isEmpty()) {
                refused.add(scenario.id() + ": " + TranscriptPrinter.line(step) + ", but the model: "
                        + LinuxTcp.REFERENCE.answers(world, made.process(), made.call()).get(0).answer().inWords());
                break;
            }
            world = judged.after();
        }
        return refused;
    }
}
