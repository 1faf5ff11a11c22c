package org.reuseaddr.results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** {@code samples.csv}: one row a metric of a measured iteration, on disk as soon as the iteration ends. */
public final class SamplesFile implements AutoCloseable {

    private static final List<String> BEFORE = List.of(Column.RUN_ID, Column.LABEL, Column.PLATFORM, Column.BENCHMARK,
            Column.MODE, Column.THREADS);
    private static final List<String> AFTER = List.of(Column.FORK, Column.ITERATION, Column.METRIC, Column.VALUE,
            Column.UNIT);

    private final CsvFile.Writer writer;
    private final List<String> params;

    /**
     * Opens for appending.
     *
     * @param params the parameter names of the whole suite, so that files of one version have the same columns
     * @throws OutputException if the file cannot be written
     */
    public SamplesFile(Path file, List<String> params) {
        this.params = params.stream().sorted().toList();
        List<String> header = new ArrayList<>(BEFORE);
        this.params.forEach(name -> header.add(Column.PARAM + name));
        header.addAll(AFTER);
        writer = new CsvFile.Writer(file, header);
    }

    /**
     * Appends one row and hands it to the operating system: a killed process loses nothing that was appended.
     *
     * @throws OutputException if the row cannot be written; the file then ends with the row before
     */
    public void append(Sample sample) {
        Cell cell = sample.cell();
        List<String> row = new ArrayList<>(List.of(sample.run().id(), sample.run().label(), sample.run().platform(),
                cell.benchmark(), cell.mode(), Integer.toString(cell.threads())));
        params.forEach(name -> row.add(cell.params().getOrDefault(name, "")));
        row.addAll(List.of(Integer.toString(sample.fork()), Integer.toString(sample.iteration()), sample.metric(),
                Double.toString(sample.value()), sample.unit()));
        writer.append(row);
    }

    @Override
    public void close() {
        writer.close();
    }

    /**
     * Reads a file row by row. Columns that this version does not know are skipped.
     *
     * @throws InputException if the file is not there or not as it should be
     */
    public static void read(Path file, Consumer<Sample> consumer) {
        List<String> required = new ArrayList<>(BEFORE);
        required.addAll(AFTER);
        CsvFile.read(file, required, row -> consumer.accept(sample(row)));
    }

    /** Reads a whole file, see {@link #read(Path, Consumer)}. */
    public static List<Sample> readAll(Path file) {
        List<Sample> samples = new ArrayList<>();
        read(file, samples::add);
        return samples;
    }

    private static Sample sample(CsvFile.Row row) {
        SortedMap<String, String> params = new TreeMap<>();
        for (Map.Entry<String, Integer> column : row.columns().entrySet()) {
            String value = column.getKey().startsWith(Column.PARAM) ? row.text(column.getKey()) : "";
            if (!value.isEmpty()) {
                params.put(column.getKey().substring(Column.PARAM.length()), value);
            }
        }
        Cell cell = Cell.stored(row.text(Column.BENCHMARK), row.text(Column.MODE), row.integer(Column.THREADS, 1, 1 << 20),
                params);
        return new Sample(row.run(), cell, row.integer(Column.FORK, 0, 1 << 20), row.integer(Column.ITERATION, 0, 1 << 20),
                row.text(Column.METRIC), row.number(Column.VALUE), row.text(Column.UNIT));
    }
}
