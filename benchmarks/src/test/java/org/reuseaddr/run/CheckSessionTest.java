package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.Surroundings;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;

@Timeout(60)
class CheckSessionTest {

    /** By its users, its race, its signal, or simply two processes. */
    private static final List<String> OF_HELPERS = List.of("original-report/two-terminals", "race/two-threads-inet",
            "reuseport-users/same-user-inet", "signals/alone-inet", "free-port/rebind-from-another-process-inet");
    private static final List<String> OF_ONE_PROCESS = List.of("inet-any/option-timing/reuseport-off-after-listener-closed",
            "calls/backlog-negative-inet");

    @TempDir
    private Path results;
    private int replayed;

    private List<Supplier<Scenario>> scenarios(Stream<String> ids) {
        return ids.map(id -> Catalogue.entries().stream().filter(entry -> entry.id().equals(id)).findFirst().orElseThrow())
                .<Supplier<Scenario>>map(entry -> entry::scenario).toList();
    }

    private List<String> replay(boolean startHelper, List<Supplier<Scenario>> scenarios) {
        CheckProgress counting = new CheckProgress() {
            @Override
            public void planned(int planned) {
                assertThat(planned).isEqualTo(scenarios.size());
            }

            @Override
            public void replayed() {
                replayed++;
            }
        };
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine());
                CheckSession session = new CheckSession(new RunId("run", "here", "native"), new RunDirectory(results), replayer)) {
            if (startHelper) {
                replayer.startHelper();
            }
            return session.replay(scenarios, 1, counting).stream().map(result -> result.scenario().id()).toList();
        }
    }

    private List<String> recorded() {
        return SemanticsFile.readAll(results.resolve("semantics.csv")).stream().map(SemanticsRow::scenario).toList();
    }

    @Test
    void thoseOfOneProcessAreReplayedWhileTheHelperStarts() {
        List<Supplier<Scenario>> scenarios = scenarios(Stream.concat(OF_HELPERS.stream(), OF_ONE_PROCESS.stream()));
        assertThat(replay(true, scenarios)).as("results in the order of the scenarios")
                .containsExactlyElementsOf(Stream.concat(OF_HELPERS.stream(), OF_ONE_PROCESS.stream()).toList());
        assertThat(recorded()).as("a JVM starts in no less than a tenth of a second; the calls of one process take a tenth of that")
                .startsWith(OF_ONE_PROCESS.get(0)).containsExactlyInAnyOrderElementsOf(
                        Stream.concat(OF_HELPERS.stream(), OF_ONE_PROCESS.stream()).toList());
        assertThat(replayed).isEqualTo(scenarios.size());
    }

    @Test
    void aHelperThatIsNotStartingIsNotWaitedFor() {
        List<Supplier<Scenario>> scenarios = scenarios(Stream.concat(OF_HELPERS.stream(), OF_ONE_PROCESS.stream()));
        assertThat(replay(false, scenarios)).hasSameSizeAs(scenarios);
        assertThat(recorded()).startsWith(OF_HELPERS.get(0));
    }
}
