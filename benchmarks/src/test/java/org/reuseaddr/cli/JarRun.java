package org.reuseaddr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The shaded jar as a user runs it: a process with arguments, an environment, and sometimes a program in front. */
final class JarRun {

    static final Path JAR = Path.of(System.getProperty("benchmarks.jar", "target/benchmarks.jar")).toAbsolutePath();

    /**
     * Commands that measure nothing: on two CPUs the compiler of the second tier takes a third of their time, since it is not
     * done when they are.
     */
    private static final Set<String> SHORT_COMMANDS = Set.of("check", "judge", "explore", "repro", "compare", "report", "twice", "env");

    private final List<String> wrapper = new ArrayList<>();
    private final List<String> jvmArguments = new ArrayList<>();
    private final List<String> arguments;
    private final Map<String, String> environment = new HashMap<>();
    private Path javaHome = Path.of(System.getProperty("java.home"));
    private int limitSeconds = 120;

    private JarRun(String... arguments) {
        this.arguments = List.of(arguments);
    }

    static JarRun of(String... arguments) {
        return new JarRun(arguments);
    }

    /** A program that runs the JVM, such as {@code unshare --net}. */
    JarRun under(String... program) {
        wrapper.addAll(List.of(program));
        return this;
    }

    /** What a shell starts in the background ignores SIGINT, and so do all programs that start from there; this one does not. */
    JarRun interruptible() {
        return under("env", "--default-signal=INT");
    }

    /** With another Java than the tests'. */
    JarRun java(Path home) {
        javaHome = home;
        return this;
    }

    JarRun jvm(String... flags) {
        jvmArguments.addAll(List.of(flags));
        return this;
    }

    JarRun with(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    JarRun within(int seconds) {
        limitSeconds = seconds;
        return this;
    }

    /** How the process ended and what it said. */
    record Ended(int exitCode, String out, String err) {
        String everything() {
            return "exit " + exitCode + "\n--- stdout\n" + out + "--- stderr\n" + err;
        }
    }

    /** Starts the process with its output in files, so that a full pipe never stops it. */
    Started start() {
        List<String> command = new ArrayList<>(wrapper);
        command.add(javaHome.resolve("bin").resolve("java").toString());
        if (arguments.stream().findFirst().filter(SHORT_COMMANDS::contains).isPresent()) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(jvmArguments);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(arguments);
        try {
            Path out = Files.createTempFile("jar-run", ".out");
            Path err = Files.createTempFile("jar-run", ".err");
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(environment);
            return new Started(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Ended run() {
        return start().await(limitSeconds);
    }

    /** A process under way. */
    record Started(Process process, Path outFile, Path errFile) {

        Ended await(int seconds) {
            try {
                boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
                if (!ended) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                }
                Ended result = new Ended(process.exitValue(), Files.readString(outFile, StandardCharsets.UTF_8),
                        Files.readString(errFile, StandardCharsets.UTF_8));
                Files.delete(outFile);
                Files.delete(errFile);
                if (!ended) {
                    throw new AssertionError("still running after " + seconds + " s\n" + result.everything());
                }
                return result;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }

        /** Waits until a condition holds, at most a minute. */
        void until(String what, BooleanSupplier condition) {
            for (int i = 0; i < 600; i++) {
                if (condition.getAsBoolean()) {
                    return;
                }
                try {
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted", e);
                }
            }
            throw new AssertionError("waited a minute for: " + what + "\n" + await(0).everything());
        }
    }
}
