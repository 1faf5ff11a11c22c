package org.reuseaddr.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.compare.Finding;
import org.reuseaddr.compare.Findings;
import org.reuseaddr.report.Sentences;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.run.SuiteRun;

/** What a run measured, on a terminal: the suite's estimates, which take forks for the observations, then JMH's table. */
final class RunSummary {

    private static final int FINDINGS = 5;

    private final PrintStream out;

    RunSummary(PrintStream out) {
        this.out = out;
    }

    void print(RunDirectory directory, SuiteRun.Summary summary) {
        out.println();
        if (Files.exists(directory.samples())) {
            List<Sample> samples = SamplesFile.readAll(directory.samples());
            SortedMap<Cell, Estimate> estimates = Estimates.of(samples);
            int width = estimates.keySet().stream().mapToInt(cell -> cell.toString().length()).max().orElse(0);
            out.println("median over forks, with a 95 % interval from forks:");
            for (Map.Entry<Cell, Estimate> entry : estimates.entrySet()) {
                Estimate estimate = entry.getValue();
                out.printf(Locale.ROOT, "  %-" + width + "s %12.4g %-6s %s%n", entry.getKey(), estimate.value(),
                        estimate.unit(), interval(estimate));
            }
            printFindings(samples);
        }
        if (!summary.results().isEmpty()) {
            out.println();
            out.println("as JMH sees it, iterations of all forks taken together:");
            printJmhTable(summary.results());
        }
        out.println();
        if (summary.interrupted()) {
            out.println("interrupted after " + summary.done() + " of " + summary.planned() + " forks");
        }
        if (summary.budgetSpent()) {
            out.println("the budget was spent after " + summary.done() + " of " + summary.planned() + " forks");
        }
        summary.imprecise().forEach(cell -> out.println("precision not reached: " + cell));
        if (!summary.unsupported().isEmpty()) {
            out.println("not measured, since the platform lacks their address family: " + summary.unsupported().size()
                    + " cells, such as " + summary.unsupported().get(0));
        }
        summary.missing().forEach(missing -> out.println(
                "missing: fork " + missing.fork() + " of " + missing.cell() + ": " + missing.reason()));
    }

    /** Outliers, drift and foreign load: the first few here, all in the report. */
    private void printFindings(List<Sample> samples) {
        List<Finding> findings = Findings.of(samples);
        if (!findings.isEmpty()) {
            out.println();
            findings.stream().limit(FINDINGS).forEach(finding -> out.println("note: " + Sentences.finding(finding)));
            if (findings.size() > FINDINGS) {
                out.println("note: and " + (findings.size() - FINDINGS) + " more in report.md");
            }
        }
    }

    private static String interval(Estimate estimate) {
        if (estimate.interval().isEmpty()) {
            return "no interval from " + estimate.replicates() + " fork";
        }
        double low = estimate.interval().get().low();
        double high = estimate.interval().get().high();
        return high > 10 * low ? "too wide to be of use from " + estimate.replicates() + " forks"
                : String.format(Locale.ROOT, "[%.4g, %.4g]", low, high);
    }

    /** JMH's table without the metrics that stand in samples.csv: a dozen lines a benchmark that bury the scores. */
    private void printJmhTable(Collection<RunResult> results) {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        ResultFormatFactory.getInstance(ResultFormatType.TEXT, new PrintStream(table, true, StandardCharsets.UTF_8))
                .writeOut(results);
        table.toString(StandardCharsets.UTF_8).lines().filter(line -> !line.split(" ", 2)[0].contains(":"))
                .forEach(out::println);
    }
}
