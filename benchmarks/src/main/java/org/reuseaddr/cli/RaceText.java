package org.reuseaddr.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.RaceJudge.Explained;
import org.reuseaddr.model.RaceJudge.Overlap;
import org.reuseaddr.model.RaceJudge.RaceMoment;
import org.reuseaddr.replay.RaceHistogram;
import org.reuseaddr.replay.RaceHistogram.JudgedEnding;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * A race and how its rounds ended, for people: its calls, each with a label, and a table with one line for each way in which a round
 * ended, as jcstress prints it.
 */
final class RaceText {

    private static final String INDENT = "    ";
    private static final String BEGINS = "<";

    private RaceText() {
    }

    /** The lines, without line feeds. */
    static List<String> lines(RaceHistogram histogram) {
        List<String> labels = labels(histogram);
        List<Step> example = histogram.endings().get(0).observed().steps();
        int firstRacing = histogram.race().before().size();
        int firstAfter = example.size() - histogram.race().after().size();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "race %d: %d processes, %,d rounds", histogram.number(), histogram.race().racing().size(),
                histogram.rounds()));
        for (int call = 0; call < example.size(); call++) {
            String when = call == firstAfter ? "then one after the other" : call == firstRacing ? "at the same moment"
                    : call == 0 ? "one after the other" : "";
            if (!when.isEmpty()) {
                lines.add("  " + when);
            }
            Step step = example.get(call);
            lines.add(INDENT + labels.get(call) + "  [pid " + step.process() + "] " + (isConstant(histogram, call)
                    ? TranscriptPrinter.call(step) + " = " + TranscriptPrinter.result(step) : TranscriptPrinter.call(step.call())));
        }
        lines.addAll(table(histogram, labels));
        return lines;
    }

    private static List<String> labels(RaceHistogram histogram) {
        List<String> labels = new ArrayList<>();
        IntStream.rangeClosed(1, histogram.race().before().size()).forEach(call -> labels.add("s" + call));
        for (int racer = 0; racer < histogram.race().racing().size(); racer++) {
            for (int call = 0; call < histogram.race().racing().get(racer).size(); call++) {
                labels.add(label(racer, call));
            }
        }
        IntStream.rangeClosed(1, histogram.race().after().size()).forEach(call -> labels.add("e" + call));
        return labels;
    }

    private static String label(int racer, int call) {
        return (char) ('A' + racer) + Integer.toString(call + 1);
    }

    private static boolean isConstant(RaceHistogram histogram, int call) {
        return histogram.endings().stream().map(ending -> ending.observed().steps().get(call).outcome()).distinct().count() == 1;
    }

    private static List<String> table(RaceHistogram histogram, List<String> labels) {
        List<Integer> columns = IntStream.range(0, labels.size()).filter(call -> !isConstant(histogram, call)).boxed().toList();
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("rounds", "share", "grade"));
        columns.forEach(call -> head.add(labels.get(call)));
        head.add("an order that explains it");
        rows.add(head);
        Set<Overlap> overlaps = EnumSet.noneOf(Overlap.class);
        for (JudgedEnding ending : histogram.endings()) {
            List<Step> steps = ending.observed().steps();
            List<String> row = new ArrayList<>(List.of(String.format(Locale.ROOT, "%,d", ending.times()),
                    String.format(Locale.ROOT, "%.2f %%", 100.0 * ending.times() / histogram.rounds()),
                    histogram.grade(ending).name()));
            columns.forEach(call -> row.add(shortResult(steps.get(call))));
            row.add(order(ending));
            rows.add(row);
            if (ending.ruling() instanceof Explained explained) {
                overlaps.addAll(explained.overlaps());
            }
        }
        List<String> lines = aligned(rows);
        if (!overlaps.isEmpty()) {
            lines.add(INDENT + BEGINS + " marks the beginning of a call that Linux does not make in one step:");
            overlaps.forEach(overlap -> lines.add(INDENT + overlap.sentence() + " [" + overlap.source() + "]"));
        }
        return lines;
    }

    private static List<String> aligned(List<List<String>> rows) {
        List<Integer> widths = IntStream.range(0, rows.get(0).size())
                .mapToObj(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)).toList();
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(INDENT);
            for (int column = 0; column < row.size(); column++) {
                String blanks = " ".repeat(widths.get(column) - row.get(column).length());
                // Numbers to the right.
                line.append(column < 2 ? blanks + row.get(column) : row.get(column) + blanks).append("  ");
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static String order(JudgedEnding ending) {
        if (!(ending.ruling() instanceof Explained explained)) {
            return ending.quirks().isEmpty() ? "none" : "none without "
                    + ending.quirks().stream().map(Quirk::id).sorted().collect(Collectors.joining(", "));
        }
        return explained.order().stream().map(RaceText::moment).collect(Collectors.joining(" "));
    }

    private static String moment(RaceMoment moment) {
        return label(moment.racer(), moment.call()) + (moment.begins() ? BEGINS : "");
    }

    /** What a call answered, in a word where that is possible: {@code 0}, {@code EADDRINUSE}, {@code [1]}, {@code 127.0.0.1:40001}. */
    static String shortResult(Step step) {
        if (step.outcome() instanceof Outcome.WithAddress shown && shown.address() != null) {
            return shown.address().toString();
        }
        if (step.outcome() instanceof Outcome.WithValue) {
            String result = TranscriptPrinter.result(step);
            return result.contains("revents=") ? result.substring(result.indexOf("revents=") + "revents=".length(), result.length() - 3)
                    : "[" + ((Outcome.WithValue) step.outcome()).value() + "]";
        }
        if (step.outcome() instanceof Outcome.Completed completed && completed.result() instanceof SyscallResult.Failed failed) {
            return failed.errno().symbol();
        }
        return step.outcome() instanceof Outcome.TimedOut ? "TIMEOUT" : Integer.toString(step.outcome().returned().orElseThrow());
    }
}
