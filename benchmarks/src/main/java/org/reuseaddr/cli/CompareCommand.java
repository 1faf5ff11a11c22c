package org.reuseaddr.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.ChangeGate;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Group;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.compare.RunLoader;
import org.reuseaddr.compare.Verdict;
import org.reuseaddr.report.ComparisonBenchfmt;
import org.reuseaddr.report.ComparisonCsv;
import org.reuseaddr.report.ComparisonHtml;
import org.reuseaddr.report.ComparisonMarkdown;
import org.reuseaddr.report.ComparisonText;
import org.reuseaddr.report.ComparisonView;
import org.reuseaddr.report.PlatformMatrix;
import org.reuseaddr.report.SmallerIsBetterJson;
import org.reuseaddr.report.chart.DisplayUnit;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.transcript.Visible;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare BASE OTHER…}: runs against the first, with verdicts that the data support. */
@Command(description = "Compare runs with the first: how much, how sure, and which call is to blame.",
        footer = {"", "A run is its directory, its samples.csv, or a result file of any JMH jar (-rf json).",
            "Several runs per group distinguish the platform from machine drift: compare BASE1 BASE2 -- OTHER1 OTHER2.",
            "", "Exit codes: 0 compared; 2 wrong usage or unreadable input; with --fail-on also 3 a scenario became a",
            "violation; 4 a change beyond the limit; 5 primary benchmarks are missing or undecided."})
final class CompareCommand implements Callable<Integer> {

    private static final String SEPARATOR = "--";
    /** What ends options where the user cannot type it, so that "--" can separate groups. */
    private static final String NO_DELIMITER = "\0";

    /** The forms of the output. */
    enum Format {
        TEXT, MARKDOWN, CSV, HTML, BENCHFMT, JSON_SMALLER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", arity = "2..*",
            description = "The base, then what is compared with it; -- separates groups of several runs.")
    private List<String> runs = new ArrayList<>();

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    @Option(names = "--by-label", description = "Runs of one label are one group; the first run's label is the base.")
    private boolean byLabel;

    @Option(names = "--margin", paramLabel = "P%", defaultValue = "5%", converter = PercentConverter.class,
            description = "Differences within ±P %% count as the same (default: ${DEFAULT-VALUE}).")
    private double margin;

    @Option(names = "--fail-on", paramLabel = "P%", converter = PercentConverter.class,
            description = "Exit 4 if a benchmark is slower or faster by more than P %%, 5 if the data do not decide.")
    private Double failOn;

    @Option(names = "--slower-only", description = "With --fail-on: what became faster does not fail.")
    private boolean slowerOnly;

