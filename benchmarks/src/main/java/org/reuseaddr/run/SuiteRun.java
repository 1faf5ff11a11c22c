package org.reuseaddr.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.IntStream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.BenchmarkResultMetaData;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.reuseaddr.benchmarks.fixture.ExplicitPorts;
import org.reuseaddr.benchmarks.fixture.ForkGate;
import org.reuseaddr.compare.Units;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.Unit;
import org.reuseaddr.socket.Family;

/**
 * Measures: a sequence of passes, each of which runs every planned cell once, one fork each, in a fresh random order.
 * Drift of a noisy machine then hits all cells alike, and the run can be ended after any fork.
 */
public final class SuiteRun {

    /** Where a precision is out of reach, more forks than this do not bring it. */
    private static final int MOST_FORKS = 100;

    private final Settings settings;
    private final Plan plan;
    private final Ledger ledger;
    private final JmhResultWriter jmhResults = new JmhResultWriter();
    private final List<ScenarioResult> violations = new ArrayList<>();
    private final List<MissingFork> missing = new ArrayList<>();
    private int forksStarted;
    private int forksDone;
    private boolean budgetSpent;
    private final Pause pause = Pause.ofThisMachine();
    private final Optional<BlockSchedule> schedule;
    private final int ofBlock;
    private long start;
    private TimeSpent time = TimeSpent.NONE;
    private volatile boolean stopping;

    /**
     * What a run needs to know.
     *
     * @param seed of the order of forks, recorded so that it can be repeated
     * @param families those whose loopback address the platform has; what needs another is not measured
     * @param continueOnViolation whether forks whose gate is broken measure on
     * @param precision go on until every estimate's interval is within ± this share, 0.05 for 5 %
     * @param budget how long measuring may take; no fork is started that would not end within it
     * @param earlier rows of earlier sessions of the same run, whose forks count
     * @param watchdog how long a fork may be silent, beyond the length of one iteration, before it is ended
     * @param bind what a bind costs on this platform
     * @param blocks at which times forks are measured; empty for one after the other
     */
    record Settings(Profile profile, JmhOptions jmh, RunDirectory directory, RunId id, long seed,
            Set<Family> families, boolean continueOnViolation, OptionalDouble precision, Optional<Duration> budget,
            List<Sample> earlier, Duration watchdog, BindCost bind, Optional<Blocks> blocks) {
    }

    /** A planned fork that did not come to its end; rows of its finished iterations are kept. */
    public record MissingFork(Cell cell, int fork, String reason) {
    }

    /**
     * How the run ended.
     *
     * @param planned forks that were planned
     * @param done forks that measured all they should
     * @param missing the failed ones by name; forks that an interruption kept from starting are not among them
     * @param unsupported cells that were not planned, since the platform lacks their address family
     * @param ofLaterJava cells that were not planned, since this release of Java lacks what they measure
     * @param violations broken promises that gates in forks found
     * @param profiled the profilers of JMH that the user asked for, by their names; their results are in JMH's log
     * @param imprecise cells whose interval is still wider than the precision asked for
     * @param budgetSpent whether forks were left out because the budget was spent
     * @param interrupted whether {@link #stop} ended it
     * @param time what the forks of this session spent their time on
     */
    public record SuiteOutcome(int planned, int done, List<MissingFork> missing, List<Cell> unsupported, List<Cell> ofLaterJava,
            List<ScenarioResult> violations, List<String> profiled, List<Cell> imprecise, boolean budgetSpent,
            boolean interrupted, TimeSpent time) {
    }

    /**
     * Plans the run.
     *
     * @throws UsageException if what the user chose does not exist
     * @throws RunException if JMH could not run anything
     */
    SuiteRun(Settings settings) {
        TemporaryDirectory.requireWritable();
        this.settings = settings;
        Plan usual = Plan.of(settings.profile(), settings.jmh(), settings.families(), settings.budget(),
                settings.bind(), Runtime.version().feature());
        ofBlock = settings.blocks().map(blocks -> blocks.forksOfEach(usual.effort().passes())).orElse(0);
        plan = settings.blocks().map(blocks -> usual.withPasses(ofBlock * blocks.count())).orElse(usual);
        schedule = settings.blocks().map(blocks -> new BlockSchedule(blocks, pause));
        this.ledger = Ledger.resumed(settings.earlier(), plan.effort().iterations());
    }

