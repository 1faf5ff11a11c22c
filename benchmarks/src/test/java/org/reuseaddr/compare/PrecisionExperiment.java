package org.reuseaddr.compare;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/**
 * What two promises about forks are worth, on forks of which the truth is known: that an interval which {@code --precision}
 * made narrow holds the median in 95 % of cases, although the rule stops as soon as it is narrow; and that "about N forks per
 * group needed" decides in 80 % of cases. {@code scripts/aa-compare.sh simulate N} prints the tables of
 * {@code docs/COMPARING.md}.
 */
final class PrecisionExperiment {

    /** As {@code --precision} has it. */
    private static final int MOST_FORKS = 100;
    private static final int PILOT_FORKS = 5;

    private final Random random;

    PrecisionExperiment(long seed) {
        random = new Random(seed);
    }

    /**
     * What became of a stopping rule.
     *
     * @param reached the share of cells whose interval became narrow enough
     * @param coverage the share of those whose interval holds the true median
     * @param fixedCoverage the same share of intervals from as many forks, whether they are narrow or not
     * @param forks the mean number of forks of those
     */
    record Stopping(double reached, double coverage, double fixedCoverage, double forks) {
    }

    /** The costs of forks: their median is 1. */
    DoubleSupplier costs(double deviation, double outliers) {
        return () -> {
            double cost = Math.exp(random.nextGaussian() * deviation);
            // A fork hit by foreign load, or by luck: on both sides alike, so that the median stays 1.
            return random.nextDouble() >= outliers ? cost : random.nextBoolean() ? cost * 1.5 : cost / 1.5;
        };
    }

    /**
     * Measures until a rule says that the interval is narrow enough.
     *
     * @param planned forks before the rule is asked, which then is after each further one
     */
    Stopping stopping(DoubleSupplier fork, double precision, int planned, BiPredicate<double[], Double> rule, int cells) {
        int reached = 0;
        int held = 0;
        int heldAnyway = 0;
        long forks = 0;
        for (int cell = 0; cell < cells; cell++) {
            double[] values = IntStream.range(0, MOST_FORKS).mapToDouble(i -> fork.getAsDouble()).toArray();
            for (int n = planned; n <= MOST_FORKS; n++) {
                double[] made = Arrays.copyOf(values, n);
                if (rule.test(made, precision)) {
                    reached++;
                    held += Estimates.ofReplicates(made, "").interval().orElseThrow().contains(1) ? 1 : 0;
                    forks += n;
                    double[] fresh = IntStream.range(0, n).mapToDouble(i -> fork.getAsDouble()).toArray();
                    heldAnyway += Estimates.ofReplicates(fresh, "").interval().orElseThrow().contains(1) ? 1 : 0;
                    break;
                }
            }
        }
        return new Stopping((double) reached / cells, (double) held / reached, (double) heldAnyway / reached, (double) forks / reached);
    }

    /**
     * What became of "about N forks per group needed".
     *
     * @param asked the share of comparisons that were unclear and said a number
     * @param right the share of those that a further session with so many forks decided
     * @param rightIfTrue the share that the same number decided where the ratio is what it seemed to be
     * @param forks the median of the numbers
     */
    record Advice(double asked, double right, double rightIfTrue, double forks) {
    }

    Advice advice(double ratio, double deviation, int reports) {
        int compared = 0;
        int asked = 0;
        int right = 0;
        int rightIfTrue = 0;
        List<Integer> numbers = new ArrayList<>();
        for (int report = 0; report < reports; report++) {
            for (CellComparison cell : compare(PILOT_FORKS, ratio, deviation)) {
                compared++;
                Optional<Integer> forks = cell.missing().filter(Missing.Forks.class::isInstance)
                        .map(missing -> ((Missing.Forks) missing).perGroup());
                if (forks.isPresent()) {
                    asked++;
                    numbers.add(forks.get());
                    right += isDecided(forks.get(), ratio, deviation) ? 1 : 0;
                    rightIfTrue += isDecided(forks.get(), cell.ratio().orElseThrow().value(), deviation) ? 1 : 0;
                }
            }
        }
        numbers.sort(null);
        return new Advice((double) asked / compared, (double) right / asked, (double) rightIfTrue / asked,
                numbers.get(numbers.size() / 2));
    }

