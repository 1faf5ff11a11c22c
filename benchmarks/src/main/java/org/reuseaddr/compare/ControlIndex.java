package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Median;
import org.reuseaddr.results.Sample;

/**
 * What the controls of a cell's forks say about the machine's hour: how much slower than on average everything was while
 * the fork ran.
 *
 * <p>How fast the machine was is the median over the controls that all forks have: a platform that makes one control slow
 * (getppid under a seccomp filter) does not move it, an hour that makes all slow does. How busy it was is the time in
 * which the fork had no CPU; controls are too short to tell.
 */
final class ControlIndex {

    private final SortedMap<String, Double> references = new TreeMap<>();

    /** Over the runs of both sides. */
    ControlIndex(Collection<CellData> runs) {
        List<Fork> forks = runs.stream().flatMap(run -> run.forks().stream()).toList();
        forks.stream().flatMap(fork -> fork.controls().keySet().stream()).distinct()
                .filter(name -> forks.stream().allMatch(fork -> fork.controls().getOrDefault(name, 0.0) > 0))
                .forEach(name -> references.put(name,
                        runs.stream().mapToDouble(run -> middleLog(run, name)).average().getAsDouble()));
    }

    /** Whether the forks have a control in common. */
    boolean isAvailable() {
        return !references.isEmpty();
    }

    /** The logarithm of how slow the machine was, by its controls, while it let the fork run. */
    private double speed(Fork fork) {
        return median(references.entrySet().stream()
                .map(control -> Math.log(fork.controls().get(control.getKey())) - control.getValue()).toList());
    }

    /** The logarithm of what machine drift made of the fork's cost: a slow machine, and CPUs that others had. */
    double hour(Fork fork) {
        return speed(fork) + Math.abs(Math.log(fork.metrics().get(Sample.SCORE) / fork.running()));
    }

    /** The median over a run's forks of the logarithm of a control. */
    private static double middleLog(CellData run, String name) {
        return median(run.forks().stream().map(fork -> Math.log(fork.controls().get(name))).toList());
    }

    /** How the controls of one side compare with the base's over all cells that both have, as ratios by name. */
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

    private static Map<String, List<Double>> logs(Group side) {
        Map<String, List<Double>> logs = new TreeMap<>();
        Stream<Fork> forks = side.runs().stream().flatMap(run -> run.cells().values().stream())
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
