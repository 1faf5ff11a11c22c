package org.reuseaddr.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.model.Reason;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.platform.NetCounters;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.PlatformKind;
import org.reuseaddr.replay.Difference;
import org.reuseaddr.replay.Exploration;
import org.reuseaddr.replay.Exploration.MetDifference;
import org.reuseaddr.replay.RaceExploration;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.report.OutputFile;
import org.reuseaddr.report.StepSummary;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.run.RunException;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.scenario.StatePair;
import org.reuseaddr.transcript.TranscriptPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Random sequences of socket calls against the model. */
@Command(description = {"Make random sequences of socket calls and compare what they answer with the model of Linux."},
        footer = {"", "Every call that ends otherwise is repeated, and the sequence is made as short as possible.",
            "The same seed makes the same sequences as long as the platform answers alike. How many are made in a time, in which "
            + "order, and how one goes on after a difference that another has found, depends on the machine: --threads 1 with --count, "
            + "which is reached within --time, makes the same exploration again.",
            "With --races, --seed makes the same races, and --threads, --calls and --format are of no use.",
            "Exit codes: 0 as Linux, quirks of released kernels included; 1 the exploration failed; 2 wrong usage; 3 the platform "
            + "differs (with --strict also by a quirk)."})
final class ExploreCommand implements Callable<Integer> {

    private static final int MAX_THREADS = 64;
    private static final int MAX_CALLS = 100;
    private static final int MAX_RACERS = 3;
    private static final int MAX_ROUNDS = 1_000_000;
    private static final int LOW_PORT = 10_240;
    private static final int HIGH_PORT = 32_767;
    private static final int PORTS = 8_192;
    /** On mirrored WSL 2 each port that is bound is taken from Windows for a minute. */
    private static final int PORTS_ON_WSL2 = 256;
    /** The kernel on which the model was found to allow every answer, see docs/EXPLORING.md. */
    private static final String COMPARED = "6.18";
    /** How often a rule must have decided before its share of the exploration is worth its name. */
    private static final int ENOUGH = 40;

    @Option(names = "--time", paramLabel = "TIME", defaultValue = "60s",
            description = "How long, such as 90s, 10m, 2h. Default: ${DEFAULT-VALUE}.")
    private String time;

    @Option(names = "--count", paramLabel = "N", description = "How many sequences, or races, at most. Default: no limit but --time.")
    private Long count;

    @Option(names = "--seed", paramLabel = "S", description = "Makes the same sequences again, see below. Default: another each time.")
    private Long seed;

    @Option(names = "--processes", paramLabel = "N", defaultValue = "2",
            description = "How many processes a sequence may have. Default: ${DEFAULT-VALUE}.")
    private int processes;

    @Option(names = "--threads", paramLabel = "N",
            description = "How many sequences are made at the same time. Default: one a CPU, at most 8.")
    private Integer threads;

    @Option(names = "--calls", paramLabel = "N", defaultValue = "12", description = "Calls of a sequence. Default: ${DEFAULT-VALUE}.")
    private int calls;

    @Option(names = "--ports", paramLabel = "N",
            description = "How many different ports to take. Default: " + PORTS + ", on WSL 2 " + PORTS_ON_WSL2 + ".")
    private Integer ports;

    @Option(names = "--races",
            description = {"Random races instead of sequences: two or three processes (--processes 2 or 3) make a few calls at the same",
                "moment, round after round. A round may end as some order of the calls explains; --count counts races."})
    private boolean races;

    @Option(names = "--rounds", paramLabel = "R", defaultValue = "2000",
            description = "With --races: rounds of each race. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--histograms", description = "With --races: print how the rounds of each race ended, not only the rare ones.")
    private boolean histograms;

    @Option(names = "--first", description = "End at the first difference that is none of a released kernel.")
    private boolean first;

    @Option(names = "--strict", description = "Exit with 3 for quirks of released kernels too.")
    private boolean strict;

    @Option(names = "--out", paramLabel = "DIR",
            description = {"Write each difference there as a program for Python 3 that needs nothing of this suite, and as a",
                "transcript, which check, judge and repro read."})
    private Path out;

    @Option(names = "--format", paramLabel = "text|ktap|junit", defaultValue = "text",
            description = {"Of what is printed: for people, KTAP version 1, or JUnit's XML; with the last two the text goes to",
                "standard error. Default: ${DEFAULT-VALUE}."})
    private String format;

    /** The files of a kind of difference without their endings; one that no quirk explains replaces one that a quirk does. */
    private final Map<Difference.Grouping, Path> written = new ConcurrentHashMap<>();
    private final AtomicReference<OutputException> unwritten = new AtomicReference<>();
    private final AtomicReference<Exploration> ending = new AtomicReference<>();

