package org.reuseaddr.transcript;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.CallReader.Reading;
import org.reuseaddr.transcript.OpenFiles.FileKind;
import org.reuseaddr.transcript.OpenFiles.Open;

/**
 * Reads logs of strace as people have them, of any length, and reports line by line what happened to stream sockets.
 *
 * <p>Unlike {@link TranscriptParser}, which reads what is to be replayed, it skips what it cannot read and says so. It
 * follows descriptors through fork, dup2, dup3, execve and the end of a process; a descriptor that is given again was
 * closed, as in a trace made with {@code -e trace=network}, which shows no close. A process whose beginning the log does
 * not show may be a thread of another one: it is taken for a process of its own until it uses a descriptor of the other.
 *
 * <p>Memory is bounded: {@value OpenFiles#MAX_OPEN} open descriptors, {@value #MAX_UNFINISHED_CHARACTERS} characters of
 * calls that have not come back, {@value LineReader#MAX_LINE_BYTES} bytes in a line.
 */
public final class TraceLog {

    /** A line of the suite's own between two files that are to be read each alone. */
    static final String BETWEEN_FRAGMENTS = "~~~";

    private static final int MAX_UNFINISHED_CHARACTERS = 8 << 20;
    private static final int MAX_KINDS = 1_000;
    /** How many events may wait for a connect to come back, so that an accept stands after the connect it waited for. */
    private static final int MAX_WAITING = 64;
    /** How many lines may stand between the effects of the end of a process and the line that says so. */
    private static final int MAX_AHEAD = 3;
    private static final Pattern NOTICE = Pattern.compile("(?:strace: )?Process ([1-9][0-9]{0,8}) (?:attached.*|detached)$");
    private static final Pattern RESUMED = Pattern.compile("<(?:\\.\\.\\.|…) ([a-z_][a-z0-9_]{0,63}) resumed>");
    private static final Pattern UNFINISHED = Pattern.compile("<(?:unfinished|detached) (?:\\.\\.\\.|…)>[ \t]*$");
    private static final Pattern RESULT = Pattern.compile(".*\\)[ \t]*=[ \t]*(-?[0-9]{1,9})(?![0-9]).*");
    private static final Pattern FAILED_EBADF = Pattern.compile("\\)[ \t]*=[ \t]*-1 (?:EBADF|ENOTSOCK)\\b");
    private static final Pattern PORT = Pattern.compile("sin6?_port=htons\\(([0-9]{1,5})\\)");
    private static final Pattern PASSED = Pattern.compile("SCM_RIGHTS, cmsg_data=\\[([0-9, <>:a-zA-Z/\\[\\].-]*)\\]");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern TWO_DESCRIPTORS = Pattern.compile("[a-z0-9_]+\\(([0-9]{1,9})(?:<.*?>)?, ([0-9]{1,9})(?![0-9])");
    private static final Pattern THREAD = Pattern.compile("# thread: ([1-9][0-9]{0,8}) of ([1-9][0-9]{0,8})[ \t]*");
    private static final Pattern USER = Pattern.compile("# user: ([0-9]{1,9}) of ([0-9]{1,9})[ \t]*");
    /** Options that change who may have a port: sockets on different devices do not meet, and repair forces a bind. */
    private static final Set<String> CHANGE_THE_RULES = Set.of("SO_BINDTODEVICE", "SO_BINDTOIFINDEX", "TCP_REPAIR");
    private static final Set<String> CLONES = Set.of("clone", "clone3", "fork", "vfork");
    /** Calls beside those that the suite models that change what a descriptor is. */
    private static final Set<String> OF_DESCRIPTORS = Set.of("clone", "clone3", "fork", "vfork", "execve", "execveat",
            "exit_group", "dup2", "dup3", "close_range", "sendto", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "pidfd_getfd",
            "unshare", "setns", "io_uring_setup", "io_uring_enter", "setuid", "seteuid", "setreuid", "setresuid", "setfsuid", "geteuid",
            "setuid32", "setreuid32", "setresuid32", "setfsuid32", "geteuid32", "fchown", "fchown32");

    /**
     * What the log had beside the events.
     *
     * @param lines how many lines it has
     * @param calls how many lines look like system calls, of any kind
     * @param skipped how many lines of which kind became no event
     * @param firstUnreadable the first call that could not be read, as {@code FILE:LINE:COLUMN: expected …}
     * @param showsCloses whether it shows any close
     * @param showsClones whether it shows how processes begin
     * @param unexplained processes whose beginning it does not show, without the first
     */
    public record LogSummary(int lines, long calls, Map<String, Integer> skipped, Optional<String> firstUnreadable,
            boolean showsCloses, boolean showsClones, int unexplained) {
    }

    /** The beginning of a call whose end is yet to come; its event has a place already if it counts from its start. */
    private record Unfinished(String name, TraceText text, Pending pending, boolean done) {
    }

    /** An event that waits for those before it. */
    private static final class Pending {
        private TraceEvent event;
        private boolean awaited;

