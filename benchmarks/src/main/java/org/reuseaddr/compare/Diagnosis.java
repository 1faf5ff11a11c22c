package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Median;
import org.reuseaddr.results.CallCounts;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Parameter;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.Unit;

/**
 * What one run says about a platform without a run to compare it with. Costs are looked at relative to socket and close in the
 * same fork, so that a slow machine is none to be named; a cell is slow where <em>each</em> of its forks lies beyond
 * {@value #BEYOND} times what any fork of any known platform measured, see {@link HonestCosts}.
 *
 * @param symptoms what is wrong, the most telling first
 * @param asOnLinux the calls that were measured alone and cost what they cost elsewhere, in the order in which a listener
 *     makes them
 */
public record Diagnosis(List<Symptom> symptoms, List<String> asOnLinux) {

    /** How far beyond the known platforms' most expensive fork each fork must lie. */
    private static final double BEYOND = 5;
    /** A call after a pause must cost this many times less than in a row before the next call is said to pay. */
    private static final double PAYING = 5;
    private static final List<String> CALLS = List.of("socket", "setsockopt", "bind", "listen", "getsockname", "accept", "close");
    private static final String AFTER_PAUSE = "AfterPause.";
    private static final String CROWDED = "CrowdedBind.ephemeralPort";
    private static final String HELD = "held";
    private static final String CONCURRENT = "ConcurrentBind.bind";
    private static final String BINDERS = "binders";
    private static final String CPUS = "cpus";
    /** How many times longer a bind must take than competing for CPUs can make it, before another reason is named. */
    private static final double BEYOND_CPUS = 1.5;
    private static final String UNIX_BIND = "Control.unixBind";
    private static final String FIRST_ACCEPT = "TimeToFirstAccept.listenConnectAccept";
    private static final String TIMEOUTS = "timeouts";
    private static final String THROUGHPUT = "AcceptThroughput.";
    private static final String CLOSE = "close";
    private static final String SERVER_CLOSES = "serverFin";

    public Diagnosis {
        symptoms = List.copyOf(symptoms);
        asOnLinux = List.copyOf(asOnLinux);
    }

    /** Of a run's cells; nothing is named where the run has no controls. */
    public static Diagnosis of(Collection<CellData> cells) {
        return new Finder(cells, new HonestCosts()).diagnosis();
    }

    /** Whether anything is wrong. */
    public boolean isClear() {
        return symptoms.isEmpty();
    }

    private static final class Finder {

        private final Map<Cell, CellData> cells = new TreeMap<>();
        private final HonestCosts honest;
        private final Map<Cell, Double> slow = new LinkedHashMap<>();
        private final Set<Cell> usual = new LinkedHashSet<>();

        Finder(Collection<CellData> measured, HonestCosts honest) {
            this.honest = honest;
            measured.stream().filter(data -> !data.forks().isEmpty()).forEach(data -> cells.put(data.cell(), data));
            cells.values().forEach(this::sort);
        }

        /** Into slow, with how many times the cost on Linux, and as elsewhere; a cell that no known platform has is neither. */
        private void sort(CellData data) {
            double[] ratios = data.forks().stream().flatMapToDouble(fork -> ratio(data, fork)).toArray();
            OptionalDouble highest = honest.highest(data.cell());
            if (ratios.length < data.forks().size() || highest.isEmpty() || !data.unit().equals(Unit.NANOS)) {
                return;
            }
            if (DoubleStream.of(ratios).allMatch(ratio -> ratio > BEYOND * highest.getAsDouble())) {
                slow.put(data.cell(), Median.withDefaults().evaluate(ratios) / honest.onLinux(data.cell()).orElseThrow());
            } else {
                usual.add(data.cell());
            }
        }

        /** What a fork measured, without the time in which it had no CPU, relative to socket and close. */
        private static DoubleStream ratio(CellData data, Fork fork) {
            double control = fork.controls().getOrDefault(Metric.CONTROL_SOCKET_CLOSE, 0.0);
            return control > 0 && data.unit().equals(Unit.NANOS) ? DoubleStream.of(cost(fork) / control) : DoubleStream.empty();
        }

        private static double cost(Fork fork) {
            return fork.running().orElse(fork.metrics().get(Sample.SCORE));
        }

