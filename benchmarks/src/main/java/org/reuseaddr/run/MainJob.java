package org.reuseaddr.run;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.reuseaddr.compare.Baseline;
import org.reuseaddr.model.Grade;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.replay.Gate;
import org.reuseaddr.replay.Refusals;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.replay.Surroundings;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.scenario.Scenario;

/**
 * The main job: the gate, the full semantic check, the benchmarks, all into one run directory. A broken gate skips the
 * benchmarks; any other broken guarantee decides about the ending alone.
 */
public final class MainJob {

    private final Session session;
    private final Platform platform;
    private final JobOptions options;
    private final JobListener listener;
    private boolean kept;
    private BindCost bind = BindCost.NONE;

    /**
     * What the user may choose in every session.
     *
     * @param continueOnViolation whether benchmarks run although the gate is broken
     * @param precision go on until every estimate's interval is within ± this share, 0.05 for 5 %
     * @param budget how long measuring may take
     * @param watchdog how long a fork may be silent, beyond the length of one iteration, before it is ended
     * @param baseline which differences from Linux make the run end as broken
     */
    public record JobOptions(boolean continueOnViolation, OptionalDouble precision, Optional<Duration> budget,
            Duration watchdog, Baseline baseline) {
    }

    /** What somebody who waits wants to hear of, in this order; calls come on the thread of {@link #run}. */
    public interface JobListener {

        /** The directory is there, claimed, and has the record of the platform. */
        void started(RunDirectory directory);

        /** Checks: calls {@link CheckSession#replay} with what shows the progress. */
        List<ScenarioResult> check(CheckSession session, List<Supplier<Scenario>> scenarios);

        /** The platform is so slow that the run leaves something out, which the line says. */
        void adapted(String line);

        /** A guarantee is broken: by the gate, or in a fork. */
        void violation(ScenarioResult result);

        /** The full check has ended, the gate's results included; {@code refusals} is about all its binds. */
        void checked(List<ScenarioResult> results, Refusals refusals);

        /** The full check and the benchmarks are left out, since the gate is broken; what it found is in the directory. */
        void skipped(RunDirectory directory);

        /** Measures: calls {@link SuiteRun#measure}, and {@link SuiteRun#stop} when the user asks for it. */
        SuiteRun.SuiteOutcome measure(SuiteRun run);

        /** Everything was measured. */
        void measured(RunDirectory directory, SuiteRun.SuiteOutcome summary);

        /** All files but the report are complete. */
        void finished(RunDirectory directory);
    }

    /** How a session ended. */
    public enum Ending {
        /** Everything was measured, and every guarantee was kept. */
        DONE,
        /** Every guarantee was kept, but a benchmark failed. */
        INCOMPLETE,
        /** A guarantee is broken. */
        VIOLATION
    }

