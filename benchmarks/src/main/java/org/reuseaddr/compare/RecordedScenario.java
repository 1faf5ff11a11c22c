package org.reuseaddr.compare;

/**
 * What a scenario's row says, without its evidence.
 *
 * @param scenario the scenario's id
 * @param group the family of scenarios it belongs to
 * @param grade its grade's name, such as {@code PASS} or {@code VIOLATION}
 * @param expected what the divergent call promises
 * @param observed what it did instead
 * @param divergentCall the call in strace notation, empty where nothing diverged
 * @param rule the rule that the scenario pins
 */
public record RecordedScenario(String scenario, String group, String grade, String expected, String observed,
        String divergentCall, String rule) {
}
