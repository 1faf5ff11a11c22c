package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.results.Sample;

/** The statistics of a comparison, against figures worked out by hand or read from tables. */
class RatioMethodTest {

    private static final Offset<Double> CLOSE = within(1e-6);
    /** Student's t for 97.5 % with 10 degrees of freedom, from a table. */
    private static final double T_10 = 2.228139;
    private static final double MANY_DEGREES = 1e9;

    private static LogCosts runs(double[]... runs) {
        return new LogCosts(List.of(runs));
    }

    private static double[] forks(double... logs) {
        return logs;
    }

    private static CellData cell(int forks) {
        return new CellData(SyntheticRuns.cell("B.m", Map.of()), Map.of(Sample.SCORE, "ns/op"), IntStream.rangeClosed(1, forks)
                .mapToObj(fork -> new Fork(fork, List.of(1.0), new TreeMap<>(Map.of(Sample.SCORE, 1.0)), OptionalDouble.empty())).toList());
    }

    @Test
    void aRatioHasStudentsPValueAndInterval() {
        LogRatio ratio = new LogRatio(0.5, 0.25, 10);
        assertThat(ratio.pValue()).as("t = 2 with 10 degrees").isCloseTo(0.073388, CLOSE);
        assertThat(new LogRatio(-0.5, 0.25, 10).pValue()).isCloseTo(0.073388, CLOSE);
        assertThat(ratio.halfWidth(0.95)).isCloseTo(0.25 * T_10, CLOSE);
        assertThat(ratio.toRatio(0.95).value()).isCloseTo(1.648721, CLOSE);
        assertThat(ratio.toRatio(0.95).interval().low()).isCloseTo(Math.exp(0.5 - 0.25 * T_10), CLOSE);
        assertThat(ratio.toRatio(0.95).interval().high()).isCloseTo(Math.exp(0.5 + 0.25 * T_10), CLOSE);
        assertThat(ratio.toRatio(0.95).interval().confidence()).isEqualTo(0.95);
        assertThat(ratio.toRatio(0.95).pValue()).isEqualTo(ratio.pValue());
        assertThat(new LogRatio(0, 0.25, 10).pValue()).isEqualTo(1);
        assertThat(new LogRatio(0, 0, 10).pValue()).isEqualTo(1);
        assertThat(new LogRatio(0.1, 0, 10).pValue()).isZero();
    }

    @Test
    void costsAreSummedUpByRunsAndForks() {
        LogCosts costs = runs(forks(1, 2, 6), forks(4, 4), forks(9));
        assertThat(costs.forks()).containsExactly(1, 2, 6, 4, 4, 9);
        assertThat(costs.middles()).containsExactly(2, 4, 9);
        assertThat(costs.centre()).isEqualTo(5);
        assertThat(costs.squaresBetweenRuns()).as("9 + 1 + 16").isCloseTo(26, CLOSE);
        assertThat(costs.squaresWithinRuns()).as("4 + 1 + 9").isCloseTo(14, CLOSE);
        assertThat(costs.degreesWithinRuns()).isEqualTo(3);
        assertThat(costs.meanReciprocalForks()).isCloseTo((1.0 / 3 + 1.0 / 2 + 1) / 3, CLOSE);
        assertThat(runs(forks(1, 2)).squaresBetweenRuns()).isZero();
    }

    @Test
    void forksOfEqualNumberAreComparedAsWelchDoes() {
        LogRatio ratio = RatioMethod.ofForks(runs(forks(0, 0.5, 1)), runs(forks(1, 2, 3)), VariancePrior.NONE, VariancePrior.NONE);
        assertThat(ratio.estimate()).isCloseTo(1.5, CLOSE);
        assertThat(ratio.error()).as("√(1/3 + 0.25/3)").isCloseTo(0.645497, CLOSE);
        assertThat(ratio.degrees()).isCloseTo(2.941176, CLOSE);
    }

    /** The group with fewer forks, of variance 0.02, is taken to be as noisy as the other, of variance 4/3. */
    @Test
    void theGroupWithFewerForksIsNotTakenForTheQuieterOne() {
        LogCosts two = runs(forks(1, 1.2));
        LogCosts four = runs(forks(0, 0, 2, 2));
        LogRatio ratio = RatioMethod.ofForks(four, two, VariancePrior.NONE, VariancePrior.NONE);
        LogRatio mirrored = RatioMethod.ofForks(two, four, VariancePrior.NONE, VariancePrior.NONE);
        assertThat(ratio.estimate()).isCloseTo(0.1, CLOSE);
        assertThat(mirrored.estimate()).isCloseTo(-0.1, CLOSE);
        for (LogRatio either : List.of(ratio, mirrored)) {
            assertThat(either.error()).as("√(4/3 / 2 + 4/3 / 4)").isCloseTo(1, CLOSE);
            assertThat(either.degrees()).as("1 / ((2/3)² / 1 + (1/3)² / 3)").isCloseTo(2.076923, CLOSE);
        }
        LogRatio noisyFew = RatioMethod.ofForks(runs(forks(0, 0.1, 0, 0.1)), runs(forks(0, 2)), VariancePrior.NONE, VariancePrior.NONE);
        assertThat(noisyFew.error()).as("each keeps its own: √(2/2 + 0.01/3/4)").isCloseTo(1.000416, CLOSE);
    }

