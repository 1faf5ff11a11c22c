package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;

class TimeSpentTest {

    @Test
    void aMeanTimesItsOperationsIsTheTimeOfTheThreadsThatMadeThem() {
        assertThat(TimeSpent.seconds(Mode.AverageTime, 2_000, 1_000_000, 1)).isEqualTo(2);
        assertThat(TimeSpent.seconds(Mode.AverageTime, 2_000, 1_000_000, 4)).isEqualTo(0.5);
        assertThat(TimeSpent.seconds(Mode.SampleTime, 50_000, 2_000, 1)).isCloseTo(0.1, within(1e-9));
        assertThat(TimeSpent.seconds(Mode.Throughput, 8_000, 2_000, 4)).isEqualTo(0.25);
        assertThat(TimeSpent.seconds(Mode.Throughput, 0, 0, 4)).isZero();
    }

    @Test
    void theRestIsWhatAForkDidBesidesItsIterations() {
        TimeSpent fork = TimeSpent.NONE.withFork(2_500_000_000L).withMeasured(0.75, 600, 1_600);
        assertThat(fork).isEqualTo(new TimeSpent(2.5, 0.75, 0.6, 0.25));
        assertThat(fork.rest()).isCloseTo(0.9, within(1e-9));

        TimeSpent failed = fork.withFork(1_000_000_000L);
        assertThat(failed.rest()).isCloseTo(1.9, within(1e-9));
        assertThat(failed.environment()).hasToString(
                "{time.fixtures_s=0.3, time.forks_s=3.5, time.measured_calls_s=0.8, time.warm_up_s=0.6}");
    }
}
