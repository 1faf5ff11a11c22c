package org.reuseaddr.compare;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import org.apache.commons.statistics.inference.TTest;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;

/**
 * How often each way of comparing claims a difference where there is none, and finds one that was put in: by drawing groups
 * at random from runs of one and the same thing. {@code scripts/aa-compare.sh} runs it; {@code docs/COMPARING.md} has what
 * it printed.
 */
final class AaExperiment {

    private static final int DRAWS = 300;
    private static final long SEED = 20261122;
    private static final double MARGIN = Comparison.DEFAULT_MARGIN;
    private static final List<Double> SLOWDOWNS = List.of(1.0, 1.1, 1.25, 2.0);

    /** A way of estimating the ratio of two groups' costs. */
    interface Method {
        LogRatio ratio(List<CellData> base, List<CellData> other);
    }

    private final List<RunData> runs;
    private final Random random;
    private final PrintStream out;

    AaExperiment(List<RunData> runs, long seed, PrintStream out) {
        this.runs = runs;
        this.random = new Random(seed);
        this.out = out;
    }

    /** Arguments: directories of runs of one machine and label; or {@code simulate} and a number of reports. */
    public static void main(String[] arguments) {
        if (arguments.length >= 2 && arguments[0].equals("simulate")) {
            int reports = Integer.parseInt(arguments[1]);
            long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : SEED;
            new SimulatedReports(seed).print(reports, arguments.length > 3 ? arguments[3] : "", System.out);
            if (arguments.length <= 3) {
                new PrecisionExperiment(seed).print(reports, System.out);
            }
            return;
        }
        RunLoader loader = new RunLoader();
        List<RunData> runs = Arrays.stream(arguments).flatMap(path -> loader.load(Path.of(path)).stream()).toList();
        new AaExperiment(runs, SEED, System.out).print();
    }

    /** Prints the tables: the share of comparisons with a claimed difference, by method and slowdown. */
    void print() {
        out.println(runs.size() + " runs, " + DRAWS + " draws a line, all cells; claims of a difference in %, each cell"
                + " judged alone at 95 % with a margin of 5 %");
        variation();
        Map<String, Method> forks = new LinkedHashMap<>();
        forks.put("pooled iterations, Welch", AaExperiment::pooledIterations);
        forks.put("forks, Welch", (base, other) -> welchForks(costs(base, none()), costs(other, none())));
        forks.put("forks relative to controls, Welch", (base, other) -> {
            ToDoubleFunction<Fork> drift = drift(base, other);
            return welchForks(costs(base, drift), costs(other, drift));
        });
        forks.put("forks, paired t", AaExperiment::pairedForks);
        table("One session, forks dealt to two groups at random", forks, 0);
        shipped(0);

        Map<String, Method> across = new LinkedHashMap<>();
        across.put("pooled iterations, Welch", AaExperiment::pooledIterations);
        across.put("forks, Welch", (base, other) -> welchForks(costs(base, none()), costs(other, none())));
        across.put("runs, Welch, as measured", (base, other) -> welchRuns(costs(base, none()), costs(other, none())));
        across.put("runs, Welch, relative to controls", (base, other) -> {
            ToDoubleFunction<Fork> drift = drift(base, other);
            return welchRuns(costs(base, drift), costs(other, drift));
        });
        for (double deviation : new double[] {0.15, 0.24, 0.35}) {
            for (double weight : new double[] {4, 8}) {
                SessionVariation known = new SessionVariation(deviation, weight);
                across.put("runs, moderated t, as measured, " + deviation + "/" + weight,
                        (base, other) -> RatioMethod.ofRuns(costs(base, none()), costs(other, none()), known, VariancePrior.NONE));
            }
        }
        for (double deviation : new double[] {0.03, 0.05, 0.08, 0.12}) {
            for (double weight : new double[] {4, 6, 8}) {
                SessionVariation known = new SessionVariation(deviation, weight);
                across.put("runs, moderated t, controls, " + deviation + "/" + weight, (base, other) -> {
                    ToDoubleFunction<Fork> drift = drift(base, other);
                    return RatioMethod.ofRuns(costs(base, drift), costs(other, drift), known, VariancePrior.NONE);
                });
                across.put("the same, corrections distrusted by a tenth, " + deviation + "/" + weight, (base, other) -> {
                    ToDoubleFunction<Fork> drift = drift(base, other);
                    double correction = costs(base, none()).centre() - costs(base, drift).centre()
                            - costs(other, none()).centre() + costs(other, drift).centre();
                    return RatioMethod.ofRuns(costs(base, drift), costs(other, drift), known.afterCorrectionBy(correction),
                            VariancePrior.NONE);
                });
            }
        }
        for (int perGroup = 1; perGroup <= 3 && 2 * perGroup <= runs.size(); perGroup++) {
            table(perGroup + (perGroup == 1 ? " run" : " runs") + " a group, dealt at random", across, perGroup);
            shipped(perGroup);
        }
        for (int perGroup = 2; perGroup <= 3 && 2 * perGroup <= runs.size(); perGroup++) {
            alternating(perGroup);
        }
    }

