package org.reuseaddr.cli;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.replay.SecondListener;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.run.Twice;
import org.reuseaddr.run.TwiceOutcome;
import org.reuseaddr.run.TwiceResult;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.transcript.TraceLog;
import org.reuseaddr.transcript.TranscriptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The original report's question, asked of somebody's own server: what happens to the second start? */
@Command(description = {"Start a server twice: is the second refused, does it listen too, or does it hang?"},
        footer = {"", "The server must stay in the foreground or leave a daemon; everything it started is ended. With strace, the",
            "calls of both starts are judged as well. Exit codes: 0 the second start is refused, or goes elsewhere, or",
            "shares the port with SO_REUSEPORT or IPV6_V6ONLY on purpose; 1 the first start does not come to listen, or whether",
            "both listen on purpose cannot be told; 2 wrong usage; 3 both listen on one port, the second waits for ever without",
            "listening, or a call is impossible on Linux."})
final class TwiceCommand implements Callable<Integer> {

    private static final int MAX_PORT = 65_535;
    private static final int MAX_SECONDS = 600;
    private static final int STRACE_SECONDS = 10;
    /** What is read of one trace, in bytes: the bind and listen of a server are among its first calls. */
    private static final int TRACE_BYTES = 8 << 20;

    private static final Pattern SHARES = Pattern.compile("SO_REUSEPORT, \\[1\\], 4\\)\\s+= 0");

    /** A process and the seconds since 1970, of ten digits and six after the point until the year 2286. */
    private static final Pattern STAMPED = Pattern.compile("([0-9]+) +([0-9]{10}\\.[0-9]{6}) ");

    /** A line of a trace; one without a time of its own has that of the line before. */
    private record TimedLine(String time, String text) {
    }

    @Option(names = "--port", paramLabel = "P",
            description = "The port that matters. Default: each that the first start listens on.")
    private Integer port;

