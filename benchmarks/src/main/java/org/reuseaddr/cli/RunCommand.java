package org.reuseaddr.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.Warning;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.run.JmhOptions;
import org.reuseaddr.run.Profile;
import org.reuseaddr.run.RunException;
import org.reuseaddr.run.RunProgress;
import org.reuseaddr.run.SemanticCheck;
import org.reuseaddr.run.SuiteRun;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.semantics.Catalogue;
import org.reuseaddr.semantics.Gate;
import org.reuseaddr.semantics.Grade;
import org.reuseaddr.semantics.Replayer;
import org.reuseaddr.semantics.ScenarioResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The main job: gate, full semantic check, benchmarks, CSV. */
@Command(name = "run", description = {"Check the promises, measure, and write a run directory."},
        footer = {"", "JMH's options (-f -wi -i -w -r -p -t -bm -prof -rf -rff ...) follow; -f N means N interleaved forks."})
final class RunCommand implements Callable<Integer> {

    /** What a fork may be silent beyond an iteration's length: JMH's hand-shake and a benchmark's set-up take seconds. */
    private static final int WATCHDOG_SECONDS = 60;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Option(names = "--out", paramLabel = "DIR", description = "The run directory. Default: results/<label>-<UTC time>.")
    private Path out;

    @Option(names = "--label", paramLabel = "NAME",
            description = "The platform's name in comparisons: letters, digits, dot, dash, underscore. Default: kind and kernel.")
    private String label;

    @Option(names = "--profile", paramLabel = "NAME", defaultValue = "standard",
            description = "quick (under 3 minutes), standard (about 15) or thorough. Default: ${DEFAULT-VALUE}.")
    private String profileName;

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
        Profile profile = oneOf("--profile", profileName, Profile.values(), Profile::optionName);
        boolean goOn = isContinue();
        if (watchdogSeconds < 1) {
            throw new UsageException("--watchdog: expected at least 1 second, found " + watchdogSeconds);
        }
        JmhOptions jmh = JmhOptions.parse(jmhArguments);
        Platform platform = EnvCommand.probe();
        Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String name = Labels.checked(label != null ? label : platform.defaultLabel());
        RunId id = id(name, platform, started);
        RunDirectory directory = new RunDirectory(out != null ? out : Path.of("results").resolve(id.id()));
        long order = seed != null ? seed : new Random().nextLong();
        try (Replayer replayer = new Replayer(HeldPorts.now())) {
            SuiteRun run = new SuiteRun(new SuiteRun.Settings(profile, jmh, directory, id, order, replayer.families(), goOn,
                    Duration.ofSeconds(watchdogSeconds)));
            directory.prepare();
            return runIn(directory, id, platform, environment(id, profile, order, started), run, replayer, goOn);
        }
    }

    /** The identity of what begins now. */
    static RunId id(String label, Platform platform, Instant started) {
        return new RunId(label + "-" + TIME.format(started), label, platform.shortName());
    }

    private Map<String, String> environment(RunId id, Profile profile, long order, Instant started) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("suite.schema", "1");
        environment.put("run.id", id.id());
        environment.put("run.started", started.toString());
        environment.put("run.profile", profile.optionName());
        environment.put("run.jmh_arguments", String.join(" ", jmhArguments));
        environment.put("run.seed", Long.toString(order));
        return environment;
    }

    private static int runIn(RunDirectory directory, RunId id, Platform platform, Map<String, String> runEntries,
            SuiteRun run, Replayer replayer, boolean goOn) {
        try (RunDirectory.Claim claim = directory.claim()) {
            Map<String, String> environment = new LinkedHashMap<>(platform.entries());
            environment.putAll(runEntries);
            EnvironmentFile.append(directory.environment(), environment);
            System.out.println("results go to " + directory.path());
            for (Warning warning : platform.warnings()) {
                System.err.println("warning: " + warning.sentence());
            }
            int code = checkAndMeasure(id, directory, run, replayer, goOn);
            EnvironmentFile.append(directory.environment(),
                    Map.of("run.finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
            System.out.println("results are in " + directory.path());
            return code;
        }
    }

    private boolean isContinue() {
        if (!List.of("fail", "continue").contains(onViolation)) {
            throw new UsageException("--on-violation: expected fail or continue, found " + onViolation);
        }
        return onViolation.equals("continue");
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

    private static int checkAndMeasure(RunId id, RunDirectory directory, SuiteRun run, Replayer replayer,
            boolean goOn) {
        List<ScenarioResult> results = new ArrayList<>();
        try (CheckSession session = new CheckSession(id, directory, replayer)) {
            List<ScenarioResult> gate = session.replay(Gate.beforeRun());
            requireLoopback(gate);
            List<ScenarioResult> broken = broken(gate);
            broken.forEach(Violations::announce);
            if (broken.isEmpty() || goOn) {
                results.addAll(session.replay(Catalogue.scenarios()));
                results.addAll(0, gate);
                new SemanticsSummary(System.out).print(results);
            }
            boolean promisesKept = broken(results).isEmpty() && broken.isEmpty();
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
