package org.reuseaddr.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Diagnosis;
import org.reuseaddr.compare.Findings;
import org.reuseaddr.report.CostTable;
import org.reuseaddr.report.DiagnosisText;
import org.reuseaddr.report.SemanticsHeadline;
import org.reuseaddr.report.Sentences;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.run.SuiteRun;
import org.reuseaddr.run.TimeSpent;
import org.reuseaddr.transcript.Visible;

/**
 * The last screen of a run: what the scenarios say, what is wrong, what calls cost, what made figures unsteady, what is
 * missing. With the two lines that name the files it has at most 25 lines of at most 100 columns.
 */
final class RunSummary {

    static final int COLUMNS = 100;
    /** Two lines follow, with the names of the files and their place. */
    static final int LINES = 23;
    private static final int DIAGNOSIS = 8;
    private static final String INDENT = "    ";
    private static final int MISSING = 3;
    /** A table shorter than this is not set off by empty lines. */
    private static final int LEAST_TABLE_WITH_SPACE = 12;

    /** What a run with a broken gate did not do, and what its user may do now. */
    private static final List<String> SKIPPED = List.of(
            "benchmarks skipped: a guarantee is violated; the rest of the catalogue was not checked either",
            "next: report.md is a bug report with a program that shows it; report --for wsl|gvisor|docker|plain",
            "    fits it to a tracker; check tells what else differs; run --on-violation continue measures anyway");

    private final PrintStream out;

    RunSummary(PrintStream out) {
        this.out = out;
    }

    void print(RunDirectory directory, SuiteRun.SuiteOutcome summary) {
        Collection<CellData> cells = cells(directory);
        out.println();
        lines(SemanticsHeadline.read(directory), DiagnosisText.of(Diagnosis.of(cells)), cells, summary).forEach(out::println);
    }

    /** The last screen of a run that was ended by a broken gate; a resumed one has costs of earlier sessions. */
    void printSkipped(RunDirectory directory) {
        Collection<CellData> cells = cells(directory);
        out.println();
        skipped(SemanticsHeadline.read(directory), DiagnosisText.of(Diagnosis.of(cells)), cells).forEach(out::println);
    }

    private static Collection<CellData> cells(RunDirectory directory) {
        return Files.exists(directory.samples()) ? CellData.of(SamplesFile.readAll(directory.samples())).values() : List.of();
    }

    /**
     * The lines, at most {@link #LINES} of at most {@link #COLUMNS} columns.
     *
     * @param findings what is wrong with the costs, in sentences, the most severe first, of which those are printed that have
     *     room on 8 lines
     */
    static List<String> lines(SemanticsHeadline semantics, List<String> findings, Collection<CellData> cells,
            SuiteRun.SuiteOutcome summary) {
        List<String> diagnosis = whole(findings);
        return lines(semantics, diagnosis, cells, state(summary, diagnosis.size() > MISSING ? 1 : MISSING));
    }

    /** The same of a run whose gate is broken. */
    static List<String> skipped(SemanticsHeadline semantics, List<String> findings, Collection<CellData> cells) {
        return lines(semantics, whole(findings), cells, SKIPPED);
    }

    private static List<String> lines(SemanticsHeadline semantics, List<String> diagnosis, Collection<CellData> cells,
            List<String> state) {
        List<String> before = new ArrayList<>(semantics(semantics));
        before.addAll(diagnosis);
        List<String> after = new ArrayList<>();
        Sentences.unsteady(cells.stream().flatMap(data -> Findings.of(data).stream()).toList(),
                cells.stream().mapToInt(data -> data.forks().size()).sum(), COLUMNS).ifPresent(after::add);
        after.addAll(state);
        int room = LINES - before.size() - after.size();
        boolean spaced = room > LEAST_TABLE_WITH_SPACE;
        List<String> lines = new ArrayList<>(before);
        List<String> table = CostTable.of(cells).lines(COLUMNS, spaced ? room - 2 : room);
        if (spaced && !table.isEmpty()) {
            lines.add("");
        }
        lines.addAll(table);
        if (spaced) {
            lines.add("");
        }
        lines.addAll(after);
        return lines.stream().map(line -> CostTable.fit(Visible.line(line), COLUMNS)).toList();
    }

