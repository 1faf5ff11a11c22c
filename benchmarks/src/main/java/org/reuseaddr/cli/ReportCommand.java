package org.reuseaddr.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.reuseaddr.report.Reports;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a bug report from one run. */
@Command(name = "report", description = "Write a bug report from one run: report.md, report.html and charts.")
final class ReportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RUN", description = "A run directory, or a file of one.")
    private Path run;

    @Option(names = "--baseline", paramLabel = "RUN", description = "Compare with this run.")
    private Path baseline;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the files go. Default: the run directory.")
    private Path out;

    @Option(names = "--bundle", description = "Put report, CSV, charts and reproductions into one zip as well.")
    private boolean bundle;

    @Option(names = "--include-host",
            description = "Leave in host names, user names, home directories and addresses that are not loopback.")
    private boolean includeHost;

    @Override
    public Integer call() {
        Path home = Files.isDirectory(run) ? run : run.toAbsolutePath().getParent();
        Reports.Written written = Reports.write(new Reports.Request(run, Optional.ofNullable(baseline),
                out != null ? out : home, bundle, includeHost));
        written.files().forEach(file -> System.out.println("wrote " + file));
        written.problems().forEach(System.err::println);
        return ExitCode.DONE;
    }
}
