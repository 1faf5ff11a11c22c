package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.reuseaddr.model.Grade;
import org.reuseaddr.results.DivergentCall;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Scenario;

/**
 * Scenarios that went another way than Linux's in the same manner.
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

    private static final int OTHERS_NAMED = 5;

    Cause {
        rule = rule.endsWith(".") || rule.endsWith(")") ? rule : rule + ".";
        rows = List.copyOf(rows);
    }

    private record Key(String grade, String rule, String call, String expected, String observed) {
    }

    /** The causes of everything that did not pass, the gravest and most frequent first. */
    static List<Cause> of(List<SemanticsRow> rows, Map<String, Scenario> known) {
        Map<Key, List<SemanticsRow>> groups = new LinkedHashMap<>();
        rows.stream().filter(row -> !Grade.isPass(row.grade()))
                .forEach(row -> groups.computeIfAbsent(key(row), key -> new ArrayList<>()).add(row));
        return groups.entrySet().stream().map(group -> cause(group.getKey(), group.getValue(), known))
                .sorted(Comparator.comparingInt((Cause cause) -> Grade.severityOf(cause.grade()))
                        .thenComparing(cause -> cause.rows().size(), Comparator.reverseOrder()))
                .toList();
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

    /** Whether a promise is broken, as opposed to a difference that no document forbids. */
    boolean isBroken() {
        return Grade.isBroken(grade);
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
