package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Variance;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Parameter;
import org.reuseaddr.results.Sample;

/** A cell that both groups have, before it is known what all cells together say. */
final class Candidate {

    /** No machine differs from another, or from itself, by such a factor: from here on one fork is enough. */
    private static final double BEYOND_MACHINES = Math.log(1000);
    /** No drift slows system calls by such a factor and leaves the CPU's speed as it is: that is the platform's doing. */
    private static final double BEYOND_DRIFT = Math.log(10);
    /** Half the width of the interval of such a ratio, a logarithm: forks of a cell without port 0 were never seen to differ by more. */
    private static final double SINGLE_FORK = Math.log(100);
    /** How the method of a benchmark is called that binds to port 0 and has no parameter for it. */
    private static final String ON_EPHEMERAL_PORT = "ephemeralPort";
    private static final String EPHEMERAL = "ephemeral";
    /** The load that is assumed of a single run that does not say what the load was: a sandbox may count none. */
    private static final double UNRECORDED_LOAD = 0.5;
    /** Where the machine itself became so much slower or faster, a platform that is slower in all it does looks the same. */
    private static final double LARGEST_DRIFT = Math.log(1.3);
    private static final double NORMAL_QUANTILE = 1.96;
    private static final double MANY_DEGREES = 1e6;

    private final Cell cell;
    private final TestFamily family;
    private final List<CellData> before;
    private final List<CellData> after;
    private final Design design;
    private final LogCosts base;
    private final LogCosts other;
    private final List<Controlled> references;

    /** Both groups' costs less what one reference says of machine drift, and by how much that moved them. */
    private record Controlled(LogCosts base, LogCosts other, double correction) {
    }

    Candidate(Cell cell, TestFamily family, List<CellData> before, List<CellData> after, Design design) {
        this.cell = cell;
        this.family = family;
        this.before = before;
        this.after = after;
        this.design = design;
        base = costs(before, fork -> 0);
        other = costs(after, fork -> 0);
        references = design == Design.SAME_SESSION || family == TestFamily.CONTROL ? List.of() : references();
    }

    private List<Controlled> references() {
        List<CellData> all = new ArrayList<>(before);
        all.addAll(after);
        List<Controlled> controlled = new ArrayList<>();
        for (ToDoubleFunction<Fork> drift : new ControlIndex(all).drifts()) {
            LogCosts less = costs(before, drift);
            LogCosts lessOther = costs(after, drift);
            controlled.add(new Controlled(less, lessOther,
                    other.centre() - base.centre() - (lessOther.centre() - less.centre())));
        }
        return controlled;
    }

    /** Logarithms of costs, less machine drift; the cost of a rate is its reciprocal. */
    private static LogCosts costs(List<CellData> runs, ToDoubleFunction<Fork> drift) {
        return new LogCosts(runs.stream().map(run -> run.forks().stream().mapToDouble(fork -> {
            double log = Math.log(fork.metrics().get(Sample.SCORE));
            return (run.higherIsBetter() ? -log : log) - drift.applyAsDouble(fork);
        }).toArray()).toList());
    }

    /** The variance of the base's forks, for a prior. */
    VariancePrior.Observed scatterOfBase() {
        return scatter(base);
    }

    /** The variance of the other group's forks, for a prior. */
    VariancePrior.Observed scatterOfOther() {
        return scatter(other);
    }

    private static VariancePrior.Observed scatter(LogCosts costs) {
        double[] forks = costs.forks();
        return forks.length < 2 ? new VariancePrior.Observed(0, 0)
                : new VariancePrior.Observed(Variance.of(forks).getAsDouble(), forks.length - 1);
    }

    /** How the runs of both groups vary, relative to the first reference where there is one. */
    VariancePrior.Observed scatterOfRuns() {
        LogCosts one = references.isEmpty() ? base : references.get(0).base();
        LogCosts two = references.isEmpty() ? other : references.get(0).other();
        int degrees = one.runs().size() + two.runs().size() - 2;
        return new VariancePrior.Observed(
                degrees == 0 ? 0 : (one.squaresBetweenRuns() + two.squaresBetweenRuns()) / degrees, degrees);
    }

    /** What the cells of a whole report say about the variance of one of them. */
    record Priors(VariancePrior base, VariancePrior other, VariancePrior runs) {
    }

