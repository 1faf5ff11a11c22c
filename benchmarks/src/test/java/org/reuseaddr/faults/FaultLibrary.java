package org.reuseaddr.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** The LD_PRELOAD library of {@code src/test/c/fault.c}, compiled once a build. */
public final class FaultLibrary {

    /** Selects the fault; without it the library passes every call through. */
    public static final String FAULT = "REUSEADDR_FAULT";
    /** Narrows the fault to processes whose command line contains this text, or with a leading {@code !} does not. */
    public static final String ONLY_IN = "REUSEADDR_FAULT_ONLY_IN";

    private static final Path SOURCE = Path.of("src", "test", "c", "fault.c");
    private static final Path COMPILED = Path.of("target", "libfault.so");

    private final Path library;

    private FaultLibrary(Path library) {
        this.library = library;
    }

    /**
     * The compiled library; compiles it unless it is newer than its source.
     *
     * @throws IllegalStateException if there is no compiler, with the packages to install, or if it refuses the source
     */
    public static synchronized FaultLibrary compiled() {
        try {
            if (!isUpToDate()) {
                compile();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new FaultLibrary(COMPILED.toAbsolutePath());
    }

    private static boolean isUpToDate() throws IOException {
        return Files.exists(COMPILED)
                && Files.getLastModifiedTime(COMPILED).compareTo(Files.getLastModifiedTime(SOURCE)) > 0;
    }

    private static void compile() throws IOException {
        Files.createDirectories(COMPILED.getParent());
        // Moved into place when complete: another JVM may be loading it.
        Path fresh = Files.createTempFile(COMPILED.getParent(), "libfault", ".so");
        try {
            Process compiler = start(fresh);
            String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (compiler.waitFor() != 0) {
                throw new IllegalStateException("gcc refused " + SOURCE + " (are the C library's headers there? "
                        + "apt-get install libc6-dev):\n" + words);
            }
            Files.move(fresh, COMPILED, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while gcc compiled " + SOURCE, e);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Process start(Path output) {
        try {
            return new ProcessBuilder("gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror",
                    "-o", output.toString(), SOURCE.toString()).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IllegalStateException("the fault library needs gcc: apt-get install gcc libc6-dev", e);
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
