package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.compare.ForkLevels;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;
import org.reuseaddr.socket.Family;
import org.reuseaddr.transcript.Visible;

/**
 * What a run's benchmarks cost, a row a benchmark with its parameters, the address families side by side.
 *
 * @param families the columns
 * @param forks how many forks a figure rests on at most, 0 where nothing was measured
 * @param blocks how many blocks those forks were measured in, 1 where the run has no blocks
 * @param rows the most telling first
 * @param controls what has no address family, each with its figure, such as {@code getppid 121 ns ±2.0 %}
 */
public record CostTable(List<String> families, int forks, int blocks, List<CostRow> rows, List<String> controls) {

    private static final Figures FIGURES = new Figures(Optional.empty());
    private static final String FAMILY = "family";
    private static final String CONTROL = "Control.";
    private static final int CONTROLS = 6;
    private static final int LEAST_LABEL = 24;
    private static final int LEAST_WORD = 6;
    private static final String GAP = "  ";
    /** Instead of a figure that is the ephemeral range's. */
    static final String OUT_OF_PORTS = "ports exhausted";
    private static final String CUT = "…";
    /** The controls' precision is what a narrow terminal can do without. */
    private static final Pattern PRECISION = Pattern.compile(" ±[^,]*");
    /** What tells most about a platform's bind, by how a benchmark's name begins. */
    private static final List<String> TELLING = List.of("ListenerLifecycle.", "SyscallCost.bind", "SyscallCost.listen",
            "SyscallCost.accept", "SyscallCost.close", "AcceptDrain.accept", "TimeToFirstAccept.", "AcceptThroughput.",
            "CrowdedBind.", "DuplicateRejection.", "ReusePortGroup.");
    /** By how many places a further set of parameters of one benchmark comes after the one before it. */
    private static final int PLACES_BETWEEN = 4;

    public CostTable {
        families = List.copyOf(families);
        rows = List.copyOf(rows);
        controls = List.copyOf(controls);
    }

    /**
     * A row.
     *
     * @param label the benchmark with those of its parameters that vary in the run
     * @param figures one a family, empty where that was not measured
     * @param place what tells more about a platform has a lower one
     */
    public record CostRow(String label, List<String> figures, int place) {
        public CostRow {
            figures = List.copyOf(figures);
        }
    }

    /** What makes a row of cells: all but the family. */
    private record Key(String benchmark, SortedMap<String, String> traits) {
    }

    /** The table of these cells. */
    public static CostTable of(Collection<CellData> cells) {
        List<CellData> measured = cells.stream().filter(data -> !data.forks().isEmpty()).toList();
        List<String> families = Arrays.stream(Family.values()).map(Family::name)
                .filter(name -> measured.stream().anyMatch(data -> name.equals(family(data)))).toList();
        Labels labels = new Labels(measured.stream().map(CellData::cell).map(CostTable::key).toList());
        Map<Key, Map<String, String>> figures = new LinkedHashMap<>();
        List<String> controls = new ArrayList<>();
        for (CellData data : measured) {
            if (families.contains(family(data))) {
                figures.computeIfAbsent(key(data.cell()), key -> new HashMap<>()).put(family(data), figure(data));
            } else {
                String label = labels.of(key(data.cell()));
                controls.add((label.startsWith(CONTROL) ? label.substring(CONTROL.length()) : label) + " " + figure(data));
            }
        }
        Map<String, Integer> seen = new HashMap<>();
        Map<Key, Integer> places = new HashMap<>();
        figures.keySet().stream().sorted(Comparator.comparing(labels::hasRareFlag)
                .thenComparing(key -> -figures.get(key).size()).thenComparing(labels::of)).forEach(key -> places.put(key,
                        telling(key) + PLACES_BETWEEN * (seen.merge(key.benchmark(), 1, Integer::sum) - 1)));
        List<CostRow> rows = figures.keySet().stream().sorted(Comparator.comparingInt(CostTable::telling).thenComparing(labels::of))
                .map(key -> new CostRow(labels.of(key), families.stream()
                        .map(family -> figures.get(key).getOrDefault(family, "")).toList(), places.get(key))).toList();
        return new CostTable(families, measured.stream().mapToInt(data -> data.forks().size()).max().orElse(0),
                measured.stream().mapToInt(CellData::blocks).max().orElse(1), rows, controls);
    }