    /** The ratio of the cell's costs by every basis. */
    Compared compare(Priors priors) {
        boolean replicated = base.forks().length > 1 && other.forks().length > 1;
        if (!replicated) {
            return new Compared(dependsOnFreePorts() ? Optional.empty() : beyondMachines(), Optional.empty(), false);
        }
        LogRatio measured = design == Design.SAME_SESSION ? RatioMethod.ofForks(base, other, priors.base(), priors.other())
                : RatioMethod.ofRuns(base, other, SessionVariation.ABSOLUTE,
                        references.isEmpty() ? priors.runs() : VariancePrior.NONE);
        // Several runs show how much they differ, whatever the load was; one shows nothing.
        double unrecorded = Math.min(before.size(), after.size()) == 1 ? UNRECORDED_LOAD : 0;
        double load = Math.max(ControlIndex.load(before).orElse(unrecorded), ControlIndex.load(after).orElse(unrecorded));
        SessionVariation known = SessionVariation.CONTROLLED.underLoad(load);
        List<LogRatio> controlled = references.stream().map(reference -> RatioMethod.ofRuns(reference.base(),
                reference.other(), known.afterCorrectionBy(reference.correction()), priors.runs())).toList();
        // Two of three controls are system calls. On a platform that intercepts each of them, the median hides the cost.
        if (controlled.size() > 1 && new ControlledRatio(controlled).disagrees(Estimates.SIGNIFICANCE)
                && isBeyondDrift(measured, controlled.get(1))) {
            controlled = controlled.subList(1, 2);
        }
        return new Compared(Optional.of(measured),
                controlled.isEmpty() ? Optional.empty() : Optional.of(new ControlledRatio(controlled)), true);
    }

    /** Whether the ratio as measured, and the whole interval by the CPU, are beyond what drift does, in the same direction. */
    private static boolean isBeyondDrift(LogRatio measured, LogRatio byCpu) {
        double direction = Math.signum(byCpu.estimate());
        return direction * measured.estimate() > BEYOND_DRIFT
                && direction * byCpu.estimate() - byCpu.halfWidth(Estimates.CONFIDENCE) > BEYOND_DRIFT;
    }

    /** Others that fill the ephemeral range make a bind to port 0 thousands of times slower, on any machine. */
    private boolean dependsOnFreePorts() {
        return EPHEMERAL.equals(cell.params().get(Parameter.PORT)) || cell.benchmark().endsWith("." + ON_EPHEMERAL_PORT);
    }

    /** From one fork: only what exceeds anything that machines differ by, as measured and by every reference. */
    private Optional<LogRatio> beyondMachines() {
        double[] differences = DoubleStream.concat(DoubleStream.of(other.centre() - base.centre()),
                references.stream().mapToDouble(known -> known.other().centre() - known.base().centre())).toArray();
        boolean slower = Arrays.stream(differences).allMatch(difference -> difference > BEYOND_MACHINES);
        boolean faster = Arrays.stream(differences).allMatch(difference -> difference < -BEYOND_MACHINES);
        return slower || faster ? Optional.of(new LogRatio(differences[0], SINGLE_FORK / NORMAL_QUANTILE, MANY_DEGREES))
                : Optional.empty();
    }

    /** The cell with its ratios; what is claimed depends on those of all cells. */
    final class Compared {
        private final Optional<LogRatio> measured;
        private final Optional<ControlledRatio> controlled;
        private final boolean replicated;
        private final Optional<Ratio> plain;

        Compared(Optional<LogRatio> measured, Optional<ControlledRatio> controlled, boolean replicated) {
            this.measured = measured;
            this.controlled = controlled;
            this.replicated = replicated;
            plain = controlled.map(ratio -> ratio.toRatio(Estimates.CONFIDENCE))
                    .or(() -> measured.map(ratio -> ratio.toRatio(Estimates.CONFIDENCE)));
        }

        TestFamily family() {
            return family;
        }

        /** The p-value for the procedure of the family; none where there is no test. */
        OptionalDouble pValue() {
            return replicated ? OptionalDouble.of(chosen().pValue()) : OptionalDouble.empty();
        }

        private ControlledRatio chosen() {
            return controlled.orElseGet(() -> new ControlledRatio(List.of(measured.orElseThrow())));
        }

