package org.reuseaddr.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.compare.Baseline;
import org.reuseaddr.compare.Baseline.Standing;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.replay.Gate;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.report.OutputFile;
import org.reuseaddr.results.DivergentCall;
import org.reuseaddr.results.KnownFile;
import org.reuseaddr.results.RunId;
import org.reuseaddr.run.SemanticCheck;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Visible;

/** The option {@code --known}: which differences are accepted, what is said of the others, and the list's next version. */
final class KnownDifferences {

    private static final int SHOWN = 40;
    /** Whose row a result becomes does not matter here. */
    private static final RunId ANY_RUN = new RunId("", "", "");

    private final Path file;
    private final Baseline baseline;

    private KnownDifferences(Path file, Baseline baseline) {
        this.file = file;
        this.baseline = baseline;
    }

    /**
     * Reads the list.
     *
     * @param file null for none
     * @param update whether it will be rewritten; then it need not be there yet
     * @throws UsageException if it is to be rewritten and cannot be
     */
    static KnownDifferences read(Path file, boolean update, boolean strict) {
        if (file == null) {
            if (update) {
                throw new UsageException("--update-known: needs --known FILE, the list to be written");
            }
            return new KnownDifferences(null, Baseline.linux(strict));
        }
        if (update && Files.notExists(file)) {
            return new KnownDifferences(file, Baseline.of(List.of(), strict));
        }
        KnownFile.Content content = KnownFile.read(file);
        if (update && content.isRecord()) {
            throw new UsageException("--update-known: " + file + " is the record of a run, which is not rewritten; name another "
                    + "file, which need not exist");
        }
        return new KnownDifferences(file, Baseline.of(content.differences(), strict));
    }

    Baseline baseline() {
        return baseline;
    }

    /** Where each result stands, in their order. */
    List<Standings> standings(List<ScenarioResult> results) {
        return results.stream().map(result -> baseline.standing(SemanticCheck.row(ANY_RUN, result))).toList();
    }

    /** Whether a result is a difference of the list. */
    boolean isListed(ScenarioResult result) {
        return baseline.isListed() && baseline.standing(SemanticCheck.row(ANY_RUN, result)).standing() == Standing.EXPECTED;
    }

    /** Whether a check with these results fails. */
    boolean isBroken(List<Standings> results) {
        return baseline.isBroken(results, unknown(results));
    }

    /** Reports what differs from the list; nothing without one. */
    void print(List<Standings> results, PrintStream out) {
        if (!baseline.isListed()) {
            return;
        }
        list(out, "new or answering otherwise", results.stream()
                .filter(result -> result.standing() == Standing.FAILED || result.standing() == Standing.TIMED_OUT)
                .map(result -> result.row().scenario() + ": " + result.row().grade() + ", " + result.row().divergentCall() + " = "
                        + DivergentCall.outcome(result.row().observed()) + "; " + result.why()).toList());
        list(out, "fixed, please remove", results.stream().filter(result -> result.standing() == Standing.FIXED)
                .map(result -> result.row().scenario()).distinct().toList());
        list(out, "no scenario of this version has the id", List.copyOf(unknown(results)));
        out.println(file + ": " + count(results, Standing.EXPECTED) + " differences accepted, "
                + count(results, Standing.FAILED, Standing.TIMED_OUT) + " new or answering otherwise, "
                + count(results, Standing.FIXED) + " fixed");
    }

    private static long count(List<Standings> results, Standing... standings) {
        return results.stream().filter(result -> List.of(standings).contains(result.standing())).count();
    }

    private static void list(PrintStream out, String heading, List<String> lines) {
        lines.stream().limit(SHOWN).forEach(line -> out.println(heading + ": " + Visible.line(line)));
        if (lines.size() > SHOWN) {
            out.println(heading + ": " + (lines.size() - SHOWN) + " more");
        }
    }

    private Set<String> unknown(List<Standings> results) {
        Set<String> unknown = baseline.unknown(results.stream().map(result -> result.row().scenario()).collect(Collectors.toSet()));
        if (!unknown.isEmpty()) {
            unknown.removeAll(ScenarioNames.ofCatalogue().ids());
            Stream.of(Gate.beforeRun(), Gate.withinFork()).flatMap(List::stream).map(Scenario::id).forEach(unknown::remove);
        }
        if (!unknown.isEmpty()) {
            unknown.removeAll(ScenarioNames.ofFullCatalogue().ids());
        }
        return unknown;
    }

    /**
     * Writes the list's next version.
     *
     * @throws org.reuseaddr.results.OutputException if it cannot be written; the list of before is there then
     */
    void update(List<Standings> results) {
        OutputFile.write(file, KnownFile.text(baseline.updated(results.stream().map(Standings::row).toList()))
                .getBytes(StandardCharsets.UTF_8));
    }
}
