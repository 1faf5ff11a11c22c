package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Sample;

/** Outliers, drift, two-humped iterations and foreign load, and the spread over a group, named for the reader of a run. */
public final class Findings {

    private static final int FORKS_FOR_OUTLIER = 4;
    /** Distance from the median in robust standard deviations: Iglewicz and Hoaglin's 3.5. */
    private static final double OUTLIER_DEVIATIONS = 3.5;
    /** What a median absolute deviation is multiplied by to estimate a normal distribution's standard deviation. */
    private static final double MAD_TO_DEVIATION = 1.4826;
    /** Forks nearer than this to the median are never outliers, however equal the others are. */
    private static final double OUTLIER_LEAST = 0.10;
    /** Fewer cannot reach the significance: five against five is the first that can. */
    private static final int FORKS_FOR_DRIFT = 10;
    private static final double DRIFT_SIGNIFICANCE = 0.01;
    /** A trend that moves the halves of a run apart by less than this is not worth a line. */
    private static final double DRIFT_LEAST = 0.03;
    private static final int ITERATIONS_FOR_MODES = 20;
    /** The gap between two groups, as a share of the lower group's middle, from which on they are named. */
    private static final double MODE_GAP = 0.20;
    private static final double MODE_LEAST_SHARE = 0.15;
    /** Foreign load below this share of the machine is what an idle machine does. */
    private static final double FOREIGN_LOAD_FROM = 0.10;

    private Findings() {
    }

    /** The findings about a run's samples, by cell. */
    public static List<Finding> of(Collection<Sample> samples) {
        return CellData.of(samples).values().stream().flatMap(data -> of(data).stream()).toList();
    }

    /** The findings about one cell. */
    public static List<Finding> of(CellData data) {
        List<Finding> findings = new ArrayList<>();
        outliers(data, findings);
        drift(data, findings);
        modes(data, findings);
        double[] spread = data.forks().stream().map(fork -> fork.metrics().get(Metric.LARGEST_TO_EVEN))
                .filter(Objects::nonNull).mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
        if (spread.length > 0) {
            findings.add(new Finding.Spread(data.cell(), median(spread)));
        }
        for (Fork fork : data.forks()) {
            double share = fork.metrics().getOrDefault(Metric.FOREIGN_LOAD, 0.0);
            if (share >= FOREIGN_LOAD_FROM) {
                findings.add(new Finding.ForeignLoad(data.cell(), fork.number(), share));
            }
        }
        return findings;
    }

    private static double score(Fork fork) {
        return fork.metrics().get(Sample.SCORE);
    }

    private static void outliers(CellData data, List<Finding> findings) {
        if (data.forks().size() < FORKS_FOR_OUTLIER) {
            return;
        }
        double[] logs = data.forks().stream().mapToDouble(fork -> Math.log(score(fork))).toArray();
        double middle = median(logs);
        double mad = median(Arrays.stream(logs).map(log -> Math.abs(log - middle)).toArray());
        double limit = Math.max(OUTLIER_DEVIATIONS * MAD_TO_DEVIATION * mad, Math.log1p(OUTLIER_LEAST));
        for (int i = 0; i < logs.length; i++) {
            if (Math.abs(logs[i] - middle) > limit) {
                findings.add(new Finding.OutlierFork(data.cell(), data.forks().get(i).number(),
                        Math.exp(logs[i] - middle)));
            }
        }
    }

    /** The earlier half of the forks against the later one: rank sums, so that one odd fork makes no trend. */
    private static void drift(CellData data, List<Finding> findings) {
        int n = data.forks().size();
        if (n < FORKS_FOR_DRIFT) {
            return;
        }
        double[] scores = data.values(Sample.SCORE);
        double[] early = Arrays.copyOfRange(scores, 0, n / 2);
        double[] late = Arrays.copyOfRange(scores, n - n / 2, n);
        double change = Math.log(median(late) / median(early));
        if (Math.abs(change) >= Math.log1p(DRIFT_LEAST)
                && MannWhitneyUTest.withDefaults().test(early, late).getPValue() < DRIFT_SIGNIFICANCE) {
            // The middles of the halves are as many passes apart as half the forks, rounded up.
            findings.add(new Finding.Drift(data.cell(), Math.exp(change / (n - n / 2)), n));
        }
    }

    private static void modes(CellData data, List<Finding> findings) {
        double[] sorted = data.forks().stream().flatMap(fork -> fork.iterations().stream())
                .mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        int margin = (int) Math.ceil(n * MODE_LEAST_SHARE);
        if (n < ITERATIONS_FOR_MODES) {
            return;
        }
        int split = margin;
        for (int i = margin; i <= n - margin; i++) {
            if (sorted[i] / sorted[i - 1] > sorted[split] / sorted[split - 1]) {
                split = i;
            }
        }
        if (sorted[split] / sorted[split - 1] >= 1 + MODE_GAP) {
            findings.add(new Finding.Bimodal(data.cell(), median(Arrays.copyOfRange(sorted, 0, split)),
                    median(Arrays.copyOfRange(sorted, split, n)), (n - split) / (double) n));
        }
    }

    private static double median(double[] values) {
        return Median.withDefaults().withCopy(true).evaluate(values);
    }
}