        private Pending(TraceEvent event, boolean awaited) {
            this.event = event;
            this.awaited = awaited;
        }
    }

    private final LineSource lines;
    private final boolean severalFiles;
    private final boolean isStream;
    private final Consumer<TraceEvent> events;
    private final Map<String, Integer> skipped = new TreeMap<>();
    private final OpenFiles files = new OpenFiles();
    private final Map<Integer, Integer> processOfThread = new HashMap<>();
    private final TraceUsers users = new TraceUsers();
    private final Map<Integer, Unfinished> unfinished = new HashMap<>();
    private final Map<Integer, String> unfinishedClones = new HashMap<>();
    /** Processes whose first call stands before the end of the clone that made them. */
    private final Set<Integer> early = new HashSet<>();
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final Set<Integer> seen = new HashSet<>();
    private final Set<Integer> unexplained = new HashSet<>();
    /** Children of which the log has no line yet: perhaps it does not follow them, or gives them other numbers. */
    private final Set<Integer> silent = new HashSet<>();
    /** Processes that have called exit_group. */
    private final Set<Integer> ending = new HashSet<>();
    /** Processes that may be in another network namespace than the first. */
    private final Set<Integer> elsewhere = new HashSet<>();
    private final Set<Integer> attached = new HashSet<>();
    private int unfinishedCharacters;
    private int firstPid;
    private boolean hasUnnamed;
    private boolean hasPids;
    private boolean showsCloses;
    private boolean showsClones;
    private boolean showsFcntl;
    private boolean showsCloseRange;
    private int textSince;
    private boolean isEmptyFragment = true;
    private boolean inFence;
    private Optional<String> firstUnreadable = Optional.empty();
    private long calls;
    private int line;
    private int allUnexplained;
    private TraceText interrupted;
    private int interruptedPid;
    private String file = "";

    private TraceLog(LineSource lines, boolean severalFiles, boolean isStream, Consumer<TraceEvent> events) {
        this.lines = lines;
        this.severalFiles = severalFiles;
        this.isStream = isStream;
        this.events = events;
    }

    /**
     * Reads a log up to its end; each event is reported when the line is read that it follows from, or at most
     * {@value #MAX_WAITING} events later.
     *
     * @param name what error messages call the log
     * @param isStream whether a running program writes it: then text between the calls is the program's own output, and
     *     separates nothing
     * @throws IOException if the log cannot be read
     * @throws TranscriptException if it is no text, or more than can be followed in bounded memory
     */
    public static LogSummary read(String name, InputStream bytes, boolean isStream, Consumer<TraceEvent> events)
            throws IOException, TranscriptException {
        return new TraceLog(LineReader.ofLog(name, bytes), false, isStream, events).read();
    }

    /** Reads the files that {@code strace -ff} wrote as one log, by the times of their lines. */
    static LogSummary readMerged(LineSource merged, Consumer<TraceEvent> events) throws IOException, TranscriptException {
        return new TraceLog(merged, true, true, events).read();
    }

    /** The lines of a file at which a fragment begins, but for the first of the fragments. */
    static List<Integer> laterFragments(LineSource lines) throws IOException, TranscriptException {
        List<Integer> begins = new ArrayList<>();
        new TraceLog(lines, false, false, event -> {
            if (event instanceof TraceEvent.FragmentBegins fragment) {
                begins.add(fragment.place().line());
            }
        }).read();
        return begins;
    }

    /** Whether calls of this name make events, or change what descriptors are. */
    static boolean follows(String name) {
        return CallReader.names().contains(name) || OF_DESCRIPTORS.contains(name);
    }

    private LogSummary read() throws IOException, TranscriptException {
        int count = 0;
        // A program that runs must not wait for its next line.
        int most = isStream && !severalFiles ? 1 : 1 + MAX_AHEAD;
        Deque<TraceText> ahead = new ArrayDeque<>();
        while (fill(ahead, most)) {
            endSoon(ahead);
            TraceText next = ahead.pollFirst();
            count += next.beginsLine() ? 1 : 0;
            line = next.line();
            file = severalFiles ? next.file() : "";
            line(next);
            drain(false);
        }
        unfinished.values().forEach(call -> skipUnlessDone(call));
        drain(true);
        return new LogSummary(count, calls, skipped, firstUnreadable, showsCloses, showsClones, allUnexplained);
    }

    /** Whether there is a line. */
    private boolean fill(Deque<TraceText> ahead, int most) throws IOException, TranscriptException {
        while (ahead.size() < most) {
            Optional<TraceText> next = lines.next();
            if (next.isEmpty()) {
                break;
            }
            ahead.addLast(next.get());
        }
        return !ahead.isEmpty();
    }