    private static List<String> semantics(SemanticsHeadline semantics) {
        String counts = semantics.counts() + ".";
        String all = counts + semantics.behaviour().stream().findFirst().map(text -> " " + text).orElse("");
        return semantics.worst().map(worst -> List.of("semantics: " + worst, all.length() <= COLUMNS ? all : counts))
                .orElseGet(() -> wrapped("semantics: " + all));
    }

    /** As many sentences as fit on the lines that there are for them. */
    private static List<String> whole(List<String> sentences) {
        List<String> lines = new ArrayList<>();
        for (String sentence : sentences) {
            List<String> more = folded(Visible.line(sentence));
            if (!lines.isEmpty() && lines.size() + more.size() > DIAGNOSIS) {
                break;
            }
            lines.addAll(more);
        }
        return lines.stream().limit(DIAGNOSIS).toList();
    }

    /** On two lines where one is not enough, the second one the last sentence. */
    private static List<String> wrapped(String text) {
        int end = text.lastIndexOf(". ");
        return text.length() <= COLUMNS || end < 0 ? List.of(text) : List.of(text.substring(0, end + 1), text.substring(end + 2));
    }

    /** A sentence on as many lines as it needs, those after the first indented. */
    private static List<String> folded(String sentence) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : sentence.split(" ")) {
            if (line.length() + 1 + word.length() > COLUMNS && !line.toString().isBlank()) {
                lines.add(line.toString());
                line = new StringBuilder(INDENT);
            }
            line.append(line.toString().isBlank() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** A sentence on two lines if it needs more than one; what does not fit on them is left out. */
    private static List<String> onTwoLines(String sentence) {
        String first = folded(sentence).get(0);
        return first.length() == sentence.length() ? List.of(first)
                : List.of(first, INDENT + sentence.substring(first.length()).strip());
    }

    /** What was not measured, and why; what the time was spent on where that leaves room. */
    private static List<String> state(SuiteRun.SuiteOutcome summary, int most) {
        List<String> lines = new ArrayList<>();
        String done = " after " + summary.done() + " of " + summary.planned() + " forks";
        if (summary.interrupted()) {
            lines.add("interrupted" + done);
        }
        if (summary.budgetSpent()) {
            lines.add("the budget was spent" + done);
        }
        if (!summary.imprecise().isEmpty()) {
            lines.add("precision not reached: " + someOf(summary.imprecise()));
        }
        if (!summary.unsupported().isEmpty()) {
            lines.add("not measured, since the platform lacks their address family: " + summary.unsupported().size()
                    + " cells, such as " + summary.unsupported().get(0));
        }
        if (!summary.ofLaterJava().isEmpty()) {
            lines.add("not measured, since they need a later Java than " + Runtime.version().feature() + ": "
                    + summary.ofLaterJava().size() + " cells, such as " + summary.ofLaterJava().get(0));
        }
        summary.missing().stream().limit(most).forEach(missing -> lines.addAll(onTwoLines(
                "missing: fork " + missing.fork() + " of " + missing.cell() + ": " + missing.reason())));
        if (summary.missing().size() > most) {
            lines.add("missing: " + (summary.missing().size() - most) + " more forks");
        }
        profilers(summary).ifPresent(lines::add);
        if (lines.size() < most) {
            time(summary).ifPresent(lines::add);
        }
        return lines;
    }

    /** What the time was spent on; empty if nothing was measured. */
    private static Optional<String> time(SuiteRun.SuiteOutcome summary) {
        TimeSpent time = summary.time();
        return summary.done() == 0 ? Optional.empty() : Optional.of(String.format(Locale.ROOT,
                "time: %s: calls %s, warm-up %s, fixtures and controls %s, starting forks %s",
                Durations.text(Duration.ofMillis((long) (1e3 * time.forks()))), share(time.calls(), time),
                share(time.warmUp(), time), share(time.fixtures(), time), share(time.rest(), time)));
    }

    private static String share(double seconds, TimeSpent time) {
        return Math.round(100 * Math.max(0, seconds) / time.forks()) + " %";
    }

    private static String someOf(Collection<?> cells) {
        return (cells.size() == 1 ? "" : cells.size() + " benchmarks, such as ") + cells.iterator().next();
    }

    /** Where the results of JMH's profilers are; empty where none was asked for. */
    private static Optional<String> profilers(SuiteRun.SuiteOutcome summary) {
        return summary.profiled().isEmpty() ? Optional.empty() : Optional.of("results of -prof "
                + String.join(", ", summary.profiled()) + ": in JMH's table at the end of jmh.log");
    }
}
