package org.reuseaddr.cli;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.reuseaddr.platform.Warning;
import org.reuseaddr.replay.Refusals;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.report.Reports;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.run.CheckSession;
import org.reuseaddr.run.MainJob;
import org.reuseaddr.run.RunProgress;
import org.reuseaddr.run.SuiteRun;
import org.reuseaddr.scenario.Scenario;

/**
 * Prints what happens in a run, and writes its report.
 *
 * @param warnings of the platform
 * @param known which differences are accepted
 */
record RunListener(List<Warning> warnings, KnownDifferences known) implements MainJob.JobListener {

    private static final List<String> FILES =
            List.of("report.html", "report.md", "samples.csv", "semantics.csv", "environment.csv", "jmh.json", "jmh.log");

    RunListener {
        warnings = List.copyOf(warnings);
    }

    @Override
    public void started(RunDirectory directory) {
        System.out.println("results go to " + directory.path());
        warnings.forEach(warning -> System.err.println("warning: " + warning.sentence()));
    }

    @Override
    public List<ScenarioResult> check(CheckSession session, List<Supplier<Scenario>> scenarios) {
        try (CheckProgressLine progress = CheckProgressLine.onStandardError()) {
            return session.replay(scenarios, 1, progress);
        }
    }

    @Override
    public void adapted(String line) {
        System.err.println(line);
    }

    @Override
    public void violation(ScenarioResult result) {
        Violations.announce(result);
    }

    @Override
    public void checked(List<ScenarioResult> results, Refusals refusals) {
        new SemanticsSummary(System.out).print(results, refusals, known::isListed);
        known.print(known.standings(results), System.out);
    }

    @Override
    public void skipped(RunDirectory directory) {
        new RunSummary(System.out).printSkipped(directory);
    }

    /** Measures, and on SIGINT and SIGTERM ends the fork that runs, so that what there is can be summed up. */
    @Override
    public SuiteRun.SuiteOutcome measure(SuiteRun run) {
        try (LiveProgress live = Terminal.isStandardError() ? new LiveProgress(System.err) : null) {
            RunProgress progress = live != null ? live : new PlainProgress(System.err);
            Interruption.onSignal(run::stop);
            return run.measure(progress);
        }
    }

    @Override
    public void measured(RunDirectory directory, SuiteRun.SuiteOutcome summary) {
        new RunSummary(System.out).print(directory, summary);
    }

    /** Writes what people read; whatever goes wrong here, the run's figures are on disk and its exit code stands. */
    @Override
    public void finished(RunDirectory directory) {
        try {
            Reports.write(new Reports.ReportRequest(directory.path(), Optional.empty(), directory.path(), false, false))
                    .problems().forEach(System.err::println);
        } catch (InputException | OutputException e) {
            System.err.println("no report: " + e.getMessage());
        }
        String files = FILES.stream().filter(name -> Files.exists(directory.path().resolve(name))).collect(Collectors.joining(", "));
        if (!files.isEmpty()) {
            System.out.println("files: " + files);
        }
        System.out.println("results are in " + directory.path());
    }
}
