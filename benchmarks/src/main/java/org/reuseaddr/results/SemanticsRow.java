package org.reuseaddr.results;

/**
 * One scenario's result, a row of {@code semantics.csv}.
 *
 * @param expected the divergent call's promised result, or {@code as promised} where nothing diverged
 * @param observed what the call did instead, and who got the connections where a duplicate listener was permitted
 * @param divergentCall the call in strace notation, empty where nothing diverged
 * @param durationMicros in microseconds
 * @param evidence what happened in strace notation with the differing line marked; empty for a scenario that passed
 * @param attempts how often the scenario was replayed, above 1 where an unrelated process's port could explain a
 *     difference; 0 where the platform lacks the facility, or where the file does not say
 * @param unexplained binds and listens of all attempts that were refused with EADDRINUSE though nobody was seen to hold
 *     the port; 0 where the file does not say
 * @param quirk the id of the quirk of released kernels that explains the difference, {@code Q1}; empty for none
 */
public record SemanticsRow(RunId run, String scenario, String group, String family, String grade, String expected,
        String observed, String divergentCall, String rule, String references, long durationMicros, String evidence,
        int attempts, int unexplained, String quirk) {

    /** A row without unexplained refusals, whose difference no quirk of released kernels explains. */
    public SemanticsRow(RunId run, String scenario, String group, String family, String grade, String expected,
            String observed, String divergentCall, String rule, String references, long durationMicros, String evidence,
            int attempts) {
        this(run, scenario, group, family, grade, expected, observed, divergentCall, rule, references, durationMicros,
                evidence, attempts, 0, "");
    }
}
