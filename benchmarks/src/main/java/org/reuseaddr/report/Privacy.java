package org.reuseaddr.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.RecordedScenario;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.platform.Redaction;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;

/** Leaves out of a report what says who and where its writer is, and counts what was left out. */
final class Privacy {

    /** What stands in a text where something was left out, and what that was. */
    private static final Map<String, String> MASKS = Map.of("<user>", "user names", "<host>", "host names",
            "<address>", "addresses that are not loopback", "~/", "home directories");
    /** Entries of the platform record whose values are versions. */
    private static final Pattern VERSION_NAME = Pattern.compile(".*(^|[._])(version|release|build)$");
    /** A version with its suffix, as {@code uname -r} prints it. */
    private static final Pattern VERSION = Pattern.compile("[0-9]+(\\.[0-9]+)+([-+~][\\w.+~-]*)?");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?(E-?[0-9]+)?");
    /** Names of calls and parameters: a user of such a name (Debian has one called bind) cannot be recognised among them. */
    private static final Set<String> CALLS = Set.of("socket", "setsockopt", "getsockopt", "bind", "listen", "connect",
            "accept", "close", "shutdown", "getsockname", "pid", "sin", "native", "channel", "fixed", "fork", "score");

    /** The columns' names, which stay whatever the user is called. */
    private static final Set<String> COLUMNS = Set.of("name", "value", "run_id", "label", "platform", "scenario", "group",
            "family", "grade", "expected", "observed", "divergent_call", "rule", "references", "duration_us", "evidence",
            "benchmark", "mode", "threads", "fork", "iteration", "metric", "unit");
    private static final CSVFormat CSV = CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

    private final boolean includeHost;
    private final Redaction redaction;
    private final Set<String> own;
    private final Map<String, Integer> leftOut = new TreeMap<>();

    /**
     * @param includeHost whether everything stays as it is
     * @param own texts of the suite itself, which identify nobody: section 3.10.7.4 of an RFC is no address
     */
    Privacy(boolean includeHost, Redaction redaction, Set<String> own) {
        this.own = Set.copyOf(own);
        this.includeHost = includeHost;
        this.redaction = new Redaction(redaction.home(), unlessCall(redaction.user()), unlessCall(redaction.host()));
    }

    private static String unlessCall(String name) {
        return CALLS.contains(name) ? "" : name;
    }

    /** Whether nothing is left out. */
    boolean includesHost() {
        return includeHost;
    }

    /** The text without host names, user names, home directories and addresses that are not loopback. */
    String text(String text) {
        return includeHost || own.contains(text) || NUMBER.matcher(text).matches() ? text : counted(text, redaction.apply(text));
    }

    private String counted(String text, String result) {
        if (!result.equals(text)) {
            MASKS.forEach((mask, what) -> {
                int count = count(result, mask) - count(text, mask);
                if (count > 0) {
                    leftOut.merge(what, count, Integer::sum);
                }
            });
        }
        return result;
    }

    /** The platform record likewise, names and values; the numbers of versions, which look like addresses, stay. */
    Map<String, String> environment(Map<String, String> entries) {
        Map<String, String> result = new LinkedHashMap<>();
        entries.forEach((name, value) -> result.put(text(name), entry(name, value)));
        return result;
    }

    private String entry(String name, String value) {
        boolean version = VERSION_NAME.matcher(name).find() && VERSION.matcher(value).matches();
        return version && !includeHost ? counted(value, redaction.applyToVersion(value)) : text(value);
    }

    /** What begins every row, likewise. */
    RunId id(RunId run) {
        return new RunId(text(run.id()), text(run.label()), text(run.platform()));
    }

    /** A scenario's row likewise. */
    SemanticsRow row(SemanticsRow row) {
        return new SemanticsRow(id(row.run()), text(row.scenario()), text(row.group()), text(row.family()), text(row.grade()),
                text(row.expected()), text(row.observed()), text(row.divergentCall()), text(row.rule()),
                text(row.references()), row.durationMicros(), text(row.evidence()), row.attempts(),
                row.unexplained(), text(row.quirk()));
    }

    /** A run's measurements, record and scenarios likewise. */
    RunData data(RunData data) {
        SortedMap<Cell, CellData> cells = new TreeMap<>();
        data.cells().values().forEach(measured -> {
            Cell cell = distinct(cell(measured.cell()), cells.keySet());
            Map<String, String> units = new LinkedHashMap<>();
            measured.units().forEach((metric, unit) -> units.put(text(metric), text(unit)));
            cells.put(cell, new CellData(cell, units, measured.forks()));
        });
        SortedMap<String, RecordedScenario> scenarios = new TreeMap<>();
        data.scenarios().values().stream().map(this::scenario)
                .forEach(scenario -> scenarios.put(scenario.scenario(), scenario));
        return new RunData(id(data.run()), Path.of(text(data.source().toString())), cells, environment(data.environment()),
                scenarios);
    }

    private Cell cell(Cell cell) {
        SortedMap<String, String> params = new TreeMap<>();
        cell.params().forEach((name, value) -> params.put(text(name), text(value)));
        return new Cell(text(cell.benchmark()), text(cell.mode()), cell.threads(), params);
    }

    /** The cell; with a number where what distinguished it from another one was left out. */
    private static Cell distinct(Cell cell, Set<Cell> others) {
        Cell result = cell;
        for (int number = 2; others.contains(result); number++) {
            result = new Cell(cell.benchmark() + " (" + number + ")", cell.mode(), cell.threads(), cell.params());
        }
        return result;
    }

    private RecordedScenario scenario(RecordedScenario scenario) {
        return new RecordedScenario(text(scenario.scenario()), text(scenario.group()), text(scenario.grade()),
                text(scenario.expected()), text(scenario.observed()), text(scenario.divergentCall()), text(scenario.rule()));
    }

    /**
     * A table of a run likewise, cell by cell, its header included.
     *
     * @throws IOException if the file cannot be read
     */
    String table(Path file) throws IOException {
        if (includeHost) {
            return Files.readString(file);
        }
        StringBuilder table = new StringBuilder();
        try (CSVParser rows = CSVParser.parse(file, StandardCharsets.UTF_8, CSV)) {
            List<String> header = List.of();
            for (CSVRecord row : rows) {
                boolean first = row.getRecordNumber() == 1;
                header = first ? row.toList() : header;
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    String column = i < header.size() ? header.get(i) : "";
                    String name = column.equals("value") ? row.get(0) : column;
                    cells.add(!first ? entry(name, row.get(i)) : COLUMNS.contains(column) ? column : text(column));
                }
                table.append(CSV.format(cells.toArray())).append('\n');
            }
        }
        return table.toString();
    }

    /** What was left out so far, with how often. */
    List<String> leftOut() {
        List<String> parts = new ArrayList<>();
        leftOut.forEach((what, count) -> parts.add(what + " (" + count + (count == 1 ? " place)" : " places)")));
        return parts;
    }

    private static int count(String text, String mask) {
        return (int) Pattern.compile(mask, Pattern.LITERAL).matcher(text).results().count();
    }
}
