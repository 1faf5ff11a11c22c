package org.reuseaddr.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The runs that are committed under {@code results/}, where users' own may lie beside them. */
public final class ReferenceRuns {

    private static final Path RESULTS = Path.of("..", "results");

    /** Linux 6.18, the profile standard in three blocks. */
    public static final Path NATIVE = RESULTS.resolve("native-20261127T134937Z");
    /** gVisor 20221219, the profile quick. */
    public static final Path GVISOR = RESULTS.resolve("gvisor-2022-20261127T143637Z");
    /** Platforms that hold up no call. */
    public static final List<Path> HONEST = List.of(NATIVE, GVISOR, RESULTS.resolve("gvisor-2024-20261127T144535Z"),
            RESULTS.resolve("uml-20261127T145416Z"));
    /** The port tracker before its fix, which waits after each answer. */
    public static final Path TRACKER_BEFORE_FIX = RESULTS.resolve("tracker-before-fix-20261127T141913Z");
    /** The port tracker with a host that grants each port. */
    public static final Path TRACKER = RESULTS.resolve("tracker-20261127T142308Z");
    /** The port tracker with a host that refuses one new port in twenty. */
    public static final Path TRACKER_REFUSING = RESULTS.resolve("tracker-refusing-20261127T150245Z");

    private static final Path COSTS = RESULTS.resolve("costs");
    /** The profile standard of an earlier version of the files, one block. */
    public static final Path EARLIER_NATIVE = COSTS.resolve("native");

    private ReferenceRuns() {
    }

    /** Those that {@code honest-costs.csv} was made of. */
    public static List<Path> costs() {
        try (Stream<Path> runs = Files.list(COSTS)) {
            return runs.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
