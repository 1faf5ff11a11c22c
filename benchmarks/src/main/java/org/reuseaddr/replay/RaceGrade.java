package org.reuseaddr.replay;

/** What the way in which a round of a race ended is worth, in the manner of jcstress. */
public enum RaceGrade {
    /** Some order of the calls explains it. */
    ACCEPTABLE,
    /**
     * Explained, and rarer than one in 1,000 rounds, or only by calls that Linux does not make in one step, see
     * {@link org.reuseaddr.model.RaceJudge.Overlap}.
     */
    INTERESTING,
    /** Explained by a quirk of released kernels alone. */
    KNOWN,
    /** No order of the calls explains it. */
    FORBIDDEN
}
