package org.reuseaddr.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The port tracker of {@code src/test/c/tracker.c}, and the program that looks at it from inside. */
final class Tracker {

    /** The status that says: this machine cannot trap system calls, or lacks what an option needs. */
    static final int CANNOT_HERE = 77;

    private static final Path SOURCES = Path.of("src", "test", "c");
    private static final Path TARGET = Path.of("target");

    private final Path tracker;
    private final Path probe;

    private Tracker(Path tracker, Path probe) {
        this.tracker = tracker;
        this.probe = probe;
    }

    /**
     * Both, freshly compiled.
     *
     * @throws UncheckedIOException if there is no compiler, with the packages to install
     * @throws IllegalStateException if it refuses a source
     */
    static Tracker compile() {
        return new Tracker(compile("tracker", "tracker.c", "tracker_ports.c", "tracker_host.c"),
                compile("tracker-probe", "tracker_probe.c", "-pthread"));
    }

    private static Path compile(String name, String... arguments) {
        try {
            Files.createDirectories(TARGET);
            // Moved into place when complete: a run under the tracker may be starting the one that is there.
            Path fresh = Files.createTempFile(TARGET.toAbsolutePath(), name, "");
            List<String> command = new ArrayList<>(
                    List.of("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", fresh.toString()));
            command.addAll(List.of(arguments));
            try {
                Ended compiler = run(new ProcessBuilder(command).directory(SOURCES.toFile()));
                if (compiler.status() != 0) {
                    throw new IllegalStateException("gcc refused " + name + " (are the C library's headers there? "
                            + "apt-get install libc6-dev):\n" + compiler.output());
                }
                return Files.move(fresh, TARGET.resolve(name).toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the tracker needs gcc: apt-get install gcc libc6-dev", e);
        }
    }

    /** How a program ended, what it printed to either stream, and what the tracker counted, nothing without one. */
    record Ended(int status, String output, Map<String, Long> statistics) {
        long count(String name) {
            return statistics.get(name);
        }
    }

    /** The probe without a tracker; the arguments are split at blanks. */
    Ended untracked(String arguments) throws IOException {
        return run(new ProcessBuilder(probe(arguments)));
    }

    /** The probe under the tracker with options; both are split at blanks. */
    Ended tracked(String options, String arguments) throws IOException {
        return command(options, probe(arguments));
    }

    /** A command under the tracker; the options are split at blanks. */
    Ended command(String options, List<String> command) throws IOException {
        Path statistics = Files.createTempFile("tracker", ".stats");
        try {
            List<String> whole = new ArrayList<>(List.of(tracker.toString(), "--stats", statistics.toString()));
            if (!options.isEmpty()) {
                whole.addAll(List.of(options.split(" ")));
            }
            whole.add("--");
            whole.addAll(command);
            Ended ended = run(new ProcessBuilder(whole));
            Map<String, Long> counts = new TreeMap<>();
            for (String line : Files.readAllLines(statistics, StandardCharsets.UTF_8)) {
                counts.put(line.substring(0, line.indexOf(' ')), Long.valueOf(line.substring(line.indexOf(' ') + 1)));
            }
            return new Ended(ended.status(), ended.output(), counts);
        } finally {
            Files.delete(statistics);
        }
    }

    private List<String> probe(String arguments) {
        List<String> command = new ArrayList<>(List.of(probe.toString()));
        command.addAll(List.of(arguments.split(" ")));
        return command;
    }

    private static Ended run(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            return new Ended(process.waitFor(), output, Map.of());
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + builder.command() + " ran", e);
        }
    }
}
