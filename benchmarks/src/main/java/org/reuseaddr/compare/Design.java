package org.reuseaddr.compare;

/** How the runs of two groups lie to each other in time, which decides what can be told apart. */
public enum Design {
    /** Both groups were measured at the same time, their forks interleaved: machine drift hits both alike. */
    SAME_SESSION("forks of one session"),
    /** Several runs per group at different times: how much runs differ is seen in the data. */
    SEVERAL_RUNS("several runs per group"),
    /** A group has a single run: how much runs differ is only known from experience. */
    ONE_RUN("one run per group");

    private final String displayName;

    Design(String displayName) {
        this.displayName = displayName;
    }

    /** The design in a few words. */
    public String displayName() {
        return displayName;
    }
}
