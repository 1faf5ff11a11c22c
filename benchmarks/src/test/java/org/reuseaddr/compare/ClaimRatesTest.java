package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often, over many draws, a comparison claims what is not so or misses what is, and an interval holds the truth. */
class ClaimRatesTest {

    @Test
    void falseVerdictsAreRareAndSlowdownsAreFoundAcrossSessions() {
        SyntheticRuns runs = new SyntheticRuns(8, 5);
        // Costs a fraction apart with one run a group and three: claims among cells of one and the same thing.
        assertThat(claims(runs, 1, 1)).as("false, one run a group").isLessThanOrEqualTo(0.10);
        assertThat(claims(runs, 3, 1)).as("false, three runs a group").isLessThanOrEqualTo(0.10);
        assertThat(claims(runs, 3, 1.25)).as("a quarter slower, three runs a group").isGreaterThan(0.75);
        assertThat(claims(runs, 1, 2)).as("twice as slow, one run per group").isGreaterThan(0.95);
        assertThat(claims(runs, 3, 2)).as("twice as slow, three runs a group").isEqualTo(1);
    }

    /** The share of cells in which a difference is claimed, over many comparisons of the same with itself, slowed. */
    private static double claims(SyntheticRuns runs, int perGroup, double factor) {
        int claims = 0;
        int cells = 0;
        for (int draw = 0; draw < 40; draw++) {
            Versus versus = ComparisonTest.compare(IntStream.range(0, perGroup).mapToObj(i -> runs.run("a", ComparisonTest.NATIVE))
                    .toList(),
                    IntStream.range(0, perGroup).mapToObj(i -> runs.run("b", ComparisonTest.slowed(factor))).toList());
            claims += (int) versus.cells().stream()
                    .filter(cell -> cell.verdict() == Verdict.SLOWER || cell.verdict() == Verdict.FASTER).count();
            cells += versus.cells().size();
        }
        return (double) claims / cells;
    }

    @Test
    void estimatesIntervalHoldsTheMedianAsOftenAsItSays() {
        Random random = new Random(14);
        for (int forks : new int[] {2, 3, 5, 6, 10, 20}) {
            int held = 0;
            int draws = 2000;
            for (int draw = 0; draw < draws; draw++) {
                double[] values = random.doubles(forks).map(u -> 1000 * Math.exp(random.nextGaussian() * 0.05)).toArray();
                held += Estimates.ofReplicates(values, "ns/op").interval().orElseThrow().contains(1000) ? 1 : 0;
            }
            assertThat((double) held / draws).as("%d forks", forks).isGreaterThan(0.94);
        }
    }
}
