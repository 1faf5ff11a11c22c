package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/** What people wrote into the catalogue is what the model says. */
class CatalogueAgainstModelTest {

    private static Stream<String> groups() {
        return Catalogue.entries().stream().map(CatalogueEntry::group).distinct();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void everyCallOfAGroupEndsAsTheModelAllows(String group) {
        Catalogue.entries().stream().filter(entry -> entry.group().equals(group))
                .forEach(entry -> assertThatTheModelAllows(entry.scenario()));
    }

    private static void assertThatTheModelAllows(Scenario scenario) {
        Map<Integer, Integer> threads = scenario.transcript().threads();
        World world = World.EMPTY.withUsers(scenario.transcript().users());
        for (Step step : scenario.transcript().steps()) {
            Step made = new Step(threads.getOrDefault(step.process(), step.process()), step.call(), step.outcome());
            LinuxTcp.Judged judged = LinuxTcp.REFERENCE.judge(world, made);
            assertThat(judged.allowed()).as("%s: %s, but the model: %s", scenario.id(), TranscriptPrinter.line(step),
                    LinuxTcp.REFERENCE.answers(world, made.process(), made.call()).get(0).answer().inWords()).isPresent();
            world = judged.after();
        }
    }
}
