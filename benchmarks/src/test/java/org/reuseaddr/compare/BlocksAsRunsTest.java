package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/** Blocks of one run are to a comparison what runs at different times are. */
class BlocksAsRunsTest {

    private static final int BLOCKS = 3;
    private static final int FORKS = 2;
    private static final Map<Cell, Double> COSTS = SyntheticRuns.costs(0);

    @TempDir
    private Path results;

    /** The same rows twice: as one run with blocks, and as a run for each block. */
    private List<Group> blocksAndRuns(String label, long seed, double factor) throws IOException {
        SyntheticRuns synthetic = new SyntheticRuns(seed, FORKS);
        Random drift = new Random(seed);
        RunId whole = new RunId(label, label, "linux-6.18");
        RunDirectory directory = new RunDirectory(Files.createDirectory(results.resolve(label)));
        List<RunData> runs = new ArrayList<>();
        try (SamplesFile samples = new SamplesFile(directory.samples(), List.of("api", "family", "port"))) {
            for (int block = 1; block <= BLOCKS; block++) {
                int before = FORKS * (block - 1);
                ForkCollector collector = new ForkCollector();
                for (Sample row : synthetic.samples(whole.inBlock(block), COSTS, drift.nextGaussian() * 0.24)) {
                    double value = row.metric().equals(Sample.SCORE) ? row.value() * factor : row.value();
                    samples.append(new Sample(row.run(), row.cell(), before + row.fork(), row.iteration(), row.metric(), value,
                            row.unit()));
                    collector.add(new Sample(new RunId(label + "-" + block, label, "linux-6.18"), row.cell(), row.fork(),
                            row.iteration(), row.metric(), value, row.unit()));
                }
                runs.add(new RunData(new RunId(label + "-" + block, label, "linux-6.18"), directory.path(), collector.cells(),
                        Map.of(), new TreeMap<>()));
            }
        }
        EnvironmentFile.append(directory.environment(), Map.of("run.id", label));
        try (SemanticsFile scenarios = new SemanticsFile(directory.semantics())) {
            scenarios.append(new SemanticsRow(whole, "s", "g", "INET", factor == 1 ? "PASS" : "VIOLATION", "", "", "", "", "", 1,
                    "", 1, 0, ""));
        }
        List<RunData> loaded = new RunLoader().load(directory.path());
        assertThat(loaded).as("one run with its scenarios and its blocks").hasSize(1);
        assertThat(loaded.get(0).run()).isEqualTo(whole);
        assertThat(loaded.get(0).cells().values()).allMatch(data -> data.forks().size() == BLOCKS * FORKS);
        return List.of(new Group(label, loaded), new Group(label, runs));
    }

    @Test
    void aRunWithBlocksIsComparedAsItsBlocksWereRuns() throws IOException {
        List<Group> base = blocksAndRuns("base", 1, 1);
        List<Group> slow = blocksAndRuns("slow", 2, 1.5);

        Versus blocks = Comparison.of(List.of(base.get(0), slow.get(0)), Comparison.DEFAULT_MARGIN).others().get(0);
        Versus runs = Comparison.of(List.of(base.get(1), slow.get(1)), Comparison.DEFAULT_MARGIN).others().get(0);

        assertThat(blocks.design()).isEqualTo(Design.SEVERAL_RUNS);
        assertThat(blocks.cells()).isEqualTo(runs.cells());
        assertThat(blocks.cells()).allMatch(cell -> cell.base().replicates() == BLOCKS && cell.verdict() == Verdict.SLOWER);
        assertThat(blocks.remarks()).contains("Blocks of a run count as runs.");
        assertThat(runs.remarks()).doesNotContain("Blocks of a run count as runs.");
        assertThat(base.get(0).wholeRuns()).isEqualTo(1);
        assertThat(blocks.semantics()).as("scenarios are the whole run's").singleElement()
                .satisfies(difference -> assertThat(difference.count()).isEqualTo(1));
    }

    @Test
    void anEstimateRestsOnTheMiddleForkOfEachBlock() {
        List<Sample> rows = new ArrayList<>();
        Cell cell = COSTS.keySet().iterator().next();
        double[][] costs = {{100, 101, 400}, {200, 201}, {150, 151}};
        int fork = 0;
        for (int block = 1; block <= costs.length; block++) {
            for (double cost : costs[block - 1]) {
                rows.add(new Sample(new RunId("r", "l", "p").inBlock(block), cell, ++fork, 1, Sample.SCORE, cost, "ns/op"));
            }
        }

        Estimate estimate = Estimates.of(rows).get(cell);

        assertThat(estimate.replicates()).isEqualTo(3);
        assertThat(estimate.value()).isEqualTo(150.5);
        assertThat(estimate.interval().orElseThrow().low()).as("blocks differ more than forks of one").isLessThan(101);
    }

    @Test
    void aSingleBlockIsARun() {
        RunId run = new RunId("r", "l", "p");
        Cell cell = COSTS.keySet().iterator().next();
        List<Sample> rows = List.of(new Sample(run.inBlock(1), cell, 1, 1, Sample.SCORE, 100, "ns/op"),
                new Sample(run.inBlock(1), cell, 2, 1, Sample.SCORE, 102, "ns/op"));

        assertThat(Estimates.of(rows).get(cell).replicates()).as("forks").isEqualTo(2);
    }

    @Test
    void theIdentityOfABlockTellsItsRun() {
        RunId run = new RunId("a-20261126T194121Z", "a", "linux");

        assertThat(run.block()).isZero();
        assertThat(run.whole()).isSameAs(run);
        assertThat(run.inBlock(2).id()).isEqualTo("a-20261126T194121Z#2");
        assertThat(run.inBlock(2).block()).isEqualTo(2);
        assertThat(run.inBlock(2).inBlock(3).whole()).isEqualTo(run);
        for (String other : List.of("#1", "a#", "a#0", "a#b", "a#1234567", "a#-1", "a#1#")) {
            RunId foreign = new RunId(other, "a", "linux");
            assertThat(foreign.block()).as(other).isZero();
            assertThat(foreign.whole()).as(other).isSameAs(foreign);
        }
    }
}
