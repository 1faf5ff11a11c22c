package org.reuseaddr.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.run.Blocks;
import org.reuseaddr.run.FreshSession;
import org.reuseaddr.run.JmhOptions;
import org.reuseaddr.run.MainJob;
import org.reuseaddr.run.Profile;
import org.reuseaddr.run.ResumedSession;
import org.reuseaddr.run.Session;
import org.reuseaddr.run.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: gate, full semantic check, benchmarks, CSV. */
@Command(description = {"Check the promises, measure, and write a run directory."},
        footer = {"", "JMH's options (-f -wi -i -w -r -p -t -bm -prof -rf -rff ...) follow; -f N means N interleaved forks."})
final class RunCommand implements Callable<Integer> {

    /** What a fork may be silent beyond an iteration's length: JMH's hand-shake and a benchmark's set-up take seconds. */
    private static final int WATCHDOG_SECONDS = 60;

    /** The standard profile's forks, dealt to three blocks, need a third of this. */
    private static final String EVERY = "20m";

    /** As many forks as the standard profile has. */
    private static final int ALTERNATED_PASSES = 5;

    @Option(names = "--out", paramLabel = "DIR", description = "The run directory. Default: results/<label>-<UTC time>.")
    private Path out;

    @Option(names = "--label", paramLabel = "NAME",
            description = "The platform's name in comparisons: letters, digits, dot, dash, underscore. Default: kind and kernel.")
    private String label;

    @Option(names = "--profile", paramLabel = "NAME",
            description = "quick (under 3 minutes), standard (about 15) or thorough. Default: standard.")
    private String profileName;

    @Option(names = "--resume", paramLabel = "DIR",
            description = "Add the missing forks to a run, or with -f N further ones up to N of each.")
    private Path resume;

    @Option(names = "--precision", paramLabel = "P",
            description = "After the planned forks measure more forks of those whose interval is wider than ±P %%, at most to 100 forks.")
    private String precision;

    @Option(names = "--budget", paramLabel = "TIME",
            description = "Fit the number and length of forks into this time, such as 90s, 10m, 2h.")
    private String budget;

    @Option(names = "--on-violation", paramLabel = "fail|continue", defaultValue = "fail",
            description = {"Whether benchmarks still run when a duplicate listener is permitted.",
                "Whatever is violated, the exit code is 3."})
    private String onViolation;

    @Option(names = "--known", paramLabel = "FILE",
            description = {"Accept the differences of this list: semantics.csv of an earlier run, or a CSV with the columns",
                "scenario,grade,observed,reference,comment. A gate that is violated skips the benchmarks all the same."})
    private Path knownFile;

    @Option(names = "--strict",
            description = "Exit with 3 for quirks of released Linux kernels too, which are graded KNOWN.")
    private boolean strict;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order of forks. Default: a fresh one, recorded.")
    private Long seed;

    @Option(names = "--watchdog", paramLabel = "SECONDS", defaultValue = "" + WATCHDOG_SECONDS,
            description = "End a fork that is silent for so long beyond an iteration. Default: ${DEFAULT-VALUE}.")
    private int watchdogSeconds;

    @Option(names = "--alternate", paramLabel = "COMMAND", arity = "2",
            description = {"Make two runs by turns, a pass each, for small differences: each COMMAND begins a call of this jar,",
                "such as \"/opt/jdk-25/bin/java -jar benchmarks.jar\". The runs are DIR/a and DIR/b of --out DIR."})
    private List<String> alternate;

    @Option(names = "--blocks", paramLabel = "N",
            description = {"Measure in N blocks of forks at different times, which comparisons take for runs; the forks of -f,",
                "rounded up, are dealt to them. Between blocks nothing runs."})
    private Integer blockCount;

    @Option(names = "--every", paramLabel = "TIME",
            description = "With --blocks: from the beginning of a block to that of the next. Default: " + EVERY + ".")
    private String every;

    @Parameters(paramLabel = "JMH", hidden = true)
    private List<String> jmhArguments = new ArrayList<>();