    @Option(names = "--fail-on-semantics", negatable = true, arity = "0",
            description = "Exit 3 if a scenario became a violation (default: with --fail-on).")
    private Boolean failOnSemantics;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES} (default: text).")
    private Format format;

    @Option(names = "--matrix", description = {"Show what each run's platform makes of each rule instead, as Markdown or",
            "with --format html; runs of check will do, and so will a semantics.csv."})
    private boolean matrix;

    @Option(names = "--sort", defaultValue = "name", description = "${COMPLETION-CANDIDATES} (default: name).")
    private ComparisonView.Order order;

    @Option(names = "--units", description = "Show all times in ${COMPLETION-CANDIDATES} (default: what fits each).")
    private DisplayUnit units;

    @Option(names = "--benchmark", paramLabel = "REGEX",
            description = "Test and show only benchmarks whose Class.method contains a match.")
    private Pattern benchmark;

    @Option(names = "--param", paramLabel = "NAME=VALUE",
            description = "Test and show only cells with this parameter value; may be repeated.")
    private Map<String, String> params = new LinkedHashMap<>();

    @Option(names = "--verdict", paramLabel = "VERDICT", split = ",",
            description = "Show only these: slower, faster, same, unclear.")
    private Set<VerdictName> verdicts = Set.of();

    /** The verdicts as they are typed. */
    enum VerdictName {
        SLOWER(Verdict.SLOWER), FASTER(Verdict.FASTER), SAME(Verdict.SAME), UNCLEAR(Verdict.UNCLEAR);

        private final Verdict verdict;

        VerdictName(Verdict verdict) {
            this.verdict = verdict;
        }
    }

    @Spec
    void setSpec(CommandSpec spec) {
        this.spec = spec;
        spec.parser().endOfOptionsDelimiter(NO_DELIMITER).unmatchedOptionsArePositionalParams(true)
                .caseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() {
        if (slowerOnly && failOn == null) {
            throw new ParameterException(spec.commandLine(), "--slower-only needs --fail-on.");
        }
        if (matrix) {
            return showMatrix();
        }
        Comparison comparison = Comparison.of(groups(), margin, this::isTested);
        PrintWriter out = spec.commandLine().getOut();
        out.print(render(comparison));
        out.flush();
        return failOn == null && !Boolean.TRUE.equals(failOnSemantics) ? ExitCode.DONE : gate(comparison);
    }

    private int showMatrix() {
        if (failOn != null || Boolean.TRUE.equals(failOnSemantics) || runs.contains(SEPARATOR) || format != Format.TEXT
                && format != Format.MARKDOWN && format != Format.HTML) {
            throw new ParameterException(spec.commandLine(), "--matrix takes runs, and --format markdown or html; no --fail-on, no --.");
        }
        requireNoOptions();
        requireDistinct();
        PlatformMatrix table = PlatformMatrix.of(runs.stream().map(run -> SemanticsFile.readAll(semantics(Path.of(run)))).toList());
        PrintWriter out = spec.commandLine().getOut();
        out.print(format == Format.HTML ? table.html() : table.markdown());
        out.flush();
        return ExitCode.DONE;
    }

    private static Path semantics(Path run) {
        return Files.isDirectory(run) ? new RunDirectory(run).semantics() : run;
    }

    private int gate(Comparison comparison) {
        boolean semantics = failOnSemantics == null || failOnSemantics;
        ChangeGate.Decision decision = failOn == null ? ChangeGate.ofSemantics(comparison)
                : new ChangeGate(failOn, slowerOnly, semantics).judge(comparison);
        PrintWriter err = spec.commandLine().getErr();
        decision.reasons().forEach(reason -> err.println("fail-on: " + Visible.line(reason)));
        err.flush();
        return switch (decision.ruling()) {
            case PASSED -> ExitCode.DONE;
            case UNDECIDED -> ExitCode.UNDECIDED;
            case CHANGED -> ExitCode.CHANGED;
            case VIOLATED -> ExitCode.VIOLATION;
        };
    }

    private String render(Comparison comparison) {
        ComparisonView view = new ComparisonView(shown(), order, Optional.ofNullable(units));
        return switch (format) {
            case TEXT -> ComparisonText.render(comparison, view, isColoured());
            case MARKDOWN -> ComparisonMarkdown.render(comparison, view);
            case CSV -> ComparisonCsv.render(comparison, view);
            case HTML -> ComparisonHtml.render(comparison, view);
            case BENCHFMT -> ComparisonBenchfmt.render(comparison, view);
            case JSON_SMALLER -> SmallerIsBetterJson.render(comparison, view);
        };
    }

    /** Colour is for terminals, unless the user wants none: https://no-color.org. */
    private static boolean isColoured() {
        return Terminal.isStandardOutput() && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
    }

    private Predicate<CellComparison> shown() {
        Set<Verdict> wanted = verdicts.stream().map(name -> name.verdict).collect(Collectors.toSet());
        return cell -> isTested(cell.cell()) && (wanted.isEmpty() || wanted.contains(cell.verdict()));
    }

    private boolean isTested(Cell cell) {
        return (benchmark == null || benchmark.matcher(cell.benchmark()).find())
                && cell.params().entrySet().containsAll(params.entrySet());
    }

    private void requireNoOptions() {
        for (String run : runs) {
            if (run.startsWith("-") && !run.equals(SEPARATOR)) {
                throw new ParameterException(spec.commandLine(),
                        "Unknown option: '" + run + "' (a run of that name is ./" + run + ")");
            }
        }
    }

    private List<Group> groups() {
        requireNoOptions();
        RunLoader loader = new RunLoader();
        List<Group> groups = runs.contains(SEPARATOR) ? separated(loader) : each(loader);
        requireDistinct();
        requireNoCopies(groups.stream().flatMap(group -> group.runs().stream()).toList());
        if (groups.size() < 2) {
            throw new ParameterException(spec.commandLine(), byLabel
                    ? "All runs have the label " + groups.get(0).label() + ": two labels are needed."
                    : "Two groups are needed: compare BASE OTHER");
        }
        return groups;
    }

    /** A run that is compared with itself, or counted twice in a group, would be no further observation. */
    private void requireDistinct() {
        Set<Path> seen = new HashSet<>();
        for (String run : runs) {
            if (!run.equals(SEPARATOR) && Files.exists(Path.of(run)) && !seen.add(identity(Path.of(run)))) {
                throw new ParameterException(spec.commandLine(), "The run " + run + " is given twice.");
            }
        }
    }

    /** A copy of a run's directory is the same run. Ids alone do not show it: two machines can begin runs of one label at once. */
    private void requireNoCopies(List<RunData> loaded) {
        Map<RunId, RunData> seen = new HashMap<>();
        for (RunData run : loaded) {
            RunData first = seen.putIfAbsent(run.run(), run);
            if (first != null && isCopy(first.source(), run.source())) {
                throw new ParameterException(spec.commandLine(), "The run " + run.run().id() + " is given twice: " + run.source()
                        + " is a copy of " + first.source() + ".");
            }
        }
    }

    private static boolean isCopy(Path first, Path second) {
        try {
            return !first.equals(second) && Files.mismatch(samplesOf(first), samplesOf(second)) < 0;
        } catch (IOException e) {
            throw new InputException(second, "cannot be read: " + e.getMessage());
        }
    }

    private static Path samplesOf(Path source) {
        return Files.isDirectory(source) ? source.resolve("samples.csv") : source;
    }

    /** The run's directory, also where it is given by its samples.csv or through a link. */
    private static Path identity(Path run) {
        try {
            Path real = run.toRealPath();
            return real.endsWith("samples.csv") ? real.getParent() : real;
        } catch (IOException e) {
            throw new InputException(run, "cannot be read: " + e.getMessage());
        }
    }

    private List<Group> separated(RunLoader loader) {
        List<List<RunData>> groups = new ArrayList<>(List.of(new ArrayList<>()));
        for (String run : runs) {
            if (run.equals(SEPARATOR)) {
                groups.add(new ArrayList<>());
            } else {
                groups.get(groups.size() - 1).addAll(loader.load(Path.of(run)));
            }
        }
        if (byLabel || groups.stream().anyMatch(List::isEmpty)) {
            throw new ParameterException(spec.commandLine(),
                    byLabel ? "--by-label and -- exclude each other." : "Each group of -- needs a run.");
        }
        return named(groups);
    }

    private List<Group> each(RunLoader loader) {
        List<RunData> all = runs.stream().flatMap(run -> loader.load(Path.of(run)).stream()).toList();
        return named(byLabel ? List.copyOf(all.stream()
                .collect(Collectors.groupingBy(run -> run.run().label(), LinkedHashMap::new, Collectors.toList())).values())
                : all.stream().map(List::of).toList());
    }

    /** Groups by their runs' labels; where two groups have the same, by the names of their first runs. */
    private static List<Group> named(List<List<RunData>> groups) {
        List<String> labels = groups.stream().map(group -> group.get(0).run().label()).toList();
        boolean distinct = Set.copyOf(labels).size() == labels.size();
        List<Group> named = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            named.add(new Group(distinct ? labels.get(i) : groups.get(i).get(0).run().id(), groups.get(i)));
        }
        return named;
    }
}
