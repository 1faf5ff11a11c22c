package org.reuseaddr.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/**
 * Runs as the machine that the suite was developed on makes them (BENCHMARKS in figures: runs differ by a quarter, costs
 * relative to controls by 4 %, forks by 4 %, iterations by 2 %), with known costs put in; nothing else ran.
 */
public final class SyntheticRuns {

    private static final double BETWEEN_RUNS = 0.24;
    private static final double BETWEEN_RUNS_RELATIVE = 0.04;
    private static final double BETWEEN_FORKS = 0.04;
    private static final double BETWEEN_ITERATIONS = 0.02;
    private static final int ITERATIONS = 5;
    private static final Map<String, Double> CONTROLS = Map.of("control_getppid", 110.0, "control_socket_close", 1600.0,
            "control_cpu", 800.0);

    private final Random random;
    private final int forks;
    private int runs;

    /** @param forks of each cell in each run */
    public SyntheticRuns(long seed, int forks) {
        this.random = new Random(seed);
        this.forks = forks;
    }

    /** The costs of a listener's life and of its calls in nanoseconds, with what a platform adds to bind. */
    public static Map<Cell, Double> costs(double addedToBind) {
        Map<Cell, Double> costs = new TreeMap<>();
        costs.put(cell("ListenerLifecycle.cycle", Map.of("api", "native", "family", "INET", "port", "fixed")),
                10_000 + addedToBind);
        costs.put(cell("ListenerLifecycle.cycle", Map.of("api", "channel", "family", "INET", "port", "fixed")),
                13_000 + addedToBind);
        Map.of("socket", 3570.0, "setsockopt", 490.0, "bind", 1420 + addedToBind, "listen", 890.0, "close", 3600.0)
                .forEach((call, cost) -> costs.put(cell("SyscallCost." + call, Map.of("family", "INET", "port", "fixed")), cost));
        return costs;
    }

    /** A cell of mode avgt with one thread. */
    public static Cell cell(String benchmark, Map<String, String> params) {
        return new Cell(benchmark, "avgt", 1, new TreeMap<>(params));
    }

    /** A run with a drift of its own. */
    public RunData run(String label, Map<Cell, Double> costs) {
        return run(label, costs, Map.of(), random.nextGaussian() * BETWEEN_RUNS);
    }

    /** A run with a given drift, the logarithm of how slow it is; the record says when it began and ended, if it does. */
    public RunData run(String label, Map<Cell, Double> costs, Map<String, String> environment, double drift) {
        runs++;
        RunId id = new RunId(label + "-" + runs, label, "linux-6.18");
        ForkCollector collector = new ForkCollector();
        for (Sample sample : samples(id, costs, drift)) {
            collector.add(sample);
        }
        return new RunData(id, Path.of(id.id()), collector.cells(), environment, new TreeMap<>());
    }

    /** The rows of a run, in an order that does not matter. */
    public List<Sample> samples(RunId id, Map<Cell, Double> costs, double drift) {
        List<Sample> samples = new ArrayList<>();
        costs.forEach((cell, cost) -> {
            double session = random.nextGaussian() * BETWEEN_RUNS_RELATIVE;
            for (int fork = 1; fork <= forks; fork++) {
                double forkEffect = random.nextGaussian() * BETWEEN_FORKS;
                samples.add(new Sample(id, cell, fork, 0, Metric.FOREIGN_LOAD, 0, "share"));
                for (int iteration = 1; iteration <= ITERATIONS; iteration++) {
                    double noise = random.nextGaussian() * BETWEEN_ITERATIONS;
                    samples.add(new Sample(id, cell, fork, iteration, Sample.SCORE,
                            cost * Math.exp(drift + session + forkEffect + noise), "ns/op"));
                    for (Map.Entry<String, Double> control : new TreeMap<>(CONTROLS).entrySet()) {
                        samples.add(new Sample(id, cell, fork, iteration, control.getKey(),
                                control.getValue() * Math.exp(drift + random.nextGaussian() * BETWEEN_ITERATIONS), "ns/op"));
                    }
                }
            }
        });
        return samples;
    }
}