    private static String family(CellData data) {
        return data.cell().params().getOrDefault(FAMILY, "");
    }

    private static Key key(Cell cell) {
        SortedMap<String, String> traits = new TreeMap<>(cell.params());
        if (Arrays.stream(Family.values()).map(Family::name).anyMatch(cell.params().getOrDefault(FAMILY, "")::equals)) {
            traits.remove(FAMILY);
        }
        traits.put("threads", Integer.toString(cell.threads()));
        traits.put("mode", cell.mode());
        return new Key(cell.benchmark(), traits);
    }

    private static int telling(Key key) {
        return IntStream.range(0, TELLING.size()).filter(i -> key.benchmark().startsWith(TELLING.get(i)))
                .findFirst().orElse(TELLING.size());
    }

    /** The median with its precision; not where that is the ephemeral range's figure, nor of two clusters of forks. */
    static String figure(CellData data) {
        Estimate estimate = Estimates.of(data, Sample.SCORE).orElseThrow();
        if (data.isOutOfPorts()) {
            return OUT_OF_PORTS;
        }
        return ForkLevels.of(data).map(levels -> figure(levels, estimate.unit())).orElseGet(() -> FIGURES.estimate(estimate));
    }

    static String figure(ForkLevels levels, String unit) {
        return FIGURES.value(levels.low(), unit) + " in " + levels.lowForks() + (levels.lowForks() == 1 ? " fork, " : " forks, ")
                + FIGURES.value(levels.high(), unit) + " in " + levels.highForks();
    }

    /** What the figures are, for the head of the first column. */
    public String caption() {
        return forks == 1 ? "cost in 1 fork: no interval" : "median of " + (blocks > 1 ? blocks + " blocks" : forks + " forks") + " ±95 %";
    }

    /** The controls on one line, the first few of them; empty where there are none. */
    public Optional<String> controlLine() {
        return controls.isEmpty() ? Optional.empty() : Optional.of(controlLine(CONTROLS));
    }

    private String controlLine(int most) {
        return "controls: " + controls.stream().limit(most).map(Visible::line).collect(Collectors.joining(", "))
                + (controls.size() > most ? ", and " + (controls.size() - most) + " more" : "");
    }

    /** As many controls as there is room for, first without their precision. */
    private String controlLine(String whole, int width) {
        return Stream.concat(Stream.of(whole), IntStream.iterate(CONTROLS, most -> most > 0, most -> most - 1)
                .mapToObj(most -> PRECISION.matcher(controlLine(most)).replaceAll("")))
                .filter(line -> line.length() <= width).findFirst().orElseGet(() -> fit(whole, width));
    }

    /**
     * The table as text, what it has no room for counted in its last line.
     *
     * @param width the longest line, in characters
     * @param room the most lines, at least 4
     */
    public List<String> lines(int width, int room) {
        int most = room - (rows.isEmpty() ? 0 : 1) - (controls.isEmpty() ? 0 : 1);
        List<CostRow> shown = mostTelling(rows.size() <= most ? most : most - 1).rows();
        List<String> lines = new ArrayList<>();
        if (!shown.isEmpty()) {
            List<CostRow> all = new ArrayList<>(List.of(new CostRow(caption(), families, 0)));
            all.addAll(shown);
            List<Integer> widths = IntStream.range(0, families.size())
                    .mapToObj(i -> all.stream().mapToInt(row -> row.figures().get(i).length()).max().orElseThrow()).toList();
            int label = Math.min(all.stream().mapToInt(row -> row.label().length()).max().orElseThrow(), Math.max(LEAST_LABEL,
                    width - widths.stream().mapToInt(figures -> figures + GAP.length()).sum()));
            all.forEach(row -> lines.add(fit(line(row, label, widths), width)));
        }
        if (shown.size() < rows.size()) {
            lines.add((rows.size() - shown.size()) + " more in report.md");
        }
        controlLine().ifPresent(line -> lines.add(controlLine(line, width)));
        return lines;
    }

