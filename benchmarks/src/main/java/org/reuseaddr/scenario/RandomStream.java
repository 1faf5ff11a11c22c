package org.reuseaddr.scenario;

import java.util.SplittableRandom;

/** The random numbers of an exploration: a stream of its own for each sequence or race. */
public final class RandomStream {

    private RandomStream() {
    }

    /**
     * The stream of one sequence or race. Streams of numbers in a row, and of seeds in a row, have nothing in common: a
     * {@link SplittableRandom} adds a constant to its state and mixes what it gives out, but not the seed, so that the seed is
     * mixed here before the number is added, and the sum again.
     *
     * @param seed of the exploration, any value
     * @param number of the sequence or race, from 0
     */
    public static SplittableRandom of(long seed, long number) {
        return new SplittableRandom(new SplittableRandom(new SplittableRandom(seed).nextLong() + number).nextLong());
    }
}
