package org.reuseaddr.compare;

/** Which family of tests a cell belongs to; each family has its own share of the false claims that a report may have. */
public enum TestFamily {
    /** A listener's lifecycle, bind, listen and close, for INET and INET6: the questions that the suite was made for. */
    PRIMARY("primary"),
    /** Every other benchmark. */
    SECONDARY("secondary"),
    /** A control: it is what others are measured against, and is not tested itself. */
    CONTROL("control"),
    /** Not tested, since the user restricted the comparison to other cells. */
    UNTESTED("untested");

    private final String displayName;

    TestFamily(String displayName) {
        this.displayName = displayName;
    }

    /** The family's name in tables. */
    public String displayName() {
        return displayName;
    }
}
