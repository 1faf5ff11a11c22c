package org.reuseaddr.compare;

import java.util.List;

/**
 * Scenarios that differ between base and other group in the same way.
 *
 * @param cause the outcome on both groups and the call that diverged, equal for all scenarios of the group
 * @param count how many scenarios it covers
 * @param groups the groups they belong to, in alphabetical order
 * @param examples ids of some of them, the shortest first
 */
public record SemanticDifference(SharedCause cause, int count, List<String> groups, List<String> examples) {

    public SemanticDifference {
        groups = List.copyOf(groups);
        examples = List.copyOf(examples);
    }

    /**
     * What the scenarios have in common.
     *
     * @param baseGrade the grade on the base, {@code absent} where the base did not check it
     * @param baseObserved what the divergent call did there, empty for a pass
     * @param otherGrade the grade on the other group, {@code absent} where it was not checked
     * @param otherObserved what it did there, empty for a pass
     * @param call the name of the call that diverged, empty where none did
     * @param rule the rule that the scenarios pin
     */
    public record SharedCause(String baseGrade, String baseObserved, String otherGrade, String otherObserved,
            String call, String rule) {
    }
}
