package org.reuseaddr.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Replays what nobody generated; the generated product has {@link ModelAgainstKernelTest}. */
class HandWrittenAgainstKernelTest {

    @Test
    void everyHandWrittenScenarioPassesOnThisKernel() {
        try (Replayer replayer = new Replayer(Set.of())) {
            List<String> failures = Stream.of(HandWrittenScenarios.all(), RepeatedScenarios.all())
                    .flatMap(List::stream)
                    .map(replayer::replay)
                    .filter(result -> result.grade() != Grade.PASS)
                    .map(HandWrittenAgainstKernelTest::evidence)
                    .toList();
            assertThat(failures).isEmpty();
        }
    }

    private static String evidence(ScenarioResult result) {
        StringBuilder text = new StringBuilder(result.scenario().id()).append(": ").append(result.grade()).append(' ')
                .append(result.detail()).append('\n');
        result.observed().forEach(step -> text.append("  ").append(step).append('\n'));
        result.promisedStep().ifPresent(step -> text.append("  promised ").append(step.outcome()).append('\n'));
        return text.toString();
    }
}
