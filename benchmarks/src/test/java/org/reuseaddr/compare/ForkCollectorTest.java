package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/** What rows of samples.csv become: forks with their means, and what is said of them. */
class ForkCollectorTest {

    private static final RunId RUN = new RunId("r", "l", "p");
    private static final Cell CELL = SyntheticRuns.cell("B.m", Map.of("family", "INET"));
    private static final Cell RATE = new Cell("AcceptThroughput.accept", Cell.THROUGHPUT, 1, new TreeMap<>());

    private static Sample row(Cell cell, int fork, int iteration, String metric, double value, String unit) {
        return new Sample(RUN, cell, fork, iteration, metric, value, unit);
    }

    private static Sample score(int fork, int iteration, double value) {
        return row(CELL, fork, iteration, Sample.SCORE, value, "ns/op");
    }

    private static CellData collect(Sample... rows) {
        return CellData.of(List.of(rows)).values().iterator().next();
    }

    @Test
    void aForkIsTheMeanOfItsIterationsAndItsControlsTheirMedian() {
        List<Sample> rows = new ArrayList<>();
        for (int i = 1; i <= 11; i++) {
            rows.add(score(2, i, i));
            rows.add(row(CELL, 2, i, Metric.CONTROL_CPU, i == 11 ? 1000 : i, "ns/op"));
        }
        Fork fork = CellData.of(rows).get(CELL).forks().get(0);
        assertThat(fork.number()).isEqualTo(2);
        assertThat(fork.metrics()).containsEntry(Sample.SCORE, 6.0).containsEntry(Metric.CONTROL_CPU, 6.0);
        assertThat(fork.controls()).containsOnlyKeys(Metric.CONTROL_CPU);
        assertThat(fork.iterations()).hasSize(11).startsWith(1.0).endsWith(11.0);
        assertThat(fork.running()).isEmpty();
    }

    @Test
    void aForksOwnValueReplacesTheMean() {
        Fork fork = collect(score(1, 1, 10), row(CELL, 1, 0, Metric.FOREIGN_LOAD, 0.4, "share"),
                row(CELL, 1, 1, Metric.FOREIGN_LOAD, 0.8, "share")).forks().get(0);
        assertThat(fork.metrics()).containsEntry(Metric.FOREIGN_LOAD, 0.4);
        Fork whole = collect(score(1, 0, 7), score(1, 1, 10)).forks().get(0);
        assertThat(whole.metrics()).containsEntry(Sample.SCORE, 7.0);
        assertThat(whole.iterations()).containsExactly(10.0);
    }

    @Test
    void aValueThatStandsTwiceIsSaid() {
        ForkCollector collector = new ForkCollector();
        assertThat(collector.add(score(1, 1, 5))).isTrue();
        assertThat(collector.add(score(1, 2, 5))).isTrue();
        assertThat(collector.add(score(2, 1, 5))).isTrue();
        assertThat(collector.add(row(CELL, 1, 1, "p99", 5, "ns/op"))).isTrue();
        assertThat(collector.add(row(RATE, 1, 1, Sample.SCORE, 5, "ops/s"))).isTrue();
        assertThat(collector.add(score(1, 1, 9))).isFalse();
        assertThat(collector.cells().get(CELL).values(Sample.SCORE)).containsExactly(5, 5);
    }

    @Test
    void scoresOfNothingDoneAndForksOfNothingElseAreLeftOut() {
        CellData data = collect(score(1, 1, 0), score(1, 2, Double.NaN), score(1, 3, 8), score(2, 1, 0), score(2, 2, -1),
                row(CELL, 3, 1, "p99", 5, "ns/op"), score(4, 1, Double.POSITIVE_INFINITY));
        assertThat(data.forks()).extracting(Fork::number).containsExactly(1);
        assertThat(data.forks().get(0).iterations()).containsExactly(8.0);
        assertThat(data.values(Sample.SCORE)).containsExactly(8);
        assertThat(data.values("p99")).isEmpty();
        Fork zeroFailures = collect(score(1, 1, 8), row(CELL, 1, 1, "failures", 0, "#"), row(CELL, 1, 2, "failures", 1, "#"),
                row(CELL, 1, 1, "p99", Double.NaN, "ns/op")).forks().get(0);
        assertThat(zeroFailures.metrics()).containsEntry("failures", 0.5).doesNotContainKey("p99");
    }

