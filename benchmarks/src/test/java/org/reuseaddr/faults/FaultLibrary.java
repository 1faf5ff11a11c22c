package org.reuseaddr.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** The LD_PRELOAD library of {@code src/test/c/fault.c}, compiled once a build by each compiler that a test names. */
public final class FaultLibrary {

    /** Selects the fault; without it the library passes every call through. */
    public static final String FAULT = "REUSEADDR_FAULT";
    /** Narrows the fault to processes whose command line contains this text, or with a leading {@code !} does not. */
    public static final String ONLY_IN = "REUSEADDR_FAULT_ONLY_IN";

    private static final Path SOURCE = Path.of("src", "test", "c", "fault.c");
    private static final String GCC = "gcc";

    private final Path library;

    private FaultLibrary(Path library) {
        this.library = library;
    }

    /**
     * The library for programs of the system's C library; compiles it unless it is newer than its source.
     *
     * @throws IllegalStateException if there is no compiler, with the packages to install, or if it refuses the source
     */
    public static FaultLibrary compiled() {
        return compiledBy(GCC);
    }

    /**
     * The library for programs that this compiler links dynamically: one made for another C library cannot be loaded by them.
     *
     * @param compiler {@code gcc} or {@code musl-gcc}
     * @throws IllegalStateException if there is no such compiler, with the packages to install, or if it refuses the source
     */
    public static synchronized FaultLibrary compiledBy(String compiler) {
        Path compiled = Path.of("target", compiler.equals(GCC) ? "libfault.so" : "libfault-" + compiler + ".so");
        try {
            if (!isUpToDate(compiled)) {
                compile(compiler, compiled);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new FaultLibrary(compiled.toAbsolutePath());
    }

    private static boolean isUpToDate(Path compiled) throws IOException {
        return Files.exists(compiled)
                && Files.getLastModifiedTime(compiled).compareTo(Files.getLastModifiedTime(SOURCE)) > 0;
    }

    private static void compile(String name, Path compiled) throws IOException {
        Files.createDirectories(compiled.getParent());
        // Moved into place when complete: another JVM may be loading it.
        Path fresh = Files.createTempFile(compiled.getParent(), "libfault", ".so");
        try {
            Process compiler = start(name, fresh);
            String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() != 0) {
                throw new IllegalStateException(name + " refused " + SOURCE + " (are the C library's headers there? "
                        + "apt-get install libc6-dev):\n" + words);
            }
            Files.move(fresh, compiled, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + name + " compiled " + SOURCE, e);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Process start(String compiler, Path output) {
        try {
            return new ProcessBuilder(compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror",
                    "-o", output.toString(), SOURCE.toString()).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IllegalStateException("the fault library needs " + compiler + ": apt-get install "
                    + (compiler.equals(GCC) ? "gcc libc6-dev" : "musl-tools"), e);
        }
    }

    /** What a process's environment must have for the fault, such as {@code duplicate-listener}. */
    public Map<String, String> environment(String fault) {
        return Map.of("LD_PRELOAD", library.toString(), FAULT, fault);
    }

    /**
     * A process with the fault.
     *
     * @param onlyIn what the command lines of the broken processes contain, see {@link #ONLY_IN}; empty breaks all
     */
    public ProcessBuilder process(String fault, String onlyIn, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment(fault));
        builder.environment().put(ONLY_IN, onlyIn);
        return builder;
    }
}
