package org.reuseaddr.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.reuseaddr.benchmarks.CrowdedBind;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.ExplicitPorts;
import org.reuseaddr.benchmarks.fixture.PortChoice;
import org.reuseaddr.results.Parameter;
import org.reuseaddr.socket.Family;

/**
 * What a run measures.
 *
 * @param cells each is one fork in every pass
 * @param unsupported cells that were chosen and need an address family that the platform does not have
 * @param ofLaterJava cells of a profile that need a later release of Java than this one
 * @param effort how many forks each cell gets, and how long they are
 * @param parameterNames of every benchmark of the suite, so that the columns of result files do not depend on the choice
 */
record Plan(List<PlannedCell> cells, List<PlannedCell> unsupported, List<PlannedCell> ofLaterJava, Effort effort,
        List<String> parameterNames) {

    /** With fewer forks there is hardly an interval; a budget shortens forks before it makes fewer. */
    private static final int FEWEST_PASSES = 3;
    private static final String WHOLE_NUMBER = "[0-9]{1,9}";
    /** What a tight budget turns to: the shortest forks that still warm up (lifecycle is within 3 % after 0.6 s). */
    private static final List<Effort> SHORTER = List.of(
            new Effort(1, 2, TimeValue.milliseconds(200), 3, TimeValue.milliseconds(200)),
            new Effort(1, 2, TimeValue.milliseconds(100), 2, TimeValue.milliseconds(100)));

    /**
     * Chooses from the jar's benchmarks.
     *
     * @param families those whose loopback address the platform has
     * @param bind what a bind costs: where it is slow, forks are shorter
     * @param budget how long the run may take; shortens and multiplies forks until it is used and not exceeded
     * @param java the release of Java that measures
     * @throws UsageException if a regex matches nothing, or a parameter is unknown to every chosen benchmark, a
     *     parameter's value or a profiler does not exist, or a value was asked for that this Java does not have
     */
    static Plan of(Profile profile, JmhOptions jmh, Set<Family> families, Optional<Duration> budget, BindCost bind,
            int java) {
        jmh.requireProfilers();
        List<String> includes = jmh.options().getIncludes();
        OutputFormat silent = OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT);
        BenchmarkList all = BenchmarkList.defaultList();
        Collection<BenchmarkListEntry> entries = all.find(silent, includes, jmh.options().getExcludes());
        if (entries.isEmpty()) {
            throw new UsageException("no benchmark matches " + String.join(" ", includes)
                    + "; -l lists what there is");
        }
        List<Profile.Selection> selections = profile.selections();
        Set<PlannedCell> cells = new LinkedHashSet<>();
        Set<PlannedCell> unsupported = new LinkedHashSet<>();
        Set<PlannedCell> later = new LinkedHashSet<>();
        Set<String> known = new TreeSet<>();
        for (BenchmarkListEntry entry : entries) {
            Map<String, String[]> declared = entry.getParams().orElse(Map.of());
            List<Map<String, List<String>>> chosen = chosen(profile, selections, entry, !includes.isEmpty());
            for (Map<String, List<String>> values : chosen) {
                known.addAll(declared.keySet());
                for (SortedMap<String, String> params : product(profile, entry, values, jmh)) {
                    for (Mode mode : modes(entry, jmh)) {
                        PlannedCell cell = new PlannedCell(entry.getUsername(), mode, threads(entry, jmh), params);
                        if (!cell.canMeasure(java)) {
                            later.add(cell);
                        } else if (families.stream().noneMatch(cell::canMeasure)) {
                            unsupported.add(cell);
                        } else {
                            cells.add(cell);
                        }
                    }
                }
            }
        }
        for (String name : jmh.parameterNames()) {
            if (!known.contains(name)) {
                throw new UsageException("-p " + name + ": none of the chosen benchmarks has this parameter; they have "
                        + String.join(", ", known) + " (-lp lists them)");
            }
        }
        later.stream().filter(cell -> jmh.parameterNames().contains(Parameter.API)).findFirst().ifPresent(cell -> {
            Api api = Api.named(cell.params().get(Parameter.API));
            throw new UsageException("-p " + Parameter.API + "=" + api.word() + ": needs Java " + api.sinceJava()
                    + " or later, this is Java " + java);
        });
        Effort usual = profile.effort(bind).with(jmh.options());
        Effort effort = budget.map(time -> within(time, usual, cells.size(), jmh)).orElse(usual);
        return new Plan(List.copyOf(cells), List.copyOf(unsupported), List.copyOf(later), effort, suiteParameters(all, silent));
    }

    private static Effort within(Duration budget, Effort usual, int cells, JmhOptions jmh) {
        List<Effort> candidates = new ArrayList<>(List.of(usual));
        SHORTER.stream().map(effort -> effort.with(jmh.options())).forEach(candidates::add);
        Effort shortest = candidates.get(candidates.size() - 1);
        Effort chosen = candidates.stream().filter(effort -> passesWithin(budget, effort, cells) >= FEWEST_PASSES)
                .findFirst().orElse(shortest);
        int passes = passesWithin(budget, chosen, cells);
        if (passes < 1) {
            throw new UsageException("--budget: one fork of each of " + cells + " cells takes about "
                    + Math.round(cells * shortest.forkSeconds()) + " s; allow more or choose fewer benchmarks");
        }
        return chosen.withPasses(passes);
    }

    private static int passesWithin(Duration budget, Effort effort, int cells) {
        return (int) Math.min(1_000, budget.toMillis() / 1e3 / (Math.max(1, cells) * effort.forkSeconds()));
    }

    /** The same with so many forks of every cell. */
    Plan withPasses(int passes) {
        return new Plan(cells, unsupported, ofLaterJava, effort.withPasses(passes), parameterNames);
    }

    /** How many different ports benchmarks name at most, see {@link ExplicitPorts#MOST}; 0 if none names any. */
    int namedPorts() {
        String none = PortChoice.EPHEMERAL.word();
        return cells.stream().anyMatch(cell -> !cell.params().getOrDefault(Parameter.PORT, none).equals(none)
                || cell.benchmark().startsWith(CrowdedBind.class.getName())) ? ExplicitPorts.MOST : 0;
    }

    /** How many forks the plan has. */
    int forks() {
        return cells.size() * effort.passes();
    }

    private static List<String> suiteParameters(BenchmarkList all, OutputFormat silent) {
        Set<String> names = new TreeSet<>();
        all.getAll(silent, List.of()).forEach(entry -> names.addAll(entry.getParams().orElse(Map.of()).keySet()));
        return List.copyOf(names);
    }

    private static List<Map<String, List<String>>> chosen(Profile profile, List<Profile.Selection> selections,
            BenchmarkListEntry entry, boolean named) {
        if (profile == Profile.THOROUGH) {
            return List.of(Map.of());
        }
        String name = PlannedCell.simpleName(entry.getUsername());
        List<Map<String, List<String>>> chosen = selections.stream()
                .filter(selection -> selection.benchmark().equals(name)).map(Profile.Selection::params).toList();
        // A benchmark that the user names is run even if the profile leaves it out: with its default parameters.
        return chosen.isEmpty() && named ? List.of(Map.of()) : chosen;
    }

    private static List<SortedMap<String, String>> product(Profile profile, BenchmarkListEntry entry,
            Map<String, List<String>> values, JmhOptions jmh) {
        List<SortedMap<String, String>> product = new ArrayList<>(List.of(new TreeMap<>()));
        for (Map.Entry<String, String[]> parameter : entry.getParams().orElse(Map.of()).entrySet()) {
            List<String> all = Arrays.asList(parameter.getValue());
            List<String> usual = profile == Profile.THOROUGH ? all
                    : values.getOrDefault(parameter.getKey(), all.subList(0, 1));
            Collection<String> wanted = jmh.valuesOf(parameter.getKey(), usual);
            wanted.forEach(value -> requireValue(entry, parameter.getKey(), all, value));
            List<SortedMap<String, String>> longer = new ArrayList<>();
            for (SortedMap<String, String> params : product) {
                for (String value : wanted) {
                    SortedMap<String, String> extended = new TreeMap<>(params);
                    extended.put(parameter.getKey(), value);
                    longer.add(extended);
                }
            }
            product = longer;
        }
        return product;
    }

    /** A number may be any; of words, those that the benchmark declares are all that there are. */
    private static void requireValue(BenchmarkListEntry entry, String parameter, List<String> declared, String value) {
        boolean numbers = declared.stream().allMatch(word -> word.matches(WHOLE_NUMBER));
        if (numbers ? !value.matches(WHOLE_NUMBER) : !declared.contains(value)) {
            throw new UsageException("-p " + parameter + "=" + value + ": expected "
                    + (numbers ? "a whole number such as " : "one of ") + String.join(", ", declared) + " for "
                    + PlannedCell.simpleName(entry.getUsername()));
        }
    }

    private static Collection<Mode> modes(BenchmarkListEntry entry, JmhOptions jmh) {
        Collection<Mode> given = jmh.options().getBenchModes();
        if (given.contains(Mode.All)) {
            return Arrays.stream(Mode.values()).filter(mode -> mode != Mode.All).toList();
        }
        return given.isEmpty() ? List.of(entry.getMode()) : given;
    }

    private static int threads(BenchmarkListEntry entry, JmhOptions jmh) {
        int[] groups = jmh.options().getThreadGroups().orElse(entry.getThreadGroups());
        int group = Arrays.stream(groups).sum();
        int threads = jmh.options().getThreads().orElse(entry.getThreads().orElse(1));
        int wanted = threads == -1 ? Runtime.getRuntime().availableProcessors() : threads;
        return (wanted + group - 1) / group * group;
    }
}