    /**
     * A process that is killed closes what it has before its parent, and strace, take note of its end: a call of another one
     * may come back in between.
     */
    private void endSoon(Deque<TraceText> ahead) {
        if (!hasEnd(ahead)) {
            return;
        }
        Set<Integer> acting = new HashSet<>();
        boolean isFirst = true;
        for (TraceText next : ahead) {
            boolean ends = next.text().endsWith("+++");
            int pid = TraceLine.of(next).pid();
            if (ends && !isFirst && !acting.contains(pid) && !processOfThread.containsKey(pid)) {
                unwatch(pid == firstPid ? 0 : pid);
            }
            if (!next.text().endsWith("= ?")) {
                acting.add(pid);
            }
            isFirst = false;
        }
    }

    /** A loop, since a long log has millions of lines. */
    private static boolean hasEnd(Deque<TraceText> ahead) {
        for (TraceText next : ahead) {
            if (next.text().endsWith("+++")) {
                return true;
            }
        }
        return false;
    }

    private void unwatch(int process) {
        if (files.of(process).values().stream().anyMatch(open -> open.kind() == FileKind.STREAM)) {
            report(new TraceEvent.Unwatched(process));
        }
    }

    private void skipUnlessDone(Unfinished call) {
        if (!call.done()) {
            skip(call.name() + " (no result)");
        }
    }

    private void drain(boolean all) {
        while (!waiting.isEmpty() && (all || !waiting.peekFirst().awaited || waiting.size() > MAX_WAITING)) {
            Pending first = waiting.pollFirst();
            if (first.event != null) {
                events.accept(first.event);
            } else {
                first.awaited = false;
            }
        }
    }

    private void report(TraceEvent event) {
        if (waiting.isEmpty()) {
            events.accept(event);
        } else {
            waiting.addLast(new Pending(event, false));
        }
    }

    private void line(TraceText source) throws TranscriptException {
        if (source.text().isBlank()) {
            return;
        }
        if (interrupted != null) {
            TraceText begun = interrupted;
            interrupted = null;
            content(interruptedPid, begun.followedBy(source));
            return;
        }
        TraceLine parts = TraceLine.of(source);
        String text = parts.content().text();
        if (text.equals(BETWEEN_FRAGMENTS) && severalFiles) {
            beginFragment();
            return;
        }
        if (text.startsWith("```") || text.startsWith("~~~")) {
            fence();
            return;
        }
        int actor = parts.pid() == 0 ? unnamed() : named(parts.pid(), parts.isColumn());
        int open = nameEnd(text);
        if (open > 0 && text.indexOf("Process ", open) > 0) {
            Matcher notice = NOTICE.matcher(text);
            if (notice.find()) {
                attached.add(Integer.parseInt(notice.group(1)));
                interrupted = parts.content().between(0, notice.start());
                interruptedPid = actor;
                return;
            }
        }
        content(actor, parts.content());
    }

    private void fence() {
        inFence = !inFence;
        if (inFence) {
            beginFragment();
        }
    }

    private void beginFragment() {
        if (!isEmptyFragment) {
            report(new TraceEvent.FragmentBegins(new TracePlace(file, line)));
            files.clear();
            processOfThread.clear();
            users.clear();
            unfinished.clear();
            unfinishedClones.clear();
            early.clear();
            silent.clear();
            ending.clear();
            unfinishedCharacters = 0;
            seen.clear();
            unexplained.clear();
            firstPid = 0;
            isEmptyFragment = true;
        }
    }

    /** The length of a system call's name that the text begins with, before its parenthesis; 0 if there is none. */
    private static int nameEnd(String text) {
        int at = 0;
        while (at < text.length() && at < 64) {
            char c = text.charAt(at);
            if (c == '(') {
                return at;
            }
            if (!(c >= 'a' && c <= 'z' || c == '_' || at > 0 && c >= '0' && c <= '9')) {
                return 0;
            }
            at++;
        }
        return 0;
    }

    private int unnamed() {
        hasUnnamed = true;
        return 0;
    }

    /** Who a line of this number is of: the first process of strace -f has lines without its number at first. */
    private int named(int pid, boolean isColumn) {
        hasPids = true;
        if (hasUnnamed && firstPid == 0 && !attached.isEmpty() && !attached.contains(pid)) {
            firstPid = pid;
        }
        if (pid == firstPid) {
            return 0;
        }
        if (silent.remove(pid)) {
            report(new TraceEvent.Heard(pid));
        }
        if (seen.add(pid) && !processOfThread.containsKey(pid)) {
            OptionalInt creator = onlyCreator();
            if (creator.isPresent()) {
                child(creator.getAsInt(), pid, unfinishedClones.remove(creator.getAsInt()));
                early.add(pid);
            } else if (seen.size() > 1 && (isColumn || attached.contains(pid)) || hasUnnamed && attached.contains(pid)) {
                unexplained.add(pid);
                allUnexplained++;
            }
        }
        return pid;
    }

    /** Whose clone made the process that appears; threads of one process whose clones overlap make alike children. */
    private OptionalInt onlyCreator() {
        Set<List<Object>> kinds = new HashSet<>();
        unfinishedClones.forEach((creator, clone) -> kinds.add(List.of(processOf(creator), clone.contains("CLONE_FILES"))));
        return kinds.size() == 1 ? OptionalInt.of(unfinishedClones.keySet().iterator().next()) : OptionalInt.empty();
    }

