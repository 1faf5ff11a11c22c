package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.results.RunEntry;

/** What the reader of a comparison must know to read it. */
final class Remarks {

    private static final Map<Design, String> DESIGNS = Map.of(
            Design.SAME_SESSION, "Both groups were measured in one session: forks are compared with forks.",
            Design.SEVERAL_RUNS, "Several runs per group at different times: runs are compared with runs, and forks within"
                    + " a run are not counted as independent.",
            Design.ONE_RUN, "One run per group, at different times: what runs of one machine differ by is only known from"
                    + " experience, so small differences stay unclear. Several runs per group, or alternating runs, tell more.");

    /** Controls of one machine at different times differ by less than this factor from each other. */
    private static final double DISAGREEMENT = 1.25;

    private Remarks() {
    }

    static List<String> of(Group base, Group other, Design design, SortedMap<String, Double> controls,
            List<CellComparison> cells) {
        List<String> remarks = new ArrayList<>();
        remarks.add(DESIGNS.get(design));
        if (design == Design.SEVERAL_RUNS && Stream.of(base, other).anyMatch(group -> group.wholeRuns() < group.runs().size())) {
            remarks.add("Blocks of a run count as runs.");
        }
        if (design != Design.SAME_SESSION && !cells.isEmpty()) {
            long without = cells.stream().filter(cell -> cell.family() != TestFamily.CONTROL)
                    .filter(cell -> cell.basis() == Basis.ABSOLUTE).count();
            if (controls.isEmpty()) {
                remarks.add("A group has no controls: the platform cannot be distinguished from machine drift.");
            } else if (without > 0) {
                remarks.add("In " + without + " of " + cells.size() + " cells a group lacks controls: costs are compared as"
                        + " measured.");
            }
            controlsDisagree(controls).ifPresent(remarks::add);
        }
        for (RunData run : Stream.concat(base.runs().stream(), other.runs().stream()).toList()) {
            String newer = run.source() + " was written by a newer version of the suite (schema "
                        + run.environment().get(RunEntry.SCHEMA) + ", this version knows " + RunEntry.KNOWN_SCHEMA
                        + "): what this version does not know is left out.";
            if (run.isOfNewerSchema() && !remarks.contains(newer)) {
                remarks.add(newer);
            }
        }
        for (String name : List.of(PlatformEntry.SUITE_VERSION, RunEntry.PROFILE)) {
            Set<String> values = values(base, name);
            Set<String> others = values(other, name);
            if (!values.isEmpty() && !others.isEmpty() && !values.equals(others)) {
                remarks.add("The groups differ in " + name + ": " + String.join(", ", values) + " against "
                        + String.join(", ", others) + ". Cells of the same name and parameters are compared.");
            }
        }
        return remarks;
    }

    /** Controls that differ in how much they changed: something beside the machine's speed did. */
    private static Optional<String> controlsDisagree(SortedMap<String, Double> controls) {
        DoubleSummaryStatistics ratios = controls.values().stream().mapToDouble(Double::doubleValue).summaryStatistics();
        return controls.size() < 2 || ratios.getMax() / ratios.getMin() < DISAGREEMENT ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "The controls changed by different factors, %.2f to %.2f: where that"
                + " matters, platform and drift cannot be distinguished, and only what holds by each of them is claimed.",
                ratios.getMin(), ratios.getMax()));
    }

    private static Set<String> values(Group group, String name) {
        return group.runs().stream().map(run -> run.environment().get(name)).filter(Objects::nonNull)
                .collect(Collectors.toCollection(java.util.TreeSet::new));
    }
}
