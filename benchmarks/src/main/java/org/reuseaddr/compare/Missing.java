package org.reuseaddr.compare;

/** What it would take to end an {@link Verdict#UNCLEAR}. */
public sealed interface Missing {

    /**
     * About so many forks a side, where both are measured together.
     *
     * @param perSide in all, those at hand included
     */
    record Forks(int perSide) implements Missing {
    }

    /**
     * About so many runs a side, at different times.
     *
     * @param perSide in all, those at hand included
     */
    record Runs(int perSide) implements Missing {
    }

    /** Some side has a single fork, from which nothing follows. */
    record SecondFork() implements Missing {
    }

    /**
     * Another call became so much slower that this one cannot be told from its consequences.
     *
     * @param call the name of the other call
     */
    record Behind(String call) implements Missing {
    }

    /** The data scatter too much: no affordable number of forks or runs would tell. */
    record TooNoisy() implements Missing {
    }
}
