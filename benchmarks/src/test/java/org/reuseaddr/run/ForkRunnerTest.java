package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

class ForkRunnerTest {

    @ParameterizedTest
    @CsvSource({"120, 1, 180", "1, 120, 180", "0, 0, 60"})
    void theLongestIterationIsNoSilenceBeItWarmUpOrMeasured(int warmup, int measured, int limit) {
        assertThat(ForkRunner.longestSilence(Duration.ofMinutes(1), new OptionsBuilder()
                .warmupTime(TimeValue.seconds(warmup)).measurementTime(TimeValue.seconds(measured)).build()))
                .isEqualTo(Duration.ofSeconds(limit));
    }

    @Test
    void aSingleShotHasNoLength() {
        assertThat(ForkRunner.longestSilence(Duration.ofMinutes(1), new OptionsBuilder().build()))
                .isEqualTo(Duration.ofMinutes(1));
    }
}
