package org.reuseaddr.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.run.SuiteRun;

/** What a run measured, on a terminal: the suite's estimates, which take forks for the observations, then JMH's table. */
final class RunSummary {

    private final PrintStream out;

    RunSummary(PrintStream out) {
        this.out = out;
    }

    void print(RunDirectory directory, SuiteRun.Summary summary) {
        out.println();
        if (Files.exists(directory.samples())) {
            SortedMap<Cell, Estimate> estimates = Estimates.of(SamplesFile.readAll(directory.samples()));
            int width = estimates.keySet().stream().mapToInt(cell -> cell.toString().length()).max().orElse(0);
            out.println("median over forks, with a 95 % interval from forks:");
            for (Map.Entry<Cell, Estimate> entry : estimates.entrySet()) {
                Estimate estimate = entry.getValue();
                out.printf(Locale.ROOT, "  %-" + width + "s %12.4g %-6s %s%n", entry.getKey(), estimate.value(),
                        estimate.unit(), estimate.interval()
                                .map(interval -> String.format(Locale.ROOT, "[%.4g, %.4g]", interval.low(), interval.high()))
                                .orElse("no interval from " + estimate.replicates() + " fork"));
            }
        }
        if (!summary.results().isEmpty()) {
            out.println();
            out.println("as JMH sees it, iterations of all forks taken together:");
            ResultFormatFactory.getInstance(ResultFormatType.TEXT, out).writeOut(summary.results());
        }
        out.println();
        if (summary.interrupted()) {
            out.println("interrupted after " + summary.done() + " of " + summary.planned() + " forks");
        }
        summary.missing().forEach(missing -> out.println(
                "missing: fork " + missing.fork() + " of " + missing.cell() + ": " + missing.reason()));
    }
}