    @Override
    public Integer call() {
        Duration limit = Durations.parse("--time", time);
        PrintedFormat printed = RunCommand.oneOf("--format", format, PrintedFormat.values(), PrintedFormat::optionName);
        Platform platform = EnvCommand.probe();
        int most = ports != null ? ports : platform.kind() == PlatformKind.WSL2 ? PORTS_ON_WSL2 : PORTS;
        int workers = threads != null ? threads : Math.min(Runtime.getRuntime().availableProcessors(), 8);
        require("--processes", processes, Replayer.MAX_PROCESSES);
        require("--threads", workers, MAX_THREADS);
        require("--calls", calls, MAX_CALLS);
        require("--ports", most, HIGH_PORT - LOW_PORT);
        if (count != null && count < 1) {
            throw new UsageException("--count: expected at least 1, found " + count);
        }
        long chosen = seed != null ? seed : new SplittableRandom().nextInt(Integer.MAX_VALUE);
        AtomicInteger files = new AtomicInteger();
        requireDirectory();
        if (races) {
            return race(chosen, limit, most, printed);
        }
        Exploration exploration = new Exploration(new Exploration.Bounds(chosen,
                count == null ? Exploration.Bounds.UNCOUNTED : count, limit, processes, workers, calls, LOW_PORT, HIGH_PORT, most, first),
                HeldPorts.now(), NetCounters::lostTimeWaits, difference -> write(difference, files));
        ending.set(exploration);
        Interruption.onSignal(exploration::stop);
        System.err.println("exploring with --seed " + chosen + ", " + workers + (workers == 1 ? " thread" : " threads") + ", at most "
                + processes + " processes, for " + Durations.text(limit));
        Exploration.Totals done = exploration.run(new Ticker(System.err));
        print(printed == PrintedFormat.TEXT ? System.out : System.err, exploration, done);
        List<Standings> points = ExplorationPoints.of(exploration.groups().stream().map(MetDifference::smallest).toList(),
                exploration.decided().keySet(), strict);
        printed.write(points);
        GitHubSummary.append(StepSummary.text("Random sequences of socket calls compared with Linux", "rules and differences", points));
        if (unwritten.get() != null) {
            throw unwritten.get();
        }
        exploration.failure().ifPresent(reason -> {
            throw reason;
        });
        if (done.sequences() == 0) {
            throw new RunException("nothing was explored: no sequence ended in --time " + Durations.text(limit) + "; give it more");
        }
        boolean differs = exploration.groups().stream().anyMatch(group -> strict || group.smallest().quirks().isEmpty());
        return differs ? ExitCode.VIOLATION : ExitCode.DONE;
    }

    private int race(long chosen, Duration limit, int most, PrintedFormat printed) {
        if (printed != PrintedFormat.TEXT) {
            throw new UsageException("--races: printed as text only");
        }
        if (processes < 2 || processes > MAX_RACERS) {
            throw new UsageException("--processes: with --races expected 2 or " + MAX_RACERS + ", found " + processes);
        }
        require("--rounds", rounds, MAX_ROUNDS);
        return new ExploreRaces(Optional.ofNullable(out), histograms, System.out, System.err).run(new RaceExploration.RacePlan(chosen,
                count == null ? Long.MAX_VALUE : count, limit, processes, rounds, LOW_PORT, HIGH_PORT, most, first), strict);
    }

    private static void require(String option, int given, int highest) {
        if (given < 1 || given > highest) {
            throw new UsageException(option + ": expected 1 to " + highest + ", found " + given);
        }
    }

    private void requireDirectory() {
        try {
            if (out != null) {
                Files.createDirectories(out);
            }
        } catch (IOException e) {
            throw new OutputException(out, e);
        }
    }

    /** Called by the threads that explore: where a file cannot be written the exploration ends with what it has found. */
    private void write(Difference difference, AtomicInteger files) {
        try {
            writeFile(difference, files);
        } catch (OutputException e) {
            unwritten.compareAndSet(null, e);
            ending.get().stop();
        }
    }

    private void writeFile(Difference difference, AtomicInteger files) {
        if (out != null) {
            String name = String.format(Locale.ROOT, "%03d-%s", files.incrementAndGet(), difference.kind().rule().toLowerCase(Locale.ROOT)
                    .replace('_', '-'));
            Scenario scenario = difference.scenario("explore/" + name);
            OutputFile.write(out.resolve(name + ".strace"), Reproduction.strace(scenario).getBytes(StandardCharsets.UTF_8));
            // A program expects one answer: where Linux may give several it would accuse Linux of the others.
            if (difference.allowed().size() == 1) {
                OutputFile.write(out.resolve(name + ".py"), Reproduction.python(scenario).getBytes(StandardCharsets.UTF_8));
                written.put(difference.kind(), out.resolve(name));
            }
        }
    }

    /** A line a second where somebody looks, one in 15 seconds where a log is written. */
    private static final class Ticker implements Consumer<Exploration.Totals> {
        private final PrintStream err;
        private final boolean terminal = Terminal.isStandardError();
        private final long every = terminal ? 1 : 15;
        private long lastSecond;

