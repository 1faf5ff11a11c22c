package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SamplesFile;

/** Two hundred runs of five thousand rows, as a fleet of machines leaves them. */
@Tag("slow")
class FleetTest {

    private static final int RUNS = 200;
    private static final int CELLS = 50;

    @TempDir
    Path results;

    @Test
    void twoHundredRunsOfFiveThousandRowsAreCompared() throws IOException {
        Map<Cell, Double> costs = new TreeMap<>();
        for (int i = 0; i < CELLS; i++) {
            costs.put(SyntheticRuns.cell("B.m", Map.of("held", Integer.toString(i))), 1000.0 + i);
        }
        SyntheticRuns synthetic = new SyntheticRuns(1, 5);
        List<Path> directories = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            RunDirectory directory = new RunDirectory(Files.createDirectory(results.resolve("run" + run)));
            RunId id = new RunId("run" + run, run % 2 == 0 ? "native" : "wsl2", "linux-6.18");
            try (SamplesFile samples = new SamplesFile(directory.samples(), List.of("held"))) {
                synthetic.samples(id, costs, 0).forEach(samples::append);
            }
            directories.add(directory.path());
        }

        RunLoader loader = new RunLoader();
        List<RunData> base = new ArrayList<>();
        List<RunData> other = new ArrayList<>();
        for (Path directory : directories) {
            RunData run = loader.load(directory).get(0);
            (run.run().label().equals("native") ? base : other).add(run);
        }
        Versus versus = Comparison.of(List.of(new Group("native", base), new Group("wsl2", other)),
                Comparison.DEFAULT_MARGIN).others().get(0);

        assertThat(versus.cells()).hasSize(CELLS)
                .allSatisfy(cell -> assertThat(cell.base().replicates()).isEqualTo(RUNS / 2));
    }
}
