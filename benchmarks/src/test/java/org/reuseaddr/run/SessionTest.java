package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.compare.Baseline;
import org.reuseaddr.model.Grade;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.replay.Surroundings;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.scenario.Scenario;

/** What {@code --resume} takes from a record, and what it says of one that is not as it should be. */
class SessionTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    private Path results;
    private final Platform platform = Platform.probe();
    private RunDirectory directory;
    private Map<String, String> record;
    private final List<String> notices = new ArrayList<>();
    private boolean hasSamples = true;
    private Optional<Blocks> blocks = Optional.empty();

    @BeforeEach
    void makeRun() {
        directory = new RunDirectory(results.resolve("run"));
        Session made = FreshSession.of(platform, "here", Optional.of(directory.path()), Profile.QUICK, List.of(),
                OptionalLong.of(7), blocks, NOW);
        record = new LinkedHashMap<>(platform.entries());
        record.putAll(made.environment(NOW, List.of("Control", "-f", "3")));
    }

    private static ScenarioResult result(Scenario scenario, Grade grade) {
        return new ScenarioResult(scenario, grade, List.of(), -1, "", false, Optional.empty(), 1, 0, 0);
    }

    private void record(ScenarioResult result) {
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine());
                CheckSession check = new CheckSession(Session.id("here", platform, NOW), directory, replayer)) {
            check.record(result);
        }
    }

    private ResumedSession resumed(OptionalInt forks) throws IOException {
        Files.createDirectories(directory.path());
        Files.deleteIfExists(directory.environment());
        EnvironmentFile.append(directory.environment(), record);
        if (hasSamples && !Files.exists(directory.samples())) {
            try (SamplesFile samples = new SamplesFile(directory.samples(), List.of())) {
                samples.append(new Sample(Session.id("here", platform, NOW), new Cell("Control.getppid", "avgt", 1,
                        new TreeMap<>()), 1, 1, Sample.SCORE, 1, "ns/op"));
            }
        }
        return ResumedSession.of(platform, directory.path(), forks, NOW, notices::add);
    }

    @Test
    void theSameRunGoesOn() throws IOException {
        ResumedSession request = resumed(OptionalInt.empty());

        assertThat(request.earlier()).hasSize(1);
        assertThat(request.id()).isEqualTo(Session.id("here", platform, NOW));
        assertThat(request.profile()).isEqualTo(Profile.QUICK);
        assertThat(request.jmhArguments()).containsExactly("Control", "-f", "3");
        assertThat(request.seed()).as("another order than that of the first session").isNotEqualTo(7);
        assertThat(resumed(OptionalInt.of(9)).jmhArguments()).containsExactly("Control", "-f", "9");
    }

    @Test
    void whatAnEarlierSessionRecordedCountsByTheRulesOfThisOne() throws IOException {
        Scenario scenario = Catalogue.scenarios().get(0);
        assertThat(resumed(OptionalInt.empty()).isBrokenAlready(Baseline.linux(true))).as("no record").isFalse();
        record(result(scenario, Grade.PASS));
        assertThat(resumed(OptionalInt.empty()).isBrokenAlready(Baseline.linux(true))).isFalse();
        record(result(scenario, Grade.KNOWN));
        assertThat(resumed(OptionalInt.empty()).isBrokenAlready(Baseline.linux(false))).isFalse();
        assertThat(resumed(OptionalInt.empty()).isBrokenAlready(Baseline.linux(true))).as("--strict").isTrue();
        record(result(scenario, Grade.VIOLATION));
        assertThat(resumed(OptionalInt.empty()).isBrokenAlready(Baseline.linux(false))).isTrue();
    }

    @Test
    void aFurtherSessionHasTheBatchesOfTheFirst() throws IOException {
        assertThat(resumed(OptionalInt.empty()).recordedBind()).as("an earlier version").hasValue(0);
        record.put("run.bind_us", "10123.4");
        assertThat(resumed(OptionalInt.empty()).recordedBind()).hasValue(10_123.4);
    }

    @Test
    void theBeginningOfARowThatAKillLeftIsDropped() throws IOException {
        resumed(OptionalInt.empty());
        String whole = Files.readString(directory.samples());
        Files.writeString(directory.samples(), whole + "here-20261122T120000Z,here,linux,Contr");
        assertThat(resumed(OptionalInt.empty()).earlier()).hasSize(1);
        assertThat(notices).containsExactly(directory.samples() + ": its last row was cut short and is dropped");
        assertThat(directory.samples()).hasContent(whole);

        Files.writeString(directory.samples(), whole + "here-20261122T120000Z,\"quoted\nand cut");
        assertThat(resumed(OptionalInt.empty()).earlier()).hasSize(1);
        assertThat(directory.samples()).hasContent(whole);
    }

    @Test
    void aRunThatAnotherProcessWritesIsLeftAsItIs() throws IOException {
        resumed(OptionalInt.empty());
        Files.writeString(directory.samples(), "half a row", StandardOpenOption.APPEND);
        try (RunDirectory.Claim claim = directory.claim()) {
            assertThatThrownBy(() -> resumed(OptionalInt.empty())).isInstanceOf(OutputException.class)
                    .hasMessageContaining("another run is writing there");
        }
        assertThat(Files.readString(directory.samples())).endsWith("half a row");
    }

    @Test
    void anInterruptedCheckGoesOnWithTheScenariosThatAreLeft() throws IOException {
        assertThat(resumed(OptionalInt.empty()).scenarios()).as("there are samples, so the check had ended").isEmpty();

        Files.delete(directory.samples());
        hasSamples = false;
        Scenario first = Catalogue.scenarios().get(0);
        record(result(first, Grade.PASS));
        ResumedSession interrupted = resumed(OptionalInt.empty());
        assertThat(interrupted.earlier()).isEmpty();
        assertThat(interrupted.scenarios()).extracting(CatalogueEntry::id).hasSize(Catalogue.entries().size() - 1)
                .doesNotContain(first.id());
        record.put("ports.check", "12");
        assertThat(resumed(OptionalInt.empty()).scenarios()).as("the check had ended, and nothing was measured").isEmpty();
    }

    @Test
    void whatAnEarlierSessionRecordedIsRecordedAgainOnlyIfItDiffers() throws IOException {
        Files.createDirectories(directory.path());
        Scenario first = Catalogue.scenarios().get(0);
        ScenarioResult passed = result(first, Grade.PASS);
        ScenarioResult failed = result(first, Grade.ERROR);
        List.of(passed, passed, failed).forEach(this::record);
        assertThat(SemanticsFile.readAll(directory.semantics())).extracting(SemanticsRow::grade).containsExactly("PASS", "ERROR");
    }

    private void makeRunWithBlocks() {
        blocks = Optional.of(Blocks.of(3, Duration.ofMinutes(20)));
        makeRun();
        record.putAll(Map.of("run.jmh_argument.3", "6", "run.block_began.1", "2026-11-22T11:50:00.5Z"));
    }

    @Test
    void aRunWithBlocksGoesOnWithThem() throws IOException {
        makeRunWithBlocks();
        ResumedSession request = resumed(OptionalInt.empty());

        Blocks recorded = request.blocks().orElseThrow();
        assertThat(recorded.count()).isEqualTo(3);
        assertThat(recorded.every()).isEqualTo(Duration.ofMinutes(20));
        assertThat(recorded.begun()).containsExactly(Map.entry(1, Instant.parse("2026-11-22T11:50:00.5Z")));
        assertThat(request.environment(NOW, request.jmhArguments())).containsEntry("run.blocks", "3");
    }

    @Test
    void moreForksOfARunWithBlocksAreMoreBlocks() throws IOException {
        makeRunWithBlocks();
        ResumedSession more = resumed(OptionalInt.of(9));
        assertThat(more.blocks().orElseThrow().count()).as("of 2 forks each").isEqualTo(5);
        assertThat(more.jmhArguments()).containsExactly("Control", "-f", "10");
        assertThat(resumed(OptionalInt.of(0)).blocks().orElseThrow().count()).isEqualTo(1);
        assertThatThrownBy(() -> resumed(OptionalInt.of(Integer.MAX_VALUE))).isInstanceOf(UsageException.class)
                .hasMessageContaining("a run has at most 100 blocks");
    }

    @Test
    void aGarbledRecordOfBlocksIsRefusedWithTheEntry() {
        makeRunWithBlocks();
        assertRefused("run.blocks", "0", "expected 1 to 100 in the entry run.blocks, found 0");
        assertRefused("run.blocks", "many", "expected a whole number in the entry run.blocks, found many");
        assertRefused("run.block_every_s", null, "expected an entry run.block_every_s");
        assertRefused("run.block_every_s", "-1", "in the entry run.block_every_s, found -1");
        assertRefused("run.block_began.1", "noon",
                "expected a time such as 2026-01-31T12:00:00Z in the entry run.block_began.1, found noon");
        assertRefused("run.block_began.x", "2026-11-22T11:50:00Z", "expected a whole number in the entry run.block_began.x, found x");
    }

    @Test
    void aGarbledRecordIsRefusedWithTheEntry() {
        assertRefused("run.bind_us", "slow", "expected a number in the entry run.bind_us, found slow");
        assertRefused("run.seed", "seven", "expected a whole number in the entry run.seed, found seven");
        assertRefused("run.seed", "9".repeat(30), "expected a whole number in the entry run.seed, found 999");
        assertRefused("run.id", null, "expected an entry run.id");
        assertRefused("run.label", null, "expected an entry run.label");
        assertRefused("run.profile", null, "expected an entry run.profile");
        assertRefused("run.profile", "slow", "run.profile");
        assertRefused("run.jmh_argument.x", "-e", "expected a whole number in the entry run.jmh_argument.x, found x");
        assertRefused("run.jmh_argument.2", "-g", "with the option -f N");
        assertRefused("run.jmh_argument.3", null, "with the option -f N");
    }

    private void assertRefused(String entry, String value, String message) {
        Map<String, String> whole = record;
        record = new LinkedHashMap<>(whole);
        if (value == null) {
            record.remove(entry);
        } else {
            record.put(entry, value);
        }
        assertThatThrownBy(() -> resumed(OptionalInt.empty())).as(entry).isInstanceOfAny(InputException.class, UsageException.class)
                .hasMessageContaining(message);
        record = whole;
    }
}