    private MainJob(Session session, Platform platform, JobOptions options, JobListener listener) {
        this.session = session;
        this.platform = platform;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Runs a session.
     *
     * @param now when it begins
     * @throws UsageException if what the user chose does not exist, or the directory is taken
     * @throws RunException if the run cannot be carried out
     * @throws OutputException if a result cannot be written; what was written before is valid
     */
    public static Ending run(Session session, Platform platform, JobOptions options, Instant now, JobListener listener) {
        return new MainJob(session, platform, options, listener).run(now);
    }

    private Ending run(Instant now) {
        RunDirectory directory = session.directory();
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine())) {
            replayer.startHelper();
            // A further session has batches and forks as the first: costs of both are one run's.
            bind = session.recordedBind().isPresent() ? new BindCost(session.recordedBind().getAsDouble())
                    : BindCost.measure(replayer.families());
            SuiteRun run = new SuiteRun(new SuiteRun.Settings(session.profile(), JmhOptions.parse(session.jmhArguments()),
                    directory, session.id(), session.seed(), replayer.families(), options.continueOnViolation(),
                    options.precision(), options.budget(), session.earlier(), options.watchdog(), bind, session.blocks()));
            directory.prepare();
            try (RunDirectory.Claim claim = directory.claim()) {
                session.requireRoom();
                Map<String, String> environment = new LinkedHashMap<>(platform.entries());
                environment.putAll(session.environment(now, run.jmhArguments()));
                environment.putAll(run.environment());
                EnvironmentFile.append(directory.environment(), environment);
                listener.started(directory);
                Ending ending = checkAndMeasure(run, replayer);
                EnvironmentFile.append(directory.environment(),
                        Map.of(RunEntry.FINISHED, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
                listener.finished(directory);
                return ending;
            }
        }
    }

    private Ending checkAndMeasure(SuiteRun run, Replayer replayer) {
        kept = !session.isBrokenAlready(options.baseline());
        try (CheckSession check = new CheckSession(session.id(), session.directory(), replayer)) {
            if (!isGateKept(check) && !options.continueOnViolation()) {
                listener.skipped(session.directory());
                return Ending.VIOLATION;
            }
            replayer.endHelpers();
            SuiteRun.SuiteOutcome summary = listener.measure(run);
            summary.violations().forEach(violation -> {
                check.record(violation);
                listener.violation(violation);
            });
            listener.measured(session.directory(), summary);
            kept &= areKept(summary.violations());
            return !kept ? Ending.VIOLATION : summary.missing().isEmpty() ? Ending.DONE : Ending.INCOMPLETE;
        }
    }

    /**
     * Checks the gate, in a resumed session too, since the machine is in another state now; then, unless the benchmarks are
     * to be skipped, the rest. Only a broken gate makes figures meaningless: the benchmarks would measure a listener beside
     * another. What else is broken is measured like anything else, and decides about the end.
     */
    private boolean isGateKept(CheckSession check) {
        List<ScenarioResult> gate = listener.check(check,
                Gate.beforeRun().stream().<Supplier<Scenario>>map(scenario -> () -> scenario).toList());
        requireLoopback(gate);
        List<ScenarioResult> broken = broken(gate);
        broken.forEach(listener::violation);
        kept &= areKept(gate);
        if (!session.scenarios().isEmpty() && (broken.isEmpty() || options.continueOnViolation())) {
            List<ScenarioResult> results = new ArrayList<>(gate);
            results.addAll(listener.check(check, scenarios().stream().<Supplier<Scenario>>map(entry -> entry::scenario).toList()));
            check.conclude().ifPresent(results::add);
            EnvironmentFile.append(session.directory().environment(),
                    Map.of(RunEntry.CHECK_PORTS, Integer.toString(check.refusals().ports())));
            listener.checked(results, check.refusals());
            kept &= areKept(results);
        }
        return broken.isEmpty();
    }

    /** Those that there is time for; the record and the user hear how many. */
    private List<CatalogueEntry> scenarios() {
        List<CatalogueEntry> all = session.scenarios();
        List<CatalogueEntry> chosen = bind.within(session.profile().checkSeconds(), all);
        int catalogue = Catalogue.entries().size();
        int before = catalogue - all.size();
        EnvironmentFile.append(session.directory().environment(),
                Map.of(RunEntry.SCENARIOS, before + chosen.size() + " of " + catalogue));
        if (bind.isSlow()) {
            listener.adapted(String.format(Locale.ROOT, "%s: %,d of %,d scenarios are checked (the command check replays all), "
                    + "forks are shorter, and batches of SyscallCost have %d sockets", bind.words(), chosen.size(), all.size(),
                    bind.batch()));
        }
        return chosen;
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

    private boolean areKept(List<ScenarioResult> results) {
        return results.stream().noneMatch(result -> options.baseline().isFailedBy(SemanticCheck.row(session.id(), result)));
    }

    private static List<ScenarioResult> broken(List<ScenarioResult> results) {
        return results.stream().filter(result -> result.grade().isBroken()).toList();
    }
}