    @Override
    public Integer call() {
        boolean continues = oneOf("--on-violation", onViolation, new String[] {"fail", "continue"}, Function.identity())
                .equals("continue");
        if (watchdogSeconds < 1) {
            throw new UsageException("--watchdog: expected at least 1 second, found " + watchdogSeconds);
        }
        if (out != null && out.toString().isBlank()) {
            throw new UsageException("--out: expected the name of a directory, found none");
        }
        Optional<Blocks> blocks = blocks();
        if (alternate != null) {
            return alternation().run();
        }
        KnownDifferences known = KnownDifferences.read(knownFile, false, strict);
        MainJob.JobOptions options = new MainJob.JobOptions(continues,
                precision == null ? OptionalDouble.empty() : OptionalDouble.of(share(precision)),
                Optional.ofNullable(budget).map(text -> Durations.parse("--budget", text)),
                Duration.ofSeconds(watchdogSeconds), known.baseline());
        JmhOptions given = JmhOptions.parse(jmhArguments);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Platform platform = EnvCommand.probe();
        Session session = session(platform, given, blocks, now);
        if (session.blocks().isPresent() && (precision != null || budget != null)) {
            throw new UsageException("--precision and --budget cannot be given for a run with --blocks: its forks are settled");
        }
        return switch (MainJob.run(session, platform, options, now,
                new RunListener(platform.warnings(), known))) {
            case DONE -> ExitCode.DONE;
            case INCOMPLETE -> ExitCode.FAILED;
            case VIOLATION -> ExitCode.VIOLATION;
        };
    }

    private Alternation alternation() {
        if (resume != null || precision != null || budget != null || seed != null || label != null || knownFile != null || strict
                || blockCount != null) {
            throw new UsageException("--alternate: only --out, --profile, --on-violation, -f and what JMH takes may be given with it");
        }
        JmhOptions given = JmhOptions.parse(jmhArguments);
        List<String> arguments = new ArrayList<>(List.of("--profile", profile().optionName(), "--on-violation", onViolation));
        for (int i = 0; i < jmhArguments.size(); i++) {
            // The number of forks is the driver's: each call makes one pass.
            if (jmhArguments.get(i).equals("-f")) {
                i++;
            } else if (!jmhArguments.get(i).matches("-f[0-9]+")) {
                arguments.add(jmhArguments.get(i));
            }
        }
        int passes = given.options().getForkCount().hasValue() ? given.options().getForkCount().get() : ALTERNATED_PASSES;
        String cpu = EnvCommand.probe().entries().getOrDefault(PlatformEntry.CPU_MODEL, "");
        Path directory = out != null ? out : Path.of("results", "alternate-" + DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'",
                Locale.ROOT).withZone(ZoneOffset.UTC).format(Instant.now()));
        return new Alternation(alternate, directory, arguments, passes, cpu);
    }

    private Session session(Platform platform, JmhOptions given, Optional<Blocks> blocks, Instant now) {
        return resume != null ? ResumedSession.of(platform, resume, forksAlone(given), now, System.err::println)
                : FreshSession.of(platform, Labels.checked(label != null ? label : platform.defaultLabel()),
                        Optional.ofNullable(out), profile(), jmhArguments,
                        seed == null ? OptionalLong.empty() : OptionalLong.of(seed), blocks, now);
    }

    private Optional<Blocks> blocks() {
        if (blockCount == null && every != null) {
            throw new UsageException("--every needs --blocks N");
        }
        return Optional.ofNullable(blockCount)
                .map(count -> Blocks.of(count, Durations.parse("--every", every == null ? EVERY : every)));
    }

    private Profile profile() {
        return oneOf("--profile", profileName == null ? "standard" : profileName, Profile.values(), Profile::optionName);
    }

    /** The only thing of a run that another session may change. */
    private OptionalInt forksAlone(JmhOptions given) {
        boolean onlyForks = jmhArguments.isEmpty() || jmhArguments.size() == 2 && jmhArguments.get(0).equals("-f");
        if (!onlyForks || profileName != null || label != null || out != null || seed != null || blockCount != null) {
            throw new UsageException("--resume takes benchmarks and options from the run; only -f, --precision, --budget, "
                    + "--on-violation, --known, --strict and --watchdog may be given with it");
        }
        return given.options().getForkCount().hasValue() ? OptionalInt.of(given.options().getForkCount().get())
                : OptionalInt.empty();
    }

    private static double share(String percent) {
        try {
            double value = Double.parseDouble(percent.replaceFirst("%$", ""));
            if (value > 0 && value <= 100) {
                return value / 100;
            }
        } catch (NumberFormatException e) {
            throw new UsageException("--precision: expected percents such as 2 or 2.5, found " + percent);
        }
        throw new UsageException("--precision: expected more than 0 and at most 100 percent, found " + percent);
    }

    static <T> T oneOf(String option, String given, T[] values, Function<T, String> name) {
        for (T value : values) {
            if (name.apply(value).equals(given)) {
                return value;
            }
        }
        throw new UsageException(option + ": expected one of "
                + String.join(", ", Arrays.stream(values).map(name).toList()) + ", found " + given);
    }
}
