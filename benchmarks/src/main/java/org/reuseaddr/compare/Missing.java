package org.reuseaddr.compare;

/** What it would take to end an {@link Verdict#UNCLEAR}. */
public sealed interface Missing {

    /**
     * About so many forks per group, where both are measured together.
     *
     * @param perGroup in all, those at hand included
     */
    record Forks(int perGroup) implements Missing {
    }

    /**
     * About so many runs per group, at different times.
     *
     * @param perGroup in all, those at hand included
     */
    record Runs(int perGroup) implements Missing {
    }

    /** Some group has a single fork, from which nothing follows. */
    record SecondFork() implements Missing {
    }

    /**
     * Another call became so much slower that this one cannot be told from its consequences.
     *
     * @param call the name of the other call
     */
    record Behind(String call) implements Missing {
    }

    /**
     * Forks of one run lie on two levels, and nothing follows from a median of them.
     *
     * @param factor how many times the lower level the upper one is
     */
    record OneLevel(double factor) implements Missing {
    }

    /**
     * The controls do not agree, so the platform and machine drift cannot be distinguished.
     *
     * @param byMedian the ratio relative to the median control
     * @param byCpu the ratio relative to {@code control_cpu} alone
     */
    record AgreeingControls(double byMedian, double byCpu) implements Missing {
    }

    /**
     * Relative to controls nothing changed, but the whole machine did: a platform that is slower in everything looks the same.
     *
     * @param factor how many times slower the machine was by its controls
     */
    record SteadyMachine(double factor) implements Missing {
    }

    /** Connectors ran out of ports: the figure is that of the ephemeral range, a setting of the machine. */
    record FreePorts() implements Missing {
    }

    /** The groups had batches of different sizes, which changes what a single call costs. */
    record SameBatches() implements Missing {
    }

    /** The cell is a control, or the user restricted the comparison to others. */
    record Untested() implements Missing {
    }

    /** The data scatter too much: no affordable number of forks or runs would tell. */
    record TooNoisy() implements Missing {
    }
}