    /** Runs that alternate in time, base first or last: whether pairing neighbours gains over runs of their own. */
    private void alternating(int perGroup) {
        Map<String, Method> methods = new LinkedHashMap<>();
        methods.put("neighbours paired, t, as measured", (base, other) -> pairedRuns(base, other, none(), 0, 0));
        methods.put("neighbours paired, t, relative to controls",
                (base, other) -> pairedRuns(base, other, drift(base, other), 0, 0));
        methods.put("neighbours paired, moderated t, controls, 0.05/6", (base, other) ->
                pairedRuns(base, other, drift(base, other), 0.05, 6));
        methods.put("not paired, moderated t, controls, 0.05/6", (base, other) -> RatioMethod.ofRuns(
                costs(base, drift(base, other)), costs(other, drift(base, other)), new SessionVariation(0.05, 6), VariancePrior.NONE));
        header(perGroup + " runs a group, alternating in time");
        methods.forEach((name, method) -> {
            double[] claims = new double[SLOWDOWNS.size()];
            int[] sameAndAll = new int[2];
            for (int start = 0; start + 2 * perGroup <= runs.size(); start++) {
                List<List<RunData>> groups = List.of(new ArrayList<>(), new ArrayList<>());
                for (int i = 0; i < 2 * perGroup; i++) {
                    groups.get(i % 2).add(runs.get(start + i));
                }
                judge(method, groups, claims, sameAndAll);
            }
            line(name, claims, sameAndAll[0], sameAndAll[1]);
        });
    }

    private static LogRatio pairedRuns(List<CellData> base, List<CellData> other, ToDoubleFunction<Fork> drift,
            double deviation, double weight) {
        double[] x = costs(other, drift).middles();
        double[] y = costs(base, drift).middles();
        int pairs = Math.min(x.length, y.length);
        double[] differences = IntStream.range(0, pairs).mapToDouble(i -> x[i] - y[i]).toArray();
        double variance = (weight * 2 * deviation * deviation + Variance.of(differences).getAsDouble() * (pairs - 1))
                / (weight + pairs - 1);
        return new LogRatio(Mean.of(differences).getAsDouble(), Math.sqrt(variance / pairs), weight + pairs - 1);
    }

    /** How runs differ: the standard deviation between runs of the logarithm of each cell's cost. */
    private void variation() {
        out.println();
        out.printf("%-62s %10s %10s%n", "standard deviation of the logarithm between runs", "measured", "controls");
        for (Cell cell : runs.get(0).cells().keySet()) {
            List<CellData> data = data(runs, cell);
            if (data.size() > 1) {
                ToDoubleFunction<Fork> drift = drift(data, List.of());
                out.printf(Locale.ROOT, "%-62s %10.3f %10.3f%n", cell,
                        Math.sqrt(Variance.of(costs(data, none()).middles()).getAsDouble()),
                        Math.sqrt(Variance.of(costs(data, drift).middles()).getAsDouble()));
            }
        }
    }

