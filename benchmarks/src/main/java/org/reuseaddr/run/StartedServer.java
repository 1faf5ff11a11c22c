package org.reuseaddr.run;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.reuseaddr.platform.ListedSocket;
import org.reuseaddr.platform.ProcNet;
import org.reuseaddr.platform.ProcessTable;
import org.reuseaddr.platform.ProcessTable.ProcessName;
import org.reuseaddr.transcript.Visible;

/**
 * Somebody's server: the process that was started and all that came of it, those that left its group and lost their
 * parent included.
 */
final class StartedServer implements AutoCloseable {

    private static final int LAST_BYTES = 4096;
    private static final int LAST_LINES = 12;
    private static final int KILL_SECONDS = 20;
    private static final int DRAIN_MILLIS = 5_000;
    private static final long PAUSE_MILLIS = 20;
    private static final String MARK = "REUSEADDR_TWICE";
    /**
     * What strace shows: with times, by which the traces of several starts become one, and with the ends of processes, the calls
     * that close or share descriptors and those that change users. Without these a correct server can look impossible.
     */
    private static final List<String> STRACE = List.of("strace", "-f", "-q", "-ttt", "-e",
            "trace=network,process,%creds,close,?close_range,dup,?dup2,dup3,fcntl,ioctl,?unshare", "-o");

    private final Process process;
    private final String mark;
    private final Set<ProcessName> processes = ConcurrentHashMap.newKeySet();
    private final List<StartedServer> starts;
    private final Thread reader;
    private final byte[] last = new byte[LAST_BYTES];
    private long written;
    private volatile boolean over;

    private StartedServer(Process process, String mark, List<StartedServer> starts) {
        this.process = process;
        this.mark = mark;
        this.starts = starts;
        reader = new Thread(this::read, "output of start " + mark);
        reader.setDaemon(true);
    }

    /**
     * Starts a command.
     *
     * @param trace where strace writes; empty starts the command without strace
     * @param starts all starts in their order, which the new one joins; its place is in the environment of its processes
     *     unless they overwrite it, and one that has and has lost its parent belongs to the latest start
     * @throws UsageException if there is no such command
     */
    static StartedServer start(List<String> command, Optional<Path> trace, List<StartedServer> starts) {
        List<String> whole = new ArrayList<>();
        trace.ifPresent(file -> {
            whole.addAll(STRACE);
            whole.add(file.toString());
        });
        whole.addAll(command);
        String mark = ProcessHandle.current().pid() + "-" + (starts.size() + 1);
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true).redirectInput(new File("/dev/null"));
        builder.environment().put(MARK, mark);
        try {
            StartedServer server = new StartedServer(builder.start(), mark, starts);
            starts.add(server);
            server.reader.start();
            server.look();
            return server;
        } catch (IOException e) {
            throw new UsageException("cannot start " + command.get(0) + ": " + e.getMessage());
        }
    }

    /** Reads what is printed for as long as anything may print, and keeps the end of it. */
    private void read() {
        byte[] buffer = new byte[1 << 16];
        try (InputStream output = process.getInputStream()) {
            for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
                keep(buffer, count);
            }
        } catch (IOException e) {
            keep(new byte[0], 0); // The process has been ended: there is no more to be read.
        }
    }

    private synchronized void keep(byte[] bytes, int count) {
        for (int i = Math.max(0, count - LAST_BYTES); i < count; i++) {
            last[(int) ((written + i) % LAST_BYTES)] = bytes[i];
        }
        written += count;
    }

    /** The last lines that it printed, made harmless for a terminal. */
    List<String> lastWords() {
        if (hasEnded()) {
            drain();
        }
        return kept();
    }

    /** What an ended process printed may still be in the pipe. */
    private void drain() {
        try {
            reader.join(DRAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted");
        }
    }

    private synchronized List<String> kept() {
        int count = (int) Math.min(written, LAST_BYTES);
        byte[] ordered = new byte[count];
        for (int i = 0; i < count; i++) {
            ordered[i] = last[(int) ((written - count + i) % LAST_BYTES)];
        }
        List<String> lines = new String(ordered, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank())
                .map(Visible::line).toList();
        return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    }

    /** Finds its processes anew and returns those that run. */
    Set<ProcessName> look() {
        ProcessTable table = ProcessTable.now();
        List<StartedServer> later = List.copyOf(starts.subList(starts.indexOf(this), starts.size()));
        // The latest first: a daemon that nobody has seen yet comes of the start that was made last and is not over.
        for (int i = later.size() - 1; i > 0; i--) {
            if (!later.get(i).over) {
                later.get(i).look(table);
            }
        }
        return look(table);
    }

    private synchronized Set<ProcessName> look(ProcessTable table) {
        List<ProcessName> found = new ArrayList<>(processes);
        for (ProcessName child : table.children(ProcessHandle.current().pid())) {
            if (child.pid() == process.pid() || ProcessTable.hasVariable(child.pid(), MARK, mark)
                    || !ProcessTable.hasVariable(child.pid(), MARK) && starts.stream().noneMatch(start -> start.has(child))) {
                found.add(child);
            }
        }
        for (int i = 0; i < found.size(); i++) {
            if (processes.add(found.get(i)) || !table.running(Set.of(found.get(i))).isEmpty()) {
                table.children(found.get(i).pid()).stream().filter(child -> !found.contains(child)).forEach(found::add);
            }
        }
        return table.running(processes);
    }

    private boolean has(ProcessName name) {
        return processes.contains(name);
    }

    /** Whether nothing of it runs any more. */
    boolean hasEnded() {
        // Twice: a process that has forked and ended while the table was read may have hidden its child from it.
        over = over || !process.isAlive() && look().isEmpty() && look().isEmpty();
        return over;
    }

    /** The exit code of the process that was started; empty while it runs. */
    OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /** The TCP sockets that its processes have open. */
    List<ListedSocket> sockets() {
        Set<Long> inodes = look().stream().flatMap(one -> ProcessTable.sockets(one.pid()).stream()).collect(Collectors.toSet());
        return ProcNet.ofThisProcess().tcpSockets().stream().filter(socket -> inodes.contains(socket.inode())).toList();
    }

    /** Those that listen. */
    List<ListedSocket> listeners() {
        return sockets().stream().filter(socket -> socket.state() == ListedSocket.TcpState.LISTEN).toList();
    }

    /** Kills all of it and waits until it is gone. */
    @Override
    public void close() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(KILL_SECONDS);
        // Again and again: a process that forks can be faster than one look.
        for (Set<ProcessName> running = look(); !running.isEmpty() || process.isAlive(); running = look()) {
            // Parents first: one that outlives its child for a moment may start another in its place.
            ProcessTable.now().parentsFirst(running)
                    .forEach(one -> ProcessHandle.of(one.pid()).ifPresent(ProcessHandle::destroyForcibly));
            process.destroyForcibly();
            if (System.nanoTime() > deadline) {
                throw new RunException("processes of the command cannot be ended: "
                        + running.stream().map(one -> Long.toString(one.pid())).collect(Collectors.joining(", ")));
            }
            pause();
        }
        over = true;
    }

    static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted");
        }
    }
}
