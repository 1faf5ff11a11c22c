package org.reuseaddr.model;

import java.util.List;
import java.util.Optional;

/** What a scenario's observation earns, in the manner of jcstress: a result explains itself. */
public enum Grade {
    /** Every call had the result it must have. */
    PASS(false),
    /** A documented promise is broken. */
    VIOLATION(true),
    /** Differs from native Linux, but no document promises it. */
    DEVIATION(false),
    /**
     * Differs from the reference as native Linux of a named release does: a {@link Quirk}, and not this platform's doing.
     */
    KNOWN(false),
    /** The platform lacks the facility, such as IPv6. */
    UNSUPPORTED(false),
    /** A call did not come back in time. */
    TIMEOUT(true),
    /** The check itself failed: no descriptor, no helper process, no free port. */
    ERROR(false);

    /** From what matters most to a reader to what matters least. */
    public static final List<Grade> SEVERITY = List.of(VIOLATION, TIMEOUT, DEVIATION, ERROR, KNOWN, UNSUPPORTED, PASS);

    private final boolean broken;

    Grade(boolean broken) {
        this.broken = broken;
    }

    /** Whether a reader wants to hear of this grade before the other: see {@link #SEVERITY}. */
    public boolean isWorseThan(Grade other) {
        return SEVERITY.indexOf(this) < SEVERITY.indexOf(other);
    }

    /**
     * The place of a grade by its name among all, 0 for the most severe. Files of other versions may hold names that this
     * version does not know: they come just before {@link #PASS}, which comes last.
     */
    public static int severityOf(String name) {
        if (isPass(name)) {
            return SEVERITY.size();
        }
        int place = named(name).map(SEVERITY::indexOf).orElse(-1);
        return place < 0 ? SEVERITY.size() - 1 : place;
    }

    /** Whether the name is that of a grade which means a broken promise; a name that this version does not know is not. */
    public static boolean isBroken(String name) {
        return named(name).map(Grade::isBroken).orElse(false);
    }

    /** Whether the name is that of {@link #PASS}. */
    public static boolean isPass(String name) {
        return name.equals(PASS.name());
    }

    private static Optional<Grade> named(String name) {
        return SEVERITY.stream().filter(grade -> grade.name().equals(name)).findFirst();
    }

    /** Whether the grade means a broken promise, for which the suite exits with 3. */
    public boolean isBroken() {
        return broken;
    }
}