        Diagnosis diagnosis() {
            List<Symptom> symptoms = new ArrayList<>();
            CALLS.stream().map(Blames::benchmark).flatMap(call -> slow(call).stream())
                    .sorted(Comparator.comparingDouble(Symptom.Slow::timesLinux).reversed()).forEach(symptoms::add);
            boolean slowCalls = !symptoms.isEmpty();
            if (!slow(Blames.benchmark("bind")).isEmpty()) {
                unixBind().ifPresent(symptoms::add);
            }
            nextCallPays().forEach(symptoms::add);
            oneAtATime().ifPresent(symptoms::add);
            composition().ifPresent(symptoms::add);
            grows().ifPresent(symptoms::add);
            symptoms.addAll(unreachable());
            unanswered().ifPresent(symptoms::add);
            if (!slowCalls) {
                // What no single call explains is named for itself.
                slow.keySet().stream().filter(cell -> !Blames.isCall(cell) && !cell.benchmark().equals(CROWDED))
                        .map(Cell::benchmark).distinct().flatMap(benchmark -> slow(benchmark).stream()).forEach(symptoms::add);
            }
            return new Diagnosis(symptoms, CALLS.stream()
                    .filter(call -> slow(Blames.benchmark(call)).isEmpty() && any(usual, Blames.benchmark(call))).toList());
        }

        private static boolean any(Collection<Cell> cells, String benchmark) {
            return cells.stream().anyMatch(cell -> cell.benchmark().equals(benchmark));
        }

        private Estimate estimate(Cell cell) {
            return Estimates.of(cells.get(cell), Sample.SCORE).orElseThrow();
        }

        private Optional<Symptom.Slow> slow(String benchmark) {
            List<Cell> those = slow.keySet().stream().filter(cell -> cell.benchmark().equals(benchmark)).toList();
            return those.stream().max(Comparator.comparingDouble(slow::get)).map(worst -> new Symptom.Slow(
                    Blames.isCall(worst) ? Blames.call(worst) : benchmark,
                    where(those, usual.stream().filter(cell -> cell.benchmark().equals(benchmark)).toList()),
                    estimate(worst), slow.get(worst)));
        }

