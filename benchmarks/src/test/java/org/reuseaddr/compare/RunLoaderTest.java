package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/** Runs as they are read from what the suite and JMH write, and what is not one. */
class RunLoaderTest {

    private static final String JMH = """
            [
                {
                    "jmhVersion" : "1.37",
                    "benchmark" : "org.example.deep.ListenerLifecycle.cycle",
                    "mode" : "avgt",
                    "threads" : 2,
                    "forks" : 2,
                    "jvmArgs" : [ "-Xmx1g", {"odd": [1, 2]} ],
                    "params" : { "family" : "INET", "port" : "fixed" },
                    "primaryMetric" : {
                        "score" : 5.0, "scoreError" : "NaN", "scoreConfidence" : [ 4.0, 6.0 ],
                        "scorePercentiles" : { "0.0" : 4.0, "100.0" : 6.0 },
                        "scoreUnit" : "us/op",
                        "rawData" : [ [ 4.0, 6.0 ], [ 5.5, 6.5 ] ]
                    },
                    "secondaryMetrics" : {
                        "failures" : { "score" : 0.0, "scoreUnit" : "#", "rawData" : [ [ 0.0, 0.0 ], [ 1.0, "NaN" ] ] }
                    }
                },
                {
                    "benchmark" : "org.example.AcceptDrain.accept", "mode" : "avgt", "params" : { "family" : "INET" },
                    "primaryMetric" : { "scoreUnit" : "us/op", "rawData" : [ [ 1.0 ] ] }
                },
                {
                    "benchmark" : "TimeToFirstAccept.accept", "mode" : "sample", "threads" : 1,
                    "primaryMetric" : {
                        "scoreUnit" : "ns/op",
                        "rawDataHistogram" : [ [ [ [100.0, 3], [200.0, 1] ] ], [ [ [300.0, 1] ] ] ]
                    },
                    "secondaryMetrics" : { }
                }
            ]
            """;

    @TempDir
    Path directory;

    private Path json(String content) throws IOException {
        return Files.writeString(directory.resolve("plain.json"), content);
    }

    @Test
    void resultsOfAPlainJmhJarAreARun() throws IOException {
        RunData run = new RunLoader().load(json(JMH)).get(0);

        assertThat(run.run().label()).isEqualTo("plain");
        Cell cycle = new Cell("ListenerLifecycle.cycle", "avgt", 2, new TreeMap<>(
                Map.of("family", "INET", "port", "fixed")));
        assertThat(run.cells().get(cycle).values(Sample.SCORE)).containsExactly(5000, 6000);
        assertThat(run.cells().get(cycle).unit()).isEqualTo("ns/op");
        assertThat(run.cells().get(cycle).values("failures")).containsExactly(0, 1);
        assertThat(run.cells()).containsKey(new Cell("AcceptDrain.accept", "avgt", 1, new TreeMap<>(
                Map.of("family", "INET", "reuseAddress", "true"))));
        CellData sampled = run.cells().entrySet().stream().filter(e -> e.getKey().mode().equals("sample")).findFirst()
                .orElseThrow().getValue();
        assertThat(sampled.values(Sample.SCORE)).containsExactly(125, 300);
    }

    @Test
    void everythingThatIsNotJmhsJsonIsRefusedWithItsPlace() throws IOException {
        assertRefused("", "plain.json:1: column 0: expected JMH's JSON results, which begin with [, found the end of the file");
        assertRefused("{}", "expected JMH's JSON results, which begin with [");
        assertRefused("[1]", "expected a benchmark's result or the end of the array, found \"1\"");
        assertRefused("[{}]", "plain.json:1: column 2: expected a benchmark with its name, mode and primaryMetric");
        assertRefused("[{\"benchmark\": 1}]", "expected a text, found \"1\"");
        assertRefused(JMH.substring(0, JMH.length() / 2), "expected JSON:");
        assertRefused(JMH.replace("[ 5.5, 6.5 ]", "[ \"x\" ]"), "plain.json:14: column 43: expected a number, found \"x\"");
        assertRefused(JMH.replace("\"threads\" : 2", "\"threads\" : 0"), "expected a number of threads");
        assertRefused(JMH.replace("5.5", "5,5").replace("[ 4.0, 6.0 ]", "4"), "expected an array, found \"4\"");
        assertRefused("[".repeat(100_000), "expected ");
        assertRefused("[{\"a\": " + "[".repeat(100_000), "expected JSON");
        assertRefused(JMH + "x", "expected ");
        assertRefused("[{\"benchmark\": \"" + "x".repeat(1 << 17) + "\"}]", "expected JSON");
    }

