package org.reuseaddr.results;

import java.util.OptionalDouble;

/**
 * A difference from Linux that a platform is known to have: a row of a list for {@code check --known}.
 *
 * @param scenario the scenario's id
 * @param grade the name of the grade that it got
 * @param observed what the divergent call did instead; what followed from it may stand behind it and means nothing
 * @param reference where the difference is reported; empty for none
 * @param comment what a reviewer wrote; empty for none
 * @param divergentCall the call in strace's notation; empty where the list does not say, which is any call
 * @param flaky the share of checks that show the difference, above 0 and below 1; empty for every check
 */
public record KnownDifference(String scenario, String grade, String observed, String reference, String comment,
        String divergentCall, OptionalDouble flaky) {

    /** The difference of a row that nobody has reviewed yet. */
    public static KnownDifference of(SemanticsRow row) {
        return new KnownDifference(row.scenario(), row.grade(), DivergentCall.outcome(row.observed()), "", "",
                row.divergentCall(), OptionalDouble.empty());
    }

    /** What a reviewer wrote of this difference, on a row that now answers otherwise. */
    public KnownDifference nowAs(SemanticsRow row) {
        return new KnownDifference(scenario, row.grade(), DivergentCall.outcome(row.observed()), reference, comment,
                row.divergentCall(), flaky);
    }

    /**
     * Whether a row shows this difference: the same call with the same result, graded no more severely. Ports that the
     * kernel chose and who got how many connections are chance and are not compared.
     */
    public boolean isShownBy(SemanticsRow row) {
        return scenario.equals(row.scenario())
                && DivergentCall.outcome(observed).equals(DivergentCall.outcome(row.observed()))
                && (divergentCall.isEmpty()
                        || DivergentCall.withoutPorts(divergentCall).equals(DivergentCall.withoutPorts(row.divergentCall())));
    }
}
