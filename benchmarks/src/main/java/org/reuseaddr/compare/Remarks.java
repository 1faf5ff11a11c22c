package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.results.RunEntry;

/** What the reader of a comparison must know to read it. */
final class Remarks {

    private static final Map<Design, String> DESIGNS = Map.of(
            Design.SAME_SESSION, "Both sides were measured in one session: forks are compared with forks.",
            Design.SEVERAL_RUNS, "Several runs a side at different times: runs are compared with runs, and forks within"
                    + " a run are not counted as independent.",
            Design.ONE_RUN, "One run on a side, at another time: what runs of one machine differ by is only known from"
                    + " experience, so small differences stay unclear. Several runs a side, or alternating runs, tell more.");

    private Remarks() {
    }

    static List<String> of(Group base, Group other, Design design, SortedMap<String, Double> controls,
            List<CellComparison> cells) {
        List<String> remarks = new ArrayList<>();
        remarks.add(DESIGNS.get(design));
        if (design != Design.SAME_SESSION && !cells.isEmpty()) {
            long without = cells.stream().filter(cell -> cell.basis() == Basis.ABSOLUTE).count();
            if (controls.isEmpty()) {
                remarks.add("A side has no controls: the platform cannot be told from the machine's hour.");
            } else if (without > 0) {
                remarks.add("In " + without + " of " + cells.size() + " cells the controls are missing on a side or differ"
                        + " too much to be machine drift: costs are compared as measured.");
            }
        }
        for (RunData run : Stream.concat(base.runs().stream(), other.runs().stream()).toList()) {
            if (run.isOfNewerSchema()) {
                remarks.add(run.source() + " was written by a newer version of the suite (schema "
                        + run.environment().get(RunEntry.SCHEMA) + ", this version knows " + RunEntry.KNOWN_SCHEMA
                        + "): what this version does not know is left out.");
            }
        }
        for (String name : List.of(PlatformEntry.SUITE_VERSION, RunEntry.PROFILE)) {
            Set<String> values = values(base, name);
            Set<String> others = values(other, name);
            if (!values.isEmpty() && !others.isEmpty() && !values.equals(others)) {
                remarks.add("The sides differ in " + name + ": " + String.join(", ", values) + " against "
                        + String.join(", ", others) + ". Cells of the same name and parameters are compared.");
            }
        }
        return remarks;
    }

    private static Set<String> values(Group side, String name) {
        return side.runs().stream().map(run -> run.environment().get(name)).filter(Objects::nonNull)
                .collect(Collectors.toCollection(java.util.TreeSet::new));
    }
}
