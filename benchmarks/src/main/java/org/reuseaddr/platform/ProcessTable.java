package org.reuseaddr.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The processes that run, as /proc shows them at one moment: proc_pid_stat(5). Processes that have ended and wait for
 * their parent to notice are left out.
 */
public final class ProcessTable {

    private static final Path PROC = Path.of("/proc");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d{1,18})\\]");
    /** Behind the name, which may hold anything: state, parent, 17 numbers, and when it was started. */
    private static final Pattern STAT = Pattern.compile("^\\) ([A-Za-z]) (-?\\d+)(?: -?\\d+){17} (\\d+)[\\s\\S]*$");

    private final Map<Long, Row> rows;

    private ProcessTable(Map<Long, Row> rows) {
        this.rows = rows;
    }

    private record Row(long parent, long started) {
    }

    /**
     * A process, told from another that gets its number later.
     *
     * @param started in clock ticks since the machine was started
     */
    public record ProcessName(long pid, long started) {
    }

    /** All processes now. */
    public static ProcessTable now() {
        Map<Long, Row> rows = new LinkedHashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                row(entry).ifPresent(row -> rows.put(Long.valueOf(entry.getFileName().toString()), row));
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            return new ProcessTable(Map.of());
        }
        return new ProcessTable(rows);
    }

    private static Optional<Row> row(Path directory) {
        try {
            String text = Files.readString(directory.resolve("stat"), StandardCharsets.ISO_8859_1);
            Matcher cells = STAT.matcher(text.substring(Math.max(0, text.lastIndexOf(')'))));
            boolean runs = cells.matches() && !cells.group(1).equals("Z") && !cells.group(1).equals("X");
            return runs ? Optional.of(new Row(Long.parseLong(cells.group(2)), Long.parseLong(cells.group(3)))) : Optional.empty();
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    /** Those of the processes that still run. */
    public Set<ProcessName> running(Set<ProcessName> processes) {
        return processes.stream().filter(process -> rows.containsKey(process.pid())
                && rows.get(process.pid()).started() == process.started()).collect(Collectors.toSet());
    }

    /** The children of a process. */
    public Set<ProcessName> children(long parent) {
        return rows.entrySet().stream().filter(row -> row.getValue().parent() == parent)
                .map(row -> new ProcessName(row.getKey(), row.getValue().started())).collect(Collectors.toSet());
    }

    /** Those of the processes that still run, each behind its parent. */
    public List<ProcessName> parentsFirst(Set<ProcessName> processes) {
        return running(processes).stream().sorted(Comparator.comparingInt(this::generation)).toList();
    }

    /** How many parents, grandparents and so on a process has that are in this table. */
    private int generation(ProcessName process) {
        int generation = 0;
        // A number may have gone to another process while the table was read: no more parents than rows.
        for (Row row = rows.get(process.pid()); row != null && generation < rows.size(); row = rows.get(row.parent())) {
            generation++;
        }
        return generation;
    }

    /** The inodes of the sockets that a process has open; none where that cannot be seen. */
    public static Set<Long> sockets(long pid) {
        Set<Long> inodes = new HashSet<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(PROC.resolve(Long.toString(pid)).resolve("fd"))) {
            for (Path link : links) {
                inode(link).ifPresent(inodes::add);
            }
        } catch (IOException | DirectoryIteratorException ended) {
            return inodes;
        }
        return inodes;
    }

    private static Optional<Long> inode(Path link) {
        try {
            Matcher socket = SOCKET.matcher(Files.readSymbolicLink(link).toString());
            return socket.matches() ? Optional.of(Long.valueOf(socket.group(1))) : Optional.empty();
        } catch (IOException closed) {
            return Optional.empty();
        }
    }

    /** Whether a process was started with a variable of this value; false where that cannot be seen. */
    public static boolean hasVariable(long pid, String name, String value) {
        return environment(pid).contains("\0" + name + "=" + value + "\0");
    }

    /** Whether a process was started with a variable; false where that cannot be seen. */
    public static boolean hasVariable(long pid, String name) {
        return environment(pid).contains("\0" + name + "=");
    }

    private static String environment(long pid) {
        try {
            return "\0" + Files.readString(PROC.resolve(Long.toString(pid)).resolve("environ"), StandardCharsets.ISO_8859_1) + "\0";
        } catch (IOException ended) {
            return "";
        }
    }
}
