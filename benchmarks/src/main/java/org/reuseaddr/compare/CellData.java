package org.reuseaddr.compare;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Sample;

/**
 * Everything that one run measured of a cell, as fork means.
 *
 * @param cell what was measured
 * @param units the unit of each metric by its name, times in {@code ns/op} and rates in {@code ops/s}
 * @param forks by number; a fork without one positive, finite primary result is not among them
 */
public record CellData(Cell cell, Map<String, String> units, List<Fork> forks) {

    public CellData {
        units = Map.copyOf(units);
        forks = List.copyOf(forks);
    }

    /** What samples say of each cell; cells without a usable fork have none. */
    public static SortedMap<Cell, CellData> of(Collection<Sample> samples) {
        ForkCollector collector = new ForkCollector();
        samples.forEach(collector::add);
        return collector.cells();
    }

    /** The unit of the primary result. */
    public String unit() {
        return units.getOrDefault(Sample.SCORE, "");
    }

    /** Whether a larger primary result is a better one, as with JMH's {@code thrpt}. */
    public boolean higherIsBetter() {
        return cell.mode().equals(Cell.THROUGHPUT);
    }

    /**
     * The same data by block, in the blocks' order; where the run has no blocks, or one, all of it under one number.
     */
    SortedMap<Integer, CellData> byBlock() {
        SortedMap<Integer, CellData> blocks = new TreeMap<>();
        forks.stream().collect(Collectors.groupingBy(Fork::block, TreeMap::new, Collectors.toList()))
                .forEach((block, own) -> blocks.put(block, new CellData(cell, units, own)));
        return blocks;
    }

    /**
     * Whether connectors ran out of ports in some fork: the primary result is then that of the machine's ephemeral range and not
     * the platform's.
     */
    public boolean isOutOfPorts() {
        return forks.stream().anyMatch(fork -> fork.metrics().getOrDefault(Metric.PORTS_EXHAUSTED, 0.0) > 0);
    }

    /** In how many blocks the forks were measured: 1 where the run has no blocks. */
    public int blocks() {
        return (int) forks.stream().mapToInt(Fork::block).distinct().count();
    }

    /** The forks' own values of a metric, in fork order; forks without it are skipped. */
    public double[] values(String metric) {
        return forks.stream().filter(fork -> fork.metrics().containsKey(metric))
                .mapToDouble(fork -> fork.metrics().get(metric)).toArray();
    }
}