    /** @param perGroup runs a group; 0 for one run whose forks are dealt to both groups */
    private void table(String title, Map<String, Method> methods, int perGroup) {
        header(title);
        methods.forEach((name, method) -> {
            double[] claims = new double[SLOWDOWNS.size()];
            int[] sameAndAll = new int[2];
            for (int draw = 0; draw < DRAWS; draw++) {
                judge(method, deal(perGroup), claims, sameAndAll);
            }
            line(name, claims, sameAndAll[0], sameAndAll[1]);
        });
    }

    /** Compares two groups in every cell, with each slowdown put in, and counts what is claimed. */
    private static void judge(Method method, List<List<RunData>> groups, double[] claims, int[] sameAndAll) {
        for (Cell cell : groups.get(0).get(0).cells().keySet()) {
            List<CellData> base = data(groups.get(0), cell);
            List<CellData> other = data(groups.get(1), cell);
            LogRatio ratio = base.isEmpty() || other.isEmpty() ? null : method.ratio(base, other);
            if (ratio == null || Double.isNaN(ratio.error())) {
                continue;
            }
            sameAndAll[1]++;
            for (int i = 0; i < claims.length; i++) {
                Interval interval = new LogRatio(ratio.estimate() + Math.log(SLOWDOWNS.get(i)), ratio.error(),
                        ratio.degrees()).toRatio(Estimates.CONFIDENCE).interval();
                boolean within = interval.within(1 / (1 + MARGIN), 1 + MARGIN);
                claims[i] += !within && !interval.contains(1) ? 1 : 0;
                sameAndAll[0] += i == 0 && within ? 1 : 0;
            }
        }
    }

