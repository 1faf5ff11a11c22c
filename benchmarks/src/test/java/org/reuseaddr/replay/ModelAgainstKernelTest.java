package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.TranscriptPrinter;

/** Proves the reference model, and what people wrote, against the kernel that runs the test, call by call. */
@Tag("slow")
class ModelAgainstKernelTest {

    private static final int RANDOM_SCRIPTS = 5000;

    @Test
    void everyScenarioOfTheCatalogueHasOnThisKernelTheResultsThatItPromises() {
        assertThatTheKernelAgrees(Catalogue.scenarios().stream());
    }

    @Test
    void severalSocketsInAnyOrderHaveOnThisKernelTheResultsThatTheModelGivesThem() {
        assertThatTheKernelAgrees(LongStream.range(0, RANDOM_SCRIPTS).mapToObj(RandomScript::of));
    }

    private static void assertThatTheKernelAgrees(Stream<Scenario> scenarios) {
        try (Replayer replayer = new Replayer()) {
            List<String> mismatches = scenarios.map(replayer::replay)
                    .filter(result -> result.grade() != Grade.PASS)
                    .map(ModelAgainstKernelTest::evidence)
                    .toList();
            assertThat(mismatches).as("%d scenarios that do not pass", mismatches.size()).isEmpty();
        }
    }

    private static String evidence(ScenarioResult result) {
        String head = result.scenario().id() + ": " + result.grade() + " " + result.detail() + "\n";
        return result.divergent() < 0 ? head : head + TranscriptPrinter.diff(
                result.scenario().transcript().steps(), result.observed(), result.divergent());
    }
}
