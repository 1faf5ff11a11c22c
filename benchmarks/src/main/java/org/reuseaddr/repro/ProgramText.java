package org.reuseaddr.repro;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;
import org.reuseaddr.transcript.Visible;

/** Scenarios as parts of programs: comments, and calls in strace's notation. */
final class ProgramText {

    private static final int WIDTH = 110;
    private static final List<String> DIRECTIONS = List.of("SHUT_RD", "SHUT_WR", "SHUT_RDWR");

    private ProgramText() {
    }

    /** What the scenario is about, in lines that begin with {@code prefix}; none can end a comment or begin another. */
    static List<String> comment(Scenario scenario, List<String> further, String prefix) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Scenario", scenario.id());
        facts.put("Linux", scenario.rule());
        facts.put("Source", scenario.source());
        facts.put("Reports", String.join(", ", scenario.references()));
        List<String> lines = new ArrayList<>();
        facts.forEach((name, value) -> {
            if (!value.isBlank()) {
                lines.addAll(wrapped(name + ": " + value, prefix));
            }
        });
        further.forEach(line -> lines.addAll(wrapped(line, prefix)));
        return lines;
    }

    private static List<String> wrapped(String text, String prefix) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : Visible.line(text).replace('\\', '/').replace("*/", "* /").replace("/*", "/ *").strip().split("\\s+")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
                lines.add(prefix + line);
                line.setLength(0);
                line.append(' ');
            }
            line.append(line.isEmpty() || line.toString().isBlank() ? "" : " ").append(word);
        }
        lines.add(prefix + line);
        return lines;
    }

    /** The step in strace's notation, without the number of its process. */
    static String line(Step step) {
        return TranscriptPrinter.line(new Step(0, step.call(), step.outcome()));
    }

    /** The call of a step up to what the kernel fills in: {@code accept(3}. */
    static String beginning(Step step) {
        String call = TranscriptPrinter.call(step);
        int end = step.call() instanceof Call.GetOption ? call.indexOf(", [") : call.indexOf(", {");
        return end < 0 ? call : call.substring(0, end);
    }

    /** The second argument of shutdown, by its name where it has one. */
    static String direction(Call.Shutdown call) {
        return call.how() >= 0 && call.how() < DIRECTIONS.size() ? DIRECTIONS.get(call.how()) : Integer.toString(call.how());
    }

    /** A limit that Linux does not keep either: the result is that the call does not come back. */
    static boolean isTimeout(Step step) {
        return step.outcome() instanceof Outcome.TimedOut;
    }

    /** The errno that the step must end with, 0 for success. */
    static int errno(Step step) {
        return step.outcome() instanceof Outcome.Completed completed
                && completed.result() instanceof SyscallResult.Failed failed ? failed.errno().number() : 0;
    }
}