    @Test
    void forksWithoutScatterHaveNoErrorAndAllDegrees() {
        LogRatio ratio = RatioMethod.ofForks(runs(forks(1, 1, 1)), runs(forks(2, 2)), VariancePrior.NONE, VariancePrior.NONE);
        assertThat(ratio).isEqualTo(new LogRatio(1, 0, 3));
    }

    @Test
    void thePriorOfEachGroupModeratesItsVariance() {
        LogRatio ratio = RatioMethod.ofForks(runs(forks(0, 1)), runs(forks(3, 4)), new VariancePrior(2.5, 3), new VariancePrior(0.5, 7));
        assertThat(ratio.error()).as("√((3 × 2.5 + 0.5) / 4 / 2 + 0.5 / 2)").isCloseTo(Math.sqrt(1.25), CLOSE);
        assertThat(ratio.degrees()).as("1.25² / (1² / 4 + 0.25² / 8)").isCloseTo(6.060606, CLOSE);
    }

    @Test
    void runsAreComparedWithWhatIsKnownOfRuns() {
        SessionVariation known = new SessionVariation(0.1, 4);
        LogCosts base = runs(forks(0, 0, 0), forks(0.2, 0.2, 0.2));
        LogCosts other = runs(forks(1, 1, 1), forks(1.2, 1.2, 1.2));

        LogRatio alone = RatioMethod.ofRuns(base, other, known, VariancePrior.NONE);
        assertThat(alone.estimate()).isCloseTo(1, CLOSE);
        assertThat(alone.error()).as("√((4 × 0.01 + 0.02 + 0.02) / 6)").isCloseTo(0.115470, CLOSE);
        assertThat(alone.degrees()).isCloseTo(6, CLOSE);

        LogRatio reported = RatioMethod.ofRuns(base, other, known, new VariancePrior(0.09, 20));
        assertThat(reported.error()).as("12 degrees at most, and in full: √((12 × 0.09 + 0.04) / 14)").isCloseTo(Math.sqrt(0.08), CLOSE);
        assertThat(reported.degrees()).isCloseTo(14, CLOSE);

        LogRatio less = RatioMethod.ofRuns(base, other, known, new VariancePrior(0.0025, 4));
        assertThat(less.error()).as("one voice of two: √((4 × 0.00625 + 0.04) / 6)").isCloseTo(0.104083, CLOSE);
        assertThat(less.degrees()).isCloseTo(8 - 2, CLOSE);
    }

    /** One run per group: experience, and the scatter of forks with 1.4 for the median, are all there is. */
    @Test
    void singleRunsHaveTheErrorOfExperienceAndOfTheirForks() {
        LogRatio ratio = RatioMethod.ofRuns(runs(forks(0, 0.2)), runs(forks(1, 1.2)), new SessionVariation(0.1, 4), VariancePrior.NONE);
        assertThat(ratio.error()).as("√(2 × (0.01 + 0.02 × 1.4 / 2))").isCloseTo(0.219089, CLOSE);
        assertThat(ratio.degrees()).isCloseTo(4, CLOSE);
        LogRatio singleForks = RatioMethod.ofRuns(runs(forks(0)), runs(forks(1)), new SessionVariation(0.1, 4), VariancePrior.NONE);
        assertThat(singleForks.error()).isCloseTo(Math.sqrt(0.02), CLOSE);
    }

