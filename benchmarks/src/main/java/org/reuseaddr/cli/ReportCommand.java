package org.reuseaddr.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.reuseaddr.report.Audience;
import org.reuseaddr.report.Reports;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a bug report from one run. */
@Command(description = "Write a bug report from one run: report.md, report.html and charts.")
final class ReportCommand implements Callable<Integer> {

    /** Files of one directory beyond this number are counted instead of named. */
    private static final int MOST_NAMED = 4;

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

    @Option(names = "--for", paramLabel = "wsl|gvisor|docker|netdev|plain",
            description = {"Whose questions to answer: the bug form of microsoft/WSL, google/gvisor or Docker Desktop, a mail to",
                "netdev (report.txt), or neutral Markdown. Default: by the platform of the run."})
    private String audience;

    @Option(names = "--cause", paramLabel = "N",
            description = "Report one cause alone, by its number in report.html; 1 is the most severe.")
    private Integer cause;

    @Override
    public Integer call() {
        Optional<Audience> reader = Optional.ofNullable(audience)
                .map(name -> RunCommand.oneOf("--for", name, Audience.values(), Audience::optionName));
        Path home = Files.isDirectory(run) ? run : run.toAbsolutePath().getParent();
        Reports.Written written = Reports.write(new Reports.ReportRequest(run, Optional.ofNullable(baseline),
                out != null ? out : home, bundle, includeHost, reader,
                cause == null ? OptionalInt.empty() : OptionalInt.of(cause)));
        Map<Path, List<Path>> byDirectory = written.files().stream()
                .collect(Collectors.groupingBy(Path::getParent, LinkedHashMap::new, Collectors.toList()));
        byDirectory.forEach((directory, files) -> {
            if (files.size() > MOST_NAMED) {
                System.out.println("wrote " + files.size() + " files to " + directory);
            } else {
                files.forEach(file -> System.out.println("wrote " + file));
            }
        });
        written.title().ifPresent(title -> System.out.println("title for the issue: " + title));
        written.problems().forEach(System.err::println);
        return ExitCode.DONE;
    }
}
