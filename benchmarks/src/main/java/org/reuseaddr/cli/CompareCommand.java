package org.reuseaddr.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Group;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.compare.RunLoader;
import org.reuseaddr.compare.Verdict;
import org.reuseaddr.report.ComparisonCsv;
import org.reuseaddr.report.ComparisonHtml;
import org.reuseaddr.report.ComparisonMarkdown;
import org.reuseaddr.report.ComparisonText;
import org.reuseaddr.report.ComparisonView;
import org.reuseaddr.report.chart.DisplayUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare BASE OTHER…}: runs against the first, with verdicts that the data support. */
@Command(name = "compare", description = "Compares runs with the first: how much, how sure, and which call is to blame.",
        footer = {"", "A run is its directory, its samples.csv, or a result file of any JMH jar (-rf json).",
            "Several runs a side tell the platform from the machine's hour: compare BASE1 BASE2 -- OTHER1 OTHER2.",
            "", "Exit codes: 0 compared; 2 wrong usage or unreadable input; 4 a change beyond --fail-on."})
final class CompareCommand implements Callable<Integer> {

    private static final String SEPARATOR = "--";
    /** What ends options where the user cannot type it, so that "--" can part the sides. */
    private static final String NO_DELIMITER = "\0";

    /** The forms of the output. */
    enum Format {
        TEXT, MARKDOWN, CSV, HTML;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", arity = "2..*",
            description = "The base, then what is compared with it; -- parts sides of several runs.")
    private List<String> runs = new ArrayList<>();

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    @Option(names = "--by-label", description = "Runs of one label are one side; the first run's label is the base.")
    private boolean byLabel;

    @Option(names = "--margin", paramLabel = "P%", defaultValue = "5%", converter = PercentConverter.class,
            description = "Differences within ±P %% count as the same (default: ${DEFAULT-VALUE}).")
    private double margin;

    @Option(names = "--fail-on", paramLabel = "P%", converter = PercentConverter.class,
            description = "Exit 4 if a cell is slower or faster by more than P %%.")
    private Double failOn;

    @Option(names = "--format", defaultValue = "text", description = "${COMPLETION-CANDIDATES} (default: text).")
    private Format format;

    @Option(names = "--sort", defaultValue = "name", description = "${COMPLETION-CANDIDATES} (default: name).")
    private ComparisonView.Order order;

    @Option(names = "--units", description = "Show all times in ${COMPLETION-CANDIDATES} (default: what fits each).")
    private DisplayUnit units;

    @Option(names = "--benchmark", paramLabel = "REGEX",
            description = "Show only benchmarks whose Class.method contains a match.")
    private Pattern benchmark;

    @Option(names = "--param", paramLabel = "NAME=VALUE",
            description = "Show only cells with this parameter value; may be repeated.")
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
        Comparison comparison = Comparison.of(sides(), margin);
        PrintWriter out = spec.commandLine().getOut();
        out.print(render(comparison));
        out.flush();
        return failOn != null && hasChange(comparison, failOn) ? ExitCode.CHANGED : ExitCode.DONE;
    }

    private String render(Comparison comparison) {
        ComparisonView view = new ComparisonView(shown(), order, Optional.ofNullable(units));
        return switch (format) {
            case TEXT -> ComparisonText.render(comparison, view, isColoured());
            case MARKDOWN -> ComparisonMarkdown.render(comparison, view);
            case CSV -> ComparisonCsv.render(comparison, view);
            case HTML -> ComparisonHtml.render(comparison, view);
        };
    }

    /** Colour is for terminals, unless the user wants none: https://no-color.org. */
    private static boolean isColoured() {
        return Terminal.isStandardOutput() && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
    }

    private Predicate<CellComparison> shown() {
        Set<Verdict> wanted = verdicts.stream().map(name -> name.verdict).collect(Collectors.toSet());
        return cell -> (benchmark == null || benchmark.matcher(cell.cell().benchmark()).find())
                && cell.cell().params().entrySet().containsAll(params.entrySet())
                && (wanted.isEmpty() || wanted.contains(cell.verdict()));
    }

    private static boolean hasChange(Comparison comparison, double limit) {
        return comparison.others().stream().flatMap(versus -> versus.cells().stream())
                .filter(cell -> cell.verdict().isClaim())
                .mapToDouble(cell -> cell.ratio().orElseThrow().value())
                .anyMatch(ratio -> Math.max(ratio, 1 / ratio) > 1 + limit);
    }

    private List<Group> sides() {
        for (String run : runs) {
            if (run.startsWith("-") && !run.equals(SEPARATOR)) {
                throw new ParameterException(spec.commandLine(),
                        "Unknown option: '" + run + "' (a run of that name is ./" + run + ")");
            }
        }
        RunLoader loader = new RunLoader();
        List<Group> sides = runs.contains(SEPARATOR) ? parted(loader) : each(loader);
        if (sides.size() < 2) {
            throw new ParameterException(spec.commandLine(), byLabel
                    ? "All runs have the label " + sides.get(0).label() + ": two labels are needed."
                    : "Two sides are needed: compare BASE OTHER");
        }
        return sides;
    }

    private List<Group> parted(RunLoader loader) {
        List<List<RunData>> sides = new ArrayList<>(List.of(new ArrayList<>()));
        for (String run : runs) {
            if (run.equals(SEPARATOR)) {
                sides.add(new ArrayList<>());
            } else {
                sides.get(sides.size() - 1).addAll(loader.load(Path.of(run)));
            }
        }
        if (byLabel || sides.stream().anyMatch(List::isEmpty)) {
            throw new ParameterException(spec.commandLine(),
                    byLabel ? "--by-label and -- exclude each other." : "Each side of -- needs a run.");
        }
        return named(sides);
    }

    private List<Group> each(RunLoader loader) {
        List<RunData> all = runs.stream().flatMap(run -> loader.load(Path.of(run)).stream()).toList();
        return named(byLabel ? List.copyOf(all.stream()
                .collect(Collectors.groupingBy(run -> run.run().label(), LinkedHashMap::new, Collectors.toList())).values())
                : all.stream().map(List::of).toList());
    }

    /** Sides by their runs' labels; where two sides have the same, by the names of their first runs. */
    private static List<Group> named(List<List<RunData>> sides) {
        List<String> labels = sides.stream().map(side -> side.get(0).run().label()).toList();
        boolean distinct = Set.copyOf(labels).size() == labels.size();
        List<Group> named = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            named.add(new Group(distinct ? labels.get(i) : sides.get(i).get(0).run().id(), sides.get(i)));
        }
        return named;
    }
}
