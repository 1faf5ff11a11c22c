package org.reuseaddr.compare;

/** What a ratio is a ratio of. */
public enum Basis {
    /** Costs as measured. */
    ABSOLUTE("as measured"),
    /** Costs after what the controls of the same forks say about the machine's hour was taken out. */
    CONTROLLED("relative to controls");

    private final String words;

    Basis(String words) {
        this.words = words;
    }

    /** The basis in a few words. */
    public String words() {
        return words;
    }
}
