package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.reuseaddr.model.Grade;
import org.reuseaddr.results.DivergentCall;

/** The scenarios of two groups: which differ, grouped by what they have in common. */
final class Semantics {

    static final String ABSENT = "absent";
    private static final int EXAMPLES = 3;
    /** Between the grades of runs that do not agree. */
    private static final String OR = " or ";
    private static final RecordedScenario NOT_CHECKED = new RecordedScenario("", "", ABSENT, "", "", "", "");

    private Semantics() {
    }

    static List<SemanticDifference> differences(Group base, Group other) {
        SortedMap<String, RecordedScenario> before = outcomes(base);
        SortedMap<String, RecordedScenario> after = outcomes(other);
        if (before.isEmpty() || after.isEmpty()) {
            return List.of();
        }
        Map<SemanticDifference.SharedCause, List<RecordedScenario>> causes = new LinkedHashMap<>();
        TreeSet<String> ids = new TreeSet<>(before.keySet());
        ids.addAll(after.keySet());
        for (String id : ids) {
            RecordedScenario left = before.getOrDefault(id, NOT_CHECKED);
            RecordedScenario right = after.getOrDefault(id, NOT_CHECKED);
            if (!left.grade().equals(right.grade()) || !observed(left).equals(observed(right))) {
                causes.computeIfAbsent(cause(left, right), cause -> new ArrayList<>())
                        .add(right.grade().equals(ABSENT) ? left : right);
            }
        }
        return causes.entrySet().stream().map(Semantics::difference)
                .sorted(Comparator.comparingInt((SemanticDifference difference) -> gravity(difference.cause()))
                        .thenComparing(SemanticDifference::count, Comparator.reverseOrder()))
                .toList();
    }

    private static SemanticDifference difference(Map.Entry<SemanticDifference.SharedCause, List<RecordedScenario>> cause) {
        List<RecordedScenario> results = cause.getValue();
        return new SemanticDifference(cause.getKey(), results.size(),
                results.stream().map(RecordedScenario::group).distinct().sorted().toList(),
                results.stream().map(RecordedScenario::scenario).sorted(Comparator.comparingInt(String::length)).limit(EXAMPLES)
                        .toList());
    }

    /** What a scenario did on a group: where its runs do not agree, every outcome that occurred, joined. */
    private static SortedMap<String, RecordedScenario> outcomes(Group group) {
        SortedMap<String, RecordedScenario> outcomes = new TreeMap<>();
        group.runs().forEach(run -> run.scenarios().forEach((id, result) -> outcomes.merge(id, result, Semantics::joined)));
        return outcomes;
    }

    private static RecordedScenario joined(RecordedScenario one, RecordedScenario two) {
        RecordedScenario graver = gravity(two.grade()) < gravity(one.grade()) ? two : one;
        return new RecordedScenario(one.scenario(), one.group(), joined(one.grade(), two.grade()), graver.expected(),
                joined(observed(one), observed(two)), graver.divergentCall(), graver.rule());
    }

    private static String joined(String one, String two) {
        TreeSet<String> all = new TreeSet<>(List.of(one.split(OR)));
        all.addAll(List.of(two.split(OR)));
        all.remove("");
        return String.join(OR, all);
    }

    /** The grades that a joined grade consists of. */
    static Set<String> grades(String joined) {
        return Set.of(joined.split(OR));
    }

    private static String observed(RecordedScenario result) {
        return Grade.isPass(result.grade()) ? "" : withoutNumbers(result.observed());
    }

    private static SemanticDifference.SharedCause cause(RecordedScenario left, RecordedScenario right) {
        RecordedScenario divergent = gravity(right.grade()) <= gravity(left.grade()) ? right : left;
        RecordedScenario known = divergent.rule().isEmpty() ? left : divergent;
        return new SemanticDifference.SharedCause(left.grade(), observed(left), right.grade(), observed(right),
                DivergentCall.name(divergent.divergentCall()), known.rule());
    }

    /** Descriptors, ports and who got how many connections differ from scenario to scenario where the outcome is one. */
    private static String withoutNumbers(String observed) {
        return observed.replaceFirst(": of [0-9]+ connections.*", "").replaceAll("htons\\([0-9]+\\)", "htons(P)")
                .replaceAll("\\(([0-9]+)(?=[,)])", "(FD");
    }

    private static int gravity(SemanticDifference.SharedCause cause) {
        return Math.min(gravity(cause.otherGrade()), gravity(cause.baseGrade()));
    }

    private static int gravity(String grade) {
        return Stream.of(grade.split(OR)).mapToInt(Grade::severityOf).min().getAsInt();
    }
}
