package org.reuseaddr.compare;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Parameter;

/**
 * What calls cost on platforms that are known to be as they should be, relative to socket and close in the same fork: the
 * resource {@code honest-costs.csv}, which {@code scripts/honest-costs.py} makes of the reference runs. Its platforms are a
 * native Linux, quiet and loaded, User-mode Linux and gVisor; a system call costs hundreds of times more on one than on the other,
 * and relative to socket and close no call costs five times more.
 *
 * <p>Families and kinds of ports are taken together, since none of these platforms makes a difference between them beyond
 * what forks differ by.
 */
final class HonestCosts {

    private static final String RESOURCE = "honest-costs.csv";
    private static final String NATIVE = "native";
    private static final List<String> TAKEN_TOGETHER =
            List.of(Parameter.FAMILY, Parameter.PORT, Parameter.REUSE_ADDRESS);

    /**
     * What forks of one platform measured of a kind of cells, relative to socket and close.
     *
     * @param median over forks
     * @param highest the largest fork
     */
    record Row(String platform, double median, double highest) {
    }

    private final Map<String, List<Row>> rows = new TreeMap<>();

    /** Reads the resource. */
    HonestCosts() {
        try (InputStreamReader text = new InputStreamReader(HonestCosts.class.getResourceAsStream(RESOURCE),
                StandardCharsets.UTF_8)) {
            for (CSVRecord row : CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).setCommentMarker('#').get()
                    .parse(text)) {
                rows.computeIfAbsent(row.get("kind"), kind -> new ArrayList<>()).add(new Row(row.get("platform"),
                        Double.parseDouble(row.get("median")), Double.parseDouble(row.get("highest"))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the jar's own " + RESOURCE + " cannot be read", e);
        }
    }

    /**
     * What a cell is looked up by: its text without the parameters that are taken together. With other threads or in another mode
     * the same call costs something else, so those are other kinds.
     */
    static String kind(Cell cell) {
        SortedMap<String, String> params = new TreeMap<>(cell.params());
        params.keySet().removeAll(TAKEN_TOGETHER);
        return new Cell(cell.benchmark(), cell.mode(), cell.threads(), params).toString();
    }

    /** The highest that a fork of any of the platforms measured; empty for a cell that none of them has. */
    OptionalDouble highest(Cell cell) {
        return known(cell).stream().mapToDouble(Row::highest).max();
    }

    /** The median on native Linux, of all platforms where the native ones do not have the cell. */
    OptionalDouble onLinux(Cell cell) {
        List<Row> known = known(cell);
        OptionalDouble own = known.stream().filter(row -> row.platform().startsWith(NATIVE)).mapToDouble(Row::median).average();
        return own.isPresent() ? own : known.stream().mapToDouble(Row::median).average();
    }

    /** The median on the native Linux that was quiet; empty for a cell that it does not have. */
    OptionalDouble onQuietLinux(Cell cell) {
        return known(cell).stream().filter(row -> row.platform().equals(NATIVE)).mapToDouble(Row::median).findFirst();
    }

    /** The rows by kind, in alphabetical order. */
    Map<String, List<Row>> rows() {
        return rows;
    }

    private List<Row> known(Cell cell) {
        return rows.getOrDefault(kind(cell), List.of());
    }
}
