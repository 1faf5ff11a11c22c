package org.reuseaddr.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.platform.Redaction;
import org.reuseaddr.report.chart.Charts;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.transcript.Visible;

/** Writes what people read of a run. */
public final class Reports {

    private static final List<String> VERSIONS =
            List.of(PlatformEntry.SUITE_VERSION, PlatformEntry.SUITE_COMMIT, RunEntry.SCHEMA,
                    PlatformEntry.KERNEL_RELEASE, PlatformEntry.JAVA_VM_VERSION, RunEntry.NATIVE_BINDING);

    private Reports() {
    }

    /**
     * What a report is made of and where it goes.
     *
     * @param run a run directory or a file of one
     * @param baseline the run to compare with, if any
     * @param out where the files go; made if it is not there
     * @param bundle whether everything is also put into one zip
     * @param includeHost whether host names, user names, home directories and addresses stay in
     * @param audience whom it is for; empty for those who have to do with the platform
     * @param cause the number of the cause, from 1, that it is about; empty for the whole run
     */
    public record ReportRequest(Path run, Optional<Path> baseline, Path out, boolean bundle, boolean includeHost,
            Optional<Audience> audience, OptionalInt cause) {

        /** Of the whole run for those who have to do with its platform. */
        public ReportRequest(Path run, Optional<Path> baseline, Path out, boolean bundle, boolean includeHost) {
            this(run, baseline, out, bundle, includeHost, Optional.empty(), OptionalInt.empty());
        }
    }

    /**
     * What was written.
     *
     * @param files the files, the most important first
     * @param title what an issue could be called; empty where no tracker is addressed
     * @param problems what could not be written, one line each
     */
    public record Written(List<Path> files, Optional<String> title, List<String> problems) {
        public Written {
            files = List.copyOf(files);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Writes the report.
     *
     * @throws InputException if a run cannot be read
     * @throws OutputException if a file cannot be written
     */
    public static Written write(ReportRequest request) {
        return write(request, Redaction.ofThisProcess());
    }

    /** The same for a writer whose names are given. */
    static Written write(ReportRequest request, Redaction writer) {
        KnownScenarios known = KnownScenarios.load();
        Privacy privacy = new Privacy(request.includeHost(), writer, known.texts());
        ReportedRun run = ReportedRun.read(request.run(), privacy);
        Optional<ReportedRun> baseline = request.baseline().map(path -> ReportedRun.read(path, privacy));
        ReportModel model = ReportModel.of(run, baseline, privacy, known, request.audience(), request.cause());
        Map<String, byte[]> files = new LinkedHashMap<>();
        MarkdownReport markdown = MarkdownReport.of(model);
        if (model.audience() == Audience.NETDEV) {
            put(files, "report.txt", NetdevMail.render(model));
        } else {
            put(files, "report.md", markdown.text());
            markdown.attachments().forEach((name, text) -> put(files, "attachments/" + name, text));
        }
        Charts charts = Charts.of(model.run().data(), model.baseline().map(ReportedRun::data));
        Map<String, String> csv = csv(run, privacy);
        put(files, "report.html", HtmlReport.render(model, markdown, charts, csv));
        charts.figures().forEach(figure -> {
            put(files, "charts/" + figure.name() + ".svg", figure.svgFile());
            files.put("charts/" + figure.name() + ".png", figure.pngFile());
        });
        List<Path> written = new ArrayList<>();
        files.forEach((name, bytes) -> written.add(OutputFile.write(OutputFile.within(request.out(), name), bytes)));
        List<String> problems = new ArrayList<>(charts.problems());
        if (request.bundle()) {
            csv.forEach((name, text) -> put(files, name, text));
            reproductions(model).forEach((name, text) -> put(files, "reproductions/" + name, text));
            put(files, "versions.txt", versions(run));
            Bundle bundle = Bundle.of(files);
            written.add(OutputFile.write(request.out().resolve("report.zip"), bundle.bytes()));
            if (!bundle.leftOut().isEmpty()) {
                problems.add("left out of report.zip, which must stay under 5 MB: " + String.join(", ", bundle.leftOut()));
            }
        }
        return new Written(written, model.audience().tracker().map(page -> Visible.line(model.title())), problems);
    }

    private static void put(Map<String, byte[]> files, String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A program in each language for each cause that is shown with one. */
    private static Map<String, String> reproductions(ReportModel model) {
        Map<String, String> programs = new LinkedHashMap<>();
        for (int i = 0; i < model.featured().size(); i++) {
            String name = "repro-" + (i + 1);
            model.featured().get(i).scenario().ifPresent(scenario -> {
                programs.put(name + ".py", Reproduction.python(scenario));
                programs.put(name + ".c", Reproduction.c(scenario));
                programs.put(name + ".strace", Reproduction.strace(scenario));
            });
        }
        return programs;
    }

    private static String versions(ReportedRun run) {
        return VERSIONS.stream().map(name -> name + " " + run.entry(name).orElse("unknown") + "\n")
                .collect(Collectors.joining());
    }

    /** The run's tables as they are, apart from what privacy leaves out. */
    private static Map<String, String> csv(ReportedRun run, Privacy privacy) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Path file : List.of(run.directory().samples(), run.directory().semantics(), run.directory().environment())) {
            if (Files.exists(file)) {
                try {
                    texts.put(file.getFileName().toString(), privacy.table(file));
                } catch (IOException e) {
                    throw new InputException(file, "cannot be read: " + e.getMessage());
                }
            }
        }
        return texts;
    }
}