    @Test
    void whatIsSaidRelativeToControlsHoldsByEachOfThem() {
        LogRatio near = new LogRatio(0.1, 0.1, MANY_DEGREES);
        LogRatio far = new LogRatio(0.5, 0.1, MANY_DEGREES);
        LogRatio contrary = new LogRatio(-0.5, 0.1, MANY_DEGREES);
        ControlledRatio both = new ControlledRatio(List.of(far, near));
        assertThat(both.nearest()).isEqualTo(near);
        assertThat(new ControlledRatio(List.of(contrary, near)).nearest()).isEqualTo(near);
        assertThat(both.pValue()).as("z = 1").isCloseTo(0.317311, within(1e-5));
        assertThat(new ControlledRatio(List.of(far, contrary)).pValue()).isEqualTo(1);
        assertThat(new ControlledRatio(List.of(contrary)).pValue()).isLessThan(1e-5);
        assertThat(new ControlledRatio(List.of(new LogRatio(0, 0.1, 5))).pValue()).isEqualTo(1);
        assertThat(both.disagrees(0.05)).isTrue();
        assertThat(both.disagrees(0.4)).as("both are differences").isFalse();
        assertThat(new ControlledRatio(List.of(near, near)).disagrees(0.05)).as("none is").isFalse();
        Ratio ratio = both.toRatio(0.95);
        assertThat(ratio.value()).isCloseTo(Math.exp(0.1), CLOSE);
        assertThat(ratio.interval().low()).isCloseTo(Math.exp(0.1 - 0.1959964), within(1e-5));
        assertThat(ratio.interval().high()).isCloseTo(Math.exp(0.5 + 0.1959964), within(1e-5));
        assertThat(ratio.interval().confidence()).isEqualTo(0.95);
        assertThat(ratio.pValue()).isEqualTo(both.pValue());
    }

    @Test
    void experienceIsWiderUnderLoadAndAfterACorrection() {
        SessionVariation known = new SessionVariation(0.05, 6);
        assertThat(known.variance()).isCloseTo(0.0025, CLOSE);
        assertThat(known.underLoad(0.5).deviation()).as("√(0.05² + 0.15²)").isCloseTo(0.158114, CLOSE);
        assertThat(known.underLoad(7).deviation()).isCloseTo(Math.hypot(0.05, 0.3), CLOSE);
        assertThat(known.underLoad(-1)).isEqualTo(known);
        assertThat(known.afterCorrectionBy(-2).deviation()).as("√(0.05² + 0.2²)").isCloseTo(0.206155, CLOSE);
        assertThat(known.afterCorrectionBy(-2).weight()).isEqualTo(6);
    }

    @Test
    void twoLevelsAreFartherApartThanTheyAreWide() {
        assertThat(TwoLevels.distance(runs(forks(3.1, 1, 3, 1.1)))).hasValueCloseTo(1.9, CLOSE);
        assertThat(TwoLevels.distance(runs(forks(1, 1.1, 3)))).as("three forks").isEmpty();
        assertThat(TwoLevels.distance(runs(forks(1, 1.1, 1.05, 3)))).as("one alone is no level").isEmpty();
        assertThat(TwoLevels.distance(runs(forks(1, 1.1, 1.2, 1.25)))).isEmpty();
        assertThat(TwoLevels.distance(runs(forks(1, 1, 2, 2), forks(1, 1, 4, 4)))).hasValueCloseTo(3.0, CLOSE);
        assertThat(TwoLevels.gap(forks(0, 0.1, 0.4, 0.4), 2)).as("three times as wide").isCloseTo(0.3, CLOSE);
        assertThat(TwoLevels.gap(forks(0, 0.11, 0.4, 0.4), 2)).isZero();
        assertThat(TwoLevels.gap(forks(0, 0, 0.4, 0.54), 2)).as("the upper level is too wide").isZero();
        assertThat(TwoLevels.gap(forks(0, 0, Math.log(1.2), Math.log(1.2)), 2)).isCloseTo(Math.log(1.2), CLOSE);
        assertThat(TwoLevels.gap(forks(0, 0, 0.18, 0.18), 2)).as("less than a fifth apart").isZero();
        assertThat(TwoLevels.larger(List.of(OptionalDouble.of(1), OptionalDouble.empty(), OptionalDouble.of(2)))).hasValue(2);
    }

    @Test
    void levelsExplainADifferenceUpToTheirDistance() {
        LogCosts low = runs(forks(1, 1.5), forks(1.2));
        LogCosts high = runs(forks(3, 3.5));
        for (List<LogCosts> groups : List.of(List.of(low, high), List.of(high, low))) {
            assertThat(TwoLevels.explain(1.5, groups.get(0), groups.get(1))).as("3 − 1.5").isTrue();
            assertThat(TwoLevels.explain(1.49, groups.get(0), groups.get(1))).isFalse();
        }
    }

