package org.reuseaddr.repro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs reproductions as a reader of a bug report would. */
final class Programs {

    private static final int LIMIT_SECONDS = 60;
    private static final Map<String, String> PACKAGES = Map.of("gcc", "gcc libc6-dev", "unshare", "util-linux");

    private Programs() {
    }

    /** How a program ended, with standard output and error together. */
    record Ended(int status, String output) {
    }

    static Ended run(List<String> command, Map<String, String> environment) {
        try {
            Path output = Files.createTempFile("reproduction", ".txt");
            try {
                ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
                builder.environment().putAll(environment);
                Process process = start(builder);
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(command + " did not end in " + LIMIT_SECONDS + " s");
                }
                return new Ended(process.exitValue(), Files.readString(output));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + command, e);
        }
    }

    private static Process start(ProcessBuilder builder) {
        String program = builder.command().get(0);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new IllegalStateException("the test needs " + program + ": apt-get install "
                    + PACKAGES.getOrDefault(program, program), e);
        }
    }

    static Ended python(Path directory, String text, Map<String, String> environment) {
        return run(List.of("python3", written(directory.resolve("reproduction.py"), text).toString()), environment);
    }

    static Ended c(Path directory, String text, Map<String, String> environment) {
        Path source = written(directory.resolve("reproduction.c"), text);
        Path program = directory.resolve("reproduction");
        List<String> compiler = new ArrayList<>(List.of("gcc", "-Wall", "-Wextra", "-Werror", "-pthread", "-o",
                program.toString(), source.toString()));
        Ended compiled = run(compiler, Map.of());
        if (compiled.status() != 0) {
            throw new IllegalStateException("gcc refused the program:\n" + compiled.output());
        }
        return run(List.of(program.toString()), environment);
    }

    static Path written(Path file, String text) {
        try {
            return Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