    /** The entries of the record that say how the run adapts to the platform, and how many of its ports it takes. */
    Map<String, String> environment() {
        return new TreeMap<>(Map.of(RunEntry.BIND_MICROS, String.format(Locale.ROOT, "%.1f", settings.bind().micros()),
                RunEntry.BATCH, Integer.toString(settings.bind().batch()),
                RunEntry.BENCHMARK_PORTS, Integer.toString(plan.namedPorts())));
    }

    /** JMH's arguments with the length and number of forks as they were settled: with these, another session is alike. */
    public List<String> jmhArguments() {
        return settings.jmh().with(plan.effort());
    }

    /** How many forks there will be, as far as can be told: a precision asked for may take more. */
    private int plannedForks() {
        return Math.max(forksStarted, forksStarted + plan.cells().stream()
                .mapToInt(cell -> Math.max(0, plan.effort().passes() - ledger.forks(cell.cell()))).sum());
    }

    /** Ends the fork that runs now and starts no other; {@link #measure} then returns. Callable from any thread. */
    public void stop() {
        stopping = true;
        pause.end();
        ForkWatchdog.endForks();
    }

    /**
     * Measures all that is planned.
     *
     * @throws OutputException if a result cannot be written; rows written before are valid
     * @throws RunException if what the gate of a fork found cannot be read
     */
    public SuiteOutcome measure(RunProgress progress) {
        settings.directory().keepEarlierJmhJson();
        Path log = settings.directory().path().resolve("jmh.log");
        Path gateRecord = settings.directory().path().resolve(".gate");
        try (SamplesFile samples = new SamplesFile(settings.directory().samples(), plan.parameterNames());
                PrintStream text = new PrintStream(
                        Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND), true,
                        StandardCharsets.UTF_8)) {
            CommandLineOptions user = settings.jmh().forOneFork();
            ForkRunner runner = new ForkRunner(plan.effort(), user, gateRecord, settings.continueOnViolation(),
                    settings.watchdog(), text,
                    List.of("-D" + ExplicitPorts.RUN_PROPERTY + "=" + settings.id().id().hashCode()), settings.bind().batch());
            passes(runner, samples, gateRecord, progress);
            if (forksDone > 0) {
                jmhResults.writeTable(text);
            }
        } catch (IOException e) {
            throw new OutputException(log, e);
        } finally {
            writeJmhResults();
        }
        EnvironmentFile.append(settings.directory().environment(), time.environment());
        return new SuiteOutcome(plannedForks(), forksDone, List.copyOf(missing),
                plan.unsupported().stream().map(PlannedCell::cell).toList(),
                plan.ofLaterJava().stream().map(PlannedCell::cell).toList(), List.copyOf(violations),
                settings.jmh().profilers(), imprecise(), budgetSpent, stopping, time);
    }

    private void passes(ForkRunner runner, SamplesFile samples, Path gateRecord, RunProgress progress) {
        start = System.nanoTime();
        progress.planned(plannedForks(), plan.effort().passes(), left(forksOfFirstDue()));
        Random order = new Random(settings.seed());
        schedule.ifPresentOrElse(times -> times.run(new BlockSchedule.Work() {
            @Override
            public boolean isDue(int block) {
                return !due(block * ofBlock).isEmpty();
            }

            @Override
            public void begins(int block, Instant now) {
                EnvironmentFile.append(settings.directory().environment(), Map.of(RunEntry.BLOCK_BEGAN + block, now.toString()));
                progress.notice("block " + block + " of " + settings.blocks().orElseThrow().count() + " begins");
            }

            @Override
            public boolean measure(int block) {
                return SuiteRun.this.passes(runner, samples, gateRecord, order, settings.id().inBlock(block), block * ofBlock, progress);
            }

            @Override
            public void waits(int block, Instant begins) {
                progress.waiting(block, settings.blocks().orElseThrow().count(), begins);
            }

            @Override
            public void isLate(int block, Duration took) {
                progress.notice("block " + (block - 1) + " took " + took.toSeconds() + " s, longer than the "
                        + settings.blocks().orElseThrow().every().toSeconds() + " s from one to the next: block " + block
                        + " begins at once");
            }
        }), () -> passes(runner, samples, gateRecord, order, settings.id(), plan.effort().passes(), progress));
    }

    /**
     * Runs passes until every cell has its forks.
     *
     * @param id what the rows begin with: the run's identity, or the block's
     * @param forks of every cell, those of earlier blocks included
     * @return false if the run is over before that
     */
    private boolean passes(ForkRunner runner, SamplesFile samples, Path gateRecord, Random order, RunId id, int forks,
            RunProgress progress) {
        // Not while nothing is measured: others may measure between blocks.
        try (MachineLock machine = MachineLock.take()) {
            if (!machine.isAlone()) {
                progress.notice("another JMH measures on this machine: figures will be larger and less steady");
            }
            for (List<PlannedCell> due = due(forks); !due.isEmpty(); due = due(forks)) {
                int pass = ledger.lastPass() + 1;
                Collections.shuffle(due, order);
                for (PlannedCell cell : due) {
                    if (isOver()) {
                        return false;
                    }
                    forksStarted++;
                    progress.forkStarted(cell.cell(), forksStarted, pass, ledger.estimate(cell.cell()));
                    long begun = System.nanoTime();
                    fork(runner, samples, gateRecord, cell, pass, id, progress);
                    time = time.withFork(System.nanoTime() - begun);
                    ledger.ended(cell.cell(), pass);
                    progress.forkEnded(cell.cell(), forksStarted, left(forks));
                }
                writeJmhResults();
            }
        }
        return true;
    }

    /**
     * The estimated time to the end of the run.
     *
     * @param forks of every cell at the end of the block that is measured now
     */
    private Duration left(int forks) {
        if (schedule.isEmpty()) {
            return time(plannedForks() - forksStarted);
        }
        int rest = plan.cells().stream().mapToInt(cell -> Math.max(0, forks - ledger.forks(cell.cell()))).sum();
        return schedule.get().left(forks / ofBlock, time(rest), time(plan.cells().size() * ofBlock));
    }

    /** How many forks of every cell there are at the end of the block that is measured first in this session. */
    private int forksOfFirstDue() {
        int passes = plan.effort().passes();
        return schedule.isEmpty() ? passes
                : IntStream.iterate(ofBlock, forks -> forks < passes, forks -> forks + ofBlock)
                        .filter(forks -> !due(forks).isEmpty()).findFirst().orElse(passes);
    }

    private Duration time(int forks) {
        return Duration.ofNanos((long) (secondsAFork() * 1e9 * forks));
    }

    /**
     * The cells that the next pass runs: those that lack forks, then those whose interval is still too wide.
     *
     * @param forks that every cell is to have
     */
    private List<PlannedCell> due(int forks) {
        List<PlannedCell> due = new ArrayList<>(plan.cells());
        due.removeIf(cell -> ledger.forks(cell.cell()) >= forks);
        if (due.isEmpty() && settings.precision().isPresent()) {
            due.addAll(plan.cells());
            due.removeIf(cell -> ledger.forks(cell.cell()) >= MOST_FORKS || !isImprecise(cell));
        }
        return due;
    }

    private boolean isImprecise(PlannedCell cell) {
        return settings.precision().isPresent() && ledger.isWiderThan(cell.cell(), settings.precision().getAsDouble());
    }

    private List<Cell> imprecise() {
        return plan.cells().stream().filter(this::isImprecise).map(PlannedCell::cell).toList();
    }

    private boolean isOver() {
        budgetSpent = settings.budget().isPresent()
                && (System.nanoTime() - start) / 1e9 + secondsAFork() > settings.budget().get().toMillis() / 1e3;
        return stopping || budgetSpent || !violations.isEmpty() && !settings.continueOnViolation();
    }

    private double secondsAFork() {
        return time.forks() == 0 ? plan.effort().forkSeconds() : time.forks() / forksStarted;
    }

    private void fork(ForkRunner runner, SamplesFile samples, Path gateRecord, PlannedCell cell, int pass, RunId id,
            RunProgress progress) {
        OutputException[] unwritten = new OutputException[1];
        DoubleAdder callSeconds = new DoubleAdder();
        MachineUse before = MachineUse.now();
        Recorder recorder = new Recorder(id, samples::append);
        ForkRunner.ForkEnd ended = runner.run(cell, new RecordingFormat.ForkListener() {
            @Override
            public void event() {
                // A fork that came to life after the others were ended.
                if (stopping) {
                    ForkWatchdog.endForks();
                }
            }

            @Override
            public void measured(BenchmarkParams params, int iteration, IterationResult result) {
                try {
                    recorder.iteration(params, pass, iteration, result);
                    callSeconds.add(seconds(params, result));
                    Sample score = new Sample(id, cell.cell(), pass, iteration, Sample.SCORE,
                            result.getPrimaryResult().getScore(), result.getPrimaryResult().getScoreUnit());
                    ledger.record(score);
                    progress.measured(score);
                } catch (OutputException e) {
                    // JMH would swallow it; a measurement that cannot be kept is not worth going on for.
                    unwritten[0] = e;
                    ForkWatchdog.endForks();
                }
            }
        });
        if (unwritten[0] != null) {
            throw unwritten[0];
        }
        MachineUse.now().sharesSince(before)
                .forEach((metric, share) -> recorder.fork(cell.cell(), pass, metric, share, Unit.SHARE));
        List<ScenarioResult> broken = brokenInFork(gateRecord);
        violations.addAll(broken);
        if (ended instanceof ForkRunner.Measured measured) {
            jmhResults.add(cell, measured.results());
            for (BenchmarkResult result : measured.results()) {
                recorder.fork(result.getParams(), pass, result);
                BenchmarkResultMetaData times = result.getMetadata();
                IterationParams warmUp = result.getParams().getWarmup();
                time = time.withMeasured(callSeconds.sum(),
                        warmUp.getCount() * warmUp.getTime().convertTo(TimeUnit.MILLISECONDS),
                        times.getStopTime() - times.getWarmupTime());
            }
            forksDone++;
        } else if (!stopping) {
            String reason = broken.isEmpty() ? ((ForkRunner.ForkFailed) ended).reason()
                    : "the gate in the fork found that a duplicate listener is permitted";
            missing.add(new MissingFork(cell.cell(), pass, reason));
            progress.notice("fork " + pass + " of " + cell.cell() + " failed: " + reason);
        }
    }

    private static double seconds(BenchmarkParams params, IterationResult result) {
        String unit = result.getPrimaryResult().getScoreUnit();
        return TimeSpent.seconds(params.getMode(), result.getPrimaryResult().getScore() * Units.factor(unit),
                result.getMetadata().getMeasuredOps(), params.getThreads());
    }

    /** What the fork's gate found; the record is deleted, so that the next fork's is its own. */
    private static List<ScenarioResult> brokenInFork(Path gateRecord) {
        try {
            List<ScenarioResult> broken = ForkGate.read(gateRecord);
            Files.deleteIfExists(gateRecord);
            return broken;
        } catch (IOException e) {
            throw new RunException(e.getMessage(), e);
        }
    }

    private void writeJmhResults() {
        if (forksDone == 0) {
            return;
        }
        jmhResults.write(settings.directory().jmhJson(), ResultFormatType.JSON);
        settings.jmh().resultFile().ifPresent(file -> jmhResults.write(file, settings.jmh().resultFormat()));
    }
}