    @Test
    void forksInTwoClustersAreDescribed() {
        assertThat(ForkLevels.of(forks(100, 13, 14, 101, 12))).hasValue(new ForkLevels(13, 3, 100.5, 2));
        assertThat(ForkLevels.of(forks(13, 26))).as("a single fork at twice the other").hasValue(new ForkLevels(13, 1, 26, 1));
        assertThat(ForkLevels.of(forks(13, 25))).isEmpty();
        assertThat(ForkLevels.of(forks(10, 10, 15, 15))).as("two at half as much again").hasValue(new ForkLevels(10, 2, 15, 2));
        assertThat(ForkLevels.of(forks(10, 10, 15))).isEmpty();
        assertThat(ForkLevels.of(forks(10, 15, 15))).isEmpty();
        assertThat(ForkLevels.of(forks(10))).isEmpty();
        assertThat(ForkLevels.of(forks(0, 10))).isEmpty();
        assertThat(ForkLevels.of(forks(1, 1, 8, 8, 16, 16))).as("the widest gap").isEmpty();
        assertThat(ForkLevels.of(forks(1, 1, 8, 8, 9, 9))).hasValue(new ForkLevels(1, 2, 8.5, 4));
        assertThat(ForkLevels.of(cell(3))).isEmpty();
    }

    @Test
    void theFirstClaimOfAFamilyNeedsItsShareAmongItsTests() {
        Map<TestFamily, List<Double>> both = Map.of(TestFamily.PRIMARY, List.of(0.1, 0.2), TestFamily.SECONDARY, List.of(0.1, 0.2, 0.3,
                0.4));
        assertThat(Holm.first(TestFamily.PRIMARY, both)).isCloseTo(0.04 / 2, CLOSE);
        assertThat(Holm.first(TestFamily.SECONDARY, both)).isCloseTo(0.01 / 4, CLOSE);
        assertThat(Holm.first(TestFamily.PRIMARY, Map.of(TestFamily.PRIMARY, List.of(0.1, 0.2)))).isCloseTo(0.05 / 2, CLOSE);
        assertThat(Holm.first(TestFamily.SECONDARY, Map.of())).isCloseTo(0.05, CLOSE);
    }

    /** With many degrees of freedom: n = 2 σ² (1.960 + 0.842)² / d², here 62.8; exactly where a table of power has it. */
    @Test
    void soManyForksAreNeededAsATableOfPowerSays() {
        List<CellData> five = List.of(cell(5));
        LogRatio ratio = new LogRatio(0.1, 0.2 * Math.sqrt(2.0 / 5), MANY_DEGREES);
        assertThat(RequiredData.toDecide(ratio, 0.05, 0.05, Design.SAME_SESSION, five, five)).isEqualTo(new Missing.Forks(63));
        assertThat(RequiredData.toDecide(new LogRatio(-0.1, ratio.error(), MANY_DEGREES), 0.05, 0.05, Design.SAME_SESSION, five, five))
                .isEqualTo(new Missing.Forks(63));
        assertThat(RequiredData.toDecide(ratio, 0.01, 0.05, Design.SAME_SESSION, five, five)).as("(2.576 + 0.842)² × 8")
                .isEqualTo(new Missing.Forks(94));
        assertThat(RequiredData.toDecide(new LogRatio(0.02, ratio.error(), MANY_DEGREES), 0.01, 0.1, Design.SAME_SESSION, five, five))
                .as("within the margin by 0.0753, at 5 %").isEqualTo(new Missing.Forks(111));
        assertThat(RequiredData.toDecide(new LogRatio(0.05, ratio.error(), MANY_DEGREES), 0.05, 0.01, Design.SAME_SESSION, five, five))
                .as("252 forks").isEqualTo(new Missing.TooNoisy());
        assertThat(RequiredData.toDecide(new LogRatio(5, ratio.error(), MANY_DEGREES), 0.05, 0.05, Design.SAME_SESSION, five, five))
                .as("one more than there are").isEqualTo(new Missing.Forks(6));
    }

    @Test
    void runsAtDifferentTimesAreCountedAsRuns() {
        List<CellData> three = List.of(cell(5), cell(5), cell(5));
        LogRatio ratio = new LogRatio(0.2, 0.2 * Math.sqrt(2.0 / 3), MANY_DEGREES);
        assertThat(RequiredData.toDecide(ratio, 0.05, 0.05, Design.SEVERAL_RUNS, three, three)).as("15.7").isEqualTo(new Missing.Runs(16));
        assertThat(RequiredData.toDecide(new LogRatio(0.14, ratio.error(), MANY_DEGREES), 0.05, 0.05, Design.ONE_RUN, three, three))
                .as("32.04 are more than anybody makes").isEqualTo(new Missing.TooNoisy());
    }