    private boolean isDecided(int forks, double ratio, double deviation) {
        return compare(forks, ratio, deviation).get(0).verdict() != Verdict.UNCLEAR;
    }

    /** The eight primary cells of one session. */
    private List<CellComparison> compare(int forks, double ratio, double deviation) {
        DoubleSupplier fork = costs(deviation, 0);
        return Comparison.of(List.of(group("a", forks, fork, 1), group("b", forks, fork, ratio)), Comparison.DEFAULT_MARGIN)
                .others().get(0).cells();
    }

    private static Group group(String label, int forks, DoubleSupplier fork, double factor) {
        TreeMap<Cell, CellData> cells = new TreeMap<>();
        for (Cell cell : SimulatedReports.primary()) {
            List<Fork> made = IntStream.rangeClosed(1, forks).mapToObj(number -> {
                double cost = factor * fork.getAsDouble();
                return new Fork(number, List.of(cost), new TreeMap<>(Map.of(Sample.SCORE, cost)), OptionalDouble.empty());
            }).toList();
            cells.put(cell, new CellData(cell, Map.of(Sample.SCORE, "ns/op"), made));
        }
        return new Group(label, List.of(new RunData(new RunId(label, label, "p"), Path.of(label), cells,
                Map.of(RunEntry.SESSION, "s", RunEntry.BOOT, "b", RunEntry.SESSION_CPU, "c"), new TreeMap<>())));
    }

    /** Prints the tables. */
    void print(int reports, PrintStream out) {
        int cells = 50 * reports;
        out.printf("%n%d cells a line; the interval that ended a --precision%n%n", cells);
        out.printf("%-34s %6s %7s  %s  %s%n%52s%8s%8s%8s  %8s%8s%8s%8s%n", "forks differ by", "wanted", "planned",
                "narrow once             ", "narrow twice, as it is", "", "reached", "forks", "holds", "reached",
                "forks", "holds", "fixed");
        for (double[] setting : new double[][] {{0.04, 0, 0.05, 3}, {0.04, 0, 0.05, 5}, {0.04, 0, 0.02, 5}, {0.1, 0, 0.05, 3},
            {0.1, 0, 0.05, 5}, {0.1, 0, 0.05, 10}, {0.1, 0.1, 0.05, 5}, {0.2, 0, 0.1, 5}, {0.2, 0.1, 0.1, 5}}) {
            DoubleSupplier fork = costs(setting[0], setting[1]);
            line(out, setting, stopping(fork, setting[2], (int) setting[3], PrecisionExperiment::isNarrowOnce, cells),
                    stopping(fork, setting[2], (int) setting[3], Precision::isReached, cells));
        }
        out.printf("%n%d reports a line, 8 primary cells of one session with %d forks per group%n%n", reports, PILOT_FORKS);
        out.printf("%-18s %6s %8s %9s %9s %18s%n", "forks differ by", "truth", "unclear", "forks", "decided", "ratio as it seemed");
        for (double[] setting : new double[][] {{0.04, 1.1}, {0.1, 1.1}, {0.1, 1.25}, {0.2, 1.25}, {0.04, 1.0}, {0.1, 1.0}}) {
            Advice advice = advice(setting[1], setting[0], reports);
            out.printf(Locale.ROOT, "%-18s %6s %6.0f %% %9.0f %7.0f %% %16.0f %%%n", setting[0], "×" + setting[1],
                    100 * advice.asked(), advice.forks(), 100 * advice.right(), 100 * advice.rightIfTrue());
        }
    }

    /** The rule of earlier versions. */
    private static boolean isNarrowOnce(double[] forks, double precision) {
        return Estimates.ofReplicates(forks, "").precision().orElse(1) <= precision;
    }

    private static void line(PrintStream out, double[] setting, Stopping once, Stopping twice) {
        out.printf(Locale.ROOT, "%-34s %5.0f%% %7.0f  %6.0f %%%8.1f%6.1f %%  %6.0f %%%8.1f%6.1f %%%6.1f %%%n", setting[0]
                + (setting[1] > 0 ? ", " + Math.round(100 * setting[1]) + " % of forks by ×1.5" : ""), 100 * setting[2], setting[3],
                100 * once.reached(), once.forks(), 100 * once.coverage(), 100 * twice.reached(), twice.forks(),
                100 * twice.coverage(), 100 * twice.fixedCoverage());
    }
}
