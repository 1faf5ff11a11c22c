package org.reuseaddr.run;

import java.math.BigDecimal;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.reuseaddr.compare.Units;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/** Turns what JMH reports into rows, each handed on as the iteration ends. */
final class Recorder {

    /** Percentiles of sampled modes come as {@code method:p0.999}; fractions become percents. */
    private static final String PERCENTILE = "p[01]\\.[0-9]+";

    private final RunId run;
    private final Consumer<Sample> rows;

    Recorder(RunId run, Consumer<Sample> rows) {
        this.run = run;
        this.rows = rows;
    }

    /** One row a metric of a measured iteration. */
    @SuppressWarnings("rawtypes")
    void iteration(BenchmarkParams params, int fork, int iteration, IterationResult result) {
        Cell cell = cell(params);
        add(cell, fork, iteration, Sample.SCORE, result.getPrimaryResult());
        for (Map.Entry<String, Result> metric : sorted(result.getSecondaryResults()).entrySet()) {
            add(cell, fork, iteration, metric.getKey(), metric.getValue());
        }
    }

    /** One row a metric that a profiler adds when the whole fork has ended. */
    void fork(BenchmarkParams params, int fork, BenchmarkResult result) {
        result.getBenchmarkResults().keys().forEach(label -> result.getBenchmarkResults().get(label)
                .forEach(metric -> add(cell(params), fork, 0, metricName(label), metric)));
    }

    /** A metric of the whole fork that the run itself measured. */
    void fork(Cell cell, int fork, String metric, double value, String unit) {
        rows.accept(new Sample(run, cell, fork, 0, metric, value, unit));
    }

    private void add(Cell cell, int fork, int iteration, String metric, Result<?> result) {
        // One unit for all times of a file: whoever reads it needs no table of units.
        String unit = result.getScoreUnit();
        rows.accept(new Sample(run, cell, fork, iteration, metric, result.getScore() * Units.factor(unit), Units.common(unit)));
    }

    private static Cell cell(BenchmarkParams params) {
        SortedMap<String, String> values = new TreeMap<>();
        params.getParamsKeys().forEach(name -> values.put(name, params.getParam(name)));
        return new Cell(PlannedCell.simpleName(params.getBenchmark()), params.getMode().shortLabel(), params.getThreads(),
                values);
    }

    @SuppressWarnings("rawtypes")
    private static SortedMap<String, Result> sorted(Map<String, Result> metrics) {
        SortedMap<String, Result> sorted = new TreeMap<>();
        metrics.forEach((label, result) -> sorted.put(metricName(label), result));
        return sorted;
    }

    private static String metricName(String label) {
        String name = label.substring(Math.max(label.lastIndexOf(':'), label.lastIndexOf('·')) + 1);
        if (!name.matches(PERCENTILE)) {
            return name;
        }
        double percent = new BigDecimal(name.substring(1)).movePointRight(2).doubleValue();
        return "p" + (percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent));
    }
}
