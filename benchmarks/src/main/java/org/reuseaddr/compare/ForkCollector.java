package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Median;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Sample;

/** Takes samples one by one and keeps what fork means need: the memory used grows with forks, not with rows. */
final class ForkCollector {

    /** Where the workers had a CPU for less of an iteration than this, nothing follows from what they did. */
    private static final double LEAST_RUNNING = 0.2;

    private final Map<Cell, Map<Integer, Builder>> cells = new HashMap<>();
    private final Map<Cell, Map<String, String>> units = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();

    /**
     * Adds one row.
     *
     * @return false if the same iteration's value of the metric was added before
     */
    boolean add(Sample sample) {
        String metric = names.computeIfAbsent(sample.metric(), name -> name);
        units.computeIfAbsent(sample.cell(), cell -> new HashMap<>()).putIfAbsent(metric, Units.common(sample.unit()));
        return cells.computeIfAbsent(sample.cell(), cell -> new TreeMap<>())
                .computeIfAbsent(sample.fork(), number -> new Builder(number, sample.run().block()))
                .add(metric, sample.iteration(), sample.value() * Units.factor(sample.unit()));
    }

    /** The cells with the forks collected so far. */
    SortedMap<Cell, CellData> cells() {
        SortedMap<Cell, CellData> result = new TreeMap<>();
        cells.forEach((cell, forks) -> result.put(cell, new CellData(cell, units.get(cell),
                forks.values().stream().filter(Builder::usable).map(fork -> fork.build(cell)).toList())));
        return result;
    }

    private static final class Builder {
        private final int number;
        private final int block;
        private final SortedMap<Integer, Double> scores = new TreeMap<>();
        private final SortedMap<Integer, Double> accepted = new TreeMap<>();
        private final Map<Integer, Double> waits = new HashMap<>();
        private final Map<String, Centre> centres = new TreeMap<>();

        Builder(int number, int block) {
            this.number = number;
            this.block = block;
        }

        boolean add(String metric, int iteration, double value) {
            boolean isScore = metric.equals(Sample.SCORE);
            // A score of nothing done is NaN or zero: no cost can be told from it.
            if (isScore && value > 0 && iteration > 0) {
                scores.put(iteration, value);
            }
            if (metric.equals(Metric.ACCEPT_RATE) && value > 0 && iteration > 0) {
                accepted.put(iteration, value);
            }
            if (metric.equals(Metric.WORKER_WAIT)) {
                waits.put(iteration, value);
            }
            return centres.computeIfAbsent(metric, name -> new Centre(name.startsWith(Metric.CONTROL_PREFIX)))
                    .add(iteration, value, !isScore || value > 0);
        }

        boolean usable() {
            Centre score = centres.get(Sample.SCORE);
            return score != null && Double.isFinite(score.value());
        }

        Fork build(Cell cell) {
            SortedMap<String, Double> values = new TreeMap<>();
            centres.forEach((metric, centre) -> {
                if (Double.isFinite(centre.value())) {
                    values.put(metric, centre.value());
                }
            });
            // In a group of acceptors and connectors JMH's score counts every connection on both of its ends.
            if (values.containsKey(Metric.ACCEPT_RATE)) {
                values.put(Sample.SCORE, values.get(Metric.ACCEPT_RATE));
            }
            SortedMap<Integer, Double> figures = accepted.isEmpty() ? scores : accepted;
            return new Fork(number, block, new ArrayList<>(figures.values()), values, running(cell, figures));
        }

        /** The mean over iterations, those left out in which the workers had too little CPU for any correction. */
        private OptionalDouble running(Cell cell, SortedMap<Integer, Double> figures) {
            if (!waits.keySet().containsAll(figures.keySet())) {
                return OptionalDouble.empty();
            }
            return figures.entrySet().stream().filter(iteration -> 1 - waits.get(iteration.getKey()) >= LEAST_RUNNING)
                    .mapToDouble(iteration -> running(cell, iteration.getValue(), 1 - waits.get(iteration.getKey())))
                    .average();
        }

        /** A thread that waited half of the time did in the other half what it would otherwise have done in all of it. */
        private static double running(Cell cell, double score, double had) {
            double share = Math.min(1, had);
            return cell.mode().equals(Cell.THROUGHPUT) ? score / share : score * share;
        }
    }

    /** The mean or median over iterations, or the whole fork's own value where there is one. */
    private static final class Centre {
        private final boolean median;
        private final BitSet seen = new BitSet();
        private double whole = Double.NaN;
        private double[] values = new double[8];
        private int count;

        Centre(boolean median) {
            this.median = median;
        }

        boolean add(int iteration, double value, boolean usable) {
            if (seen.get(iteration)) {
                return false;
            }
            seen.set(iteration);
            if (iteration == 0) {
                whole = value;
            } else if (usable && Double.isFinite(value)) {
                values = count == values.length ? Arrays.copyOf(values, 2 * count) : values;
                values[count++] = value;
            }
            return true;
        }

        double value() {
            if (!Double.isNaN(whole)) {
                return whole;
            }
            return median ? Median.withDefaults().withCopy(true).evaluateRange(values, 0, count)
                    : Mean.ofRange(values, 0, count).getAsDouble();
        }
    }
}
