package org.reuseaddr.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {

    private static List<Long> firstOf(long seed, long number) {
        SplittableRandom random = RandomStream.of(seed, number);
        return LongStream.generate(random::nextLong).limit(100).boxed().toList();
    }

    @Test
    void theSameSeedAndNumberMakeTheSame() {
        assertThat(firstOf(7, 3)).isEqualTo(firstOf(7, 3));
    }

    /** An exploration with the next seed would find what this one finds, and its sequences would be each other's ends. */
    @Test
    void streamsOfSeedsAndNumbersInARowHaveNothingInCommon() {
        for (long seed : List.of(0L, 1L, 2L, -1L, 0x9E3779B97F4A7C15L, Long.MIN_VALUE)) {
            for (long number : List.of(0L, 1L, 2L, 1_000_000L)) {
                List<Long> stream = firstOf(seed, number);
                for (List<Long> other : Arrays.asList(firstOf(seed, number + 1), firstOf(seed + 1, number),
                        firstOf(seed + 1, number - 1), firstOf(seed - 1, number + 1), firstOf(seed + 0x9E3779B97F4A7C15L, number))) {
                    assertThat(stream).doesNotContainAnyElementsOf(other);
                }
            }
        }
    }
}
