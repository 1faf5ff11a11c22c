package org.reuseaddr.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.reuseaddr.compare.Group;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.compare.RunLoader;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/**
 * A run as a report needs it, without what the user's privacy leaves out.
 *
 * @param directory where its files are
 * @param data estimates' raw material and the platform record
 * @param scenarios every scenario's row with its evidence; empty where none was checked
 */
public record ReportedRun(RunDirectory directory, RunData data, List<SemanticsRow> scenarios) {

    public ReportedRun {
        scenarios = List.copyOf(scenarios);
    }

    /**
     * Reads a run directory, or a file of one.
     *
     * @throws InputException if there is nothing to read, something is malformed, or there are several runs in it
     */
    static ReportedRun read(Path path, Privacy privacy) {
        Path home = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        RunDirectory directory = new RunDirectory(home);
        List<RunData> runs = new RunLoader().load(path);
        if (runs.size() != 1) {
            throw new InputException(path, "expected the rows of one run, found those of " + runs.size());
        }
        List<SemanticsRow> rows = Files.exists(directory.semantics())
                ? SemanticsFile.readAll(directory.semantics()) : List.of();
        return new ReportedRun(directory, privacy.data(runs.get(0)), rows.stream().map(privacy::row).toList());
    }

    /** The run as a group of a comparison. */
    Group group() {
        return new Group(data.run().label(), List.of(data));
    }

    /** An entry of the platform record. */
    Optional<String> entry(String name) {
        return Optional.ofNullable(data.environment().get(name)).filter(value -> !value.isBlank());
    }

    /** What of the run is missing, as a sentence; empty if it finished with every fork that was planned. */
    Optional<String> incompleteness() {
        if (!data.environment().isEmpty() && entry(RunEntry.FINISHED).isEmpty()) {
            return Optional.of("The run was interrupted: the figures cover what was measured until then.");
        }
        OptionalInt planned = plannedForks();
        long fewer = data.cells().values().stream().filter(cell -> cell.forks().size() < planned.orElse(0)).count();
        return fewer == 0 ? Optional.empty() : Optional.of("The run is incomplete: " + fewer + " of " + data.cells().size()
                + " benchmarks have fewer than the planned " + planned.getAsInt() + " forks.");
    }

    /** The number after -f among the run's arguments to JMH, which the record has one by one. */
    private OptionalInt plannedForks() {
        for (int i = 1; entry(RunEntry.JMH_ARGUMENT + i).isPresent(); i++) {
            Optional<String> next = entry(RunEntry.JMH_ARGUMENT + (i + 1)).filter(value -> value.matches("[0-9]{1,6}"));
            if (entry(RunEntry.JMH_ARGUMENT + i).get().equals("-f") && next.isPresent()) {
                return OptionalInt.of(Integer.parseInt(next.get()));
            }
        }
        return OptionalInt.empty();
    }
}
