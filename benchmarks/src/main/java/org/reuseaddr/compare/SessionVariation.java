package org.reuseaddr.compare;

/**
 * What is known from experience about how runs of the same thing on the same machine at different times differ, for data
 * that cannot show it themselves: a scaled inverse chi-squared distribution of the variance between runs, as in the
 * moderated t of Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3(1), article 3. The
 * figures behind the constants: {@code docs/COMPARING.md}.
 *
 * @param deviation the standard deviation between runs of the logarithm of a cost
 * @param weight how many degrees of freedom of own data the experience is worth
 */
record SessionVariation(double deviation, double weight) {

    /** Costs as measured, by which sessions of a busy machine were seen to differ by 0.24 to 1.0. */
    static final SessionVariation ABSOLUTE = new SessionVariation(0.35, 4);
    /** Costs relative to the controls of the same forks, what their own scatter explains left out. */
    static final SessionVariation CONTROLLED = new SessionVariation(0.05, 6);
    /** How much of a correction may be wrong, as a share of its logarithm. */
    private static final double DISTRUST = 0.1;
    /** What a machine whose CPUs others have all the time adds to the deviation. */
    private static final double LOAD = 0.3;

    /**
     * The same on a machine that others used: relative to controls, runs were seen to differ by 0.1 to 0.2 where others had
     * most of the CPUs.
     *
     * @param load the share of the machine that others had, 0 to 1
     */
    SessionVariation underLoad(double load) {
        return new SessionVariation(Math.hypot(deviation, LOAD * Math.min(1, Math.max(0, load))), weight);
    }

    /** The same with the correction by controls trusted to a part of its size. */
    SessionVariation afterCorrectionBy(double logarithm) {
        return new SessionVariation(Math.hypot(deviation, DISTRUST * logarithm), weight);
    }

    double variance() {
        return deviation * deviation;
    }
}