    /** JMH counts every connection on both of its ends; the acceptors' rate is the figure. */
    @Test
    void theRateOfAGroupIsThatOfItsAcceptors() {
        Fork fork = collect(row(RATE, 1, 1, Sample.SCORE, 2000, "ops/s"), row(RATE, 1, 1, Metric.ACCEPT_RATE, 1, "ops/ms"),
                row(RATE, 1, 2, Metric.ACCEPT_RATE, 0, "ops/ms"), row(RATE, 1, 2, Sample.SCORE, 10, "ops/s")).forks().get(0);
        assertThat(fork.metrics()).containsEntry(Sample.SCORE, 500.0);
        assertThat(fork.iterations()).containsExactly(1000.0);
    }

    /** A thread that waited half of the time needed half of the time, or would have done twice as much. */
    @Test
    void theTimeWithoutACpuIsTakenOut() {
        assertThat(collect(score(1, 1, 100), row(CELL, 1, 1, Metric.WORKER_WAIT, 0.5, "share")).forks().get(0).running()).hasValue(50);
        assertThat(collect(row(RATE, 1, 1, Sample.SCORE, 100, "ops/s"), row(RATE, 1, 1, Metric.WORKER_WAIT, 0.5, "share"))
                .forks().get(0).running()).hasValue(200);
        assertThat(collect(score(1, 1, 100), row(CELL, 1, 1, Metric.WORKER_WAIT, 0.79, "share")).forks().get(0).running().orElseThrow())
                .as("a fifth of the time is enough").isCloseTo(21, within(1e-9));
        assertThat(collect(score(1, 1, 100), row(CELL, 1, 1, Metric.WORKER_WAIT, 0.81, "share")).forks().get(0).running()).isEmpty();
        assertThat(collect(score(1, 1, 100), row(CELL, 1, 1, Metric.WORKER_WAIT, -0.1, "share")).forks().get(0).running())
                .as("more than all of the time").hasValue(100);
        assertThat(collect(score(1, 1, 100), score(1, 2, 100), row(CELL, 1, 1, Metric.WORKER_WAIT, 0.5, "share")).forks().get(0).running())
                .as("one iteration does not say").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ns/op, ns/op, 1", "us/op, ns/op, 1000", "ms/op, ns/op, 1e6", "s/op, ns/op, 1e9", "min/op, ns/op, 6e10",
        "hr/op, ns/op, 3.6e12", "day/op, ns/op, 8.64e13", "ops/s, ops/s, 1", "ops/ms, ops/s, 1e3", "ops/us, ops/s, 1e6",
        "ops/ns, ops/s, 1e9", "ops/min, ops/s, 0.016666666667", "#, #, 1", "share, share, 1", "x/op, x/op, 1", "ops/x, ops/x, 1",
        "B/op, B/op, 1"})
    void timesAreNanosecondsAndRatesPerSecond(String unit, String common, double factor) {
        assertThat(Units.common(unit)).isEqualTo(common);
        assertThat(Units.factor(unit)).isCloseTo(factor, within(factor * 1e-9));
        assertThat(collect(row(CELL, 1, 1, Sample.SCORE, 2, unit)).unit()).isEqualTo(common);
        assertThat(collect(row(CELL, 1, 1, Sample.SCORE, 2, unit)).values(Sample.SCORE)[0]).isCloseTo(2 * factor, within(factor * 1e-8));
    }

    @Test
    void aLargerRateIsBetter() {
        assertThat(collect(row(RATE, 1, 1, Sample.SCORE, 2, "ops/s")).higherIsBetter()).isTrue();
        assertThat(collect(score(1, 1, 2)).higherIsBetter()).isFalse();
    }

    @Test
    void estimatesAreOfTheMetricThatIsAskedFor() {
        List<Sample> rows = List.of(score(1, 1, 5), row(CELL, 1, 1, "p99", 2, "us/op"), row(CELL, 2, 1, "p99", 4, "us/op"), score(2, 1, 5),
                row(RATE, 1, 1, Sample.SCORE, 2, "ops/s"));
        assertThat(Estimates.of(rows, "p99")).containsOnlyKeys(CELL);
        assertThat(Estimates.of(rows, "p99").get(CELL).value()).isEqualTo(3000);
        assertThat(Estimates.of(rows, "p99").get(CELL).unit()).isEqualTo("ns/op");
        assertThat(Estimates.of(rows, "p99").get(CELL).replicates()).isEqualTo(2);
    }

    private static List<Finding> findings(double... scores) {
        return Findings.of(IntStream.range(0, scores.length).mapToObj(i -> score(i + 1, 1, scores[i])).toList());
    }

    private static <T extends Finding> List<T> only(Class<T> kind, List<Finding> findings) {
        return findings.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Test
    void aForkFarFromFourOrMoreIsAnOutlier() {
        assertThat(only(Finding.OutlierFork.class, findings(100, 100, 100, 112))).extracting(Finding.OutlierFork::fork).containsExactly(4);
        assertThat(only(Finding.OutlierFork.class, findings(100, 100, 100, 109))).as("less than a tenth").isEmpty();
        assertThat(only(Finding.OutlierFork.class, findings(100, 100, 200))).as("three forks").isEmpty();
        assertThat(only(Finding.OutlierFork.class, findings(100, 50, 100, 100))).singleElement()
                .satisfies(outlier -> assertThat(outlier.ratio()).isCloseTo(0.5, within(1e-9)));
        // Logarithms -0.1, -0.05, 0, 0.05 and 0.3: the deviations' median is 0.05, and 3.5 × 1.4826 of that are 0.259.
        double[] scattered = DoubleStream.of(-0.1, -0.05, 0, 0.05, 0.3).map(Math::exp).toArray();
        assertThat(only(Finding.OutlierFork.class, findings(scattered))).extracting(Finding.OutlierFork::fork).containsExactly(5);
        scattered[4] = Math.exp(0.25);
        assertThat(only(Finding.OutlierFork.class, findings(scattered))).isEmpty();
    }

    @Test
    void aTrendOverTenForksIsDrift() {
        double[] rising = {100, 100.1, 100.2, 100.3, 100.4, 104, 104.1, 104.2, 104.3, 104.4};
        assertThat(only(Finding.Drift.class, findings(rising))).singleElement().satisfies(drift -> {
            assertThat(drift.passes()).isEqualTo(10);
            assertThat(drift.perPass()).as("the halves' middles are five passes apart").isCloseTo(Math.pow(104.2 / 100.2, 0.2),
                    within(1e-9));
        });
        assertThat(only(Finding.Drift.class, findings(Arrays.copyOf(rising, 9)))).as("nine forks").isEmpty();
        assertThat(only(Finding.Drift.class, findings(DoubleStream.of(rising).map(value -> 1e4 / value).toArray()))).singleElement()
                .satisfies(drift -> assertThat(drift.perPass()).isLessThan(1));
        assertThat(only(Finding.Drift.class, findings(100, 100.1, 100.2, 100.3, 100.4, 102, 102.1, 102.2, 102.3, 102.4)))
                .as("2 %").isEmpty();
        assertThat(only(Finding.Drift.class, findings(100, 104, 100.2, 103, 100.4, 104, 100.1, 104.2, 104.3, 100.3)))
                .as("no trend").isEmpty();
        double[] odd = {100, 100, 100, 100, 100, 102, 104.1, 104.1, 104.1, 104.1, 104.1};
        assertThat(only(Finding.Drift.class, findings(odd))).singleElement().satisfies(drift -> assertThat(drift.perPass())
                .as("the middle fork is in no half; the middles are six passes apart").isCloseTo(Math.pow(1.041, 1.0 / 6), within(1e-9)));
    }

    private static List<Finding.Bimodal> modes(int low, int high, double gap) {
        List<Sample> rows = new ArrayList<>();
        IntStream.range(0, low).forEach(i -> rows.add(score(1, i + 1, 100)));
        IntStream.range(low, low + high).forEach(i -> rows.add(score(1, i + 1, gap)));
        return only(Finding.Bimodal.class, Findings.of(rows));
    }

    @Test
    void iterationsInTwoGroupsAreBimodal() {
        assertThat(modes(14, 6, 120)).containsExactly(new Finding.Bimodal(CELL, 100, 120, 0.3));
        assertThat(modes(17, 3, 120)).as("fifteen in a hundred").containsExactly(new Finding.Bimodal(CELL, 100, 120, 0.15));
        assertThat(modes(3, 17, 120)).containsExactly(new Finding.Bimodal(CELL, 100, 120, 0.85));
        assertThat(modes(18, 2, 120)).as("too few").isEmpty();
        assertThat(modes(10, 10, 119)).as("too near").isEmpty();
        assertThat(modes(10, 9, 150)).as("nineteen iterations").isEmpty();
    }

    @Test
    void foreignLoadIsNamedFromATenth() {
        for (double share : new double[] {0.1, 0.09}) {
            List<Finding> findings = Findings.of(List.of(score(7, 1, 5), row(CELL, 7, 0, Metric.FOREIGN_LOAD, share, "share")));
            assertThat(findings).isEqualTo(share < 0.1 ? List.of() : List.of(new Finding.ForeignLoad(CELL, 7, 0.1)));
        }
    }
}
