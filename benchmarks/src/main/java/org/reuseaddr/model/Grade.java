package org.reuseaddr.model;

import java.util.List;

/** What a scenario's observation earns, in the manner of jcstress: a result explains itself. */
public enum Grade {
    /** Every call had the result it must have. */
    PASS(false),
    /** A documented promise is broken. */
    VIOLATION(true),
    /** Differs from native Linux, but no document promises it. */
    DEVIATION(false),
    /** The platform lacks the facility, such as IPv6. */
    UNSUPPORTED(false),
    /** A call did not come back in time. */
    TIMEOUT(true),
    /** The check itself failed: no descriptor, no helper process, no free port. */
    ERROR(false);

    /** From what matters most to a reader to what matters least. */
    public static final List<Grade> SEVERITY = List.of(VIOLATION, TIMEOUT, DEVIATION, ERROR, UNSUPPORTED, PASS);

    private final boolean broken;

    Grade(boolean broken) {
        this.broken = broken;
    }

    /** Whether a reader wants to hear of this grade before the other: see {@link #SEVERITY}. */
    public boolean isWorseThan(Grade other) {
        return SEVERITY.indexOf(this) < SEVERITY.indexOf(other);
    }

    /** Whether the grade means a broken promise, for which the suite exits with 3. */
    public boolean isBroken() {
        return broken;
    }
}
