package org.reuseaddr.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One known defect, as {@code faults.tsv} has it: how it is made on an ordinary Linux machine, and what must see it.
 *
 * @param id {@code D01} and so on, as the table of known defects has it
 * @param preload the fault of {@link FaultLibrary}, if the recipe has one
 * @param strace the argument of strace's {@code -e inject=}, if the recipe has one
 * @param namespace the network namespace of {@code scripts/fault-lab.sh}, if the recipe has one; it needs root
 * @param arguments what the suite is asked to do
 * @param seenBy which part of the suite must see it
 * @param pattern what {@code seenBy} is about: scenario ids, benchmark names or a value of the environment record
 * @param reports the public reports of the defect; empty if it has none that scenarios could name
 */
public record Fault(String id, Optional<String> preload, Optional<String> strace, Optional<String> namespace,
        List<String> arguments, SeenBy seenBy, Pattern pattern, List<String> reports) {

    private static final String TABLE = "faults.tsv";
    private static final int COLUMNS = 8;

    /** The parts of the suite that see defects. */
    public enum SeenBy {
        /** A broken scenario that names a report of the defect, if there is any, and whose id matches. */
        SCENARIO,
        /** A scenario whose id matches is graded KNOWN: released kernels have the defect. */
        KNOWN,
        /** A scenario whose id matches is graded DEVIATION: Linux documents nothing of it. */
        DEVIATION,
        /** compare: a benchmark whose name matches is slower than without the fault. */
        SLOWER,
        /** The diagnosis of a run has a matching line, without a comparison. */
        NAMED,
        /** The environment record has a matching value, and the run ends well. */
        RECORD
    }

    /** The table, in the order of the ids. */
    public static List<Fault> all() {
        List<Fault> faults = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Fault.class.getResourceAsStream(TABLE), StandardCharsets.UTF_8))) {
            lines.lines().filter(line -> !line.startsWith("#")).skip(1).forEach(line -> faults.add(parse(line)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(faults);
    }

    private static Fault parse(String line) {
        String[] cells = line.split("\t", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalStateException(TABLE + ": " + cells.length + " cells instead of " + COLUMNS + ": " + line);
        }
        return new Fault(cells[0], optional(cells[1]), optional(cells[2]), optional(cells[3]),
                List.of(cells[4].split(" ")), SeenBy.valueOf(cells[5].toUpperCase(Locale.ROOT)), Pattern.compile(cells[6]),
                optional(cells[7]).map(reports -> List.of(reports.split(" "))).orElse(List.of()));
    }

    private static Optional<String> optional(String cell) {
        return cell.equals("-") ? Optional.empty() : Optional.of(cell);
    }

    /** Whether a scenario that names these reports and has this id is to see the defect. */
    public boolean isMeantFor(List<String> references, String scenarioId) {
        return (reports.isEmpty() || !Collections.disjoint(references, reports)) && pattern.matcher(scenarioId).find();
    }

    /** A process with this fault, its namespace excepted, which {@code scripts/fault-lab.sh} makes. */
    public ProcessBuilder process(List<String> command) {
        List<String> whole = new ArrayList<>();
        strace.ifPresent(injection -> whole.addAll(List.of("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null",
                "-e", "trace=" + injection.substring(0, injection.indexOf(':')), "-e", "inject=" + injection)));
        whole.addAll(command);
        return preload.map(fault -> FaultLibrary.compiled().process(fault, "", whole))
                .orElseGet(() -> new ProcessBuilder(whole));
    }
}