    private int processOf(int actor) {
        return processOfThread.getOrDefault(actor, actor);
    }

    private void child(int creator, int child, String clone) {
        int named = child == firstPid ? 0 : child;
        if (early.remove(named)) {
            // It was forked at its first call, and may have closed since what it had from its parent.
            return;
        }
        if (ending.remove(named)) {
            // The log does not show the ends of processes: the number is given again.
            exit(named);
        }
        users.cloned(creator, named, clone.contains("CLONE_NEWUSER"));
        boolean wasSeen = !seen.add(named);
        unexplained.remove(named);
        if (clone.contains("CLONE_NEWNET") || elsewhere.contains(processOf(creator))) {
            elsewhere.add(named);
        }
        if (clone.contains("CLONE_FILES")) {
            share(named, processOf(creator));
        } else if (!processOfThread.containsKey(named)) {
            files.fork(processOf(creator), named);
            report(new TraceEvent.Forked(processOf(creator), named));
            users.forked(processOf(creator), named);
            if (wasSeen) {
                report(new TraceEvent.Heard(named));
            } else {
                silent.add(named);
            }
        }
    }

    /** From here on, the one uses the descriptors of the other; those that it has itself are no longer known. */
    private void share(int thread, int process) {
        if (thread == process || processOf(process) == thread) {
            return;
        }
        Map.copyOf(files.of(thread)).forEach((fd, open) -> {
            lose(thread, fd, open);
            if (files.get(process, fd) == null) {
                files.put(process, fd, new Open(FileKind.OTHER, thread, open.closedByExec(), open.line()));
            }
        });
        files.exit(thread);
        processOfThread.put(thread, process);
    }

    /** From here on, a thread has descriptors of its own. */
    private void ownTable(int thread) {
        Integer process = processOfThread.remove(thread);
        if (process != null) {
            files.fork(process, thread);
            report(new TraceEvent.Forked(process, thread));
            users.forked(process, thread);
            report(new TraceEvent.Heard(thread));
        }
    }

    private void lose(int process, int fd, Open open) {
        if (open.kind() == FileKind.STREAM) {
            report(new TraceEvent.Lost(process, fd));
        }
    }

    private void content(int actor, TraceText content) throws TranscriptException {
        String text = content.text();
        int open = nameEnd(text);
        if (open > 0) {
            calls++;
            begun(actor, text.substring(0, open), content);
            return;
        }
        Matcher resumed = RESUMED.matcher(text);
        if (resumed.lookingAt()) {
            resumed(actor, resumed.group(1), content.from(resumed.end()));
        } else if (text.startsWith("---")) {
            skip("signal delivered");
        } else if (text.startsWith("+++")) {
            skip("process ended");
            if (!text.startsWith("+++ superseded")) {
                exit(actor);
            }
        } else {
            Matcher notice = NOTICE.matcher(text);
            if (notice.lookingAt()) {
                attached.add(Integer.parseInt(notice.group(1)));
                skip("strace's notice");
            } else if (!thread(text) && !user(text)) {
                textSince = line;
                skip("text");
            }
        }
    }

    /** A header of the suite's own transcripts: it says which process a thread is of. */
    private boolean thread(String text) {
        Matcher header = THREAD.matcher(text);
        if (!header.matches()) {
            return false;
        }
        int thread = Integer.parseInt(header.group(1));
        seen.add(thread);
        unexplained.remove(thread);
        share(thread, processOf(Integer.parseInt(header.group(2))));
        users.join(thread, processOf(thread));
        return true;
    }

    /** A header of the suite's own transcripts: it says whose a process is. */
    private boolean user(String text) {
        Matcher header = USER.matcher(text);
        if (header.matches()) {
            int process = Integer.parseInt(header.group(2));
            users.set(process, Integer.parseInt(header.group(1)));
            processOfThread.forEach((thread, of) -> {
                if (of == process) {
                    users.join(thread, process);
                }
            });
        }
        return header.matches();
    }