    @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "30s",
            description = "How long a start may take until it listens or ends, such as 10s. Default: ${DEFAULT-VALUE}.")
    private String timeout;

    @Option(names = "--no-strace", description = "Start the command without strace even where that is there.")
    private boolean noStrace;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "The server and its arguments, behind --.")
    private List<String> command;

    @Override
    public Integer call() {
        if (port != null && (port < 1 || port > MAX_PORT)) {
            throw new UsageException("--port: expected 1 to " + MAX_PORT + ", found " + port);
        }
        Duration limit = Durations.parse("--timeout", timeout);
        if (limit.toSeconds() > MAX_SECONDS) {
            throw new UsageException("--timeout: expected at most " + MAX_SECONDS + "s, found " + timeout);
        }
        requireProgram(command.get(0));
        Path traces = temporary();
        try (Twice twice = new Twice(command, port == null ? OptionalInt.empty() : OptionalInt.of(port), limit,
                !noStrace && canTrace() ? Optional.of(traces) : Optional.empty())) {
            Interruption.onSignal(twice::stop);
            TwiceResult result = twice.run();
            twice.close();
            return report(result, System.out);
        } finally {
            delete(traces);
        }
    }

    private static int report(TwiceResult result, PrintStream out) {
        out.println("first start: listens on " + ports(result.ports()));
        String calls = calls(result.traces());
        boolean possible = calls.isEmpty() || areJudgedPossible(calls, out);
        int code = second(result, calls.isEmpty() ? Optional.empty() : Optional.of(SHARES.matcher(calls).find()), out);
        TwiceResult.Restart restart = result.restart();
        out.println("start at once after kill -9, with connections left: " + (restart.listens() ? "listens again"
                : restart.exitCode().isPresent() ? "ends with exit code " + restart.exitCode().getAsInt() + words(restart.lastWords())
                : "does not listen in time" + words(restart.lastWords())));
        return possible ? code : ExitCode.VIOLATION;
    }

    /**
     * Says what became of the second start.
     *
     * @param shares whether strace saw SO_REUSEPORT; empty without strace
     * @return the exit code for it
     */
    private static int second(TwiceResult result, Optional<Boolean> shares, PrintStream out) {
        TwiceOutcome outcome = result.second();
        if (outcome instanceof TwiceOutcome.Refused refused) {
            out.println("second start: refused, exit code "
                    + (refused.exitCode().isPresent() ? refused.exitCode().getAsInt() : "unknown") + words(refused.lastWords()));
            return ExitCode.DONE;
        }
        if (outcome instanceof TwiceOutcome.Elsewhere elsewhere) {
            boolean samePorts = result.ports().containsAll(elsewhere.ports());
            out.println("second start: listens elsewhere, on " + (samePorts ? "other addresses of " : "") + ports(elsewhere.ports()));
            return ExitCode.DONE;
        }
        if (outcome instanceof TwiceOutcome.NeverListens waits) {
            out.println("second start: runs and does not listen" + words(waits.lastWords()));
            return ExitCode.VIOLATION;
        }
        if (outcome instanceof TwiceOutcome.OtherFamily other) {
            return otherFamily(other, shares, out);
        }
        return bothListen((TwiceOutcome.BothListen) outcome, shares, out);
    }

    private static int bothListen(TwiceOutcome.BothListen both, Optional<Boolean> shares, PrintStream out) {
        Optional<Boolean> onPurpose = shares.isPresent() ? shares : SecondListener.SAME_ADDRESS.isRefused();
        out.println("second start: both listen on " + ports(both.ports())
                + (onPurpose.orElse(false) ? ", with SO_REUSEPORT on purpose" : "")
                + (both.made() == 0 ? "" : both.first() + both.second() == 0 ? "; neither accepted any of " + both.made() + " connections"
                        : "; of " + both.made() + " connections the first got " + both.first() + ", the second " + both.second())
                + (shares.isPresent() ? "" : byPlatform(onPurpose, "without it")));
        return code(onPurpose);
    }

    /** Here strace cannot have the last word: IPV6_V6ONLY may be a setting of the system. */
    private static int otherFamily(TwiceOutcome.OtherFamily other, Optional<Boolean> shares, PrintStream out) {
        Optional<Boolean> refused = SecondListener.OTHER_FAMILY.isRefused();
        String options = shares.isEmpty() ? "IPV6_V6ONLY or SO_REUSEPORT" : shares.get() ? "SO_REUSEPORT on purpose" : "IPV6_V6ONLY";
        out.println("second start: both listen on " + ports(other.ports()) + ", one for IPv4 and one for IPv6"
                + (refused.orElse(false) ? ", with " + options : "") + byPlatform(refused, "without"));
        return code(refused);
    }

    private static String byPlatform(Optional<Boolean> refused, String without) {
        return refused.isEmpty() ? "; whether on purpose cannot be told: no listeners of our own could be made to compare with"
                : refused.get() ? "; this platform refuses a second listener " + without
                : "; this platform lets two listeners hold a port";
    }

    private static int code(Optional<Boolean> onPurpose) {
        return onPurpose.isEmpty() ? ExitCode.FAILED : onPurpose.get() ? ExitCode.DONE : ExitCode.VIOLATION;
    }

    private static String ports(Iterable<Integer> ports) {
        List<String> numbers = new ArrayList<>();
        ports.forEach(number -> numbers.add(Integer.toString(number)));
        return (numbers.size() == 1 ? "port " : "ports ") + numbers.stream().sorted().collect(Collectors.joining(", "));
    }

    private static String words(List<String> lines) {
        return lines.isEmpty() ? "" : lines.stream().map(line -> "\n    " + line).collect(Collectors.joining());
    }

    /** What strace wrote of all starts, by its times: the first server has not ended when the second starts. Empty without traces. */
    private static String calls(List<Path> traces) {
        StringBuilder unrelated = new StringBuilder();
        List<TimedLine> lines = new ArrayList<>();
        try {
            for (Path trace : traces) {
                String time = "";
                for (String line : (Iterable<String>) beginning(trace).lines()::iterator) {
                    Matcher stamped = STAMPED.matcher(line);
                    boolean isStamped = stamped.lookingAt();
                    if (isStamped && time.isEmpty()) {
                        // The process that strace started is no child of one that the other traces show.
                        unrelated.append("# thread: ").append(stamped.group(1)).append(" of ").append(stamped.group(1)).append('\n');
                    }
                    time = isStamped ? stamped.group(2) : time;
                    lines.add(new TimedLine(time, line));
                }
            }
            return unrelated + lines.stream().sorted(Comparator.comparing(TimedLine::time)).map(line -> line.text() + "\n")
                    .collect(Collectors.joining());
        } catch (IOException e) {
            System.err.println("warning: the calls are not judged: " + e.getMessage());
            return "";
        }
    }

    private static boolean areJudgedPossible(String calls, PrintStream out) {
        TraceJudge judge = new TraceJudge("both starts", false, 1, out);
        try {
            return judge.end(TraceLog.read("both starts", new ByteArrayInputStream(calls.getBytes(StandardCharsets.ISO_8859_1)),
                    false, judge));
        } catch (IOException | TranscriptException e) {
            System.err.println("warning: the calls are not judged: " + e.getMessage());
            return true;
        }
    }

    /** The whole lines at the beginning of a file. */
    private static String beginning(Path trace) throws IOException {
        try (InputStream bytes = Files.newInputStream(trace)) {
            String text = new String(bytes.readNBytes(TRACE_BYTES), StandardCharsets.ISO_8859_1);
            return text.substring(0, text.lastIndexOf('\n') + 1);
        }
    }

    /** With strace in front, the first start would fail in strace's words. */
    private static void requireProgram(String name) {
        boolean there = name.contains("/") ? Files.isExecutable(Path.of(name))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
        if (!there) {
            throw new UsageException("cannot start " + name + ": there is no such program");
        }
    }

    /** Whether strace is there and may trace. */
    private static boolean canTrace() {
        try {
            Process probe = new ProcessBuilder("strace", "-f", "-qq", "-o", "/dev/null", "true")
                    .redirectError(ProcessBuilder.Redirect.DISCARD).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            boolean ended = probe.waitFor(STRACE_SECONDS, TimeUnit.SECONDS);
            probe.destroyForcibly();
            return ended && probe.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("reuseaddr-twice");
        } catch (IOException e) {
            throw new OutputException(Path.of(System.getProperty("java.io.tmpdir")), e);
        }
    }

    private static void delete(Path directory) {
        try {
            for (int number = 1; number <= 3; number++) {
                Files.deleteIfExists(directory.resolve("start-" + number + ".strace"));
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new OutputException(directory, e);
        }
    }
}
