package org.reuseaddr.transcript;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.CallReader.Reading;
import org.reuseaddr.transcript.Descriptors.DescriptorState;

/**
 * Reads transcripts: the suite's own, and what {@code strace} printed into a bug report with any of its options
 * {@code -f -o -y -yy -t -tt -ttt -r -T -n -i}.
 *
 * <p>Where calls of several processes overlap, steps stand in an order in which a replay can make one call after the
 * other: a connect or close stands where it was made, every other call where it came back. So an accept that waited
 * stands after the connect that it waited for, whichever of the two came back first.
 *
 * <p>What is no call of a stream socket of AF_INET or AF_INET6 is skipped and counted, see {@link Parsed#skipped}.
 * A call on a descriptor that no socket call of its process gave is an error, unless it had to fail with EBADF.
 * Threads, which share the descriptors of their process, are known from {@code # thread: N of M} headers or from the
 * clone calls of the text.
 *
 * <p>A text may have {@value LineReader#MAX_LINES} lines, {@value LineReader#MAX_LINE_BYTES} bytes in a line,
 * {@value LineReader#MAX_BYTES} bytes altogether and {@value #MAX_HEADER_LINES} headers.
 */
public final class TranscriptParser {
    private static final Pattern PID_TAG = Pattern.compile("[ \t]*\\[pid +([1-9][0-9]{0,8})(?:<[^>]*>)?\\][ \t]*");
    private static final Pattern PID_COLUMN = Pattern.compile("[ \t]*([1-9][0-9]{0,6})(?:<[^>]*>)?[ \t]+(?=\\S)");
    private static final Pattern TIME = Pattern.compile("[ \t]*(?:[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?"
            + "|[0-9]+[.,][0-9]+|[0-9]{8,}|\\(\\+ *[0-9]+[.,][0-9]+\\))[ \t]+");
    private static final Pattern BRACKETED = Pattern.compile("[ \t]*\\[ *[0-9a-f?]+\\][ \t]+");
    private static final Pattern BLANKS = Pattern.compile("[ \t]*");
    /** What -t, -r, -n and -i put before a call. */
    private static final List<Pattern> PREFIXES = List.of(TIME, TIME, BRACKETED, BRACKETED, BLANKS);
    /** The largest process number that Linux gives: PID_MAX_LIMIT. */
    private static final int MAX_PID = 1 << 22;
    private static final int MAX_HEADER_LINES = 200;

    private static final Pattern HEADER =
            Pattern.compile("#[ \t]*(" + Transcript.HEADER_NAME + "):(?:[ \t]+(.*))?", Pattern.DOTALL);
    private static final Pattern NOTICE =
            Pattern.compile("(?:strace: )?Process ([1-9][0-9]{0,8}) (?:attached.*|detached)$");
    private static final Pattern UNFINISHED = Pattern.compile("<(?:unfinished|detached) (?:\\.\\.\\.|…)>[ \t]*$");
    private static final Pattern RESUMED = Pattern.compile("<(?:\\.\\.\\.|…) ([a-z_][a-z0-9_]{0,63}) resumed>");
    private static final Pattern CALL = Pattern.compile("([a-z_][a-z0-9_]{0,63})\\(");
    private static final Pattern HIDDEN_CALL = Pattern.compile("(?<![A-Za-z0-9_.])(?:"
            + String.join("|", new TreeSet<>(CallReader.names())) + ")\\(");
    private static final Pattern RESULT_OF_HIDDEN_CALL = Pattern.compile("\\)[ \t]+= ");
    private static final Pattern RESULT = Pattern.compile("\\)[ \t]*=[ \t]*(-?[0-9]{1,9})(?![0-9])");
    private static final Pattern CLONE = Pattern.compile("clone|clone3|fork|vfork");
    /** A descriptor is free from the start of its close on; a connect may come back after the accept it lets go. */
    private static final Set<String> COUNT_FROM_START = Set.of("close", "connect");
    private static final Pattern FOREIGN_ADDRESS = Pattern.compile("sa_family=[AP]F_(?!INET6?\\b)");
    private static final Pattern FAILED_EBADF = Pattern.compile("\\)[ \t]*=[ \t]*-1 EBADF\\b");
    private static final Pattern FAILED_ENOTSOCK = Pattern.compile("\\)[ \t]*=[ \t]*-1 ENOTSOCK\\b");

