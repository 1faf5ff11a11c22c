package org.reuseaddr.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.reuseaddr.model.Grade;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.platform.NetCounters;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.Warning;
import org.reuseaddr.replay.Gate;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.report.Reports;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.run.JmhOptions;
import org.reuseaddr.run.Profile;
import org.reuseaddr.run.RunException;
import org.reuseaddr.run.RunProgress;
import org.reuseaddr.run.SemanticCheck;
import org.reuseaddr.run.SuiteRun;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Catalogue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: gate, full semantic check, benchmarks, CSV. */
@Command(name = "run", description = {"Check the promises, measure, and write a run directory."},
        footer = {"", "JMH's options (-f -wi -i -w -r -p -t -bm -prof -rf -rff ...) follow; -f N means N interleaved forks."})
final class RunCommand implements Callable<Integer> {

    /** What a fork may be silent beyond an iteration's length: JMH's hand-shake and a benchmark's set-up take seconds. */
    private static final int WATCHDOG_SECONDS = 60;

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
            description = "After the planned forks go on with those whose interval is wider than ±P %%, at most to 100 forks.")
    private String precision;

    @Option(names = "--budget", paramLabel = "TIME",
            description = "Fit the number and length of forks into this time, such as 90s, 10m, 2h.")
    private String budget;

    @Option(names = "--on-violation", paramLabel = "fail|continue", defaultValue = "fail",
            description = "Whether benchmarks still run after a broken promise; the exit code is 3 either way.")
    private String onViolation;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order of forks. Default: a fresh one, recorded.")
    private Long seed;

    @Option(names = "--watchdog", paramLabel = "SECONDS", defaultValue = "" + WATCHDOG_SECONDS,
            description = "End a fork that is silent for so long beyond an iteration. Default: ${DEFAULT-VALUE}.")
    private int watchdogSeconds;

    @Parameters(paramLabel = "JMH", hidden = true)
    private List<String> jmhArguments = new ArrayList<>();

    @Override
    public Integer call() {
        boolean goOn = oneOf("--on-violation", onViolation, new String[] {"fail", "continue"}, Function.identity())
                .equals("continue");
        if (watchdogSeconds < 1) {
            throw new UsageException("--watchdog: expected at least 1 second, found " + watchdogSeconds);
        }
        OptionalDouble share = precision == null ? OptionalDouble.empty() : OptionalDouble.of(share(precision));
        Optional<Duration> time = Optional.ofNullable(budget).map(text -> Durations.parse("--budget", text));
        JmhOptions given = JmhOptions.parse(jmhArguments);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Platform platform = EnvCommand.probe();
        RunRequest request = resume == null
                ? RunRequest.fresh(platform, label, out, profile(), jmhArguments, seed, now)
                : RunRequest.resumed(platform, resume, forksAlone(given), now);
        JmhOptions jmh = JmhOptions.parse(request.jmhArguments());
        try (Replayer replayer = new Replayer(HeldPorts::now, NetCounters::lostTimeWaits)) {
            SuiteRun run = new SuiteRun(new SuiteRun.Settings(request.profile(), jmh, request.directory(), request.id(),
                    request.seed(), replayer.families(), goOn, share, time, request.earlier(),
                    Duration.ofSeconds(watchdogSeconds)));
            request.directory().prepare();
            Map<String, String> environment = new LinkedHashMap<>(platform.entries());
            environment.putAll(request.environment(now, run.jmhArguments()));
            return runIn(request, environment, platform.warnings(), run, replayer, goOn);
        }
    }

    private Profile profile() {
        return oneOf("--profile", profileName == null ? "standard" : profileName, Profile.values(), Profile::optionName);
    }

    /** The only thing of a run that another session may change. */
    private Integer forksAlone(JmhOptions given) {
        boolean onlyForks = jmhArguments.isEmpty() || jmhArguments.size() == 2 && jmhArguments.get(0).equals("-f");
        if (!onlyForks || profileName != null || label != null || out != null || seed != null) {
            throw new UsageException("--resume takes benchmarks and options from the run; only -f, --precision, --budget, "
                    + "--on-violation and --watchdog may be given with it");
        }
        return given.options().getForkCount().hasValue() ? given.options().getForkCount().get() : null;
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

    private static int runIn(RunRequest request, Map<String, String> environment, List<Warning> warnings, SuiteRun run,
            Replayer replayer, boolean goOn) {
        RunDirectory directory = request.directory();
        try (RunDirectory.Claim claim = directory.claim()) {
            EnvironmentFile.append(directory.environment(), environment);
            System.out.println("results go to " + directory.path());
            warnings.forEach(warning -> System.err.println("warning: " + warning.sentence()));
            int code = checkAndMeasure(request, run, replayer, goOn);
            EnvironmentFile.append(directory.environment(),
                    Map.of(RunEntry.FINISHED, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
            report(directory);
            System.out.println("results are in " + directory.path());
            return code;
        }
    }

    /** Writes what people read; whatever goes wrong here, the run's figures are on disk and its exit code stands. */
    private static void report(RunDirectory directory) {
        try {
            Reports.write(new Reports.Request(directory.path(), Optional.empty(), directory.path(), false, false))
                    .problems().forEach(System.err::println);
        } catch (InputException | OutputException e) {
            System.err.println("no report: " + e.getMessage());
        }
    }

    private static int checkAndMeasure(RunRequest request, SuiteRun run, Replayer replayer, boolean goOn) {
        RunDirectory directory = request.directory();
        boolean promisesKept = true;
        // A resumed run has its check already; the gate is passed again, since the machine is in another state now.
        if (request.isResumed()) {
            promisesKept = SemanticsFile.readAll(directory.semantics()).stream()
                    .noneMatch(row -> Grade.valueOf(row.grade()).isBroken());
        }
        try (CheckSession session = new CheckSession(request.id(), directory, replayer)) {
            List<ScenarioResult> gate = session.replay(Gate.beforeRun());
            requireLoopback(gate);
            List<ScenarioResult> broken = broken(gate);
            broken.forEach(Violations::announce);
            promisesKept &= broken.isEmpty();
            if (!request.isResumed() && (broken.isEmpty() || goOn)) {
                List<ScenarioResult> results = new ArrayList<>(gate);
                results.addAll(session.replay(Catalogue.scenarios()));
                new SemanticsSummary(System.out).print(results);
                promisesKept = broken(results).isEmpty();
            }
            if (!promisesKept && !goOn) {
                System.err.println("nothing was measured, since a promise is broken; --on-violation continue measures anyway");
                return ExitCode.VIOLATION;
            }
            SuiteRun.Summary summary = measure(run);
            summary.violations().forEach(violation -> {
                session.record(violation);
                Violations.announce(violation);
            });
            new RunSummary(System.out).print(directory, summary);
            return promisesKept && summary.violations().isEmpty()
                    ? summary.missing().isEmpty() ? ExitCode.DONE : ExitCode.FAILED
                    : ExitCode.VIOLATION;
        }
    }

    private static void requireLoopback(List<ScenarioResult> gate) {
        if (gate.stream().allMatch(result -> result.grade() == Grade.UNSUPPORTED)) {
            throw new RunException("there is no loopback interface: neither 127.0.0.1 nor ::1 can be bound; "
                    + "'ip link set lo up' makes one");
        }
        gate.stream().filter(result -> result.grade() == Grade.ERROR).findFirst().ifPresent(error -> {
            throw new RunException("the gate could not be checked: " + reason(error));
        });
    }

    private static String reason(ScenarioResult error) {
        return error.detail().isEmpty() ? SemanticCheck.evidence(error).strip() : error.detail();
    }

    private static List<ScenarioResult> broken(List<ScenarioResult> results) {
        return results.stream().filter(result -> result.grade().isBroken()).toList();
    }

    /** Measures, and on SIGINT and SIGTERM ends the fork that runs, so that what there is can be summed up. */
    private static SuiteRun.Summary measure(SuiteRun run) {
        try (LiveProgress live = Terminal.isStandardError() ? new LiveProgress(System.err) : null) {
            RunProgress progress = live != null ? live : new PlainProgress(System.err);
            Interruption.onSignal(run::stop);
            return run.measure(progress);
        }
    }
}
