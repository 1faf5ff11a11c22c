package org.reuseaddr.transcript;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files that {@code strace -ff -o NAME} writes, one a process, {@code NAME.PID}: their lines in the order of their
 * times. A time is that of the beginning of a call, which ends before the next line of its file, or as {@code -T} says: where
 * lines of other files come in between, the call is reported in two halves, as strace itself does it in one file. Files
 * without the time of day are read one after another, and nothing is said of how their calls interleaved.
 */
public final class TraceFiles {

    /** How many files of one trace can be open at the same time. */
    public static final int MAX_FILES = 1_000;

    private static final Pattern NAME = Pattern.compile("(.+)\\.([1-9][0-9]{0,6})");
    private static final Pattern EPOCH = Pattern.compile("([0-9]{9,11})\\.([0-9]{1,9})[ \t].*", Pattern.DOTALL);
    private static final Pattern CLOCK =
            Pattern.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]{1,9}))?[ \t].*", Pattern.DOTALL);
    private static final double HALF_A_DAY = 43_200;
    private static final Set<String> MAY_WAIT = Set.of("accept", "accept4", "connect", "poll", "ppoll");
    /** How long the last call of a file can take that does not wait for others, in seconds. */
    private static final double AT_MOST = 0.5;
    private static final Pattern CALL = Pattern.compile("[0-9:.]*[ \t]+([a-z_][a-z0-9_]{0,63})\\(");
    private static final Pattern DURATION = Pattern.compile("<([0-9]{1,9}\\.[0-9]{1,9})>[ \t]*$");
    /** Between the arguments of a call and its result; {@code = ?} is that of a call that has none. */
    private static final Pattern RESULT = Pattern.compile("\\)[ \t]*= (?=[-0-9])");

    private TraceFiles() {
    }

    /** What stands before the process number in the name of one of these files; empty for another name. */
    public static Optional<String> traceOf(Path file) {
        Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** The summary, and whether the files have times by which they could be merged. */
    public record Read(TraceLog.LogSummary summary, boolean hasTimes) {
    }

    /**
     * Reads the files of one trace.
     *
     * @param files at most {@link #MAX_FILES}, each with the number of its process as the last part of its name
     * @throws IOException if one cannot be read
     * @throws TranscriptException if one is no text
     */
    public static Read read(List<Path> files, Consumer<TraceEvent> events) throws IOException, TranscriptException {
        List<OneProcess> open = new ArrayList<>();
        try {
            for (Path file : files) {
                open.add(new OneProcess(file));
            }
            boolean hasTimes = open.stream().allMatch(one -> one.next == null || one.hasTime);
            LineSource source = hasTimes ? byTime(open) : oneAfterAnother(open);
            return new Read(TraceLog.readMerged(source, events), hasTimes);
        } finally {
            for (OneProcess one : open) {
                one.bytes.close();
            }
        }
    }

    private static LineSource byTime(List<OneProcess> open) {
        PriorityQueue<OneProcess> queue = new PriorityQueue<>(Comparator.comparingDouble(OneProcess::due)
                .thenComparing(one -> one.rest.isPresent()).thenComparingInt(one -> one.pid));
        open.stream().filter(one -> one.next != null).forEach(queue::add);
        return () -> {
            OneProcess first = queue.poll();
            if (first == null) {
                return Optional.empty();
            }
            TraceText line = first.rest.isPresent() ? first.takeRest() : first.takeUntil(queue.isEmpty()
                    ? Double.POSITIVE_INFINITY : queue.peek().due());
            if (first.next != null || first.rest.isPresent()) {
                queue.add(first);
            }
            return Optional.of(line);
        };
    }

    private static LineSource oneAfterAnother(List<OneProcess> open) {
        open.sort(Comparator.comparingInt(one -> one.pid));
        int[] at = {0};
        return () -> {
            while (at[0] < open.size() && open.get(at[0]).next == null) {
                at[0]++;
                if (at[0] < open.size()) {
                    return Optional.of(TraceText.ofLine(open.get(at[0]).name, 1, TraceLog.BETWEEN_FRAGMENTS));
                }
            }
            return at[0] < open.size() ? Optional.of(open.get(at[0]).take()) : Optional.empty();
        };
    }

    /** One file and its next line. */
    private static final class OneProcess {
        private final String name;
        private final int pid;
        private final InputStream bytes;
        private final LineReader lines;
        private TraceText next;
        private boolean hasTime;
        private double time;
        private double days;
        /** The second half of a call whose first half has been taken, and when the call has ended at the latest. */
        private Optional<TraceText> rest = Optional.empty();
        private double restTime;

        private OneProcess(Path file) throws IOException, TranscriptException {
            Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
            if (!matcher.matches()) {
                throw new UncheckedIOException(new IOException("no file of strace -ff: " + file));
            }
            pid = Integer.parseInt(matcher.group(2));
            name = matcher.group();
            bytes = Files.newInputStream(file);
            lines = LineReader.ofLog(file.toString(), bytes);
            advance();
        }

        private void advance() throws IOException, TranscriptException {
            next = lines.next().orElse(null);
            if (next == null) {
                return;
            }
            Matcher epoch = EPOCH.matcher(next.text());
            Matcher clock = CLOCK.matcher(next.text());
            if (epoch.matches()) {
                time = Double.parseDouble(epoch.group(1) + "." + epoch.group(2));
                hasTime = true;
            } else if (clock.matches()) {
                double now = Integer.parseInt(clock.group(1)) * 3600 + Integer.parseInt(clock.group(2)) * 60
                        + Double.parseDouble(clock.group(3) + (clock.group(4) == null ? "" : "." + clock.group(4)));
                // The clock of -tt starts again at midnight.
                days += now + days < time - HALF_A_DAY ? 2 * HALF_A_DAY : 0;
                time = now + days;
                hasTime = true;
            }
        }

        private double due() {
            return rest.isPresent() ? restTime : time;
        }

        private TraceText takeRest() {
            TraceText half = rest.orElseThrow();
            rest = Optional.empty();
            return half;
        }

        /** The next line, or its first half if the call may not have ended when another process goes on. */
        private TraceText takeUntil(double other) throws IOException, TranscriptException {
            double began = time;
            TraceText whole = take();
            String text = whole.text();
            Matcher duration = DURATION.matcher(text);
            Matcher call = CALL.matcher(text).region(text.indexOf(' ') + 1, text.length());
            if (other == Double.POSITIVE_INFINITY || !call.lookingAt() || !TraceLog.follows(call.group(1))) {
                return whole;
            }
            double end = next != null ? time : MAY_WAIT.contains(call.group(1)) ? Double.POSITIVE_INFINITY : began + AT_MOST;
            end = duration.find() ? Math.min(end, began + Double.parseDouble(duration.group(1))) : end;
            if (end < other) {
                return whole;
            }
            int cut = -1;
            Matcher result = RESULT.matcher(text);
            while (result.find()) {
                cut = result.start();
            }
            if (cut < 0) {
                return whole;
            }
            String half = pid + " <... " + call.group(1) + " resumed>" + text.substring(cut);
            rest = Optional.of(TraceText.secondHalf(name, whole.line(), half));
            restTime = end;
            return TraceText.ofLine(name, whole.line(), text.substring(0, cut) + " <unfinished ...>");
        }

        private TraceText take() throws IOException, TranscriptException {
            TraceText line = TraceText.ofLine(name, next.line(), pid + " " + next.text());
            advance();
            return line;
        }
    }
}