        /**
         * The verdict.
         *
         * @param level the largest p-value that is claimed in the cell's family
         * @param first the level that a lone difference has to reach there
         */
        CellComparison judge(double level, double first, double margin) {
            Optional<Missing> missing = family == TestFamily.CONTROL || family == TestFamily.UNTESTED
                    ? Optional.of(new Missing.Untested()) : isOutOfPorts() ? Optional.of(new Missing.FreePorts())
                    : measured.isEmpty() ? Optional.of(new Missing.SecondFork())
                    : twoLevels();
            Verdict verdict = missing.isPresent() ? Verdict.UNCLEAR : verdict(level, margin);
            if (verdict == Verdict.UNCLEAR && missing.isEmpty()) {
                missing = Optional.of(missing(first, margin));
            }
            double confidence = verdict.isClaim() && replicated ? 1 - level : Estimates.CONFIDENCE;
            return new CellComparison(cell, family, estimate(before), estimate(after),
                    measured.map(ratio -> ratio.toRatio(controlled.isPresent() ? Estimates.CONFIDENCE : confidence)),
                    controlled.isEmpty() ? Optional.empty() : confidence == Estimates.CONFIDENCE ? plain
                            : controlled.map(ratio -> ratio.toRatio(confidence)),
                    controlled.isPresent() ? Basis.CONTROLLED : Basis.ABSOLUTE, verdict, missing);
        }

        private boolean isOutOfPorts() {
            return Stream.concat(before.stream(), after.stream()).anyMatch(CellData::isOutOfPorts);
        }

        private Verdict verdict(double level, double margin) {
            if (replicated) {
                if (isWithin(margin)) {
                    return isDrifted() ? Verdict.UNCLEAR : Verdict.SAME;
                }
                if (chosen().pValue() > level) {
                    return Verdict.UNCLEAR;
                }
            }
            return chosen().nearest().estimate() > 0 ? Verdict.SLOWER : Verdict.FASTER;
        }

        /** Whether the plain 95 % interval lies within the margin. */
        private boolean isWithin(double margin) {
            return plain.orElseThrow().interval().within(1 / (1 + margin), 1 + margin);
        }

        /** Whether the whole machine became so much slower or faster that "the same" could not be told from it. */
        private boolean isDrifted() {
            return references.stream().anyMatch(reference -> Math.abs(reference.correction()) > LARGEST_DRIFT);
        }

        private Optional<Missing> twoLevels() {
            if (!replicated) {
                return Optional.empty();
            }
            LogCosts one = references.isEmpty() ? base : references.get(0).base();
            LogCosts two = references.isEmpty() ? other : references.get(0).other();
            if (design == Design.ONE_RUN) {
                OptionalDouble range = TwoLevels.scattered(one, two);
                if (range.isPresent()) {
                    return Optional.of(new Missing.OneLevel(Math.exp(range.getAsDouble())));
                }
            }
            OptionalDouble distance = TwoLevels.larger(List.of(TwoLevels.distance(one), TwoLevels.distance(two)));
            return distance.isPresent() && TwoLevels.explain(distance.getAsDouble(), one, two)
                    ? Optional.of(new Missing.OneLevel(Math.exp(distance.getAsDouble()))) : Optional.empty();
        }

        private Missing missing(double first, double margin) {
            if (chosen().disagrees(Estimates.SIGNIFICANCE)) {
                List<Double> ratios = chosen().estimates().stream().map(ratio -> Math.exp(ratio.estimate())).toList();
                return new Missing.AgreeingControls(ratios.get(0), ratios.get(1));
            }
            if (isWithin(margin)) {
                return new Missing.SteadyMachine(Math.exp(references.stream().mapToDouble(Controlled::correction)
                        .reduce(0, (one, two) -> Math.abs(one) > Math.abs(two) ? one : two)));
            }
            return RequiredData.toDecide(chosen().nearest(), first, margin, design, before, after);
        }

        /** With several runs, the runs' own estimates are the observations. */
        private static Estimate estimate(List<CellData> runs) {
            if (runs.size() == 1) {
                return Estimates.of(runs.get(0), Sample.SCORE).orElseThrow();
            }
            double[] values = runs.stream()
                    .mapToDouble(run -> Estimates.of(run, Sample.SCORE).orElseThrow().value()).toArray();
            return Estimates.ofReplicates(values, runs.get(0).unit());
        }
    }
}
