package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;

/** Every run that was ever committed can be read: a schema is a promise, see CHANGELOG.md. */
class SchemaTest {

    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    /** What git knows below results/: a user's own runs lie there as well. */
    @TestFactory
    Stream<DynamicTest> referenceRunIsRead() throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "ls-files", "-z", "results").directory(REPOSITORY.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(git.waitFor()).as("git ls-files").isZero();
        return Stream.of(names.split("\0")).filter(name -> name.endsWith("/environment.csv"))
                .map(name -> REPOSITORY.resolve(name).getParent())
                .map(run -> DynamicTest.dynamicTest(run.getFileName().toString(), () -> assertReadable(run)));
    }

    /** A run of schema 1 that does not change when reference runs are made anew. */
    @Test
    void runOfTheFirstSchemaIsRead() {
        Path run = Path.of("src/test/resources/org/reuseaddr/compare/schema-1");
        assertReadable(run);

        CellData getppid = new RunLoader().load(run).get(0).cells().values().iterator().next();
        assertThat(getppid).isNotNull();
        assertThat(SamplesFile.readAll(new RunDirectory(run).samples())).extracting(sample -> sample.metric())
                .contains("score", "control_getppid", "control_socket_close", "control_cpu");
        assertThat(SemanticsFile.readAll(new RunDirectory(run).semantics())).hasSizeGreaterThan(10)
                .allMatch(row -> row.grade().equals("PASS"));
    }

    private static void assertReadable(Path path) {
        RunDirectory run = new RunDirectory(path);
        int schema = Integer.parseInt(EnvironmentFile.read(run.environment()).get(RunEntry.SCHEMA));
        assertThat(schema).isBetween(1, RunEntry.KNOWN_SCHEMA);
        List<RunData> loaded = new RunLoader().load(path);
        assertThat(loaded).isNotEmpty().noneMatch(RunData::isOfNewerSchema);
        if (Files.exists(run.samples())) {
            assertThat(loaded.get(0).cells()).isNotEmpty();
        }
        if (Files.exists(run.jmhJson())) {
            assertThat(new RunLoader().load(run.jmhJson()).get(0).cells()).isNotEmpty();
        }
        // results/README.md says of which runs the scenarios are kept.
        if (Files.exists(run.semantics())) {
            assertThat(SemanticsFile.readAll(run.semantics())).isNotEmpty();
        }
    }
}
