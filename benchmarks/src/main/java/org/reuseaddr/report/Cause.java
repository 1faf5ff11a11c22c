package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.reuseaddr.model.Grade;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.results.DivergentCall;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Scenario;

/**
 * Scenarios whose outcome differs from Linux in the same way.
 *
 * @param grade their grade, as semantics.csv has it
 * @param rule one sentence: what Linux does
 * @param source where that is promised or implemented; empty where this version does not know the scenario
 * @param call the name of the call that diverged; empty where none did
 * @param expected what it should have done
 * @param observed what it did
 * @param rows the scenarios
 * @param example the one to show: as short as can be
 * @param scenario the example with its transcript; empty where this version does not know it
 */
record Cause(String grade, String rule, String source, String call, String expected, String observed,
        List<SemanticsRow> rows, SemanticsRow example, Optional<Scenario> scenario) {

    /** The beginning of what a row says where a platform permitted two listeners on one port. */
    private static final String TWO_LISTENERS = "two listeners";
    private static final int OTHERS_NAMED = 5;
    /** The longest title, in characters: trackers cut longer ones. */
    private static final int MOST_TITLE = 120;

    Cause {
        rule = rule.endsWith(".") || rule.endsWith(")") ? rule : rule + ".";
        rows = List.copyOf(rows);
    }

    private record Key(String grade, String rule, String call, String expected, String observed) {
    }

    /** What the platform did, whatever the rule: the terminal groups by this. */
    private record SharedSymptom(String grade, boolean twoListeners, String call, String expected, String observed) {
    }

    /**
     * The causes of everything that did not pass, in the order in which a terminal shows them: by severity, two listeners on
     * one port first, then by how many scenarios show the same, then by how many of them are of the cause.
     */
    static List<Cause> of(List<SemanticsRow> rows, Map<String, Scenario> known) {
        Map<Key, List<SemanticsRow>> groups = new LinkedHashMap<>();
        rows.stream().filter(row -> !row.grade().equals(Grade.PASS.name()))
                .forEach(row -> groups.computeIfAbsent(key(row), key -> new ArrayList<>()).add(row));
        List<Cause> causes = groups.entrySet().stream().map(group -> cause(group.getKey(), group.getValue(), known)).toList();
        Map<SharedSymptom, Integer> frequencies = new HashMap<>();
        causes.forEach(cause -> frequencies.merge(cause.symptom(), cause.rows().size(), Integer::sum));
        return causes.stream().sorted(Comparator.comparingInt((Cause cause) -> severity(cause.grade()))
                        .thenComparing(cause -> !cause.isTwoListeners())
                        .thenComparing(cause -> frequencies.get(cause.symptom()), Comparator.reverseOrder())
                        .thenComparing(cause -> cause.symptom().toString())
                        .thenComparing(cause -> cause.rows().size(), Comparator.reverseOrder()))
                .toList();
    }

    private SharedSymptom symptom() {
        return new SharedSymptom(grade, isTwoListeners(), call, expected, observed);
    }

    /** The place of a grade among all, 0 for the most severe; those that this version does not know come before PASS. */
    static int severity(String grade) {
        List<String> names = Grade.SEVERITY.stream().map(Grade::name).toList();
        int last = names.size() - 1;
        int index = names.indexOf(grade);
        return index == last ? last + 1 : index < 0 ? last : index;
    }

    private static Key key(SemanticsRow row) {
        return new Key(row.grade(), row.rule(), DivergentCall.name(row.divergentCall()), row.expected(),
                DivergentCall.outcome(row.observed()));
    }

    private static Cause cause(Key key, List<SemanticsRow> rows, Map<String, Scenario> known) {
        SemanticsRow example = rows.stream().min(Comparator
                .comparing((SemanticsRow row) -> !known.containsKey(row.scenario()))
                .thenComparing(row -> row.evidence().isEmpty())
                .thenComparing(row -> row.evidence().contains("[pid "))
                .thenComparing(row -> row.evidence().length())).orElseThrow();
        Optional<Scenario> scenario = Optional.ofNullable(known.get(example.scenario()));
        return new Cause(key.grade(), scenario.map(Scenario::rule).orElse(key.rule()),
                scenario.map(Scenario::source).orElse(""), key.call(), key.expected(), key.observed(), rows, example, scenario);
    }

    /** Whether a documented guarantee is violated, as opposed to a difference that no document forbids. */
    boolean isBroken() {
        return Grade.SEVERITY.stream().anyMatch(known -> known.name().equals(grade) && known.isBroken());
    }

    /** Whether the platform permitted two listeners on one port. */
    boolean isTwoListeners() {
        return detail().startsWith(TWO_LISTENERS);
    }

    /** What the platform did, in one sentence without its end. */
    String happened() {
        return (isTwoListeners() ? "two listeners on one port: " : "")
                + (call.isEmpty() ? observed : call + (observed.equals(expected) ? " answers otherwise than on Linux"
                        : " returns " + brief(observed) + " instead of " + brief(expected)));
    }

    /** A result without the text of its errno. */
    private static String brief(String result) {
        return result.replaceFirst("^(-1 E[A-Z0-9]+) \\(.*\\)$", "$1");
    }

    /** A title for an issue. */
    String title() {
        String title = happened() + ": " + rule;
        return title.length() <= MOST_TITLE ? title : title.substring(0, MOST_TITLE - 1) + "…";
    }

    /** How many calls the example makes, the differing one included; 0 if that is not known. */
    private int calls() {
        List<String> lines = example.evidence().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("-")) {
                return i + 1;
            }
        }
        return 0;
    }

    /** A Python program that shows the cause: the short one with a control where there is one, else that of the whole scenario. */
    Optional<String> program() {
        return scenario.map(known -> Reproduction.shortPython(known, calls()).orElseGet(() -> Reproduction.python(known)));
    }

    /** Who got the connections, where two listeners were permitted; else empty. */
    String detail() {
        return DivergentCall.detail(example.observed());
    }

    /** Public reports of the class. */
    List<String> references() {
        Set<String> all = new LinkedHashSet<>();
        rows.forEach(row -> all.addAll(List.of(row.references().strip().split("\\s+"))));
        all.remove("");
        return List.copyOf(all);
    }

    /** The ids of the other scenarios, the first of them. */
    String others() {
        List<String> ids = rows.stream().map(SemanticsRow::scenario).filter(id -> !id.equals(example.scenario())).toList();
        return String.join(", ", ids.subList(0, Math.min(OTHERS_NAMED, ids.size())))
                + (ids.size() > OTHERS_NAMED ? ", …" : "");
    }
}
