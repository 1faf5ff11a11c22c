package org.reuseaddr.compare;

/** What a ratio is a ratio of. */
public enum Basis {
    /** Costs as measured. */
    ABSOLUTE("as measured"),
    /** Costs after what the controls of the same forks say about machine drift was taken out. */
    CONTROLLED("relative to controls");

    private final String displayName;

    Basis(String displayName) {
        this.displayName = displayName;
    }

    /** The basis in a few words. */
    public String displayName() {
        return displayName;
    }
}
