package org.reuseaddr.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.reuseaddr.compare.Baseline.Standing;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.model.Grade;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.Reason;
import org.reuseaddr.replay.Difference;
import org.reuseaddr.replay.Exploration;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * An exploration as test points, for machines: one a kind of difference, and one a rule under which no difference was found:
 * passed if it has decided an outcome, skipped if not. A difference fails if it makes the command exit with 3.
 */
final class ExplorationPoints {

    private static final String GROUP = "explore";
    private static final RunId NO_RUN = new RunId(GROUP, "", "");

    private ExplorationPoints() {
    }

    /**
     * In the order of the rules, then of the differences.
     *
     * @param differences one of each kind
     * @param decided the rules that have decided an outcome that was as on Linux
     * @param strict whether quirks of released kernels fail too
     */
    static List<Standings> of(List<Difference> differences, Set<Reason> decided, boolean strict) {
        Set<String> broken = differences.stream().map(difference -> difference.kind().rule()).collect(Collectors.toSet());
        List<Standings> points = new ArrayList<>();
        for (Reason rule : Exploration.rules()) {
            if (!broken.contains(rule.toString())) {
                points.add(point(rule, decided.contains(rule)));
            }
        }
        differences.forEach(difference -> points.add(point(difference, strict)));
        return points;
    }

    private static String name(String rule) {
        return GROUP + "/" + rule.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Standings point(Reason rule, boolean asked) {
        String observed = asked ? "as on Linux" : "no call was decided by it";
        SemanticsRow row = new SemanticsRow(NO_RUN, name(rule.toString()), GROUP, "mixed", (asked ? Grade.PASS : Grade.UNSUPPORTED).name(),
                "as on Linux", observed, "", rule.sentence(), String.join(", ", rule.references()), 0, "", 1);
        return new Standings(row, asked ? Standing.PASSED : Standing.SKIPPED, asked ? "" : observed);
    }

    private static Standings point(Difference difference, boolean strict) {
        Step last = difference.last();
        Difference.Grouping kind = difference.kind();
        boolean timedOut = last.outcome() instanceof Outcome.TimedOut;
        String quirks = difference.quirks().stream().sorted().map(Quirk::id).collect(Collectors.joining(", "));
        Grade grade = !quirks.isEmpty() ? Grade.KNOWN : timedOut ? Grade.TIMEOUT
                : difference.promised() ? Grade.VIOLATION : Grade.DEVIATION;
        String expected = difference.allowed().stream().map(answer -> answer.answer().inWords()).collect(Collectors.joining(", or "));
        String before = difference.users().entrySet().stream().map(user -> "  # user: " + user.getValue() + " of " + user.getKey() + "\n")
                .collect(Collectors.joining()) + difference.observed().subList(0, difference.observed().size() - 1).stream()
                .map(step -> "  " + TranscriptPrinter.line(step) + "\n").collect(Collectors.joining());
        Reason rule = difference.allowed().get(0).reason();
        SemanticsRow row = new SemanticsRow(NO_RUN, name(kind.rule()) + "/" + (kind.call() + " " + kind.ended()).replace(' ', '-'), GROUP,
                "mixed", grade.name(), expected, TranscriptPrinter.result(last), TranscriptPrinter.call(last), rule.sentence(),
                String.join(", ", rule.references()), 0,
                before + "- " + TranscriptPrinter.call(last) + ": " + expected + "\n+ " + TranscriptPrinter.line(last), 1, 0, quirks);
        if (!quirks.isEmpty() && !strict) {
            return new Standings(row, Standing.EXPECTED, quirks + " of released Linux kernels");
        }
        return new Standings(row, timedOut ? Standing.TIMED_OUT : Standing.FAILED, "");
    }
}
