package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Median;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;

/** Compares one side with the base; the method and the figures behind it are in {@code docs/COMPARING.md}. */
final class Comparer {

    /** The share of claimed differences that may be false: the q of Benjamini and Hochberg. */
    private static final double FALSE_DISCOVERIES = 1 - Estimates.CONFIDENCE;
    /** Controls that differ by more than this factor differ by platform and not by hour: nothing is corrected by them. */
    private static final double CONTROL_LIMIT = 3;

    private final double margin;

    Comparer(double margin) {
        this.margin = margin;
    }

    Versus compare(Group base, Group other) {
        Design design = Sessions.design(base, other);
        SortedMap<String, Double> controls = ControlIndex.shifts(base, other);
        boolean trusted = areTheHours(controls);
        List<Candidate> candidates = new ArrayList<>();
        List<Cell> onlyBase = new ArrayList<>();
        List<Cell> onlyOther = new ArrayList<>();
        for (Cell cell : cells(base, other)) {
            List<CellData> before = data(base, cell);
            List<CellData> after = data(other, cell);
            if (before.isEmpty()) {
                onlyOther.add(cell);
            } else if (after.isEmpty()) {
                onlyBase.add(cell);
            } else {
                candidates.add(new Candidate(cell, before, after, design, trusted));
            }
        }
        double level = levelOfClaims(candidates);
        List<CellComparison> compared =
                Carryover.judged(candidates.stream().map(candidate -> candidate.judge(level)).toList());
        return new Versus(other, design, compared, onlyBase, onlyOther, controls, Blames.of(compared),
                Semantics.differences(base, other), Environments.differences(base, other),
                Remarks.of(base, other, design, controls, compared));
    }

    /** Whether what the controls of all cells together differ by may be machine drift. */
    private static boolean areTheHours(SortedMap<String, Double> controls) {
        double[] logs = controls.values().stream().mapToDouble(ratio -> Math.abs(Math.log(ratio))).toArray();
        return logs.length > 0 && Median.withDefaults().evaluate(logs) <= Math.log(CONTROL_LIMIT);
    }

    private static Iterable<Cell> cells(Group base, Group other) {
        TreeSet<Cell> cells = new TreeSet<>();
        base.runs().forEach(run -> cells.addAll(run.cells().keySet()));
        other.runs().forEach(run -> cells.addAll(run.cells().keySet()));
        return cells;
    }

    private static List<CellData> data(Group side, Cell cell) {
        return side.runs().stream().filter(run -> run.cells().containsKey(cell)).map(run -> run.cells().get(cell))
                .filter(data -> !data.forks().isEmpty()).toList();
    }

    /**
     * The p-value up to which a difference is claimed, so that at most 5 % of claims are false: Benjamini and Hochberg
     * (1995). Its complement is the confidence of the claimed ratios' intervals, which keeps their false coverage at 5 %:
     * Benjamini and Yekutieli (2005), Journal of the American Statistical Association 100, 71.
     */
    private static double levelOfClaims(List<Candidate> candidates) {
        double[] sorted = candidates.stream().flatMap(candidate -> candidate.chosen().stream())
                .mapToDouble(LogRatio::pValue).sorted().toArray();
        for (int claims = sorted.length; claims > 0; claims--) {
            double level = FALSE_DISCOVERIES * claims / sorted.length;
            if (sorted[claims - 1] <= level) {
                return level;
            }
        }
        return 0;
    }

    /** A cell that both sides have, before what all cells together say is known. */
    private final class Candidate {
        private final Cell cell;
        private final List<CellData> before;
        private final List<CellData> after;
        private final Design design;
        private final Optional<LogRatio> absolute;
        private final Optional<LogRatio> controlled;

        Candidate(Cell cell, List<CellData> before, List<CellData> after, Design design, boolean trusted) {
            this.cell = cell;
            this.before = before;
            this.after = after;
            this.design = design == Design.SEVERAL_RUNS && (before.size() < 2 || after.size() < 2)
                    ? Design.ONE_RUN : design;
            absolute = ratio(fork -> 0, SessionVariation.ABSOLUTE);
            controlled = controlled(trusted);
        }

