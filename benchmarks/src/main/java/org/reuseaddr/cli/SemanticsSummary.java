package org.reuseaddr.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.reuseaddr.run.SemanticCheck;
import org.reuseaddr.semantics.Grade;
import org.reuseaddr.semantics.ScenarioResult;
import org.reuseaddr.transcript.Step;

/** What a check found, on a terminal: what failed first, grouped by cause; passes are a number. */
final class SemanticsSummary {

    private static final int EXAMPLES = 3;
    /** The order of importance to the reader. */
    private static final List<Grade> ORDER =
            List.of(Grade.VIOLATION, Grade.TIMEOUT, Grade.DEVIATION, Grade.ERROR, Grade.UNSUPPORTED);

    private final PrintStream out;

    SemanticsSummary(PrintStream out) {
        this.out = out;
    }

    /** What scenarios with one cause have in common. */
    private record Cause(String rule, String expected, String observed) {
    }

    void print(List<ScenarioResult> results) {
        for (Grade grade : ORDER) {
            List<ScenarioResult> graded = results.stream().filter(result -> result.grade() == grade).toList();
            if (!graded.isEmpty()) {
                print(grade, graded);
            }
        }
        Map<Grade, Long> counts = results.stream()
                .collect(Collectors.groupingBy(ScenarioResult::grade, TreeMap::new, Collectors.counting()));
        out.println(results.size() + " scenarios: "
                + counts.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", ")));
    }

    private void print(Grade grade, List<ScenarioResult> graded) {
        Map<Cause, List<ScenarioResult>> causes = new LinkedHashMap<>();
        graded.forEach(result -> causes.computeIfAbsent(cause(result), fresh -> new ArrayList<>()).add(result));
        causes.forEach((cause, members) -> {
            ScenarioResult first = members.get(0);
            out.println(grade + " in " + members.size() + (members.size() == 1 ? " scenario: " : " scenarios: ")
                    + cause.rule());
            if (first.divergent() >= 0) {
                out.print(SemanticCheck.evidence(first).indent(4));
            }
            if (!first.detail().isEmpty()) {
                out.println("    " + first.detail());
            }
            if (!first.scenario().references().isEmpty()) {
                out.println("    reports of this class: " + String.join(", ", first.scenario().references()));
            }
            out.println("    " + members.stream().limit(EXAMPLES).map(result -> result.scenario().id())
                    .collect(Collectors.joining(", ")) + (members.size() > EXAMPLES ? ", …" : ""));
            out.println();
        });
    }

    private static Cause cause(ScenarioResult result) {
        if (result.divergent() < 0) {
            return new Cause(result.detail(), "", "");
        }
        return new Cause(result.scenario().rule() + " [" + result.scenario().source() + "]",
                outcome(result.promisedStep().orElseThrow()), outcome(result.observedStep().orElseThrow()));
    }

    private static String outcome(Step step) {
        return step.call().name() + " " + step.outcome();
    }
}