    private void begun(int actor, String name, TraceText text) throws TranscriptException {
        boolean modelled = CallReader.names().contains(name);
        if (!follows(name)) {
            skip(name);
            return;
        }
        isEmptyFragment = false;
        Matcher pause = UNFINISHED.matcher(text.text());
        // Cheap first: most lines end otherwise, and a long log has millions of them.
        if (text.text().lastIndexOf("<unfinished") < 0 && text.text().lastIndexOf("<detached") < 0 || !pause.find()) {
            complete(actor, name, text, null);
            return;
        }
        TraceText start = text.between(0, pause.start());
        int on = modelled ? descriptor(name, text) : -1;
        if (on >= 0 && !files.isStream(processOf(actor), on)) {
            ownerOf(actor, processOf(actor), on, start.text());
        }
        boolean isOnStream = files.isStream(processOf(actor), on);
        if (isOnStream) {
            report(new TraceEvent.Began(processOf(actor), on, name));
        }
        Pending pending = null;
        boolean done = false;
        if (name.startsWith("execve")) {
            // What is marked is closed before a parent that waits in vfork goes on.
            unwatch(processOf(actor));
        }
        if (name.equals("close")) {
            complete(actor, name, start.completedBy(") = 0"), null);
            done = true;
        } else if (name.equals("exit_group")) {
            ends(processOf(actor));
            done = true;
        } else if (name.equals("connect") && isOnStream) {
            pending = new Pending(null, true);
            waiting.addLast(pending);
        }
        if (CLONES.contains(name)) {
            showsClones = true;
            unfinishedClones.put(actor, start.text());
        }
        unfinishedCharacters += done ? 0 : start.text().length();
        if (unfinishedCharacters > MAX_UNFINISHED_CHARACTERS) {
            throw text.error(0, "the end of the calls that have begun", "more calls than can be followed");
        }
        Unfinished before = unfinished.put(actor, new Unfinished(name, start, pending, done));
        if (before != null) {
            forget(before);
            skipUnlessDone(before);
        }
    }

    private void forget(Unfinished call) {
        unfinishedCharacters -= call.done() ? 0 : call.text().text().length();
        if (call.pending() != null) {
            call.pending().awaited = false;
        }
    }

    private void resumed(int actor, String name, TraceText end) throws TranscriptException {
        Unfinished begun = unfinished.get(actor);
        if (begun == null || !begun.name().equals(name)) {
            skip(CallReader.names().contains(name) ? name + " (no beginning)" : name);
            return;
        }
        unfinished.remove(actor);
        unfinishedClones.remove(actor);
        if (!begun.done() && !isOfFormer(actor, begun)) {
            complete(actor, name, begun.text().followedBy(end), begun.pending());
        } else if (!begun.done()) {
            ofFormer(actor, name, begun.text().followedBy(end).text());
        }
        forget(begun);
    }

    /** Whether the number has been given to something else since the call began, which goes on with what it was. */
    private boolean isOfFormer(int actor, Unfinished begun) {
        int on = CallReader.names().contains(begun.name()) ? descriptor(begun.name(), begun.text()) : -1;
        Open now = files.get(processOf(actor), on);
        return !severalFiles && now != null && now.line() > begun.text().line();
    }

    private void ofFormer(int actor, String name, String text) {
        if (name.startsWith("accept") || name.equals("dup")) {
            result(text).ifPresent(given -> give(actor, processOf(actor), given, FileKind.OTHER, false));
        }
        skip(name + " (descriptor closed since)");
    }

    /** Takes in a call with its result. */
    private void complete(int actor, String name, TraceText text, Pending pending) throws TranscriptException {
        if (isInjected(text.text())) {
            injected(actor, name, text);
            return;
        }
        try {
            if (CallReader.names().contains(name)) {
                modelled(actor, name, text, pending);
            } else {
                ofDescriptors(actor, name, text.text());
            }
        } catch (TranscriptException e) {
            firstUnreadable = firstUnreadable.or(() -> Optional.of(e.getMessage()));
            int on = CallReader.names().contains(name) ? descriptor(name, text) : -1;
            if (files.isStream(processOf(actor), on) && result(text.text()).isPresent()) {
                lose(processOf(actor), on);
            }
            skip("unreadable " + name);
        }
        if (files.isFull()) {
            throw text.error(0, "at most " + OpenFiles.MAX_OPEN + " open descriptors", "more");
        }
    }

    /** strace puts this behind a result that it has put in place of the kernel's. */
    private static boolean isInjected(String text) {
        return text.endsWith("(INJECTED)");
    }

    /** The kernel did not make the call; what the program makes of a success that was none, nobody knows. */
    private void injected(int actor, String name, TraceText text) {
        int on = CallReader.names().contains(name) ? descriptor(name, text) : -1;
        if (files.isStream(processOf(actor), on) && result(text.text()).isPresent()) {
            lose(processOf(actor), on);
        }
        skip(name + " (result injected by strace)");
    }

    private int descriptor(String name, TraceText text) {
        try {
            return CallReader.descriptor(name, arguments(name, text)).orElse(-1);
        } catch (TranscriptException e) {
            // The call is read again when it is complete, and counted as unreadable then.
            return -1;
        }
    }

    private static Cursor arguments(String name, TraceText text) {
        Cursor cursor = new Cursor(text);
        cursor.moveTo(name.length() + 1);
        return cursor;
    }