    /** With the data's own degrees alone, n = 64 a group for half a standard deviation: the usual table has it. */
    @Test
    void withFewDegreesMoreForksAreNeeded() {
        List<CellData> five = List.of(cell(5));
        LogRatio ratio = new LogRatio(0.1, 0.2 * Math.sqrt(2.0 / 5), 8);
        assertThat(RequiredData.toDecide(ratio, 0.05, 0.05, Design.SAME_SESSION, five, five)).isEqualTo(new Missing.Forks(64));
        LogRatio large = new LogRatio(0.2, 0.2 * Math.sqrt(2.0 / 5), 8);
        assertThat(RequiredData.toDecide(large, 0.05, 0.05, Design.SAME_SESSION, five, five)).as("one standard deviation")
                .isEqualTo(new Missing.Forks(17));
    }

    /** The ranks of the binomial interval at 95 %, from a table. */
    @ParameterizedTest
    @CsvSource({"6, 1, 6", "8, 1, 8", "9, 2, 8", "10, 2, 9", "20, 6, 15", "25, 8, 18"})
    void theIntervalOfAMedianIsAPairOfOrderStatistics(int forks, int low, int high) {
        List<Double> values = new ArrayList<>(DoubleStream.iterate(1, value -> value + 1).limit(forks).boxed().toList());
        Collections.reverse(values);
        Interval interval = Estimates.ofReplicates(values.stream().mapToDouble(Double::doubleValue).toArray(), "ns/op")
                .interval().orElseThrow();
        assertThat(interval).isEqualTo(new Interval(low, high, 0.95));
    }

    /** Logarithms 0, 1, 2: 1 ± 4.302653 × 1 / √3. */
    @Test
    void theIntervalOfFewForksIsStudentsOfTheLogarithms() {
        Interval interval = Estimates.ofReplicates(new double[] {1, Math.E, Math.exp(2)}, "ns/op").interval().orElseThrow();
        assertThat(Math.log(interval.low())).isCloseTo(1 - 2.484138, within(1e-5));
        assertThat(Math.log(interval.high())).isCloseTo(1 + 2.484138, within(1e-5));
        assertThat(Estimates.ofReplicates(new double[] {0, 1, 2}, "ns/op").interval()).as("no logarithm").isEmpty();
        assertThat(Estimates.ofReplicates(new double[] {0, 1, 2, 3, 4, 5}, "ns/op").interval()).hasValue(new Interval(0, 5, 0.95));
        assertThat(Estimates.ofReplicates(new double[] {5, 5}, "ns/op").interval().orElseThrow().high()).isCloseTo(5, CLOSE);
    }

    @Test
    void thePrecisionIsTheLargerDistanceToAnEnd() {
        assertThat(new Estimate(100, "ns/op", 5, Optional.of(new Interval(80, 110, 0.95))).precision()).hasValueCloseTo(0.2, CLOSE);
        assertThat(new Estimate(100, "ns/op", 5, Optional.of(new Interval(95, 130, 0.95))).precision()).hasValueCloseTo(0.3, CLOSE);
        assertThat(new Estimate(0, "ns/op", 5, Optional.of(new Interval(0, 1, 0.95))).precision()).isEmpty();
        assertThat(new Estimate(1, "ns/op", 1, Optional.empty()).precision()).isEmpty();
    }

    @Test
    void anIntervalHoldsItsEnds() {
        Interval interval = new Interval(2, 3, 0.95);
        assertThat(DoubleStream.of(1.9, 2, 2.5, 3, 3.1).mapToObj(interval::contains)).containsExactly(false, true, true, true, false);
        assertThat(interval.within(2, 3)).isTrue();
        assertThat(interval.within(2.1, 3)).isFalse();
        assertThat(interval.within(2, 2.9)).isFalse();
    }

    /** Where cells differ in variance no more than chance makes them, the prior is held to 20 degrees. */
    @Test
    void cellsOfOneVarianceGiveAPriorOfThatVariance() {
        List<VariancePrior.Observed> equal = Collections.nCopies(6, new VariancePrior.Observed(4, 10));
        VariancePrior prior = VariancePrior.of(equal);
        assertThat(prior.degrees()).isEqualTo(20);
        assertThat(prior.variance()).as("4, with the biases of 10 and of 20 degrees").isCloseTo(4, within(0.3));
        List<VariancePrior.Observed> more = new ArrayList<>(equal);
        more.add(new VariancePrior.Observed(0, 10));
        more.add(new VariancePrior.Observed(9, 0));
        assertThat(VariancePrior.of(more)).as("without a degree or a variance").isEqualTo(prior);
        assertThat(VariancePrior.of(equal.subList(0, 4))).isNotEqualTo(VariancePrior.NONE);
    }
}
