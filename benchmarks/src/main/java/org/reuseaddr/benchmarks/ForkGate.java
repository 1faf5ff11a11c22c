package org.reuseaddr.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.reuseaddr.semantics.Gate;
import org.reuseaddr.semantics.ScenarioResult;

/**
 * The gate within a fork. JMH swallows what a fixture throws unless it is told to fail, and even then only the words
 * survive; so the broken promises themselves go to a file that the run names and reads.
 */
public final class ForkGate {

    /** System property: the file that takes broken promises; without it they are only thrown. */
    public static final String RECORD_PROPERTY = "reuseaddr.gate.record";
    /** System property: {@code true} lets the fork measure on after a broken promise. */
    public static final String CONTINUE_PROPERTY = "reuseaddr.gate.continue";

    private ForkGate() {
    }

    static void pass() {
        List<ScenarioResult> broken = Gate.checkThisJvm().stream().filter(result -> result.grade().isBroken()).toList();
        if (broken.isEmpty()) {
            return;
        }
        String record = System.getProperty(RECORD_PROPERTY);
        if (record != null) {
            write(Path.of(record), broken);
        }
        if (!Boolean.getBoolean(CONTINUE_PROPERTY)) {
            throw new IllegalStateException("a duplicate listener was permitted: " + broken.get(0).scenario().id());
        }
    }

    private static void write(Path file, List<ScenarioResult> broken) {
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
            out.writeObject(new ArrayList<>(broken));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot record a broken promise in " + file, e);
        }
    }

    /**
     * The broken promises that the last fork recorded.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public static List<ScenarioResult> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(file))) {
            List<ScenarioResult> results = new ArrayList<>();
            ((List<?>) in.readObject()).forEach(result -> results.add((ScenarioResult) result));
            return results;
        } catch (EOFException | ClassNotFoundException e) {
            throw new IOException("a fork's record of broken promises is cut short", e);
        }
    }
}