    private void modelled(int actor, String name, TraceText text, Pending pending) throws TranscriptException {
        showsCloses |= name.equals("close");
        int process = processOf(actor);
        OptionalInt on = CallReader.descriptor(name, arguments(name, text));
        if (on.isPresent() && !files.isStream(process, on.getAsInt())) {
            int owner = ownerOf(actor, process, on.getAsInt(), text.text());
            if (owner < 0) {
                ofOther(actor, process, name, on.getAsInt(), text.text());
                return;
            }
            process = owner;
        }
        boolean isControl = name.equals("fcntl") || name.equals("ioctl");
        if (isControl && on.isPresent() && descriptorFlags(actor, process, on.getAsInt(), text.text())) {
            return;
        }
        Optional<String> option = CallReader.unknownOption(text.text());
        if (option.isPresent()) {
            if (CHANGE_THE_RULES.contains(option.get())) {
                lose(process, on.orElseThrow());
            } else if (name.equals("setsockopt")) {
                report(new TraceEvent.SetOther(process, on.orElseThrow()));
            }
            skip(name + " " + option.get() + " (not modelled)");
            return;
        }
        Reading reading = CallReader.read(name, arguments(name, text));
        if (reading instanceof Reading.Modelled modelled) {
            keep(actor, process, modelled, pending);
            return;
        }
        if (name.equals("socket")) {
            result(text.text()).ifPresent(fd -> give(actor, processOf(actor), fd, FileKind.OTHER, false));
        }
        if ((name.equals("bind") || name.equals("connect")) && result(text.text()).isPresent()) {
            lose(process, on.orElseThrow());
        } else if (name.equals("setsockopt")) {
            report(new TraceEvent.SetOther(process, on.orElseThrow()));
        }
        skip(((Reading.Skipped) reading).kind());
    }

    /** Something was done to a stream socket that the suite does not model: from here on it is like any other descriptor. */
    private void lose(int process, int fd) {
        Open open = files.get(process, fd);
        lose(process, fd, open);
        files.put(process, fd, new Open(FileKind.OTHER, open.creator(), open.closedByExec(), open.line()));
    }

    /**
     * Whose descriptor this is although the trace does not show that the process has it: that of the process whose thread
     * it turns out to be; -1 if there is none.
     */
    private int ownerOf(int actor, int process, int fd, String text) {
        if (files.get(process, fd) != null || FAILED_EBADF.matcher(text).find()) {
            return -1;
        }
        List<Integer> others = files.otherStreams(process, fd);
        others.removeIf(other -> !unexplained.contains(actor) && !unexplained.contains(other));
        if (others.size() != 1) {
            return -1;
        }
        int other = others.get(0);
        if (unexplained.contains(actor) && process == actor) {
            share(actor, other);
            return other;
        }
        share(other, process);
        return files.isStream(process, fd) ? process : -1;
    }

    /** A call on what the trace does not show being made as a stream socket. */
    private void ofOther(int actor, int process, String name, int fd, String text) {
        boolean isKnown = files.get(process, fd) != null;
        switch (name) {
            case "close" -> files.remove(process, fd);
            case "accept", "accept4", "dup" -> result(text).ifPresent(given -> give(actor, process, given, FileKind.OTHER, false));
            case "fcntl" -> {
                if (text.contains("F_DUPFD")) {
                    result(text).ifPresent(given -> give(actor, process, given, FileKind.OTHER, false));
                }
            }
            case "bind" -> {
                Matcher port = PORT.matcher(text);
                if (!isKnown && port.find() && text.contains(") = 0")) {
                    report(new TraceEvent.PortTaken(Integer.parseInt(port.group(1))));
                }
            }
            default -> { }
        }
        boolean plain = CallReader.isOfAnyFile(name);
        boolean isFailure = FAILED_EBADF.matcher(text).find();
        skip(plain ? name : name + (isKnown || isFailure ? " (other socket)" : " (socket older than the trace)"));
    }

    /** Whether an fcntl or ioctl is about the descriptor and not about the socket. */
    private boolean descriptorFlags(int actor, int process, int fd, String text) {
        showsFcntl = true;
        boolean sets = text.contains("F_SETFD");
        boolean marks = sets && text.contains("FD_CLOEXEC") || text.contains("FIOCLEX");
        if (sets || marks || text.contains("FIONCLEX")) {
            Open open = files.get(process, fd);
            files.put(process, fd, new Open(open.kind(), open.creator(), marks, open.line()));
            skip(text.startsWith("ioctl") ? "ioctl" : "fcntl");
            return true;
        }
        if (text.contains("F_DUPFD")) {
            result(text).ifPresent(to -> copy(actor, process, fd, to, text.contains("F_DUPFD_CLOEXEC")));
            skip("fcntl");
            return true;
        }
        return false;
    }

    private void copy(int actor, int process, int fd, int to, boolean closedByExec) {
        if (to == fd) {
            return;
        }
        Open open = files.get(process, fd);
        if (open != null && open.kind() == FileKind.STREAM) {
            report(new TraceEvent.Copied(process, fd, to));
            files.put(process, to, new Open(FileKind.STREAM, open.creator(), closedByExec, line));
        } else {
            give(actor, process, to, FileKind.OTHER, closedByExec);
        }
    }

