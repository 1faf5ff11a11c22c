package org.reuseaddr.run;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.OutputException;

/** Gathers the forks of all passes into the results that JMH would have had, had it run them itself. */
final class JmhResultWriter {

    /** A line of JMH's table about a metric that {@link ControlProfiler} adds to every benchmark. */
    private static final Pattern OWN_METRIC = Pattern.compile("^\\S+:[^\\s\\w]*(" + String.join("|", Metric.CONTROL_PREFIX + "\\w+",
            Metric.WORKER_WAIT, Metric.LISTEN_OVERFLOWS, Metric.LISTEN_DROPS) + ")\\s");

    private final Map<PlannedCell, List<BenchmarkResult>> forks = new LinkedHashMap<>();

    synchronized void add(PlannedCell cell, Collection<BenchmarkResult> results) {
        forks.computeIfAbsent(cell, fresh -> new ArrayList<>()).addAll(results);
    }

    /** JMH's own results, one a cell, in JMH's own order. */
    synchronized Collection<RunResult> results() {
        Collection<RunResult> results = new TreeSet<>(RunResult.DEFAULT_SORT_COMPARATOR);
        forks.values().stream().filter(list -> !list.isEmpty())
                .forEach(list -> results.add(new RunResult(withForks(list.get(0).getParams(), list.size()), list)));
        return results;
    }

    /** Each fork was a run of one fork to JMH; its results are to say how many there were. */
    private BenchmarkParams withForks(BenchmarkParams one, int forks) {
        return new BenchmarkParams(one.getBenchmark(), one.generatedBenchmark(), one.shouldSynchIterations(),
                one.getThreads(), one.getThreadGroups(), one.getThreadGroupLabels(), forks, one.getWarmupForks(),
                one.getWarmup(), one.getMeasurement(), one.getMode(), params(one), one.getTimeUnit(),
                one.getOpsPerInvocation(), one.getJvm(), one.getJvmArgs(), one.getJdkVersion(), one.getVmName(),
                one.getVmVersion(), one.getJmhVersion(), one.getTimeout());
    }

    /** JMH sorts by the place of a value in its parameter's list, and takes two with the same places for one. */
    private WorkloadParams params(BenchmarkParams from) {
        WorkloadParams params = new WorkloadParams();
        for (String name : from.getParamsKeys()) {
            List<String> values = forks.keySet().stream().map(cell -> cell.params().getOrDefault(name, "")).distinct()
                    .sorted().toList();
            params.put(name, from.getParam(name), values.indexOf(from.getParam(name)));
        }
        return params;
    }

    /**
     * Writes all results so far, replacing the file in one step.
     *
     * @throws OutputException if the file cannot be written; the one before stays
     */
    void write(Path file, ResultFormatType format) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(fresh));
                    PrintStream text = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
                inRootLocale(() -> ResultFormatFactory.getInstance(format, text).writeOut(results()));
                if (text.checkError()) {
                    throw new IOException("no space left, or the device failed");
                }
            }
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            fresh.toFile().delete();
            throw new OutputException(file, e);
        }
    }

    /**
     * Writes JMH's table of all results so far at the end of its log: scores and what profilers measured, without the suite's
     * own metrics, a dozen lines a benchmark which samples.csv has.
     */
    void writeTable(PrintStream log) {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        try (PrintStream text = new PrintStream(table, false, StandardCharsets.UTF_8)) {
            inRootLocale(() -> ResultFormatFactory.getInstance(ResultFormatType.TEXT, text).writeOut(results()));
        }
        log.println();
        log.println("As JMH sees it, iterations of all forks taken together:");
        log.println();
        table.toString(StandardCharsets.UTF_8).lines().filter(line -> !OWN_METRIC.matcher(line).find()).forEach(log::println);
    }

    /** JMH formats numbers in the default locale, which in German makes 1,5 of 1.5. */
    private static void inRootLocale(Runnable action) {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        try {
            action.run();
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }
}
