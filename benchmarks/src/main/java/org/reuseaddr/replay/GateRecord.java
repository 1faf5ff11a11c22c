package org.reuseaddr.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * Results of the gate within a fork, as a text that the fork writes and the run reads: per result a line
 * of tab-separated fields that names the scenario, then the calls that were made in strace's notation, then an empty line.
 */
public final class GateRecord {

    private static final String TAB = "\t";
    private static final int FIELDS = 7;

    private GateRecord() {
    }

    /** Results of {@link Gate#checkThisJvm} as text. */
    public static String print(List<ScenarioResult> results) {
        StringBuilder text = new StringBuilder();
        for (ScenarioResult result : results) {
            text.append(String.join(TAB, result.scenario().id(), result.grade().name(), Integer.toString(result.divergent()),
                    Boolean.toString(result.twoListeners()), Integer.toString(result.attempts()),
                    Long.toString(result.durationNanos()), result.detail().replaceAll("\\s+", " "))).append('\n');
            result.observed().forEach(step -> text.append(TranscriptPrinter.line(step)).append('\n'));
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * Reads what {@link #print} has printed.
     *
     * @throws IOException if the text was cut short or damaged
     */
    public static List<ScenarioResult> parse(String text) throws IOException {
        List<ScenarioResult> results = new ArrayList<>();
        List<String> block = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.isEmpty()) {
                results.add(result(block));
                block.clear();
            } else {
                block.add(line);
            }
        }
        if (!block.isEmpty()) {
            throw new IOException("the record of the gate in a fork ends within a result");
        }
        return results;
    }

    private static ScenarioResult result(List<String> block) throws IOException {
        try {
            String[] fields = block.isEmpty() ? new String[0] : block.get(0).split(TAB, FIELDS);
            if (fields.length < FIELDS) {
                throw new IOException("the record of the gate in a fork has a damaged line");
            }
            Scenario scenario = Gate.withinFork().stream().filter(known -> known.id().equals(fields[0])).findFirst()
                    .orElseThrow(() -> new IOException("the gate in a fork has no scenario " + fields[0]));
            List<Step> observed = new ArrayList<>();
            for (String line : block.subList(1, block.size())) {
                observed.add(TranscriptParser.parseStep(scenario.id(), line));
            }
            return new ScenarioResult(scenario, Grade.valueOf(fields[1]), observed, Integer.parseInt(fields[2]), fields[6],
                    Boolean.parseBoolean(fields[3]), Integer.parseInt(fields[4]), Long.parseLong(fields[5]));
        } catch (IllegalArgumentException | TranscriptException e) {
            throw new IOException("the record of the gate in a fork has a damaged line: " + e.getMessage(), e);
        }
    }
}
