package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.compare.Blame;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Finding;
import org.reuseaddr.compare.Missing;
import org.reuseaddr.compare.SemanticDifference;

/** The sentences of reports and comparisons, the same in every format. */
public final class Sentences {

    /** Calls that together account for at least so much are the cause. */
    private static final double MAIN_SHARE = 0.5;
    /** Calls that account for less are not named. */
    private static final double NAMED_SHARE = 0.05;

    private Sentences() {
    }

    /** What a grade means, after a number of scenarios; the grade itself where this version does not know it. */
    static String grade(String grade) {
        return switch (grade) {
            case "VIOLATION" -> "violate a documented guarantee";
            case "TIMEOUT" -> "have a call that does not return";
            case "DEVIATION" -> "differ from Linux where undocumented";
            case "KNOWN" -> "behave as native Linux of another release";
            case "ERROR" -> "could not be checked";
            case "UNSUPPORTED" -> "are not supported by the platform";
            default -> grade;
        };
    }

    /**
     * Such as {@code bind accounts for 98 % of the 10.1 ms that ListenerLifecycle.cycle family=INET costs more}, with every call
     * that has a part in it.
     */
    public static String blame(Blame blame) {
        Figures figures = new Figures(Optional.empty());
        String rest = " of the " + figures.time(Math.abs(blame.addedNanos())) + " that " + blame.whole() + " costs "
                + (blame.addedNanos() > 0 ? "more." : "less.");
        List<Blame.Share> named = blame.shares().stream().filter(share -> share.share() >= NAMED_SHARE).toList();
        if (named.isEmpty()) {
            return "The single calls account for none" + rest;
        }
        String calls = IntStream.range(0, named.size()).mapToObj(i -> named.get(i).call()
                + (i == 0 ? " accounts for " : " for ") + share(named.get(i), named.size() > 1)).collect(Collectors.joining(", "));
        double sum = named.stream().mapToDouble(Blame.Share::share).sum();
        return sum < MAIN_SHARE ? "No single call accounts for most" + rest + " Largest shares: "
                + named.stream().map(share -> share.call() + " " + share(share, true)).collect(Collectors.joining(", ")) + "."
                : calls + rest + (named.get(0).proven() ? "" : " The benchmark of the call alone does not confirm it.");
    }

    private static String share(Blame.Share share, boolean withInterval) {
        return Figures.percent(share.share()) + share.interval().filter(ends -> withInterval).map(ends ->
                " (" + Figures.percent(ends.low()) + " to " + Figures.percent(ends.high()) + ")").orElse("");
    }

    /** What a run's data show that its reader should know; what other programs used is one sentence, however many forks. */
    static List<String> findings(List<Finding> findings) {
        List<Finding.ForeignLoad> loads = findings.stream().filter(Finding.ForeignLoad.class::isInstance)
                .map(Finding.ForeignLoad.class::cast).toList();
        Stream<String> others = findings.stream().filter(finding -> !(finding instanceof Finding.ForeignLoad))
                .map(Sentences::finding);
        return Stream.concat(others, loads.size() < 2 ? loads.stream().map(Sentences::finding) : Stream.of(load(loads))).toList();
    }

    /**
     * What made the figures of a run unsteady, on one line: {@code unsteady: other programs used up to 70 % of the CPUs in
     * 12 of 78 forks; 3 benchmarks drifted}; empty where nothing did.
     *
     * @param forks how many the run has
     * @param width the longest line, in characters: what comes last is left out where it is too long
     */
    public static Optional<String> unsteady(List<Finding> findings, int forks, int width) {
        List<String> parts = new ArrayList<>();
        of(findings, Finding.ForeignLoad.class).mapToDouble(Finding.ForeignLoad::share).max().ifPresent(most ->
                parts.add("other programs used up to " + Figures.percent(most) + " of the CPUs in "
                        + of(findings, Finding.ForeignLoad.class).count() + " of " + forks + (forks == 1 ? " fork" : " forks")));
        count(findings, Finding.Drift.class, "benchmark drifted", "benchmarks drifted").ifPresent(parts::add);
        count(findings, Finding.OutlierFork.class, "outlier fork", "outlier forks").ifPresent(parts::add);
        count(findings, Finding.Bimodal.class, "with two clusters of iterations", "with two clusters of iterations")
                .ifPresent(parts::add);
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        String line = "unsteady: " + String.join("; ", parts);
        while (line.length() > width && parts.size() > 1) {
            parts.remove(parts.size() - 1);
            line = "unsteady: " + String.join("; ", parts) + "; …";
        }
        return Optional.of(line);
    }