    private void keep(int actor, int process, Reading.Modelled modelled, Pending pending) {
        Step step = new Step(actor, modelled.call(), modelled.outcome());
        boolean closedByExec = false;
        if (step.call() instanceof Call.Close close && !step.outcome().failedWith(Errno.EBADF)) {
            files.remove(process, close.fd());
        } else if (step.call() instanceof Call.Socket made) {
            closedByExec = (made.type() & Linux.SOCK_CLOEXEC) != 0;
        } else if (step.call() instanceof Call.Accept accept) {
            closedByExec = (accept.flags() & Linux.SOCK_CLOEXEC) != 0;
        }
        boolean exec = closedByExec;
        if (step.call() instanceof Call.Socket && elsewhere.contains(process)) {
            step.madeDescriptor().ifPresent(fd -> give(actor, process, fd, FileKind.OTHER, exec));
            skip("socket (other network namespace)");
            return;
        }
        step.madeDescriptor().ifPresent(fd -> give(actor, process, fd, FileKind.STREAM, exec));
        if (step.madeDescriptor().isPresent() && !(step.call() instanceof Call.Dup)) {
            users.before(actor, process).ifPresent(this::report);
        }
        TraceEvent event = new TraceEvent.Called(new TracePlace(file, line), process, step, false);
        if (pending != null && pending.awaited) {
            pending.event = event;
            pending.awaited = false;
        } else {
            report(event);
        }
    }

    /** The kernel gives only free descriptors: one that the trace has not seen closed was closed, or is of another trace. */
    private void give(int actor, int process, int fd, FileKind kind, boolean closedByExec) {
        Open before = files.get(process, fd);
        if (before != null && before.kind() == FileKind.STREAM) {
            boolean isPasted = !isStream && !hasPids;
            if (isPasted && kind == FileKind.STREAM && (showsCloses || textSince > before.line())) {
                beginFragment();
                isEmptyFragment = false;
            } else {
                report(new TraceEvent.Called(new TracePlace(file, line), process, closed(actor, fd), true));
            }
        }
        files.put(process, fd, new Open(kind, actor, closedByExec, line));
    }

    private static Step closed(int process, int fd) {
        return new Step(process, new Call.Close(fd), new Outcome.Plain(new SyscallResult.Returned(0)));
    }

    private void ofDescriptors(int actor, String name, String text) {
        int process = processOf(actor);
        switch (name) {
            case "clone", "clone3", "fork", "vfork" -> {
                showsClones = true;
                result(text).filter(pid -> pid > 0).ifPresent(pid -> child(actor, pid, text));
            }
            case "execve", "execveat" -> {
                showsClones = true;
                if (result(text).filter(value -> value == 0).isPresent()) {
                    users.executed(actor);
                    users.executed(process);
                    executed(actor, process);
                }
                if (!silent.contains(process)) {
                    report(new TraceEvent.Heard(process));
                }
                leavesUnseen(process);
            }
            case "exit_group" -> ends(processOf(actor));
            case "dup2", "dup3" -> {
                Matcher both = TWO_DESCRIPTORS.matcher(text);
                if (both.lookingAt() && result(text).isPresent()) {
                    copy(actor, process, Integer.parseInt(both.group(1)), Integer.parseInt(both.group(2)),
                            text.contains("O_CLOEXEC"));
                }
            }
            case "close_range" -> closeRange(actor, process, text);
            case "setns", "unshare" -> {
                if (text.contains("NEWNET") || name.equals("setns") && result(text).isPresent()) {
                    elsewhere.add(process);
                }
                if (text.contains("NEWUSER") || name.equals("setns") && result(text).isPresent()) {
                    users.entersNamespace(actor);
                }
                if (text.contains("CLONE_FILES") && result(text).isPresent()) {
                    ownTable(actor);
                }
            }
            case "setuid", "seteuid", "setreuid", "setresuid", "setfsuid", "geteuid",
                    "setuid32", "setreuid32", "setresuid32", "setfsuid32", "geteuid32" -> users.called(actor, name, text);
            case "fchown", "fchown32" -> givenAway(process, text);
            case "pidfd_getfd" -> taken(actor, process, text);
            case "io_uring_setup", "io_uring_enter" -> report(new TraceEvent.Hides(process));
            default -> sent(actor, process, name, text);
        }
        skip(name + (text.contains("SCM_RIGHTS") ? " (descriptor passed: not followed)" : ""));
    }

    /** The owner of the descriptor's file is the socket's user from here on (kernel: sockfs_setattr). */
    private void givenAway(int process, String text) {
        Matcher number = NUMBER.matcher(text.substring(text.indexOf('(') + 1));
        if (result(text).filter(value -> value == 0).isPresent() && number.lookingAt()) {
            int fd = Integer.parseInt(number.group());
            if (files.isStream(process, fd)) {
                lose(process, fd);
            }
        }
    }