        private Ticker(PrintStream err) {
            this.err = err;
        }

        @Override
        public void accept(Exploration.Totals progress) {
            long second = progress.elapsed().toSeconds();
            if (second >= lastSecond + every) {
                lastSecond = second;
                err.print((terminal ? "\r" : "") + progressLine(progress) + (terminal ? "   " : System.lineSeparator()));
                err.flush();
            }
        }
    }

    private static String line(Exploration.Totals progress) {
        double seconds = Math.max(progress.elapsed().toMillis(), 1) / 1000.0;
        return String.format(Locale.ROOT, "%,d sequences, %,d calls, %,.0f sequences/s, %d %s", progress.sequences(), progress.calls(),
                progress.sequences() / seconds, progress.groups(), progress.groups() == 1 ? "difference" : "differences");
    }

    /** How far the exploration has come, for who waits. */
    static String progressLine(Exploration.Totals progress) {
        return line(progress) + ", " + rules(progress);
    }

    private static String rules(Exploration.Totals progress) {
        return progress.rules() + " of " + Exploration.rules().size() + " rules decided";
    }

    private void print(PrintStream to, Exploration exploration, Exploration.Totals done) {
        if (Terminal.isStandardError()) {
            System.err.println();
        }
        for (MetDifference group : exploration.groups()) {
            print(to, group);
        }
        exploration.unrepeated().forEach((kind, times) -> to.println("did not come again (" + times + " of "
                + done.sequences() + " sequences): " + kind.call() + " " + kind.ended() + ", rule " + kind.rule()));
        exploration.quirks().forEach(quirk -> to.println(quirk.id() + ": " + quirk.sentence()
                + " Native Linux of these releases does the same: " + quirk.releases() + "; it is not this platform's doing."));
        to.println(rules(done) + coverage(exploration.decided()));
        to.println(pairs(exploration.pairs()));
        exploration.leftOut().forEach(to::println);
        long own = exploration.groups().stream().filter(group -> group.smallest().quirks().isEmpty()).count();
        to.println(line(done) + ", on " + exploration.portsUsed() + " ports");
        to.println(done.sequences() == 0 ? "Nothing was explored."
                : own > 0 ? "The platform differs from Linux in " + own + (own == 1 ? " way." : " ways.")
                : exploration.groups().isEmpty() ? "The platform answered as Linux does."
                : "The platform answered as released kernels of Linux do.");
        if (own > 0) {
            to.println("The model was compared with Linux " + COMPARED + ": what bind and listen do on older releases it knows as quirks, "
                    + "what other calls do there it does not.");
        }
    }

    private void print(PrintStream to, MetDifference group) {
        Difference difference = group.smallest();
        Difference.Grouping kind = difference.kind();
        String expected = difference.allowed().stream().map(answer -> answer.answer().inWords()).collect(Collectors.joining(", or "));
        to.println((difference.quirks().isEmpty() ? difference.promised() ? "VIOLATION" : "DEVIATION" : "KNOWN") + ": " + kind.call() + " "
                + kind.ended() + "; on Linux: " + expected);
        difference.users().forEach((process, user) -> to.println("    # user: " + user + " of " + process));
        difference.observed().forEach(step -> to.println("    " + TranscriptPrinter.line(step)));
        Reason reason = difference.allowed().get(0).reason();
        to.println("    " + reason.sentence() + " [" + reason.source() + "]");
        to.println("    in " + group.times() + (group.times() == 1 ? " sequence" : " sequences") + ", first in number "
                + difference.sequence() + ", after " + seconds(group.after()));
        to.println(difference.tries() == 0 ? "    not repeated, and the exploration ended: the call never came back"
                : "    came again " + difference.again() + " of " + difference.tries() + " times");
        Path files = written.get(kind);
        if (files != null) {
            to.println("    without this suite: python3 " + files + ".py; in C: repro " + files + ".strace --lang c"
                    + (difference.observed().stream().allMatch(UserTranscript::isLocal) ? "" : " --allow-address"));
        }
        to.println();
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static String pairs(Map<StatePair, LongAdder> met) {
        long rare = met.values().stream().filter(times -> times.sum() < ENOUGH).count();
        return met.size() + " of " + StatePair.all().size() + " pairs of states met (who has a port, and who binds it or listens on it)"
                + (rare == 0 ? ", each at least " : ", " + rare + " of them less than ") + ENOUGH + " times";
    }

    private static String coverage(Map<Reason, LongAdder> decided) {
        List<Map.Entry<Reason, LongAdder>> rare = decided.entrySet().stream().filter(entry -> entry.getValue().sum() < ENOUGH)
                .sorted(Comparator.comparing(entry -> entry.getValue().sum())).toList();
        return rare.isEmpty() ? ", each at least " + ENOUGH + " times" : "; seldom: "
                + rare.stream().map(entry -> entry.getKey() + " " + entry.getValue()).collect(Collectors.joining(", "));
    }
}