        private Optional<LogRatio> controlled(boolean trusted) {
            List<CellData> all = new ArrayList<>(before);
            all.addAll(after);
            ControlIndex index = new ControlIndex(all);
            if (!trusted || design == Design.SAME_SESSION || !index.isAvailable()) {
                return Optional.empty();
            }
            double correction = centre(after, index::hour) - centre(before, index::hour);
            return ratio(index::hour, SessionVariation.CONTROLLED.afterCorrectionBy(correction));
        }

        /** The middle fork's value, averaged over runs. */
        private static double centre(List<CellData> runs, ToDoubleFunction<Fork> value) {
            return new LogCosts(runs.stream().map(run -> run.forks().stream().mapToDouble(value).toArray()).toList())
                    .centre();
        }

        private Optional<LogRatio> ratio(ToDoubleFunction<Fork> hour, SessionVariation known) {
            LogCosts base = costs(before, hour);
            LogCosts other = costs(after, hour);
            if (base.forks().length < 2 || other.forks().length < 2) {
                return Optional.empty();
            }
            return Optional.of(design == Design.SAME_SESSION ? RatioMethod.ofForks(base, other)
                    : RatioMethod.ofRuns(base, other, known));
        }

        /** Logarithms of costs, less machine drift; the cost of a rate is its reciprocal. */
        private LogCosts costs(List<CellData> runs, ToDoubleFunction<Fork> hour) {
            return new LogCosts(runs.stream().map(run -> run.forks().stream().mapToDouble(fork -> {
                double log = Math.log(fork.metrics().get(Sample.SCORE));
                return (run.higherIsBetter() ? -log : log) - hour.applyAsDouble(fork);
            }).toArray()).toList());
        }

        Basis basis() {
            return controlled.isPresent() ? Basis.CONTROLLED : Basis.ABSOLUTE;
        }

        Optional<LogRatio> chosen() {
            return controlled.or(() -> absolute);
        }

        CellComparison judge(double level) {
            Verdict verdict = chosen().map(ratio -> verdict(ratio, level)).orElse(Verdict.UNCLEAR);
            double confidence = verdict.isClaim() ? 1 - level : Estimates.CONFIDENCE;
            Optional<Missing> missing = verdict != Verdict.UNCLEAR ? Optional.empty()
                    : Optional.of(chosen().map(this::missing).orElseGet(Missing.SecondFork::new));
            return new CellComparison(cell, estimate(before), estimate(after),
                    absolute.map(ratio -> ratio.toRatio(basis() == Basis.ABSOLUTE ? confidence : Estimates.CONFIDENCE)),
                    controlled.map(ratio -> ratio.toRatio(confidence)), basis(), verdict, missing);
        }

        private Verdict verdict(LogRatio ratio, double level) {
            if (ratio.toRatio(Estimates.CONFIDENCE).interval().within(1 / (1 + margin), 1 + margin)) {
                return Verdict.SAME;
            }
            if (ratio.pValue() > level) {
                return Verdict.UNCLEAR;
            }
            return ratio.estimate() > 0 ? Verdict.SLOWER : Verdict.FASTER;
        }

        private Missing missing(LogRatio ratio) {
            return RequiredData.toDecide(ratio, margin, design, before, after);
        }

        /** With several runs, the runs' own estimates are the observations. */
        private Estimate estimate(List<CellData> runs) {
            if (runs.size() == 1) {
                return Estimates.of(runs.get(0), Sample.SCORE).orElseThrow();
            }
            double[] values = runs.stream()
                    .mapToDouble(run -> Estimates.of(run, Sample.SCORE).orElseThrow().value()).toArray();
            Arrays.sort(values);
            return Estimates.ofReplicates(values, runs.get(0).unit());
        }
    }
}