    private void closeRange(int actor, int process, String text) {
        Matcher both = TWO_DESCRIPTORS.matcher(text);
        Matcher numbers = NUMBER.matcher(text);
        if (result(text).filter(value -> value == 0).isEmpty() || !numbers.find()) {
            return;
        }
        showsCloses = true;
        showsCloseRange = true;
        if (text.contains("CLOSE_RANGE_UNSHARE")) {
            ownTable(actor);
            process = processOf(actor);
        }
        int owner = process;
        int first = Integer.parseInt(numbers.group());
        int last = both.lookingAt() ? Integer.parseInt(both.group(2)) : Integer.MAX_VALUE;
        boolean later = text.contains("CLOSE_RANGE_CLOEXEC");
        Map.copyOf(files.of(owner)).forEach((fd, open) -> {
            if (fd >= first && fd <= last) {
                if (later) {
                    files.put(owner, fd, new Open(open.kind(), open.creator(), true, open.line()));
                } else {
                    close(actor, owner, fd, open);
                }
            }
        });
    }

    private void close(int actor, int process, int fd, Open open) {
        files.remove(process, fd);
        if (open.kind() == FileKind.STREAM) {
            report(new TraceEvent.Called(new TracePlace(file, line), process, closed(actor, fd), true));
        }
    }

    /** execve closes what is marked so; a trace without fcntl does not show every mark. */
    private void executed(int actor, int process) {
        Map.copyOf(files.of(process)).forEach((fd, open) -> {
            if (open.closedByExec()) {
                close(actor, process, fd, open);
            } else if (!showsFcntl) {
                lose(process, fd, open);
                files.put(process, fd, new Open(FileKind.OTHER, open.creator(), false, open.line()));
            }
        });
    }

    /**
     * What a program has from the one before may be closed by close_range, which no class of strace -e shows: what is left is
     * certain only where the log has shown such a call.
     */
    private void leavesUnseen(int process) {
        if (!showsCloseRange) {
            unwatch(process);
        }
    }

    /** The process closes all that it has at some time before the log says that it has ended. */
    private void ends(int process) {
        ending.add(process);
        unwatch(process);
    }

    private void sent(int actor, int process, String name, String text) {
        if (text.contains("MSG_FASTOPEN")) {
            // It connects the socket, and binds it.
            Matcher number = NUMBER.matcher(text);
            if (number.find() && files.isStream(process, Integer.parseInt(number.group()))) {
                lose(process, Integer.parseInt(number.group()));
            }
        }
        if (!text.contains("SCM_RIGHTS")) {
            return;
        }
        if (result(text).isEmpty()) {
            return;
        }
        Matcher rights = PASSED.matcher(text);
        while (rights.find()) {
            Matcher numbers = NUMBER.matcher(rights.group(1).replaceAll("<[^>]*>", ""));
            while (numbers.find()) {
                int fd = Integer.parseInt(numbers.group());
                if (name.startsWith("recv")) {
                    give(actor, process, fd, FileKind.OTHER, false);
                } else if (files.isStream(process, fd)) {
                    lose(process, fd);
                }
            }
        }
    }

    /** A descriptor of another process was copied: whose it is, a number of a process does not say. */
    private void taken(int actor, int process, String text) {
        Matcher both = TWO_DESCRIPTORS.matcher(text);
        if (both.lookingAt() && result(text).isPresent()) {
            int fd = Integer.parseInt(both.group(2));
            files.otherStreams(-1, fd).forEach(owner -> lose(owner, fd));
            result(text).ifPresent(given -> give(actor, process, given, FileKind.OTHER, false));
        }
    }

    private void exit(int actor) {
        int process = processOf(actor);
        Unfinished open = unfinished.remove(actor);
        unfinishedClones.remove(actor);
        if (open != null) {
            forget(open);
            skipUnlessDone(open);
        }
        boolean wasUnexplained = unexplained.remove(actor);
        if (process != actor) {
            processOfThread.remove(actor);
            if (wasUnexplained) {
                Map.copyOf(files.of(process)).forEach((fd, file) -> {
                    if (file.creator() == actor) {
                        lose(process, fd, file);
                        files.put(process, fd, new Open(FileKind.OTHER, actor, false, file.line()));
                    }
                });
            }
        } else {
            files.exit(process);
            elsewhere.remove(process);
            report(new TraceEvent.Exited(process, !wasUnexplained && unexplained.isEmpty()));
        }
        users.exit(actor);
        seen.remove(actor);
        early.remove(actor);
        ending.remove(actor);
        silent.remove(actor);
        attached.remove(actor);
    }

    /** Counts a line that becomes no event. */
    private void skip(String kind) {
        if (skipped.size() < MAX_KINDS || skipped.containsKey(kind)) {
            skipped.merge(kind, 1, Integer::sum);
        } else {
            skipped.merge("further calls", 1, Integer::sum);
        }
    }

    /** The number that a call returned, however its arguments look; none for failures. */
    private static Optional<Integer> result(String text) {
        int at = text.lastIndexOf(") = ");
        Matcher matcher = RESULT.matcher(at < 0 ? text : text.substring(at));
        return matcher.lookingAt() ? Optional.of(Integer.valueOf(matcher.group(1))).filter(value -> value >= 0) : Optional.empty();
    }
}
