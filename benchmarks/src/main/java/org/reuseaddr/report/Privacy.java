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
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.reuseaddr.platform.Redaction;
import org.reuseaddr.results.Column;

/** Leaves out of a report what says who and where its writer is, and counts what was left out. */
final class Privacy {

    /** What stands in a text where something was left out, and what that was. */
    private static final Map<String, String> MASKS = Map.of("<user>", "user names", "<host>", "host names",
            "<address>", "addresses that are not loopback", "~/", "home directories");
    /** Dotted numbers that look like addresses and are none. */
    private static final Pattern VERSION_NAME = Pattern.compile(".*\\b(version|release|build)", Pattern.CASE_INSENSITIVE);
    private static final Pattern VERSION = Pattern.compile("[0-9]+(\\.[0-9]+)+");
    /** Words of every transcript: a user of such a name (Debian has one called bind) is not to be found in them. */
    private static final Set<String> CALLS = Set.of("socket", "setsockopt", "getsockopt", "bind", "listen", "connect",
            "accept", "close", "shutdown", "getsockname", "pid", "sin", "native", "channel", "fixed", "fork", "score");

    /** Columns that hold the suite's own words. */
    private static final Set<String> OWN_COLUMNS = Set.of(Column.SCENARIO, Column.GROUP, Column.FAMILY,
            Column.GRADE, Column.EXPECTED, Column.RULE, Column.REFERENCES, Column.BENCHMARK, Column.MODE, Column.METRIC,
            Column.UNIT);
    private static final CSVFormat CSV = CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

    private final boolean includeHost;
    private final Redaction redaction;
    private final Map<String, Integer> leftOut = new TreeMap<>();

    /** @param includeHost whether everything stays as it is */
    Privacy(boolean includeHost, Redaction redaction) {
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
        if (includeHost) {
            return text;
        }
        String result = redaction.apply(text);
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

    /** The platform record likewise; versions, which look like addresses, stay. */
    Map<String, String> environment(Map<String, String> entries) {
        Map<String, String> result = new LinkedHashMap<>();
        entries.forEach((name, value) -> result.put(name, entry(name, value)));
        return result;
    }

    private String entry(String name, String value) {
        return VERSION_NAME.matcher(name).find() && VERSION.matcher(value).matches() ? value : text(value);
    }

    /**
     * A table of a run likewise, cell by cell; what the suite says of itself stays, such as a rule's source in section
     * 3.10.7.4 of an RFC.
     *
     * @throws IOException if the file cannot be read
     */
    String table(Path file) throws IOException {
        if (includeHost) {
            return Files.readString(file);
        }
        StringBuilder table = new StringBuilder();
        try (CSVParser rows = CSVParser.parse(file, StandardCharsets.UTF_8, CSV)) {
            List<String> header = null;
            for (CSVRecord row : rows) {
                List<String> columns = header == null ? row.toList() : header;
                header = columns;
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    String column = i < columns.size() ? columns.get(i) : "";
                    String name = column.equals(Column.VALUE) ? row.get(0) : column;
                    cells.add(row.getRecordNumber() == 1 || OWN_COLUMNS.contains(column) ? row.get(i) : entry(name, row.get(i)));
                }
                table.append(CSV.format(cells.toArray())).append('\n');
            }
        }
        return table.toString();
    }

    /** What was left out so far, in words. */
    List<String> leftOut() {
        List<String> words = new ArrayList<>();
        leftOut.forEach((what, count) -> words.add(what + " (" + count + (count == 1 ? " place)" : " places)")));
        return words;
    }

    private static int count(String text, String mask) {
        return (int) Pattern.compile(mask, Pattern.LITERAL).matcher(text).results().count();
    }
}