        /** The one parameter that separates the slow cells from the others; else all parameters, and nothing where all are slow. */
        private static Optional<String> where(List<Cell> slow, List<Cell> others) {
            if (others.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(Stream.of(Parameter.PORT, Parameter.FAMILY, Parameter.API, Parameter.REUSE_ADDRESS)
                    .filter(name -> values(slow, name).stream().noneMatch(values(others, name)::contains))
                    .findFirst().map(name -> name + "=" + String.join(",", values(slow, name)))
                    .orElseGet(() -> slow.stream().map(Cell::paramText).collect(Collectors.joining("; "))));
        }

        private static Set<String> values(List<Cell> cells, String name) {
            return cells.stream().map(cell -> cell.params().getOrDefault(name, "")).collect(Collectors.toCollection(TreeSet::new));
        }

        private Optional<Symptom> unixBind() {
            return Stream.concat(slow.keySet().stream(), usual.stream()).filter(cell -> cell.benchmark().equals(UNIX_BIND))
                    .findFirst().map(cell -> new Symptom.UnixBind(slow.containsKey(cell), estimate(cell)));
        }

        private List<Symptom> nextCallPays() {
            List<Symptom> found = new ArrayList<>();
            for (Cell paused : cells.keySet()) {
                String call = paused.benchmark().startsWith(AFTER_PAUSE + "bind") ? "bind" : "";
                Blames.matching(call, paused, slow.keySet()).filter(row -> found.isEmpty()).ifPresent(row -> {
                    if (PAYING * estimate(paused).value() < estimate(row).value()) {
                        found.add(new Symptom.NextCallPays(call, estimate(paused), estimate(row)));
                    }
                });
            }
            return found;
        }

        /**
         * A slow bind that gets longer with the number of binders, by at least half as much as if they were answered one after
         * the other. More binders than CPUs get longer binds on every platform, so a bind must be longer than that explains.
         */
        private Optional<Symptom> oneAtATime() {
            return cells.values().stream().filter(data -> binders(data.cell()) == 1 && isSlowBind(data))
                    .flatMap(alone -> cells.values().stream()
                            .filter(data -> binders(data.cell()) > 1 && besideBinders(data.cell()).equals(besideBinders(alone.cell()))
                                    && median(data) > waiting(data) * median(alone))
                            .map(data -> new Symptom.OneAtATime(binders(data.cell()), estimate(data.cell()), estimate(alone.cell()))))
                    .max(Comparator.comparingInt(Symptom.OneAtATime::binders)
                            .thenComparingDouble(found -> found.together().value()))
                    .map(Symptom.class::cast);
        }

        /** Judged as the same call of the benchmark of single calls, which the known platforms have. */
        private boolean isSlowBind(CellData data) {
            double highest = honest.highest(new Cell(Blames.benchmark("bind"), Cell.AVERAGE_TIME, 1, new TreeMap<>())).orElseThrow();
            double[] ratios = data.forks().stream().flatMapToDouble(fork -> ratio(data, fork)).toArray();
            return ratios.length == data.forks().size() && DoubleStream.of(ratios).allMatch(ratio -> ratio > BEYOND * highest);
        }

        /** How many times longer than alone a bind must take. */
        private static double waiting(CellData together) {
            int binders = binders(together.cell());
            double cpus = together.forks().stream().mapToDouble(fork -> fork.metrics().getOrDefault(CPUS, 1.0)).min().orElse(1);
            return Math.max((binders + 1) / 2.0, BEYOND_CPUS * Math.max(1, binders / cpus));
        }

        private static double median(CellData data) {
            return Median.withDefaults().evaluate(data.forks().stream().mapToDouble(Finder::cost).toArray());
        }

        /** How many threads bound in a cell; 0 for a cell of another benchmark or mode. */
        private static int binders(Cell cell) {
            return cell.benchmark().equals(CONCURRENT) && cell.mode().equals(Cell.AVERAGE_TIME) ? number(cell, BINDERS) : 0;
        }

        private static Map<String, String> besideBinders(Cell cell) {
            Map<String, String> params = new TreeMap<>(cell.params());
            params.remove(BINDERS);
            return params;
        }

        /** Of the slowest listener's cycle whose calls were all measured alone. */
        private Optional<Symptom> composition() {
            return slow.keySet().stream().filter(cell -> !CallCounts.of(cell).isEmpty() && cell.benchmark().startsWith("Listener"))
                    .sorted(Comparator.comparingDouble((Cell cell) -> estimate(cell).value()).reversed())
                    .flatMap(cell -> composition(cell).stream()).findFirst();
        }

        private Optional<Symptom> composition(Cell whole) {
            Map<String, Cell> alone = new LinkedHashMap<>();
            Map<String, Integer> counts = CallCounts.of(whole);
            counts.keySet().forEach(call -> Blames.matching(call, whole, cells.keySet()).ifPresent(cell -> alone.put(call, cell)));
            if (alone.size() < counts.size()) {
                return Optional.empty();
            }
            double sum = alone.entrySet().stream()
                    .mapToDouble(call -> counts.get(call.getKey()) * estimate(call.getValue()).value()).sum();
            // Two measurements differ: where the calls alone come to more than the whole they are all of it.
            double all = Math.max(sum, estimate(whole).value());
            List<Symptom.Part> parts = alone.entrySet().stream()
                    .map(call -> part(call.getKey(), counts.get(call.getKey()), estimate(call.getValue()), all))
                    .sorted(Comparator.comparingDouble(Symptom.Part::share).reversed()).toList();
            return Optional.of(new Symptom.Composition(whole, estimate(whole), parts, 1 - sum / all));
        }

        private static Symptom.Part part(String call, int count, Estimate cost, double all) {
            return new Symptom.Part(call, count * cost.value() / all, cost.interval().map(interval -> new Interval(
                    count * interval.low() / all, Math.min(1, count * interval.high() / all), interval.confidence())));
        }

        private Optional<Symptom> grows() {
            return slow.keySet().stream().filter(cell -> cell.benchmark().equals(CROWDED) && held(cell) > 0)
                    .max(Comparator.comparingInt(Finder::held))
                    .flatMap(cell -> usual.stream().filter(other -> other.benchmark().equals(CROWDED) && held(other) == 0
                                    && other.params().get(Parameter.FAMILY).equals(cell.params().get(Parameter.FAMILY)))
                            .findFirst().map(other -> new Symptom.Grows(held(cell), estimate(cell), estimate(other))));
        }

        private static int held(Cell cell) {
            return number(cell, HELD);
        }

        private static int number(Cell cell, String parameter) {
            String value = cell.params().getOrDefault(parameter, "");
            return value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
        }

        private List<Symptom> unreachable() {
            Map<String, Double> timeouts = new TreeMap<>();
            cells.values().stream().filter(data -> data.cell().benchmark().equals(FIRST_ACCEPT)).forEach(data ->
                    timeouts.merge(data.cell().params().getOrDefault(Parameter.PORT, ""), sum(data, TIMEOUTS), Double::sum));
            return timeouts.entrySet().stream().filter(port -> port.getValue() > 0)
                    .<Symptom>map(port -> new Symptom.Unreachable(port.getKey(), Math.round(port.getValue()))).toList();
        }

        private Optional<Symptom> unanswered() {
            // Where the server closes first, a client also waits for that, which on a busy machine takes long.
            double timeouts = cells.values().stream().filter(data -> data.cell().benchmark().startsWith(THROUGHPUT)
                            && !SERVER_CLOSES.equals(data.cell().params().get(CLOSE)))
                    // Linux does not answer where a queue is full, and counts that: acceptors that had no CPU, say.
                    .mapToDouble(data -> Math.max(0, sum(data, TIMEOUTS) - sum(data, Metric.LISTEN_OVERFLOWS))).sum();
            return timeouts > 0 ? Optional.of(new Symptom.Unanswered(Math.round(timeouts))) : Optional.empty();
        }

        /** Over all forks and iterations. A fork holds the mean over its iterations. */
        private static double sum(CellData data, String metric) {
            return data.forks().stream()
                    .mapToDouble(fork -> fork.metrics().getOrDefault(metric, 0.0) * fork.iterations().size()).sum();
        }
    }
}
