package org.reuseaddr.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.transcript.TraceEvent;
import org.reuseaddr.transcript.TraceFiles;
import org.reuseaddr.transcript.TraceLog;
import org.reuseaddr.transcript.TranscriptException;

/**
 * One trace that the user names: standard input, a file, or the files that {@code strace -ff} wrote.
 *
 * @param name what messages call it
 * @param files empty for standard input; more than one for a trace of strace -ff
 */
record TraceInput(String name, List<Path> files) {

    private static final Path STANDARD_INPUT = Path.of("-");
    /** Kinds of file systems whose files are made as they are read; some never end. */
    private static final Set<String> NO_TRACES = Set.of("proc", "sysfs", "debugfs", "tracefs", "cgroup", "cgroup2");

    /**
     * The traces that arguments name. Files NAME.PID of one directory that have the same name are one trace; of a directory
     * all files are taken.
     *
     * @throws UsageException if one is not there or cannot be a trace
     */
    static List<TraceInput> of(List<Path> arguments) {
        List<TraceInput> inputs = new ArrayList<>();
        Map<Path, List<Path>> ofOneTrace = new LinkedHashMap<>();
        for (Path argument : arguments) {
            if (argument.equals(STANDARD_INPUT)) {
                inputs.add(new TraceInput("standard input", List.of()));
            } else if (Files.isDirectory(argument)) {
                filesOf(argument).forEach(file -> add(file, inputs, ofOneTrace));
            } else {
                requireTrace(argument);
                add(argument, inputs, ofOneTrace);
            }
        }
        ofOneTrace.forEach((trace, files) -> inputs.add(new TraceInput(files.size() == 1 ? files.get(0).toString()
                : trace + ".* (" + files.size() + " processes)", files)));
        for (TraceInput input : inputs) {
            if (input.files.size() > TraceFiles.MAX_FILES) {
                throw new UsageException(input.name + ": expected at most " + TraceFiles.MAX_FILES + " files");
            }
        }
        return inputs;
    }

    private static void add(Path file, List<TraceInput> inputs, Map<Path, List<Path>> ofOneTrace) {
        TraceFiles.traceOf(file).ifPresentOrElse(
                trace -> ofOneTrace.computeIfAbsent(file.resolveSibling(trace), unseen -> new ArrayList<>()).add(file),
                () -> inputs.add(new TraceInput(file.toString(), List.of(file))));
    }

    private static List<Path> filesOf(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> files = entries.filter(Files::isRegularFile).sorted().toList();
            if (files.isEmpty()) {
                throw new UsageException(directory + ": expected logs in the directory, found no file");
            }
            return files;
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    /** Opening a FIFO waits for a writer, perhaps for ever; what the shell has opened already does not. */
    private static void requireTrace(Path file) {
        if (!Files.exists(file)) {
            throw new UsageException(file + ": there is no such file");
        }
        if (isOpenAlready(file)) {
            return;
        }
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + ": expected a regular file; a stream is read from standard input: 'judge - < " + file + "'");
        }
        try {
            if (NO_TRACES.contains(Files.getFileStore(file).type())) {
                throw new UsageException(file + ": expected a log, found a file of the kernel");
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static boolean isOpenAlready(Path file) {
        String path = file.toString();
        return path.startsWith("/dev/fd/") || path.equals("/dev/stdin") || path.matches("/proc/(self|[0-9]+)/fd/[0-9]+");
    }

    /**
     * Reads the trace up to its end.
     *
     * @return what it had besides, and whether the order of its calls is known
     * @throws UsageException if it cannot be read
     */
    TraceFiles.Read read(Consumer<TraceEvent> events) {
        try {
            if (files.isEmpty()) {
                return new TraceFiles.Read(TraceLog.read(name, System.in, true, events), true);
            }
            if (files.size() > 1) {
                return TraceFiles.read(files, events);
            }
            try (InputStream bytes = Files.newInputStream(files.get(0))) {
                return new TraceFiles.Read(TraceLog.read(name, bytes, isOpenAlready(files.get(0)), events), true);
            }
        } catch (IOException e) {
            throw files.isEmpty() ? new UsageException(name + ": cannot be read: " + e.getMessage()) : unreadable(files.get(0), e);
        } catch (TranscriptException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static UsageException unreadable(Path file, IOException e) {
        return new UsageException(file + ": " + (e instanceof NoSuchFileException ? "there is no such file"
                : "cannot be read: " + (e instanceof AccessDeniedException ? "permission denied" : e.getMessage())));
    }
}
