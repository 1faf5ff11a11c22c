package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** When no further fork is needed. The rates are those of a fixed seed. */
class PrecisionTest {

    private static final double SHARE = 0.05;

    @Test
    void anIntervalThatIsNarrowOnceIsNotEnough() {
        double[] wideThenNarrow = {100, 104, 96, 100, 100};
        assertThat(Estimates.ofReplicates(wideThenNarrow, "").precision().orElseThrow()).isLessThan(SHARE);
        assertThat(Estimates.ofReplicates(new double[] {100, 104, 96, 100}, "").precision().orElseThrow()).isGreaterThan(SHARE);

        assertThat(Precision.isReached(wideThenNarrow, SHARE)).isFalse();
        assertThat(Precision.isReached(new double[] {100, 104, 96, 100, 100, 100}, SHARE)).isTrue();
        assertThat(Precision.isReached(new double[] {100, 100, 100}, SHARE)).isTrue();
    }

    @Test
    void aNarrowIntervalThatBecomesWideIsNot() {
        assertThat(Precision.isReached(new double[] {100, 100, 100, 130}, SHARE)).isFalse();
    }

    @Test
    void fewForksAreNever() {
        for (int forks = 0; forks <= 2; forks++) {
            double[] equal = new double[forks];
            Arrays.fill(equal, 100);
            assertThat(Precision.isReached(equal, SHARE)).as(forks + " forks").isFalse();
        }
    }

    @Test
    void intervalsThatEndedARunHoldTheTruthAsOftenAsTheySay() {
        PrecisionExperiment experiment = new PrecisionExperiment(3);
        DoubleSupplier forks = experiment.costs(0.1, 0);

        assertThat(experiment.stopping(forks, SHARE, 5, Precision::isReached, 2_000).coverage()).isBetween(0.94, 0.97);
    }
}
