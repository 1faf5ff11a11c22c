package org.reuseaddr.compare;

/** How the runs of two sides lie to each other in time, which decides what can be told apart. */
public enum Design {
    /** Both sides were measured at the same time, their forks interleaved: the machine's hour hits both alike. */
    SAME_SESSION("forks of one session"),
    /** Several runs a side at different times: how much runs differ is seen in the data. */
    SEVERAL_RUNS("several runs a side"),
    /** A side has a single run: how much runs differ is only known from experience. */
    ONE_RUN("one run a side");

    private final String displayName;

    Design(String displayName) {
        this.displayName = displayName;
    }

    /** The design in a few words. */
    public String displayName() {
        return displayName;
    }
}
