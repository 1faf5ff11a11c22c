package org.reuseaddr.compare;

/** What may be said about a cell of one group against the base. */
public enum Verdict {
    /** It costs more, and not within the margin. */
    SLOWER,
    /** It costs less, and not within the margin. */
    FASTER,
    /** The whole interval of the ratio lies within the margin. */
    SAME,
    /** The data do not allow any of the other three. */
    UNCLEAR;

    /** Whether it claims a difference. */
    public boolean isClaim() {
        return this == SLOWER || this == FASTER;
    }

    /** The verdict's word in tables and on the command line: {@code slower}, {@code faster}, {@code same}, {@code unclear}. */
    public String displayName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
