package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.reuseaddr.results.Cell;

/** Compares one group with the base; the method and the figures behind it are in {@code docs/COMPARING.md}. */
final class Comparer {

    private final double margin;
    private final Predicate<Cell> tested;

    /**
     * A comparer.
     *
     * @param margin how far a ratio may be from 1 and still count as the same
     * @param tested the cells about which something is to be concluded
     */
    Comparer(double margin, Predicate<Cell> tested) {
        this.margin = margin;
        this.tested = tested;
    }

    Versus compare(Group base, Group other) {
        Design design = Sessions.design(base, other);
        SortedMap<String, Double> controls = ControlIndex.shifts(base, other);
        SortedSet<Cell> cells = new TreeSet<>(cells(base));
        cells.addAll(cells(other));
        List<Cell> onlyBase = new ArrayList<>();
        List<Cell> onlyOther = new ArrayList<>();
        List<Cell> both = new ArrayList<>();
        for (Cell cell : cells) {
            (data(base, cell).isEmpty() ? onlyOther : data(other, cell).isEmpty() ? onlyBase : both).add(cell);
        }
        Families families = new Families(both, tested);
        List<Candidate> candidates = both.stream().map(cell ->
                new Candidate(cell, families.of(cell), data(base, cell), data(other, cell), design)).toList();
        List<CellComparison> compared = Batches.judged(base, other, Carryover.judged(judged(candidates)));
        return new Versus(other, design, compared, onlyBase, onlyOther, missing(base, other, families, onlyBase), controls,
                Blames.of(compared), Semantics.differences(base, other), Environments.differences(base, other),
                Remarks.of(base, other, design, controls, compared));
    }

    private List<CellComparison> judged(List<Candidate> candidates) {
        Candidate.Priors priors = new Candidate.Priors(prior(candidates, Candidate::scatterOfBase),
                prior(candidates, Candidate::scatterOfOther), prior(candidates, Candidate::scatterOfRuns));
        List<Candidate.Compared> compared = candidates.stream().map(candidate -> candidate.compare(priors)).toList();
        Map<TestFamily, List<Double>> pValues = new EnumMap<>(TestFamily.class);
        for (Candidate.Compared cell : compared) {
            cell.pValue().ifPresent(p -> pValues.computeIfAbsent(cell.family(), family -> new ArrayList<>()).add(p));
        }
        Map<TestFamily, Double> levels = Holm.levels(pValues);
        return compared.stream().map(cell -> cell.judge(levels.getOrDefault(cell.family(), 0.0),
                Holm.first(cell.family(), pValues), margin)).toList();
    }

    private static VariancePrior prior(List<Candidate> candidates, Function<Candidate, VariancePrior.Observed> scatter) {
        return VariancePrior.of(candidates.stream().map(scatter).toList());
    }

    /** What {@link Versus#missingRequired} says. */
    private List<Cell> missing(Group base, Group other, Families families, List<Cell> onlyBase) {
        List<Cell> primary = Stream.of(base, other).flatMap(group -> new Families(cells(group), tested).primary().stream())
                .distinct().toList();
        return primary.isEmpty() ? onlyBase.stream().filter(tested).filter(cell -> !Families.isControl(cell)).toList()
                : primary.stream().filter(cell -> !families.hasPrimaryLike(cell)).toList();
    }

    private static SortedSet<Cell> cells(Group group) {
        SortedSet<Cell> cells = new TreeSet<>();
        group.runs().forEach(run -> cells.addAll(run.cells().keySet()));
        return cells;
    }

    private static List<CellData> data(Group group, Cell cell) {
        return group.runs().stream().filter(run -> run.cells().containsKey(cell)).map(run -> run.cells().get(cell))
                .filter(data -> !data.forks().isEmpty()).toList();
    }
}
