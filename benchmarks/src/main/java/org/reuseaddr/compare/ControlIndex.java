package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Median;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Sample;

/**
 * What the controls of a cell's forks say about machine drift: how much slower than on average everything was while the
 * fork ran.
 *
 * <p>Two references answer that. The median over the controls that all forks have is not moved by a platform that makes
 * one control slow (getppid under a seccomp filter). {@code control_cpu} alone is not moved by a platform that makes every
 * system call slow, which moves two of the three controls. Neither is right on every platform, so a comparison asks both.
 *
 * <p>How busy the machine was is the time in which the worker threads had no CPU; controls are too short to tell. It is
 * taken out only where every fork of both groups has it.
 */
final class ControlIndex {

    private final SortedMap<String, Double> references = new TreeMap<>();
    private final boolean hasWaits;

    /** Over the runs of both groups. */
    ControlIndex(Collection<CellData> runs) {
        List<Fork> forks = runs.stream().flatMap(run -> run.forks().stream()).toList();
        hasWaits = forks.stream().allMatch(fork -> fork.running().isPresent());
        forks.stream().flatMap(fork -> fork.controls().keySet().stream()).distinct()
                .filter(name -> forks.stream().allMatch(fork -> fork.controls().getOrDefault(name, 0.0) > 0))
                .forEach(name -> references.put(name,
                        runs.stream().mapToDouble(run -> middleLog(run, name)).average().getAsDouble()));
    }

    /**
     * The logarithm of what machine drift made of a fork's cost, by each reference that the forks have: the median
     * control first, then {@code control_cpu}; none where they have no control in common.
     */
    List<ToDoubleFunction<Fork>> drifts() {
        List<ToDoubleFunction<Fork>> drifts = new ArrayList<>();
        if (!references.isEmpty()) {
            drifts.add(fork -> median(references.keySet().stream().map(name -> shift(fork, name)).toList()) + waiting(fork));
        }
        if (references.containsKey(Metric.CONTROL_CPU)) {
            drifts.add(fork -> shift(fork, Metric.CONTROL_CPU) + waiting(fork));
        }
        return drifts;
    }

    private double shift(Fork fork, String control) {
        return Math.log(fork.controls().get(control)) - references.get(control);
    }

    private double waiting(Fork fork) {
        return hasWaits ? Math.abs(Math.log(fork.metrics().get(Sample.SCORE) / fork.running().getAsDouble())) : 0;
    }

    /** The median over a run's forks of the logarithm of a control. */
    private static double middleLog(CellData run, String name) {
        return median(run.forks().stream().map(fork -> Math.log(fork.controls().get(name))).toList());
    }

    /**
     * The share of the machine that others had while the forks ran, 0 to 1: the largest of what other programs used, what
     * the hypervisor took and what the workers waited for, averaged over forks.
     *
     * @return empty where no fork recorded any of them
     */
    static Optional<Double> load(Collection<CellData> runs) {
        List<Double> loads = runs.stream().flatMap(run -> run.forks().stream())
                .flatMap(fork -> Stream.of(Metric.FOREIGN_LOAD, Metric.STEAL, Metric.WORKER_WAIT)
                        .filter(fork.metrics()::containsKey).map(fork.metrics()::get).max(Double::compare).stream())
                .toList();
        return loads.isEmpty() ? Optional.empty()
                : Optional.of(loads.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    }

    /** How the controls of one group compare with the base's over all cells that both have, as ratios by name. */
    static SortedMap<String, Double> shifts(Group base, Group other) {
        Map<String, List<Double>> before = logs(base);
        Map<String, List<Double>> after = logs(other);
        SortedMap<String, Double> shifts = new TreeMap<>();
        before.forEach((name, values) -> {
            if (after.containsKey(name)) {
                shifts.put(name, Math.exp(median(after.get(name)) - median(values)));
            }
        });
        return shifts;
    }

    private static Map<String, List<Double>> logs(Group group) {
        Map<String, List<Double>> logs = new TreeMap<>();
        Stream<Fork> forks = group.runs().stream().flatMap(run -> run.cells().values().stream())
                .flatMap(cell -> cell.forks().stream());
        forks.forEach(fork -> fork.controls().forEach((name, value) -> {
            if (value > 0) {
                logs.computeIfAbsent(name, ignored -> new ArrayList<>()).add(Math.log(value));
            }
        }));
        return logs;
    }

    private static double median(List<Double> values) {
        return Median.withDefaults().evaluate(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