    private void assertRefused(String content, String message) throws IOException {
        Path file = json(content);
        assertThatThrownBy(() -> new RunLoader().load(file)).isInstanceOf(InputException.class)
                .hasMessageContaining(message).message().hasLineCount(1).hasSizeLessThan(600);
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws IOException {
        Path file = directory.resolve("plain.json");
        Files.write(file, new byte[] {'[', '{', '"', (byte) 0xC3, '(', '"', ':', '1', '}', ']'});
        assertThatThrownBy(() -> new RunLoader().load(file)).isInstanceOf(InputException.class)
                .message().hasLineCount(1);
    }

    @Test
    void fileWithoutMeasurementsIsRefused() throws IOException {
        assertRefused("[]", "plain.json: expected measurements, found none");
        assertRefused("[ ]", "expected measurements, found none");
    }

    @Test
    void directoryGivesMeasurementsScenariosAndEnvironment() throws IOException {
        RunDirectory run = new RunDirectory(directory);
        RunId id = new RunId("r1", "native", "linux-6.18");
        Cell cell = SyntheticRuns.cell("B.m", Map.of("family", "INET"));
        try (SamplesFile samples = new SamplesFile(run.samples(), List.of("family"))) {
            samples.append(new Sample(id, cell, 1, 1, Sample.SCORE, 2, "ns/op"));
            samples.append(new Sample(id, cell, 1, 2, Sample.SCORE, Double.NaN, "ns/op"));
            samples.append(new Sample(id, cell, 2, 1, Sample.SCORE, 0, "ns/op"));
            samples.append(new Sample(id, cell, 1, 1, "worker_wait_share", 0.5, "share"));
        }
        try (SemanticsFile semantics = new SemanticsFile(run.semantics())) {
            semantics.append(new SemanticsRow(id, "s", "g", "INET", "PASS", "e", "o", "c", "r", "", 1, "evidence", 1));
        }
        EnvironmentFile.append(run.environment(), Map.of(RunEntry.STARTED, "2026-11-22T10:00:00Z"));

        RunData data = new RunLoader().load(directory).get(0);
        assertThat(data.run()).isEqualTo(id);
        assertThat(data.cells().get(cell).forks()).as("the fork without a cost above zero is left out").hasSize(1);
        assertThat(data.cells().get(cell).forks().get(0).iterations()).containsExactly(2.0);
        assertThat(data.cells().get(cell).forks().get(0).running()).hasValue(1);
        assertThat(data.scenarios()).containsOnlyKeys("s");
        assertThat(data.environment()).containsOnlyKeys(RunEntry.STARTED);
    }

    @Test
    void valueThatStandsTwiceIsRefused() throws IOException {
        RunId id = new RunId("r1", "native", "linux-6.18");
        Cell cell = SyntheticRuns.cell("B.m", Map.of("family", "INET"));
        Path file = directory.resolve("samples.csv");
        try (SamplesFile samples = new SamplesFile(file, List.of("family"))) {
            samples.append(new Sample(id, cell, 1, 1, Sample.SCORE, 2, "ns/op"));
            samples.append(new Sample(id, cell, 1, 1, Sample.SCORE, 3, "ns/op"));
        }
        assertThatThrownBy(() -> new RunLoader().load(file)).isInstanceOf(InputException.class)
                .hasMessageContaining("expected each value once, found a second score of iteration 1, fork 1, of B.m");
    }

    private void writeScenarios(RunId id) throws IOException {
        try (SemanticsFile semantics = new SemanticsFile(new RunDirectory(directory).semantics())) {
            semantics.append(new SemanticsRow(id, "s", "g", "INET", "PASS", "e", "o", "c", "r", "", 1, "evidence", 1));
        }
    }

    @Test
    void whatADirectoryHasIsRead() throws IOException {
        assertThatThrownBy(() -> new RunLoader().load(directory)).isInstanceOf(InputException.class)
                .hasMessageContaining("expected a run directory with samples.csv, jmh.json or semantics.csv in it");
        RunId id = new RunId("r1", "native", "linux-6.18");
        writeScenarios(id);
        assertThat(new RunLoader().load(directory)).singleElement().satisfies(run -> {
            assertThat(run.run()).isEqualTo(id);
            assertThat(run.cells()).isEmpty();
            assertThat(run.scenarios()).containsOnlyKeys("s");
        });
        Path results = Files.writeString(directory.resolve("jmh.json"), JMH);
        assertThat(new RunLoader().load(directory)).as("the runs of both files").hasSize(2);
        assertThat(new RunLoader().load(results)).as("its neighbours are read too").anyMatch(run -> run.scenarios().containsKey("s"))
                .anyMatch(run -> run.run().label().equals(directory.getFileName().toString()) && run.cells().size() == 3);
        Path other = Files.writeString(directory.resolve("other.json"), JMH);
        assertThat(new RunLoader().load(other)).as("a file of another name has no neighbours").singleElement()
                .satisfies(run -> assertThat(run.scenarios()).isEmpty());
        assertThatThrownBy(() -> new RunLoader().load(directory.resolve("none"))).isInstanceOf(InputException.class)
                .hasMessageContaining("no such file or directory");
    }

    /** Neither a device nor a file that the kernel makes up as it is read. */
    @Test
    void onlyRegularFilesAreRead() throws IOException {
        for (String file : new String[] {"/dev/zero", "/proc/self/status"}) {
            Path link = directory.resolve("samples.csv");
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of(file));
            for (Path path : new Path[] {link, directory}) {
                assertThatThrownBy(() -> new RunLoader().load(path)).isInstanceOf(InputException.class)
                        .hasMessageContaining("expected a regular file, found a pipe, a device or a file of the kernel's");
            }
        }
        Files.delete(directory.resolve("samples.csv"));
        Files.writeString(directory.resolve("jmh.json"), JMH);
        Files.createSymbolicLink(directory.resolve("semantics.csv"), Path.of("/dev/zero"));
        assertThatThrownBy(() -> new RunLoader().load(directory)).isInstanceOf(InputException.class).hasMessageContaining("semantics.csv");
        Files.delete(directory.resolve("semantics.csv"));
        Files.createSymbolicLink(directory.resolve("environment.csv"), Path.of("/dev/zero"));
        assertThatThrownBy(() -> new RunLoader().load(directory)).isInstanceOf(InputException.class)
                .hasMessageContaining("environment.csv");
    }
}
