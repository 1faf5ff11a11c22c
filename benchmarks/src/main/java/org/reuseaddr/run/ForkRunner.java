package org.reuseaddr.run;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.reuseaddr.benchmarks.SyscallCost;
import org.reuseaddr.benchmarks.fixture.ForkArguments;
import org.reuseaddr.benchmarks.fixture.ForkGate;

/** Runs one fork of one cell under JMH, with failures that cannot be missed and a limit in time. */
final class ForkRunner {

    private final Effort effort;
    private final CommandLineOptions user;
    private final Path gateRecord;
    private final boolean continueOnViolation;
    private final Duration silence;
    private final OutputFormat text;
    private final List<String> properties;
    private final int batch;

    /**
     * @param effort the length of a fork, JMH's options from the command line considered
     * @param user JMH's options from the command line
     * @param gateRecord where a fork whose gate is broken says so
     * @param silence how long a fork may be silent beyond the length of an iteration
     * @param log takes JMH's own text
     * @param properties further arguments of a fork's JVM
     * @param batch how many sockets a batch of {@link SyscallCost} has
     */
    ForkRunner(Effort effort, CommandLineOptions user, Path gateRecord, boolean continueOnViolation, Duration silence,
            PrintStream log, List<String> properties, int batch) {
        this.properties = List.copyOf(properties);
        this.batch = batch;
        this.effort = effort;
        this.user = user;
        this.gateRecord = gateRecord;
        this.continueOnViolation = continueOnViolation;
        this.silence = silence;
        this.text = OutputFormatFactory.createFormatInstance(log, user.verbosity().orElse(VerboseMode.NORMAL));
    }

    /** How a fork ended. */
    sealed interface ForkEnd {
    }

    /** The fork measured all it should. */
    record Measured(Collection<BenchmarkResult> results) implements ForkEnd {
    }

    /** The fork did not; {@code reason} is one line for the user. */
    record ForkFailed(String reason) implements ForkEnd {
    }

    ForkEnd run(PlannedCell cell, RecordingFormat.ForkListener listener) {
        Options options = options(cell);
        try (ForkWatchdog watchdog = new ForkWatchdog(longestSilence(silence, options))) {
            RecordingFormat format = new RecordingFormat(text, new RecordingFormat.ForkListener() {
                @Override
                public void event() {
                    watchdog.sign();
                    listener.event();
                }

                @Override
                public void measured(BenchmarkParams params, int iteration, IterationResult result) {
                    listener.measured(params, iteration, result);
                }
            });
            try {
                Collection<BenchmarkResult> results = new ArrayList<>();
                for (RunResult result : new Runner(options, format).run()) {
                    results.addAll(result.getBenchmarkResults());
                }
                return results.isEmpty() ? new ForkFailed("the fork ended without a result") : new Measured(results);
            } catch (RunnerException e) {
                return new ForkFailed(watchdog.hasBitten()
                        ? "ended by the watchdog: silent for " + longestSilence(silence, options).toSeconds() + " s"
                        : reason(e));
            }
        }
    }

    private Options options(PlannedCell cell) {
        OptionsBuilder options = new OptionsBuilder();
        options.parent(user)
                .include("^" + Pattern.quote(cell.benchmark()) + "$")
                .mode(cell.mode())
                .forks(Math.min(1, user.getForkCount().orElse(1)))
                .shouldFailOnError(true)
                .addProfiler(ControlProfiler.class)
                .jvmArgsAppend(jvmArguments(cell).toArray(String[]::new));
        for (Map.Entry<String, String> param : cell.params().entrySet()) {
            options.param(param.getKey(), param.getValue());
        }
        if (cell.benchmark().startsWith(SyscallCost.class.getName() + ".") && !user.getOperationsPerInvocation().hasValue()) {
            options.operationsPerInvocation(batch);
        }
        // Single shots have no length, and JMH's own counts of them are as good as any.
        if (cell.mode() != Mode.SingleShotTime) {
            options.warmupIterations(effort.warmupIterations()).warmupTime(effort.warmupTime())
                    .measurementIterations(effort.iterations()).measurementTime(effort.iterationTime());
        }
        return options.build();
    }

    private List<String> jvmArguments(PlannedCell cell) {
        List<String> arguments = new ArrayList<>();
        if (Runtime.version().feature() >= 22) {
            arguments.add("--enable-native-access=ALL-UNNAMED");
        }
        if (Runtime.version().feature() >= 24) {
            // JMH 1.37 reads object layouts through sun.misc.Unsafe, which Java 24 and later warns about.
            arguments.add("--sun-misc-unsafe-memory-access=allow");
        }
        arguments.add("-D" + ForkGate.RECORD_PROPERTY + "=" + gateRecord.toAbsolutePath());
        arguments.add("-D" + ForkGate.CONTINUE_PROPERTY + "=" + continueOnViolation);
        arguments.addAll(properties);
        arguments.addAll(ForkArguments.of(cell.params(), cell.threads()));
        arguments.addAll(user.getJvmArgsAppend().orElse(List.of()));
        return arguments;
    }

    /**
     * How long a fork may be silent in all. A warm-up iteration is as silent as a measured one.
     *
     * @param silence how long beyond an iteration
     */
    static Duration longestSilence(Duration silence, Options options) {
        return silence.plus(Stream.of(options.getWarmupTime(), options.getMeasurementTime())
                .map(time -> Duration.ofMillis(time.orElse(TimeValue.NONE).convertTo(TimeUnit.MILLISECONDS)))
                .max(Comparator.naturalOrder()).orElseThrow());
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        Throwable said = root.getSuppressed().length > 0 ? root.getSuppressed()[0] : root;
        String words = String.valueOf(said.getMessage()).lines().findFirst().orElse("");
        return words.isBlank() ? said.getClass().getSimpleName() : words;
    }
}