    /**
     * The comparison as the suite makes it, corrected for the number of cells.
     *
     * @param perGroup as in {@link #table}
     */
    private void shipped(int perGroup) {
        double[] claims = new double[SLOWDOWNS.size()];
        int same = 0;
        int comparisons = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            List<List<RunData>> groups = deal(perGroup);
            for (int i = 0; i < claims.length; i++) {
                double slowdown = SLOWDOWNS.get(i);
                List<RunData> slowed = groups.get(1).stream().map(run -> slowed(run, slowdown)).toList();
                Comparison comparison = Comparison.of(
                        List.of(new Group("base", groups.get(0)), new Group("other", slowed)), MARGIN);
                for (CellComparison cell : comparison.others().get(0).cells()) {
                    claims[i] += cell.verdict().isClaim() ? 1 : 0;
                    same += i == 0 && cell.verdict() == Verdict.SAME ? 1 : 0;
                    comparisons += i == 0 ? 1 : 0;
                }
            }
        }
        line("the suite's verdicts, corrected for the number of cells", claims, same, comparisons);
    }

    private void header(String title) {
        out.println();
        out.printf("%-62s %6s %6s %6s %6s %6s%n", title, "A/A", "same", "×1.1", "×1.25", "×2");
    }

    private void line(String name, double[] claims, int same, int comparisons) {
        if (comparisons == 0) {
            return;
        }
        out.printf(Locale.ROOT, "%-62s %6.1f %6.1f %6.1f %6.1f %6.1f%n", name, 100 * claims[0] / comparisons,
                100.0 * same / comparisons, 100 * claims[1] / comparisons, 100 * claims[2] / comparisons,
                100 * claims[3] / comparisons);
    }

    private List<List<RunData>> deal(int perGroup) {
        List<RunData> shuffled = new ArrayList<>(runs);
        Collections.shuffle(shuffled, random);
        if (perGroup > 0) {
            return List.of(shuffled.subList(0, perGroup), shuffled.subList(perGroup, 2 * perGroup));
        }
        RunData run = shuffled.get(0);
        List<Integer> passes = new ArrayList<>(run.cells().values().stream()
                .flatMap(cell -> cell.forks().stream()).map(Fork::number).distinct().toList());
        Collections.shuffle(passes, random);
        List<Integer> first = passes.subList(0, passes.size() / 2);
        List<Integer> second = passes.subList(passes.size() / 2, 2 * (passes.size() / 2));
        return List.of(List.of(only(run, first)), List.of(only(run, second)));
    }

    private static RunData only(RunData run, List<Integer> passes) {
        return with(run, cell -> cell.forks().stream().filter(fork -> passes.contains(fork.number())).toList());
    }

    private static RunData slowed(RunData run, double factor) {
        return with(run, cell -> cell.forks().stream().map(fork -> {
            SortedMap<String, Double> metrics = new TreeMap<>(fork.metrics());
            metrics.computeIfPresent(Sample.SCORE, (name, value) -> value * factor);
            return new Fork(fork.number(), fork.iterations().stream().map(value -> value * factor).toList(), metrics,
                    fork.running().isPresent() ? OptionalDouble.of(fork.running().getAsDouble() * factor) : fork.running());
        }).toList());
    }

    private static RunData with(RunData run, java.util.function.Function<CellData, List<Fork>> forks) {
        SortedMap<Cell, CellData> cells = new TreeMap<>();
        run.cells().forEach((cell, data) -> cells.put(cell, new CellData(cell, data.units(), forks.apply(data))));
        return new RunData(run.run(), run.source(), cells, run.environment(), run.scenarios());
    }

    private static List<CellData> data(List<RunData> group, Cell cell) {
        return group.stream().filter(run -> run.cells().containsKey(cell)).map(run -> run.cells().get(cell))
                .filter(data -> data.forks().size() > 1).toList();
    }

    private static ToDoubleFunction<Fork> none() {
        return fork -> 0;
    }

    private static ToDoubleFunction<Fork> drift(List<CellData> base, List<CellData> other) {
        List<CellData> all = new ArrayList<>(base);
        all.addAll(other);
        return new ControlIndex(all).drifts().get(0);
    }

    private static LogCosts costs(List<CellData> group, ToDoubleFunction<Fork> drift) {
        return new LogCosts(group.stream().map(data -> data.forks().stream()
                .mapToDouble(fork -> Math.log(fork.metrics().get(Sample.SCORE)) - drift.applyAsDouble(fork)).toArray())
                .toList());
    }

    private static LogRatio pooledIterations(List<CellData> base, List<CellData> other) {
        return welchForks(iterations(base), iterations(other));
    }

    private static LogCosts iterations(List<CellData> group) {
        return new LogCosts(List.of(group.stream().flatMap(data -> data.forks().stream())
                .flatMap(fork -> fork.iterations().stream()).mapToDouble(Math::log).toArray()));
    }

    private static LogRatio pairedForks(List<CellData> base, List<CellData> other) {
        double[] x = costs(other, none()).forks();
        double[] y = costs(base, none()).forks();
        int pairs = Math.min(x.length, y.length);
        double[] differences = IntStream.range(0, pairs).mapToDouble(i -> x[i] - y[i]).toArray();
        return new LogRatio(Mean.of(differences).getAsDouble(),
                Math.sqrt(Variance.of(differences).getAsDouble() / pairs), pairs - 1);
    }

    private static LogRatio welchForks(LogCosts base, LogCosts other) {
        return RatioMethod.ofForks(base, other, VariancePrior.NONE, VariancePrior.NONE);
    }

    private static LogRatio welchRuns(LogCosts base, LogCosts other) {
        double[] x = other.middles();
        double[] y = base.middles();
        if (x.length < 2 || y.length < 2) {
            return new LogRatio(0, Double.NaN, 1);
        }
        return new LogRatio(other.centre() - base.centre(),
                Math.sqrt(Variance.of(x).getAsDouble() / x.length + Variance.of(y).getAsDouble() / y.length),
                TTest.withDefaults().test(x, y).getDegreesOfFreedom());
    }
}
