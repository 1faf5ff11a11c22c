package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.compare.Blame;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.compare.Findings;
import org.reuseaddr.compare.Verdict;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.model.Grade;
import org.reuseaddr.replay.Gate;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;

/**
 * Everything that a report says about a run, before it is put into a format.
 *
 * @param run what it is about
 * @param baseline what it is compared with
 * @param comparison the run against the baseline; empty without one
 * @param fields what a tracker asks about the platform
 * @param causes what differed from Linux, the gravest first
 * @param measurements what was measured
 * @param findings what the reader should know about the measurements, as sentences
 * @param leftOut what the user's privacy leaves out, in words
 * @param includesHost whether nothing was to be left out
 * @param scenarios all scenarios that this version knows, by id
 */
public record ReportModel(ReportedRun run, Optional<ReportedRun> baseline, Optional<Comparison> comparison,
        List<BugForm.Field> fields, List<Cause> causes, List<Measurement> measurements, List<String> findings,
        List<String> leftOut, boolean includesHost, Map<String, Scenario> scenarios) {

    private static final Figures FIGURES = new Figures(Optional.empty());

    public ReportModel {
        fields = List.copyOf(fields);
        causes = List.copyOf(causes);
        measurements = List.copyOf(measurements);
        findings = List.copyOf(findings);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * A line of the table of measurements.
     *
     * @param estimate over the run's forks
     */
    record Measurement(Cell cell, Estimate estimate) {

        /** The estimate with its unit. */
        String value() {
            return FIGURES.value(estimate.value(), estimate.unit());
        }

        /** The ends of the interval; in words where there is none. */
        String interval() {
            return estimate.interval()
                    .map(ends -> FIGURES.value(ends.low(), estimate.unit()) + " – " + FIGURES.value(ends.high(), estimate.unit()))
                    .orElse("none from " + estimate.replicates() + " fork");
        }
    }

    static ReportModel of(ReportedRun run, Optional<ReportedRun> baseline, Privacy privacy) {
        Map<String, Scenario> known = new LinkedHashMap<>();
        Gate.beforeRun().forEach(scenario -> known.put(scenario.id(), scenario));
        Catalogue.scenarios().forEach(scenario -> known.put(scenario.id(), scenario));
        Optional<Comparison> comparison = baseline.map(base ->
                Comparison.of(List.of(base.side(), run.side()), Comparison.DEFAULT_MARGIN));
        return new ReportModel(run, baseline, comparison, BugForm.fields(run), Cause.of(run.scenarios(), known),
                measurements(run), findings(run), privacy.leftOut(), privacy.includesHost(), known);
    }

    private static List<Measurement> measurements(ReportedRun run) {
        List<Measurement> measurements = new ArrayList<>();
        for (CellData data : run.data().cells().values()) {
            Estimates.of(data, Sample.SCORE).ifPresent(estimate -> measurements.add(new Measurement(data.cell(), estimate)));
        }
        return measurements;
    }

    private static List<String> findings(ReportedRun run) {
        return run.data().cells().values().stream().flatMap(data -> Findings.of(data).stream())
                .map(Sentences::finding).toList();
    }

    /** The run's label, and the platform where the label does not say it. */
    String platform() {
        String label = run.data().run().label();
        String platform = run.data().run().platform();
        return label.startsWith(platform) ? label : label + " (" + platform + ")";
    }

    /** The first line: what happened to the promises. */
    String headline() {
        long broken = causes.stream().filter(Cause::isBroken).mapToLong(cause -> cause.rows().size()).sum();
        if (run.scenarios().isEmpty()) {
            return platform() + ": no promise of bind and listen was checked.";
        }
        if (broken == 0) {
            return platform() + " kept every promise of bind and listen that was checked: " + grades() + ".";
        }
        Cause gravest = causes.get(0);
        return platform() + " breaks promises of bind and listen: " + broken + " of " + run.scenarios().size()
                + " scenarios. Above all: " + happened(gravest);
    }

    /** Such as {@code listen succeeded where Linux fails with EADDRINUSE: Of several sockets …}. */
    static String happened(Cause cause) {
        return (cause.call().isEmpty() ? "" : cause.call() + " returned " + cause.observed() + " instead of "
                + cause.expected() + ". ") + "Linux: " + cause.rule();
    }

    /** How many scenarios earned which grade. */
    String grades() {
        return gradeCounts().entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    /** The grades' names with their numbers, the gravest first. */
    Map<String, Long> gradeCounts() {
        SortedMap<String, Long> counts = new TreeMap<>(
                Comparator.comparingInt(Grade::severityOf).thenComparing(name -> name));
        run.scenarios().forEach(row -> counts.merge(row.grade(), 1L, Long::sum));
        return counts;
    }

    /** The second line: what it cost. */
    String costLine() {
        List<String> words = new ArrayList<>();
        if (measurements.isEmpty()) {
            words.add("Nothing was measured.");
        } else if (comparison.isEmpty()) {
            words.add("Measured: " + measurements.size() + (measurements.size() == 1 ? " cost" : " costs") + ", on "
                    + mostForks() + (mostForks() == 1 ? " fork." : " forks each at most."));
        } else {
            words.add(verdicts());
            blames().stream().findFirst().map(Sentences::blame).ifPresent(words::add);
        }
        run.incompleteness().ifPresent(words::add);
        return String.join(" ", words);
    }

    private int mostForks() {
        return measurements.stream().mapToInt(measurement -> measurement.estimate().replicates()).max().orElse(0);
    }

    private String verdicts() {
        Map<Verdict, Long> counts = comparison.stream().flatMap(all -> all.others().stream())
                .flatMap(versus -> versus.cells().stream())
                .collect(Collectors.groupingBy(CellComparison::verdict, TreeMap::new, Collectors.counting()));
        return "Against " + baseline.orElseThrow().data().run().label() + ": " + (counts.isEmpty() ? "nothing to compare."
                : counts.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey().word())
                        .collect(Collectors.joining(", ")) + " of " + counts.values().stream().mapToLong(Long::longValue).sum()
                        + " costs.");
    }

    private List<Blame> blames() {
        return versus().map(Versus::blames).orElse(List.of());
    }

    /** What is slower or faster than on the baseline, and which call is to blame. */
    List<String> changes() {
        return comparison.isEmpty() ? List.of() : Stream.concat(Stream.of(verdicts()),
                blames().stream().map(Sentences::blame)).toList();
    }

    /** The run against the baseline. */
    Optional<Versus> versus() {
        return comparison.map(all -> all.others().get(0));
    }

    /** The causes that break a promise. */
    List<Cause> broken() {
        return causes.stream().filter(Cause::isBroken).toList();
    }

    /** The causes that differ from Linux, but break no promise. */
    List<Cause> deviating() {
        return causes.stream().filter(cause -> !cause.isBroken()).toList();
    }

}