    private static <T extends Finding> Stream<T> of(List<Finding> findings, Class<T> kind) {
        return findings.stream().filter(kind::isInstance).map(kind::cast);
    }

    private static Optional<String> count(List<Finding> findings, Class<? extends Finding> kind, String one, String many) {
        long count = of(findings, kind).count();
        return count == 0 ? Optional.empty() : Optional.of(count + " " + (count == 1 ? one : many));
    }

    private static String load(List<Finding.ForeignLoad> loads) {
        DoubleSummaryStatistics shares = loads.stream().mapToDouble(Finding.ForeignLoad::share).summaryStatistics();
        long cells = loads.stream().map(Finding.ForeignLoad::cell).distinct().count();
        return "Other programs used " + Figures.percent(shares.getMin()) + " to " + Figures.percent(shares.getMax())
                + " of the CPUs during " + loads.size() + " forks of " + cells + (cells == 1 ? " benchmark." : " benchmarks.");
    }

    /** One of them. */
    public static String finding(Finding finding) {
        String cell = finding.cell() + ": ";
        if (finding instanceof Finding.OutlierFork fork) {
            return cell + "fork " + fork.fork() + " measured " + Figures.ratio(fork.ratio()) + " of the median fork.";
        }
        if (finding instanceof Finding.Drift drift) {
            return cell + "the figure changed by " + Figures.ratio(drift.perPass()) + " a pass over " + drift.passes()
                    + " passes.";
        }
        if (finding instanceof Finding.Bimodal modes) {
            return cell + "iterations fall into two clusters, around " + value(modes, modes.low()) + " and "
                    + value(modes, modes.high()) + " (" + Figures.percent(modes.shareHigh()) + " in the upper one).";
        }
        if (finding instanceof Finding.Spread spread) {
            return cell + "the busiest member of the SO_REUSEPORT group got " + String.format(Locale.ROOT, "%.2f", spread.largest())
                    + " times an even share of the connections.";
        }
        Finding.ForeignLoad load = (Finding.ForeignLoad) finding;
        return cell + "other programs used " + Figures.percent(load.share()) + " of the CPUs during fork " + load.fork() + ".";
    }

    private static String value(Finding.Bimodal modes, double value) {
        return new Figures(Optional.empty()).value(value, modes.cell().mode().equals("thrpt") ? "ops/s" : "ns/op");
    }

    /** What is needed for a verdict on a cell; empty where the verdict is not unclear. */
    public static String missing(CellComparison cell) {
        return cell.missing().map(Sentences::missing).orElse("");
    }

    private static String missing(Missing missing) {
        if (missing instanceof Missing.Forks forks) {
            return "about " + forks.perGroup() + " forks per group needed";
        }
        if (missing instanceof Missing.Runs runs) {
            return "about " + runs.perGroup() + " runs per group needed";
        }
        if (missing instanceof Missing.Behind behind) {
            return "not distinguishable from the cost of " + behind.call() + ", which precedes it";
        }
        if (missing instanceof Missing.OneLevel levels) {
            return "forks lie on two levels, " + Figures.ratio(levels.factor()) + " apart: nothing is concluded";
        }
        if (missing instanceof Missing.AgreeingControls controls) {
            return "the controls disagree, platform and drift cannot be distinguished: " + Figures.ratio(controls.byMedian())
                    + " relative to the median control, " + Figures.ratio(controls.byCpu()) + " to control_cpu";
        }
        if (missing instanceof Missing.SteadyMachine machine) {
            return "the whole machine changed by " + Figures.ratio(machine.factor())
                    + ": platform and drift cannot be distinguished";
        }
        if (missing instanceof Missing.FreePorts) {
            return "ports exhausted: the figure is that of the ephemeral range";
        }
        if (missing instanceof Missing.SameBatches) {
            return "batches of another size, as a slow bind makes them: a difference this small may be theirs";
        }
        if (missing instanceof Missing.Untested) {
            return "not tested";
        }
        return missing instanceof Missing.SecondFork ? "a second fork is needed"
                : "the data are too noisy";
    }

    /** Such as {@code bind in 12 scenarios of pairs: PASS became VIOLATION (0)}. */
    public static String difference(SemanticDifference difference) {
        SemanticDifference.SharedCause cause = difference.cause();
        return (cause.call().isEmpty() ? "" : cause.call() + " in ") + difference.count()
                + (difference.count() == 1 ? " scenario of " : " scenarios of ") + String.join(", ", difference.groups()) + ": "
                + outcome(cause.baseGrade(), cause.baseObserved()) + " became "
                + outcome(cause.otherGrade(), cause.otherObserved());
    }

    private static String outcome(String grade, String observed) {
        return observed.isEmpty() ? grade : grade + " (" + observed + ")";
    }
}
