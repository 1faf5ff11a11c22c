package org.reuseaddr.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RegularFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;

/**
 * Reads runs, aggregating samples to fork means as they are read. An instance shares equal texts among all the runs that
 * it reads, so that two hundred runs of one catalogue hold its texts once.
 */
public final class RunLoader {

    private final Map<String, String> texts = new HashMap<>();

    /**
     * Reads a run directory, a {@code samples.csv} or a result file of JMH ({@code -rf json}).
     *
     * <p>A directory needs one of {@code samples.csv}, {@code jmh.json} and {@code semantics.csv}; the first two say the
     * same, so {@code jmh.json} is read where {@code samples.csv} is missing. Beside a file named as in a run directory,
     * its neighbours {@code environment.csv} and {@code semantics.csv} are read too. A samples file that holds the rows
     * of several runs gives several, in the order of their first rows; blocks of a run are one run, whose forks know their block.
     *
     * @throws InputException if there is nothing to read, or a file is not as it should be
     */
    public List<RunData> load(Path path) {
        if (!Files.exists(path)) {
            throw new InputException(path, "no such file or directory");
        }
        RegularFile.require(path);
        if (!Files.isDirectory(path)) {
            boolean ofRunDirectory = List.of("samples.csv", "jmh.json").contains(path.getFileName().toString());
            Path parent = path.toAbsolutePath().getParent();
            return assemble(path, ofRunDirectory ? new RunDirectory(parent) : null, measured(path));
        }
        RunDirectory directory = new RunDirectory(path);
        if (Files.exists(directory.samples())) {
            return assemble(path, directory, measured(directory.samples()));
        }
        if (Files.exists(directory.jmhJson())) {
            return assemble(path, directory, measured(directory.jmhJson()));
        }
        if (Files.exists(directory.semantics())) {
            return assemble(path, directory, new LinkedHashMap<>());
        }
        throw new InputException(path, "expected a run directory with samples.csv, jmh.json or semantics.csv in it");
    }

    private Map<RunId, ForkCollector> measured(Path file) {
        RegularFile.require(file);
        Map<RunId, ForkCollector> runs = new LinkedHashMap<>();
        Consumer<Sample> consumer = sample -> {
            if (!runs.computeIfAbsent(sample.run().whole(), id -> new ForkCollector()).add(sample)) {
                throw new InputException(file, "expected each value once, found a second " + sample.metric()
                        + " of iteration " + sample.iteration() + ", fork " + sample.fork() + ", of " + sample.cell());
            }
        };
        if (file.getFileName().toString().endsWith(".json")) {
            new JmhResultReader(file).read(consumer);
        } else {
            SamplesFile.read(file, consumer);
        }
        return runs;
    }

    private List<RunData> assemble(Path source, RunDirectory directory, Map<RunId, ForkCollector> measured) {
        if (directory != null) {
            RegularFile.require(directory.environment());
            RegularFile.require(directory.semantics());
        }
        Map<String, String> environment = directory != null && Files.exists(directory.environment())
                ? EnvironmentFile.read(directory.environment()) : Map.of();
        Map<RunId, SortedMap<String, RecordedScenario>> scenarios =
                directory != null && Files.exists(directory.semantics()) ? scenarios(directory.semantics()) : Map.of();
        Map<RunId, ForkCollector> all = new LinkedHashMap<>(measured);
        scenarios.keySet().forEach(id -> all.putIfAbsent(id, new ForkCollector()));
        if (all.isEmpty()) {
            throw new InputException(source, "expected measurements, found none");
        }
        List<RunData> runs = new ArrayList<>();
        all.forEach((id, rows) -> runs.add(new RunData(id, source, rows.cells(), environment,
                scenarios.getOrDefault(id, new TreeMap<>()))));
        return runs;
    }

    private Map<RunId, SortedMap<String, RecordedScenario>> scenarios(Path file) {
        Map<RunId, SortedMap<String, RecordedScenario>> runs = new LinkedHashMap<>();
        SemanticsFile.readAll(file).forEach(row -> runs.computeIfAbsent(row.run(), id -> new TreeMap<>())
                .put(shared(row.scenario()), new RecordedScenario(shared(row.scenario()), shared(row.group()),
                        shared(row.grade()), shared(row.expected()), shared(row.observed()),
                        shared(row.divergentCall()), shared(row.rule()))));
        return runs;
    }

    private String shared(String text) {
        return texts.computeIfAbsent(text, same -> same);
    }
}
