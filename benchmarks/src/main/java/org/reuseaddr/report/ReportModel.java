package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.compare.Blame;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Diagnosis;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.compare.Findings;
import org.reuseaddr.compare.ForkLevels;
import org.reuseaddr.compare.Symptom;
import org.reuseaddr.compare.TestFamily;
import org.reuseaddr.compare.Verdict;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.model.Grade;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.Sample;
import org.reuseaddr.scenario.Scenario;

/**
 * Everything that a report says about a run, before it is put into a format.
 *
 * @param run what it is about
 * @param baseline what it is compared with
 * @param comparison the run against the baseline; empty without one
 * @param audience whom it is for
 * @param form what they ask
 * @param causes what differed from every Linux, the most severe first
 * @param semantics what all scenarios say together
 * @param diagnosed what is wrong with the costs
 * @param single whether it is about one cause, that of {@code causes}, instead of the whole run
 * @param measurements what was measured
 * @param costs the same as a short table, without rows where the report is about one cause
 * @param unsteady what made the figures unsteady, on one line; empty where nothing did
 * @param findings what the reader should know about the measurements, as sentences
 * @param leftOut what was left out for privacy, with how often
 * @param includesHost whether nothing was to be left out
 * @param scenarios all scenarios that this version knows, by id
 */
public record ReportModel(ReportedRun run, Optional<ReportedRun> baseline, Optional<Comparison> comparison,
        Audience audience, BugForm form, List<Cause> causes, SemanticsHeadline semantics, Diagnosis diagnosed,
        boolean single, List<Measurement> measurements, CostTable costs, Optional<String> unsteady, List<String> findings,
        List<String> leftOut, boolean includesHost, Map<String, Scenario> scenarios) {

    /** The rows of the short table: as many as a terminal has room for. */
    private static final int SHORT_TABLE = 12;
    /** The calls whose cost the programs of a cost show. */
    private static final Set<String> MEASURED_BY_PROGRAM = Set.of("bind", "listen");
    private static final Figures FIGURES = new Figures(Optional.empty());

    public ReportModel {
        causes = List.copyOf(causes);
        measurements = List.copyOf(measurements);
        findings = List.copyOf(findings);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * A line of the table of measurements.
     *
     * @param estimate over the run's forks, or its blocks where it has several
     * @param levels the clusters into which the forks fall; empty where they make one
     * @param outOfPorts whether connectors ran out of ports, so that the estimate is the ephemeral range's
     */
    record Measurement(Cell cell, Estimate estimate, Optional<ForkLevels> levels, boolean outOfPorts) {

        /** The estimate with its unit, or each cluster's. */
        String value() {
            return outOfPorts ? CostTable.OUT_OF_PORTS : levels.map(clusters -> CostTable.figure(clusters, estimate.unit()))
                    .orElseGet(() -> FIGURES.value(estimate.value(), estimate.unit()));
        }

        /** The ends of the interval, or why there is none. */
        String interval() {
            return outOfPorts ? "none: a figure of the ephemeral range" : estimate.interval()
                    .map(ends -> FIGURES.value(ends.low(), estimate.unit()) + " – " + FIGURES.value(ends.high(), estimate.unit()))
                    .orElse("none from " + estimate.replicates() + " fork");
        }
    }

    /**
     * Of a run.
     *
     * @param audience empty for the one that has to do with the platform
     * @param number the cause, from 1, that the report is about; empty for all
     * @throws InputException if there is no such cause, or what happened is nothing for the audience
     */
    static ReportModel of(ReportedRun run, Optional<ReportedRun> baseline, Privacy privacy, KnownScenarios scenarios,
            Optional<Audience> audience, OptionalInt number) {
        Map<String, Scenario> known = scenarios.byId();
        Audience reader = audience.orElseGet(() -> Audience.of(run));
        if (reader == Audience.NETDEV && !Audience.isKernels(run)) {
            throw new InputException(run.directory().path(), "--for netdev is for what a Linux kernel does, and this platform is "
                    + run.entry(PlatformEntry.KIND).orElse("unknown") + ": use --for " + Audience.of(run).optionName());
        }
        Optional<Comparison> comparison = baseline.map(base ->
                Comparison.of(List.of(base.group(), run.group()), Comparison.DEFAULT_MARGIN));
        // What native Linux of some release does is nobody's defect: it is no cause, and has no program.
        List<Cause> causes = Cause.of(
                run.scenarios().stream().filter(row -> !row.grade().equals(Grade.KNOWN.name())).toList(), known);
        if (number.isPresent()) {
            int chosen = number.getAsInt();
            if (chosen < 1 || chosen > causes.size()) {
                throw new InputException(run.directory().path(), "--cause: expected "
                        + (causes.isEmpty() ? "no number, since no scenario differs from every Linux" : "1 to " + causes.size())
                        + ", found " + chosen);
            }
            causes = List.of(causes.get(chosen - 1));
        }
        // A report of one cause is about no cost.
        Collection<CellData> cells = number.isPresent() ? List.of() : run.data().cells().values();
        return new ReportModel(run, baseline, comparison, reader, BugForm.of(reader, run), causes,
                SemanticsHeadline.of(run.scenarios(), known), Diagnosis.of(cells), number.isPresent(), measurements(run),
                CostTable.of(cells), unsteady(cells), findings(run), privacy.leftOut(), privacy.includesHost(), known);
    }

    private static Optional<String> unsteady(Collection<CellData> cells) {
        return Sentences.unsteady(cells.stream().flatMap(data -> Findings.of(data).stream()).toList(),
                cells.stream().mapToInt(data -> data.forks().size()).sum(), Integer.MAX_VALUE);
    }

    private static List<Measurement> measurements(ReportedRun run) {
        List<Measurement> measurements = new ArrayList<>();
        for (CellData data : run.data().cells().values()) {
            Estimates.of(data, Sample.SCORE).ifPresent(estimate ->
                    measurements.add(new Measurement(data.cell(), estimate, ForkLevels.of(data),
                            data.isOutOfPorts())));
        }
        return measurements;
    }

    private static List<String> findings(ReportedRun run) {
        return Sentences.findings(run.data().cells().values().stream().flatMap(data -> Findings.of(data).stream()).toList());
    }

    /** The run's label, and the platform where the label does not say it. */
    String platform() {
        String label = run.data().run().label();
        String platform = run.data().run().platform();
        return label.startsWith(platform) ? label : label + " (" + platform + ")";
    }

    /** Which Linux the platform behaves like, and what quirks of released kernels it shows, in sentences. */
    List<String> behaviour() {
        return semantics.behaviour();
    }

    /** The first line: the most severe of what does not pass, and how many scenarios earned which grade. */
    String headline() {
        if (single) {
            return platform() + ": " + causes.get(0).happened() + ". " + causes.get(0).rule();
        }
        return platform() + ": " + semantics.worst().map(worst -> worst + ". " + causes.get(0).rule() + " ").orElse("")
                + semantics.counts() + ".";
    }

    /** What is wrong with the costs, the most telling first, in sentences; where nothing is, one that says so. */
    List<String> diagnosis() {
        return DiagnosisText.of(diagnosed);
    }

    /** Whether bind or listen is slow by itself: then a short program shows it. */
    boolean hasSlowCall() {
        return diagnosed.symptoms().stream().anyMatch(symptom -> symptom instanceof Symptom.Slow slow
                && MEASURED_BY_PROGRAM.contains(slow.what()));
    }

    /** What is wrong with the costs; no sentence where nothing is. */
    List<String> costFindings() {
        return diagnosed.isClear() ? List.of() : diagnosis();
    }

    /** A title for an issue: the most severe cause, else what costs more than on the baseline, else what is slow by itself. */
    String title() {
        if (!featured().isEmpty()) {
            return featured().get(0).title();
        }
        return blames().stream().findFirst().map(Sentences::blame)
                .or(() -> DiagnosisText.title(diagnosed))
                .orElse(headline());
    }

    /** Where an issue is opened, its title and text filled in; empty where the audience has no such page. */
    Optional<String> link(String body) {
        return audience.tracker().map(page -> IssueLink.of(page, title(), List.of(body, shortBody(),
                headline() + " The text is in the file report.md.")));
    }

    /** What is left of a report where a link must hold it: the platform and the program of the most severe cause. */
    private String shortBody() {
        StringBuilder text = new StringBuilder(headline()).append("\n\n");
        form.fields().forEach(field -> field.answer().ifPresent(answer ->
                text.append("- ").append(field.name()).append(": ").append(answer).append('\n')));
        featured().stream().findFirst().flatMap(Cause::program)
                .or(() -> hasSlowCall() ? Optional.of(Reproduction.callCostsInPython()) : Optional.empty())
                .ifPresent(program -> text.append("\n").append(Markdown.fence("python", program)));
        return text.append("\nThe whole report is in the file report.md.\n").toString();
    }

    /** The grades' names with their numbers, the most severe first. */
    Map<String, Long> gradeCounts() {
        return SemanticsHeadline.gradeCounts(run.scenarios());
    }

    /** The most telling rows of the costs. */
    CostTable shortCosts() {
        return costs.mostTelling(SHORT_TABLE);
    }

    /** The second line: what it cost. */
    String costLine() {
        List<String> parts = new ArrayList<>();
        if (measurements.isEmpty()) {
            parts.add("No benchmark was run.");
        } else if (comparison.isEmpty()) {
            parts.add(measurements.size() + (measurements.size() == 1 ? " benchmark, " : " benchmarks, ")
                    + mostForks() + (mostForks() == 1 ? " fork" : " forks") + (blocks() > 1 ? " in " + blocks() + " blocks." : "."));
        } else {
            parts.add(verdicts());
            blames().stream().findFirst().map(Sentences::blame).ifPresent(parts::add);
        }
        run.incompleteness().ifPresent(parts::add);
        return String.join(" ", parts);
    }

    /** What the estimates rest on. */
    String replicates() {
        return blocks() > 1 ? "blocks" : "forks";
    }

    private int mostForks() {
        return run.data().cells().values().stream().mapToInt(data -> data.forks().size()).max().orElse(0);
    }

    private int blocks() {
        return run.data().cells().values().stream().mapToInt(CellData::blocks).max().orElse(1);
    }

    private String verdicts() {
        Map<Verdict, Long> counts = comparison.stream().flatMap(all -> all.others().stream())
                .flatMap(versus -> versus.cells().stream()).filter(cell -> cell.family() != TestFamily.CONTROL)
                .collect(Collectors.groupingBy(CellComparison::verdict, TreeMap::new, Collectors.counting()));
        return "Against " + baseline.orElseThrow().data().run().label() + ": " + (counts.isEmpty() ? "nothing to compare."
                : counts.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey().displayName())
                        .collect(Collectors.joining(", ")) + " of " + counts.values().stream().mapToLong(Long::longValue).sum()
                        + " benchmarks.");
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

    /** Whether a benchmark is slower than on the baseline. */
    boolean slowerThanBaseline() {
        return versus().stream().flatMap(all -> all.cells().stream()).anyMatch(cell -> cell.verdict() == Verdict.SLOWER);
    }

    /** The causes that violate a documented guarantee. */
    List<Cause> broken() {
        return causes.stream().filter(Cause::isBroken).toList();
    }

    /** The causes that are shown with a program: those that violate a guarantee, or the one that the report is about. */
    List<Cause> featured() {
        return single ? causes : broken();
    }

    /** The causes that differ from Linux without violating a documented guarantee. */
    List<Cause> deviating() {
        return single ? List.of() : causes.stream().filter(cause -> !cause.isBroken()).toList();
    }
}
