package org.reuseaddr.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.run.RunException;
import org.reuseaddr.run.UsageException;

/**
 * Makes two runs by turns, one pass of each at a time, so that machine drift hits both alike: two JDKs, two flags, native
 * against a container. Each command is what begins a call of this jar, such as {@code /opt/jdk-25/bin/java -jar
 * benchmarks.jar}; the driver adds the arguments. Both runs are marked as of one session, which {@code compare} recognises.
 */
final class Alternation {

    private static final List<String> NAMES = List.of("a", "b");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int HASH_DIGITS = 32;

    private final List<String> commands;
    private final Path directory;
    private final List<String> arguments;
    private final int passes;
    private final String cpu;

    /**
     * Two runs that are still to be made.
     *
     * @param commands two, for /bin/sh
     * @param directory where the run directories {@code a} and {@code b} will be
     * @param arguments of the first pass beside {@code -f}: the profile, JMH's options, benchmarks
     * @param passes at least 2: how many forks each benchmark gets in each run
     * @param cpu the model of the CPU
     */
    Alternation(List<String> commands, Path directory, List<String> arguments, int passes, String cpu) {
        if (commands.size() != 2 || commands.stream().anyMatch(String::isBlank)) {
            throw new UsageException("--alternate: expected two commands that run this jar");
        }
        if (passes < 2) {
            throw new UsageException("--alternate: at least 2 forks are needed, found -f " + passes);
        }
        for (String name : NAMES) {
            if (Files.exists(directory.resolve(name))) {
                throw new UsageException("--alternate: " + directory.resolve(name) + " exists already");
            }
        }
        this.commands = List.copyOf(commands);
        this.directory = directory;
        this.arguments = List.copyOf(arguments);
        this.passes = passes;
        this.cpu = cpu;
    }

    /** Makes the passes; the run that was second in one pass is first in the next. */
    int run() {
        Map<String, String> session = session();
        int worst = ExitCode.DONE;
        for (int pass = 1; pass <= passes; pass++) {
            for (int turn : pass % 2 == 1 ? new int[] {0, 1} : new int[] {1, 0}) {
                int code = pass(turn, pass);
                if (code != ExitCode.DONE && code != ExitCode.FAILED && code != ExitCode.VIOLATION) {
                    return code;
                }
                RunDirectory run = new RunDirectory(directory.resolve(NAMES.get(turn)));
                if (!Files.exists(run.environment())) {
                    throw new RunException("'" + commands.get(turn) + "' wrote no run to " + run.path());
                }
                if (pass == 1) {
                    EnvironmentFile.append(run.environment(), session);
                }
                worst = Math.max(worst, code);
            }
        }
        return worst;
    }

    private int pass(int turn, int pass) {
        Path run = directory.resolve(NAMES.get(turn)).toAbsolutePath();
        // The shell reads the user's command; the arguments after it are passed on as they are.
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", commands.get(turn) + " \"$@\"", "sh", "run"));
        if (pass == 1) {
            words.addAll(List.of("--out", run.toString(), "--label", NAMES.get(turn)));
            words.addAll(arguments);
            words.addAll(List.of("-f", "1"));
        } else {
            words.addAll(List.of("--resume", run.toString(), "-f", Integer.toString(pass)));
        }
        Process process;
        try {
            Files.createDirectories(directory);
            process = new ProcessBuilder(words).inheritIO().start();
        } catch (IOException e) {
            throw new OutputException(directory, e);
        }
        Thread ending = new Thread(() -> end(process));
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            int code = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(ending);
            return code;
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            throw new RunException("interrupted in pass " + pass, e);
        } catch (IllegalStateException shuttingDown) {
            // A signal ends this process and the command alike; what was measured is on disk.
            throw new RunException("ended by a signal in pass " + pass, shuttingDown);
        }
    }

    /** Ends a command and what it started; a run that is told to end keeps what it measured. */
    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    private Map<String, String> session() {
        String id = UUID.randomUUID().toString();
        Map<String, String> entries = new TreeMap<>();
        entries.put(RunEntry.SESSION, id);
        entries.put(RunEntry.BOOT, hash(id + bootId()));
        entries.put(RunEntry.SESSION_CPU, cpu);
        return entries;
    }

    private static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException absent) {
            // Without it a session is told by its own identity alone, which no other has.
            return "";
        }
    }

    /** A boot identity names a machine to whoever knows it elsewhere, so only its hash with the session's is stored. */
    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(digest, HASH_DIGITS / 2));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