    /** The beginning of a call whose end is yet to come. */
    private record Unfinished(String name, TraceText text, Progress progress, int step) {

        /** What has been done with the call before its end is known. */
        private enum Progress { NONE, SKIPPED, KEPT }

        static Unfinished of(String name, TraceText text) {
            return new Unfinished(name, text, Progress.NONE, -1);
        }
    }

    /** A line that strace itself interrupted to say that it follows one more process. */
    private record Interrupted(int actor, TraceText text) {
    }

    private final String file;
    private final boolean isLog;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final SortedMap<String, Integer> skipped = new TreeMap<>();
    private final Map<Integer, Unfinished> unfinished = new HashMap<>();
    private final Map<Integer, TraceText> unfinishedClones = new HashMap<>();
    private final Descriptors descriptors = new Descriptors();
    private final Processes processes = new Processes();
    private final Set<Integer> seen = new HashSet<>();
    private final Set<Integer> related = new HashSet<>();
    private final List<Step> closesOfExited = new ArrayList<>();
    private int headerLines;
    private boolean headersOver;
    private int impliedCloses;
    private Interrupted interrupted;

    private TranscriptParser(String file, boolean isLog) {
        this.file = file;
        this.isLog = isLog;
    }

    /**
     * Reads a transcript from memory.
     *
     * @param name what error messages call the text
     * @throws TranscriptException if the text is no transcript
     */
    public static Parsed parse(String name, String text) throws TranscriptException {
        try {
            return parse(name, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /**
     * Reads a transcript from a file.
     *
     * @throws IOException if the file cannot be read
     * @throws TranscriptException if its text is no transcript
     */
    public static Parsed parse(Path file) throws IOException, TranscriptException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return parse(file.toString(), bytes);
        }
    }

    /**
     * Reads a transcript, UTF-8, up to the end of the stream, which stays open.
     *
     * @param name what error messages call the text
     * @throws IOException if the stream cannot be read
     * @throws TranscriptException if the text is no transcript
     */
    public static Parsed parse(String name, InputStream bytes) throws IOException, TranscriptException {
        return new TranscriptParser(name, false).parse(new LineReader(name, bytes));
    }

    /**
     * A part of a log that is of another machine or of another time than the rest of it.
     *
     * @param line the line of the file that it begins with; 1 for the first
     * @param parsed its calls, and what it has besides
     */
    public record Fragment(int line, Parsed parsed) {
    }

    /**
     * Reads a file as people have it: within a mail or Markdown, with options that the suite does not know and sockets that are
     * older than the text. What is left out of it is counted. It is divided into the fragments of {@link TraceLog}; those
     * without a call of a stream socket are left out.
     *
     * @return at least one, in their order
     * @throws IOException if the file cannot be read
     * @throws TranscriptException if its text is no transcript
     */
    public static List<Fragment> parseLog(Path file) throws IOException, TranscriptException {
        String name = file.toString();
        List<TraceText> lines = new ArrayList<>();
        try (InputStream bytes = Files.newInputStream(file)) {
            LineReader reader = new LineReader(name, bytes);
            for (Optional<TraceText> line = reader.next(); line.isPresent(); line = reader.next()) {
                lines.add(line.get());
            }
        }
        List<Integer> begins = new ArrayList<>(List.of(1));
        begins.addAll(TraceLog.laterFragments(source(lines)));
        List<Fragment> fragments = new ArrayList<>();
        for (int i = 0; i < begins.size(); i++) {
            int end = i + 1 < begins.size() ? begins.get(i + 1) - 1 : lines.size();
            TranscriptParser parser = new TranscriptParser(name, true);
            parser.readAll(source(lines.subList(begins.get(i) - 1, end)));
            if (!parser.steps.isEmpty()) {
                fragments.add(new Fragment(begins.get(i), parser.parsed()));
            }
        }
        if (fragments.isEmpty()) {
            throw noCall(name, lines.size() + 1);
        }
        return fragments;
    }

    private static LineSource source(List<TraceText> lines) {
        Iterator<TraceText> rest = lines.iterator();
        return () -> rest.hasNext() ? Optional.of(rest.next()) : Optional.empty();
    }

    private static TranscriptException noCall(String file, int line) {
        return new TranscriptException(file, line, 1, "a call of a stream socket", "the end of the text");
    }

    /**
     * Reads one call without its result, as {@link TranscriptPrinter#call(Call)} prints it.
     *
     * @param name what error messages call the text
     * @throws TranscriptException if the text is no call that the suite models
     */
    public static Call parseCall(String name, String text) throws TranscriptException {
        TraceText line = TraceText.ofLine(name, 1, text);
        String call = nameOfCall(line);
        return CallReader.readCall(call, arguments(call, line));
    }

    /**
     * Reads one call with its result, as {@link TranscriptPrinter#line} prints it for process 0.
     *
     * @param name what error messages call the text
     * @throws TranscriptException if the text is no call that the suite models, or has no result
     */
    public static Step parseStep(String name, String text) throws TranscriptException {
        TraceText line = TraceText.ofLine(name, 1, text);
        if (read(nameOfCall(line), line) instanceof Reading.Modelled modelled) {
            return new Step(Processes.UNNAMED, modelled.call(), modelled.outcome());
        }
        throw line.error(0, "a call on a stream socket with its result", "another call");
    }

    private static String nameOfCall(TraceText line) throws TranscriptException {
        Matcher call = CALL.matcher(line.text());
        if (!call.lookingAt() || !CallReader.names().contains(call.group(1))) {
            throw new Cursor(line).expected("a socket call");
        }
        return call.group(1);
    }

    private Parsed parse(LineSource lines) throws IOException, TranscriptException {
        int last = readAll(lines);
        if (steps.isEmpty()) {
            throw noCall(file, last + 1);
        }
        return parsed();
    }

    /** Reads up to the end; says which line was the last. */
    private int readAll(LineSource lines) throws IOException, TranscriptException {
        int last = 0;
        for (Optional<TraceText> line = lines.next(); line.isPresent(); line = lines.next()) {
            last = line.get().line();
            line(line.get());
        }
        if (interrupted != null) {
            skip("text");
        }
        unfinished.values().forEach(this::forget);
        steps.removeIf(Objects::isNull);
        return last;
    }

    private Parsed parsed() {
        addThreadHeaders();
        return new Parsed(new Transcript(headers, steps), skipped, impliedCloses);
    }

    private void line(TraceText line) throws TranscriptException {
        if (interrupted != null) {
            Interrupted begun = interrupted;
            interrupted = null;
            content(begun.actor(), begun.text().followedBy(line));
            return;
        }
        String text = line.text();
        if (text.isBlank()) {
            return;
        }
        if (text.stripLeading().startsWith("#")) {
            header(line);
            return;
        }
        if (isLog) {
            TraceLine parts = TraceLine.of(line);
            content(parts.pid() == 0 ? processes.unnamed() : actor(parts.pid()), parts.content());
            return;
        }
        int actor;
        int at = 0;
        Matcher tag = PID_TAG.matcher(text);
        Matcher column = PID_COLUMN.matcher(text);
        if (tag.lookingAt()) {
            actor = actor(Integer.parseInt(tag.group(1)));
            at = tag.end();
        } else if (column.lookingAt() && Integer.parseInt(column.group(1)) <= MAX_PID) {
            actor = actor(Integer.parseInt(column.group(1)));
            at = column.end();
        } else {
            actor = processes.unnamed();
        }
        for (Pattern prefix : PREFIXES) {
            Matcher matcher = prefix.matcher(text).region(at, text.length());
            at = matcher.lookingAt() ? matcher.end() : at;
        }
        TraceText content = line.from(at);
        Matcher notice = NOTICE.matcher(content.text());
        if (CALL.matcher(content.text()).lookingAt() && notice.find()) {
            processes.attach(Integer.parseInt(notice.group(1)));
            interrupted = new Interrupted(actor, content.between(0, notice.start()));
        } else {
            content(actor, content);
        }
    }

    /** Who a line with this number is of; a newcomer is the child of the one clone call that has not come back yet. */
    private int actor(int pid) {
        int actor = processes.named(pid);
        if (actor != Processes.UNNAMED && seen.add(actor)) {
            if (unfinishedClones.size() == 1) {
                unfinishedClones.forEach((creator, clone) -> child(creator, actor, clone));
            }
        }
        return actor;
    }

    /** {@code child} came from {@code clone}, a call that {@code creator} made. */
    private void child(int creator, int child, TraceText clone) {
        if (!related.add(child)) {
            return;
        }
        processes.attach(child);
        if (clone.text().contains("CLONE_FILES")) {
            processes.thread(child, creator);
        } else {
            descriptors.fork(processes.processOf(creator), child);
        }
    }

    private void header(TraceText line) throws TranscriptException {
        Matcher header = HEADER.matcher(line.text().strip());
        if (headersOver || !header.matches()) {
            return;
        }
        headerLines++;
        if (headerLines > MAX_HEADER_LINES) {
            throw line.error(0, "at most " + MAX_HEADER_LINES + " headers", "another one");
        }
        String value = header.group(2) == null ? "" : header.group(2);
        headers.merge(header.group(1), value, (before, further) -> before + "\n" + further);
        try {
            new Transcript(headers, List.of()).threads().forEach((thread, process) -> {
                related.add(thread);
                processes.thread(thread, process);
            });
        } catch (IllegalArgumentException e) {
            throw line.error(0, "a header such as '# rule: …', '# thread: 102 of 101' or '# user: 65534 of 102'", e.getMessage());
        }
    }

    /** What remains of a line without the number of its process and the time. */
    private void content(int actor, TraceText content) throws TranscriptException {
        String text = content.text();
        Matcher resumed = RESUMED.matcher(text);
        Matcher call = CALL.matcher(text);
        Matcher notice = NOTICE.matcher(text);
        if (resumed.lookingAt()) {
            resumed(actor, resumed.group(1), content.from(resumed.end()));
        } else if (call.lookingAt()) {
            headersOver = true;
            call(actor, Unfinished.of(call.group(1), content));
        } else if (text.startsWith("---")) {
            skip("signal delivered");
        } else if (text.startsWith("+++")) {
            exit(actor, text);
        } else if (notice.lookingAt()) {
            processes.attach(Integer.parseInt(notice.group(1)));
            skip("strace's notice");
        } else {
            text(content);
        }
    }

    /** Other text is skipped, but in a transcript not if it hides a call; the sentences of a report may quote one. */
    private void text(TraceText content) throws TranscriptException {
        Matcher hidden = HIDDEN_CALL.matcher(content.text());
        if (hidden.find() && RESULT_OF_HIDDEN_CALL.matcher(content.text()).find(hidden.end())) {
            if (!isLog) {
                throw new Cursor(content).expected("a call at the start of the line");
            }
            skip("text that quotes a call");
            return;
        }
        skip("text");
    }

    private void exit(int actor, String text) {
        skip("process ended");
        if (text.startsWith("+++ superseded")) {
            return;
        }
        processes.exit(actor);
        if (!processes.isThread(actor)) {
            descriptors.exit(actor).forEach(fd -> closesOfExited.add(closed(actor, fd)));
        }
    }

    private static Step closed(int process, int fd) {
        return new Step(process, new Call.Close(fd), new Outcome.Plain(new SyscallResult.Returned(0)));
    }

    private void resumed(int actor, String name, TraceText end) throws TranscriptException {
        Unfinished begun = unfinished.get(actor);
        if (begun == null || !begun.name().equals(name)) {
            skip(CallReader.names().contains(name) ? name + " (no beginning)" : name);
            return;
        }
        unfinished.remove(actor);
        unfinishedClones.remove(actor);
        call(actor, new Unfinished(name, begun.text().followedBy(end), begun.progress(), begun.step()));
    }

    private void call(int actor, Unfinished call) throws TranscriptException {
        Matcher pause = UNFINISHED.matcher(call.text().text());
        if (!pause.find()) {
            finished(actor, call);
            return;
        }
        TraceText begun = call.text().between(0, pause.start());
        Unfinished open = new Unfinished(call.name(), begun, call.progress(), call.step());
        if (COUNT_FROM_START.contains(call.name()) && call.progress() == Unfinished.Progress.NONE) {
            boolean kept = complete(actor, call.name(), begun.completedBy(") = 0"));
            open = new Unfinished(call.name(), begun,
                    kept ? Unfinished.Progress.KEPT : Unfinished.Progress.SKIPPED, steps.size() - 1);
        }
        if (CLONE.matcher(call.name()).matches()) {
            unfinishedClones.put(actor, begun);
        }
        Unfinished forgotten = unfinished.put(actor, open);
        if (forgotten != null) {
            forget(forgotten);
        }
    }

    /** The text does not say how the call ended. A close took the descriptor away in any case. */
    private void forget(Unfinished call) {
        if (call.progress() == Unfinished.Progress.SKIPPED || call.name().equals("close")) {
            return;
        }
        if (call.progress() == Unfinished.Progress.KEPT) {
            steps.set(call.step(), null);
        }
        skip(call.name() + " (no result)");
    }

    private void finished(int actor, Unfinished call) throws TranscriptException {
        switch (call.progress()) {
            case NONE -> complete(actor, call.name(), call.text());
            case KEPT -> {
                if (read(call.name(), call.text()) instanceof Reading.Modelled modelled) {
                    steps.set(call.step(), new Step(actor, modelled.call(), modelled.outcome()));
                } else {
                    forget(call);
                }
            }
            case SKIPPED -> { }
        }
    }

    private static Reading read(String name, TraceText text) throws TranscriptException {
        return CallReader.read(name, arguments(name, text));
    }

    private static Cursor arguments(String name, TraceText text) {
        Cursor cursor = new Cursor(text);
        cursor.moveTo(name.length() + 1);
        return cursor;
    }

    /** Takes in a call with its result; says whether it became a step. */
    private boolean complete(int actor, String name, TraceText text) throws TranscriptException {
        if (!CallReader.names().contains(name)) {
            if (CLONE.matcher(name).matches()) {
                result(text).filter(pid -> pid > 0).ifPresent(pid -> child(actor, pid, text));
            }
            return skip(name);
        }
        int process = processes.processOf(actor);
        OptionalInt on = CallReader.descriptor(name, arguments(name, text));
        if (on.isPresent()) {
            int fd = on.getAsInt();
            DescriptorState state = descriptors.state(process, fd);
            if (state == DescriptorState.OTHER) {
                return ofOtherSocket(actor, process, name, fd, text);
            }
            if (state != DescriptorState.STREAM) {
                Optional<String> skipped = skippable(actor, process, name, fd, state, text);
                if (skipped.isPresent()) {
                    return skip(skipped.get());
                }
            }
        }
        Optional<String> unknown = isLog ? CallReader.unknownOption(text.text()) : Optional.empty();
        if (unknown.isPresent()) {
            return skip(name + " " + unknown.get() + " (not modelled)");
        }
        Reading reading = read(name, text);
        if (reading instanceof Reading.Modelled modelled) {
            keep(actor, process, modelled);
            return true;
        }
        if (name.equals("socket")) {
            result(text).filter(fd -> fd >= 0).ifPresent(fd -> give(actor, process, fd, DescriptorState.OTHER));
        }
        return skip(((Reading.Skipped) reading).kind());
    }

    private boolean ofOtherSocket(int actor, int process, String name, int fd, TraceText text) {
        switch (name) {
            case "close" -> descriptors.set(process, fd, DescriptorState.UNKNOWN);
            case "accept", "accept4", "dup" ->
                result(text).filter(given -> given >= 0).ifPresent(given -> give(actor, process, given, DescriptorState.OTHER));
            default -> { }
        }
        return skip(CallReader.isOfAnyFile(name) && !name.equals("close") ? name : name + " (other socket)");
    }

    /**
     * Why a call on a descriptor that is no open stream socket is skipped; none if it is to be kept.
     *
     * @throws TranscriptException if the text lacks the call that gave the descriptor
     */
    private Optional<String> skippable(int actor, int process, String name, int fd, DescriptorState state, TraceText text)
            throws TranscriptException {
        boolean badDescriptor = FAILED_EBADF.matcher(text.text()).find();
        if (name.equals("close") && !(badDescriptor && state == DescriptorState.CLOSED)) {
            descriptors.set(process, fd, DescriptorState.UNKNOWN);
            return Optional.of("close (no socket)");
        }
        if (CallReader.isOfAnyFile(name) && !(badDescriptor && state == DescriptorState.CLOSED)) {
            if (name.equals("dup")) {
                result(text).ifPresent(given -> give(actor, process, given, DescriptorState.UNKNOWN));
            }
            return Optional.of(name);
        }
        if (badDescriptor) {
            return Optional.empty();
        }
        if (FAILED_ENOTSOCK.matcher(text.text()).find()) {
            return Optional.of(name + " (no socket)");
        }
        if (FOREIGN_ADDRESS.matcher(text.text()).find()) {
            descriptors.set(process, fd, DescriptorState.OTHER);
            return Optional.of(name + " (other socket)");
        }
        if (isLog) {
            if (name.startsWith("accept")) {
                result(text).ifPresent(given -> give(actor, process, given, DescriptorState.OTHER));
            }
            return Optional.of(name + (state == DescriptorState.CLOSED ? " (closed socket)" : " (socket older than the trace)"));
        }
        String who = process == Processes.UNNAMED ? "" : " of process " + process;
        String why = switch (state) {
            case INHERITED -> " itself, not one inherited from the process that forked it,";
            case CLOSED -> " and no close took away";
            default -> process == Processes.UNNAMED
                    ? "" : " (if that is a thread, say so: '# thread: " + process + " of …')";
        };
        throw arguments(name, text).expected("a descriptor that a socket or accept call" + who + " gave" + why);
    }

    private void keep(int actor, int process, Reading.Modelled modelled) {
        Step step = new Step(actor, modelled.call(), modelled.outcome());
        if (step.call() instanceof Call.Close close) {
            descriptors.set(process, close.fd(), DescriptorState.CLOSED);
        }
        step.madeDescriptor().ifPresent(fd -> give(actor, process, fd, DescriptorState.STREAM));
        add(step);
    }

    /** The kernel gives only free descriptors: one that the text has not seen closed was closed in between. */
    private void give(int actor, int process, int fd, DescriptorState state) {
        if (descriptors.state(process, fd) == DescriptorState.STREAM) {
            add(closed(actor, fd));
            impliedCloses++;
        }
        descriptors.set(process, fd, state);
    }

    private void add(Step step) {
        steps.addAll(closesOfExited);
        impliedCloses += closesOfExited.size();
        closesOfExited.clear();
        steps.add(step);
    }

    /** Counts a line that becomes no step: false. */
    private boolean skip(String kind) {
        skipped.merge(kind, 1, Integer::sum);
        return false;
    }

    /** The number that a call returned, however its arguments look; none for failures. */
    private static Optional<Integer> result(TraceText text) {
        Optional<Integer> last = Optional.empty();
        Matcher matcher = RESULT.matcher(text.text());
        while (matcher.find()) {
            last = Optional.of(Integer.valueOf(matcher.group(1)));
        }
        return last.filter(value -> value >= 0);
    }

    /** Threads that the text showed being made, as far as they made calls that became steps. */
    private void addThreadHeaders() {
        SortedMap<Integer, Integer> known = new Transcript(headers, List.of()).threads();
        TreeSet<Integer> actors = new TreeSet<>();
        steps.forEach(step -> actors.add(step.process()));
        for (int actor : actors) {
            if (processes.isThread(actor) && !known.containsKey(actor)) {
                headers.merge(Transcript.THREAD_HEADER, actor + " of " + processes.processOf(actor),
                        (before, further) -> before + "\n" + further);
            }
        }
    }
}