    /** The table with so many rows at most, those that tell most about a platform. */
    CostTable mostTelling(int most) {
        Set<CostRow> chosen = new HashSet<>(rows.stream().sorted(Comparator.comparingInt(CostRow::place)).limit(most).toList());
        return new CostTable(families, forks, blocks, rows.stream().filter(chosen::contains).toList(), controls);
    }

    private static String line(CostRow row, int label, List<Integer> widths) {
        StringBuilder line = new StringBuilder(padded(fitLabel(Visible.line(row.label()), label), label));
        for (int i = 0; i < widths.size(); i++) {
            line.append(GAP).append(padded(Visible.line(row.figures().get(i)), widths.get(i)));
        }
        return line.toString().stripTrailing();
    }

    /** A label cut in its first word, since those that tell the rows of a benchmark apart follow. */
    private static String fitLabel(String label, int width) {
        int first = Math.max(0, label.indexOf(' '));
        int room = width - (label.length() - first) - CUT.length();
        return label.length() <= width || room < LEAST_WORD ? fit(label, width) : label.substring(0, room) + CUT + label.substring(first);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /** A text cut to a width, which an ellipsis at its end shows. */
    public static String fit(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - CUT.length()) + CUT;
    }

    /** Names rows as briefly as they can be told apart within the run. */
    private static final class Labels {

        private static final Set<String> FLAGS = Set.of("true", "false");
        private static final Predicate<String> IS_WORD = value -> value.matches("[A-Za-z][\\w-]*");

        private final Map<String, Map<String, Map<String, Integer>>> values = new HashMap<>();
        private final Map<String, Set<String>> methods = new HashMap<>();

        Labels(Collection<Key> keys) {
            for (Key key : new HashSet<>(keys)) {
                methods.computeIfAbsent(className(key), name -> new TreeSet<>()).add(key.benchmark());
                Map<String, Map<String, Integer>> ofBenchmark = values.computeIfAbsent(key.benchmark(), name -> new TreeMap<>());
                key.traits().forEach((name, value) ->
                        ofBenchmark.computeIfAbsent(name, fresh -> new HashMap<>()).merge(value, 1, Integer::sum));
            }
        }

        private static String className(Key key) {
            return key.benchmark().substring(0, Math.max(0, key.benchmark().indexOf('.')));
        }

        /** Whether a flag of the benchmark has the value here that fewer of its rows have. */
        boolean hasRareFlag(Key key) {
            return key.traits().keySet().stream().anyMatch(name -> isFlag(key, name) && isNamed(key, name));
        }

        private boolean isFlag(Key key, String name) {
            return FLAGS.containsAll(values.get(key.benchmark()).get(name).keySet());
        }

        /** A parameter is named where it varies; a flag only where it is not as in most rows. */
        private boolean isNamed(Key key, String name) {
            Map<String, Integer> counts = values.get(key.benchmark()).get(name);
            int here = counts.get(key.traits().get(name));
            return counts.size() > 1 && (!isFlag(key, name)
                    || counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow() > here
                    || counts.values().stream().distinct().count() == 1);
        }

        String of(Key key) {
            boolean alone = methods.get(className(key)).size() == 1 && !className(key).isEmpty();
            StringBuilder label = new StringBuilder(alone && !key.benchmark().startsWith(CONTROL) ? className(key) : key.benchmark());
            key.traits().forEach((name, value) -> {
                if (isNamed(key, name)) {
                    label.append(' ').append(IS_WORD.test(value) && !FLAGS.contains(value) ? value : name + "=" + value);
                }
            });
            return label.toString();
        }
    }
}
