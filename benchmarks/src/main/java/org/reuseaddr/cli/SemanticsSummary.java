package org.reuseaddr.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.reuseaddr.model.Grade;
import org.reuseaddr.replay.Gate;
import org.reuseaddr.replay.Refusals;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.report.SemanticsHeadline;
import org.reuseaddr.run.SemanticCheck;
import org.reuseaddr.scenario.Behaviour;
import org.reuseaddr.scenario.KnownAnswers;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * What a check found, on a terminal: failures first, the most severe at the top, grouped by what the platform did (which
 * call, what it should have answered, what it answered), each with one transcript; passes are counted.
 */
final class SemanticsSummary {

    private static final int SYMPTOMS = 8;
    private static final int RULES = 4;
    private static final int EXAMPLES = 3;
    private static final int REPORTS = 8;
    private static final int EVIDENCE_LINES = 24;

    private final PrintStream out;

    SemanticsSummary(PrintStream out) {
        this.out = out;
    }

    /**
     * Prints the results.
     *
     * @param refusals what became of the binds of all of them
     * @param listed which differences are in a list of known ones: they are counted and not shown
     */
    void print(List<ScenarioResult> results, Refusals refusals, Predicate<ScenarioResult> listed) {
        for (Grade grade : Grade.SEVERITY) {
            List<ScenarioResult> graded = results.stream().filter(result -> result.grade() == grade && !listed.test(result)).toList();
            if (!graded.isEmpty() && grade != Grade.PASS && grade != Grade.KNOWN) {
                print(grade, graded);
            }
        }
        Behaviour behaviour = new Behaviour();
        results.stream().filter(result -> !result.scenario().group().equals(UserTranscript.GROUP)).forEach(result ->
                behaviour.add(result.grade(), Optional.of(result.scenario()), result.quirk()));
        behaviour.sentences().forEach(out::println);
        if (refusals.unexplained() > 0) {
            out.println(refusals.words() + String.format(Locale.ROOT, "; %,d different ports", refusals.ports()));
        }
        SortedMap<String, Long> counts = new TreeMap<>(Comparator.comparingInt(Grade::severityOf));
        results.forEach(result -> counts.merge(result.grade().name(), 1L, Long::sum));
        // What could not be checked is told in words where nothing else tells that the passes are not all.
        if (counts.containsKey(Grade.ERROR.name()) || counts.containsKey(Grade.UNSUPPORTED.name())) {
            out.println(SemanticsHeadline.counts(counts));
        }
        out.println(results.size() + (results.size() == 1 ? " scenario" : " scenarios") + ofGate(results) + ": " + Grade.SEVERITY.stream()
                .map(grade -> Map.entry(grade, results.stream().filter(result -> result.grade() == grade).count()))
                .filter(count -> count.getValue() > 0).map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", ")));
    }

    /** Why a run has a few scenarios more than a check: those of the gate are not in the catalogue. */
    private static String ofGate(List<ScenarioResult> results) {
        Set<String> gate = Gate.beforeRun().stream().map(Scenario::id).collect(Collectors.toSet());
        long count = results.stream().filter(result -> gate.contains(result.scenario().id())).count();
        return count == 0 || count == results.size() ? ""
                : " (" + (results.size() - count) + " of the catalogue, " + count + " of the gate before it)";
    }

    private void print(Grade grade, List<ScenarioResult> graded) {
        Map<String, List<ScenarioResult>> symptoms = grouped(graded, SemanticsSummary::symptom);
        List<Map.Entry<String, List<ScenarioResult>>> ordered = new ArrayList<>(symptoms.entrySet());
        ordered.sort(Comparator.comparing((Map.Entry<String, List<ScenarioResult>> entry) -> !entry.getValue().get(0).twoListeners())
                .thenComparing(entry -> -entry.getValue().size()));
        ordered.stream().limit(SYMPTOMS).forEach(symptom -> print(grade, symptom.getKey(), symptom.getValue()));
        List<ScenarioResult> rest = ordered.stream().skip(SYMPTOMS).flatMap(symptom -> symptom.getValue().stream()).toList();
        if (!rest.isEmpty()) {
            out.println(grade + " in " + rest.size() + " further scenarios, in " + (ordered.size() - SYMPTOMS)
                    + " other ways: semantics.csv has them all (--out DIR)");
            out.println();
        }
    }

    private void print(Grade grade, String symptom, List<ScenarioResult> members) {
        out.println(grade + " in " + members.size() + (members.size() == 1 ? " scenario: " : " scenarios: ") + symptom);
        ScenarioResult example = members.get(0);
        if (example.divergent() >= 0) {
            out.print(evidence(example).indent(4));
            if (!example.detail().isEmpty()) {
                out.println("    " + example.detail());
            }
            Map<String, List<ScenarioResult>> rules = grouped(members,
                    result -> result.scenario().rule() + " [" + result.scenario().source() + "]");
            rules.entrySet().stream().limit(RULES).forEach(rule -> {
                out.println("    " + rule.getKey());
                out.println("        " + names(rule.getValue()));
            });
            if (rules.size() > RULES) {
                out.println("    and " + (rules.size() - RULES) + " other rules: "
                        + names(rules.values().stream().skip(RULES).flatMap(List::stream).toList()));
            }
            Map<String, List<String>> reports = grouped(members.stream()
                    .flatMap(result -> result.scenario().references().stream()).toList(), Function.identity());
            if (!reports.isEmpty()) {
                out.println("    reports of this class: " + reports.values().stream()
                        .sorted(Comparator.comparing(same -> -same.size())).limit(REPORTS).map(same -> same.get(0))
                        .collect(Collectors.joining(", ")) + (reports.size() > REPORTS ? ", …" : ""));
            }
        } else {
            out.println("    " + names(members));
        }
        out.println();
    }

    private static <T> Map<String, List<T>> grouped(List<T> members, Function<T, String> key) {
        return members.stream().collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
    }

    private static String names(List<ScenarioResult> members) {
        String first = members.stream().limit(EXAMPLES).map(result -> result.scenario().id()).collect(Collectors.joining(", "));
        return members.size() > EXAMPLES ? first + " and " + (members.size() - EXAMPLES) + " more" : first;
    }

    /** The end of a transcript: its last lines are the ones that differ. */
    private static String evidence(ScenarioResult result) {
        List<String> lines = SemanticCheck.evidence(result).lines().toList();
        int left = lines.size() - EVIDENCE_LINES;
        return left <= 1 ? String.join("\n", lines)
                : "  … " + left + " calls as on Linux\n" + String.join("\n", lines.subList(left, lines.size()));
    }

    private static String symptom(ScenarioResult result) {
        if (result.divergent() < 0) {
            return result.detail();
        }
        if (result.scenario().id().equals(Refusals.SCENARIO)) {
            return "binds are refused though nobody holds the port";
        }
        Step promised = result.promisedStep().orElseThrow();
        Outcome observed = result.observedStep().orElseThrow().outcome();
        String expected = did(promised.call(), promised.outcome());
        String happened = did(promised.call(), observed);
        if (expected.equals(happened)) {
            expected += port(promised.outcome());
            happened += port(observed);
        }
        return (result.twoListeners() ? "two listeners hold one port: " : "") + promised.call().name() + " "
                + happened + "; " + authority(result) + " it " + expected;
    }

    /** Who says what the call should have done: the model of Linux, or the user's file where the model leaves it open. */
    private static String authority(ScenarioResult result) {
        boolean ofFile = result.scenario().group().equals(UserTranscript.GROUP)
                && !UserTranscript.isDecidedByLinux(result.scenario(), result.divergent());
        return ofFile ? "in the file" : "on " + KnownAnswers.of(result.scenario()).linux(result.divergent());
    }

    /** The port of an address that differs in nothing else; empty where there is no address. */
    private static String port(Outcome outcome) {
        return outcome instanceof Outcome.WithAddress answered && answered.address() != null
                ? ", port " + answered.address().port() : "";
    }

    private static String did(Call call, Outcome outcome) {
        if (outcome instanceof Outcome.WithValue value) {
            return "reads " + value.value();
        }
        if (outcome instanceof Outcome.WithAddress answered && answered.address() != null) {
            return "reports " + answered.address().host();
        }
        if (outcome instanceof Outcome.TimedOut) {
            return "does not return";
        }
        SyscallResult result = ((Outcome.Completed) outcome).result();
        return result instanceof SyscallResult.Failed failed ? "fails with " + failed.errno().symbol()
                : call.succeedsWith(outcome) ? "succeeds" : "returns a value that it cannot return";
    }
}
