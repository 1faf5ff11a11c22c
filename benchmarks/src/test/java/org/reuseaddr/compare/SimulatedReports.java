package org.reuseaddr.compare;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/**
 * How often a whole report is wrong, on simulated machines of which the truth is known: the settings under which earlier
 * versions of the method made false claims. A run has 71 cells, as the standard profile has, 8 of them primary.
 * {@code scripts/aa-compare.sh simulate N} prints the table that {@code docs/COMPARING.md} has.
 */
final class SimulatedReports {

    private static final List<String> CONTROLS =
            List.of(Metric.CONTROL_GETPPID, Metric.CONTROL_SOCKET_CLOSE, Metric.CONTROL_CPU);
    private static final List<Cell> PRIMARY = primary();
    private static final List<Cell> OTHERS = IntStream.range(0, 63)
            .mapToObj(i -> SyntheticRuns.cell("CrowdedBind.ephemeralPort", Map.of("held", Integer.toString(i)))).toList();
    /** Cells whose forks lie on two levels where a setting has such cells. */
    private static final List<Cell> LEVELLED = List.of(PRIMARY.get(0), PRIMARY.get(5), OTHERS.get(3), OTHERS.get(7), OTHERS.get(11),
            OTHERS.get(13));

    /** The primary cells of a report. */
    static List<Cell> primary() {
        List<Cell> cells = new ArrayList<>();
        for (String family : List.of("INET", "INET6")) {
            for (String benchmark : List.of("ListenerLifecycle.cycle", "SyscallCost.bind", "SyscallCost.listen",
                    "SyscallCost.close")) {
                cells.add(SyntheticRuns.cell(benchmark, Map.of("family", family, "port", "ephemeral")));
            }
        }
        return cells;
    }

    /**
     * A machine.
     *
     * @param drift the logarithm of how much slower than the base it is as a whole, beside what runs differ by
     * @param betweenRuns the standard deviation between runs relative to controls, of logarithms as all others
     * @param betweenForks between forks of a run
     * @param slower by what the costs of some cells are multiplied
     * @param controls by what each control is multiplied
     * @param levels the factor between two levels on which forks of some cells lie at random; 1 for none
     * @param load the share of the machine that others had, as it is recorded; negative where it is not
     */
    record Machine(double drift, double betweenRuns, double betweenForks, Map<Cell, Double> slower,
            Map<String, Double> controls, double levels, double load) {

        static Machine quiet() {
            return new Machine(0, 0.04, 0.04, Map.of(), Map.of(), 1, 0);
        }

        Machine slower(List<Cell> cells, double factor) {
            Map<Cell, Double> all = new TreeMap<>();
            cells.forEach(cell -> all.put(cell, factor));
            return new Machine(drift, betweenRuns, betweenForks, all, controls, levels, load);
        }

        Machine controls(double getppid, double socketClose, double cpu) {
            return new Machine(drift, betweenRuns, betweenForks, slower, Map.of(CONTROLS.get(0), getppid, CONTROLS.get(1),
                    socketClose, CONTROLS.get(2), cpu), levels, load);
        }

        Machine drifted(double factor) {
            return new Machine(Math.log(factor), betweenRuns, betweenForks, slower, controls, levels, load);
        }

        Machine levels(double factor) {
            return new Machine(drift, betweenRuns, betweenForks, slower, controls, factor, load);
        }

        Machine loaded(double relative, double share) {
            return new Machine(drift, relative, betweenForks, slower, controls, levels, share);
        }

        Machine noisy(double forks) {
            return new Machine(drift, betweenRuns, forks, slower, controls, levels, load);
        }
    }

    /**
     * Two groups of runs of two machines.
     *
     * @param runs per group
     * @param baseForks of each cell in each run of the base, and so on
     * @param session whether one driver made both by turns
     * @param changed the cells that did change: a claim about others is false, and so is calling these the same
     */
    record Setting(String name, Machine base, Machine other, int runs, int baseForks, int otherForks, boolean session,
            double margin, List<Cell> changed) {
    }

    /**
     * What reports of a setting said.
     *
     * @param falseReports the share of reports with a false claim, or with {@code same} where a cell changed
     * @param found the share of changed primary cells that are claimed; of all changed cells where none is primary
     */
    record Outcome(double falseReports, double found) {
    }

    private final Random random;
    private int runs;

    SimulatedReports(long seed) {
        random = new Random(seed);
    }

    /** The settings of the table in their order. */
    static List<Setting> settings() {
        Machine quiet = Machine.quiet();
        List<Cell> all = new ArrayList<>(PRIMARY);
        all.addAll(OTHERS);
        List<Cell> two = List.of(PRIMARY.get(1), OTHERS.get(20));
        List<Setting> settings = new ArrayList<>();
        for (int runs = 1; runs <= 3; runs++) {
            settings.add(across("nothing changed", quiet, quiet, runs, List.of()));
        }
        for (int runs = 1; runs <= 3; runs++) {
            settings.add(across("primary cells ×1.25", quiet, quiet.slower(PRIMARY, 1.25), runs, PRIMARY));
        }
        for (double factor : new double[] {1.25, 1.5}) {
            for (int runs = 1; runs <= 3; runs++) {
                settings.add(across("2 of 71 cells ×" + factor, quiet, quiet.slower(two, factor), runs, two));
            }
        }
        Machine calls = quiet.slower(all, 2).controls(2, 2, 1);
        settings.add(across("all system calls ×2, CPU as before", quiet, calls, 1, all));
        settings.add(across("all system calls ×2, CPU as before", quiet, calls, 3, all));
        settings.add(margin(across("the same, margin 25 %", quiet, calls, 3, all)));
        Machine slow = quiet.slower(all, 2).controls(2, 2, 2);
        settings.add(across("everything ×2, CPU included", quiet, slow, 1, all));
        settings.add(across("everything ×2, CPU included", quiet, slow, 3, all));
        settings.add(margin(across("the same, margin 25 %", quiet, slow, 3, all)));
        Machine trapped = quiet.controls(3, 1.3, 1);
        settings.add(across("getppid ×3, socket+close ×1.3 alone", quiet, trapped, 1, List.of()));
        settings.add(across("getppid ×3, socket+close ×1.3 alone", quiet, trapped, 3, List.of()));
        for (double factor : new double[] {2.9, 3.1, 10}) {
            settings.add(across("machine drift ×" + factor, quiet, quiet.drifted(factor), 1, List.of()));
            settings.add(across("machine drift ×" + factor, quiet, quiet.drifted(factor), 3, List.of()));
        }
        settings.add(across("forks of 6 cells on two levels, ×2.2", quiet.levels(2.2), quiet.levels(2.2), 1, List.of()));
        settings.add(across("forks of 6 cells on two levels, ×2.2", quiet.levels(2.2), quiet.levels(2.2), 3, List.of()));
        settings.add(session("the same in one session, 5 forks", quiet.levels(2.2), quiet.levels(2.2), 5, 5, List.of()));
        for (double load : new double[] {0.3, 0.6}) {
            double relative = 0.04 + 0.2 * load;
            Machine loaded = quiet.loaded(relative, load);
            for (int runs = 1; runs <= 3; runs += 2) {
                settings.add(across("load " + load + ", runs differ by " + relative, loaded, loaded, runs, List.of()));
            }
            settings.add(across("quiet against load " + load, quiet, loaded, 1, List.of()));
        }
        Machine unrecorded = quiet.loaded(0.15, -1);
        settings.add(across("load not recorded, runs differ by 0.15", unrecorded, unrecorded, 2, List.of()));
        settings.add(across("load not recorded, runs differ by 0.15", unrecorded, unrecorded, 3, List.of()));
        for (int[] forks : new int[][] {{3, 3}, {3, 10}, {2, 10}, {5, 5}, {12, 12}}) {
            settings.add(session("one session, nothing changed", quiet, quiet, forks[0], forks[1], List.of()));
        }
        settings.add(session("one session, the smaller group noisier", quiet.noisy(0.12), quiet, 3, 10, List.of()));
        settings.add(session("one session, the larger group noisier", quiet, quiet.noisy(0.12), 3, 10, List.of()));
        settings.add(session("one session, primary cells ×1.25", quiet, quiet.slower(PRIMARY, 1.25), 3, 3, PRIMARY));
        settings.add(session("one session, primary cells ×1.1", quiet, quiet.slower(PRIMARY, 1.1), 12, 12, PRIMARY));
        settings.add(across("load not recorded, runs differ by 0.15", unrecorded, unrecorded, 1, List.of()));
        settings.add(across("load not recorded, everything ×2", unrecorded, unrecorded.slower(all, 2), 1, all));
        return settings;
    }

    private static Setting across(String name, Machine base, Machine other, int runs, List<Cell> changed) {
        return new Setting(name, base, other, runs, 5, 5, false, Comparison.DEFAULT_MARGIN, changed);
    }

    private static Setting session(String name, Machine base, Machine other, int baseForks, int otherForks, List<Cell> changed) {
        return new Setting(name, base, other, 1, baseForks, otherForks, true, Comparison.DEFAULT_MARGIN, changed);
    }

    private static Setting margin(Setting setting) {
        return new Setting(setting.name(), setting.base(), setting.other(), setting.runs(), setting.baseForks(),
                setting.otherForks(), setting.session(), 0.25, setting.changed());
    }

    /** Prints the table. */
    /** @param named a part of the names of the settings that are simulated; empty for all */
    void print(int reports, String named, PrintStream out) {
        out.printf("%d reports a line, 71 cells, 8 of them primary%n%n", reports);
        out.printf("%-46s %5s %7s %13s %7s%n", "setting", "runs", "forks", "false reports", "found");
        for (Setting setting : settings().stream().filter(setting -> setting.name().contains(named)).toList()) {
            Outcome outcome = simulate(setting, reports);
            out.printf(Locale.ROOT, "%-46s %5d %3d %3d %11.1f %% %7s%n", setting.name(), setting.runs(), setting.baseForks(),
                    setting.otherForks(), 100 * outcome.falseReports(), setting.changed().isEmpty() ? "" :
                    String.format(Locale.ROOT, "%.0f %%", 100 * outcome.found()));
        }
    }

    Outcome simulate(Setting setting, int reports) {
        int wrong = 0;
        long found = 0;
        long changed = 0;
        for (int report = 0; report < reports; report++) {
            Versus versus = Comparison.of(List.of(group("base", setting.base(), setting.baseForks(), setting),
                    group("other", setting.other(), setting.otherForks(), setting)), setting.margin()).others().get(0);
            wrong += versus.cells().stream().anyMatch(cell -> isFalse(cell, setting.changed())) ? 1 : 0;
            boolean hasPrimary = setting.changed().stream().anyMatch(PRIMARY::contains);
            List<CellComparison> counted = versus.cells().stream().filter(cell -> setting.changed().contains(cell.cell()))
                    .filter(cell -> !hasPrimary || PRIMARY.contains(cell.cell())).toList();
            found += counted.stream().filter(cell -> cell.verdict() == Verdict.SLOWER).count();
            changed += counted.size();
        }
        return new Outcome((double) wrong / reports, changed == 0 ? 0 : (double) found / changed);
    }

    private static boolean isFalse(CellComparison cell, List<Cell> changed) {
        return changed.contains(cell.cell()) ? cell.verdict() == Verdict.FASTER || cell.verdict() == Verdict.SAME
                : cell.verdict().isClaim();
    }

    private Group group(String label, Machine machine, int forks, Setting setting) {
        return new Group(label, IntStream.range(0, setting.runs()).mapToObj(i -> run(label, machine, forks, setting.session()))
                .toList());
    }

    private RunData run(String label, Machine machine, int forks, boolean session) {
        // Forks of one session are made by turns: what the machine is like at the time is the same for both groups.
        double drift = machine.drift() + (session ? 0 : random.nextGaussian() * 0.24);
        SortedMap<Cell, CellData> cells = new TreeMap<>();
        List<Cell> all = new ArrayList<>(PRIMARY);
        all.addAll(OTHERS);
        for (Cell cell : all) {
            double effect = drift + (session ? 0 : random.nextGaussian() * machine.betweenRuns())
                    + Math.log(machine.slower().getOrDefault(cell, 1.0));
            List<Fork> made = new ArrayList<>();
            for (int fork = 1; fork <= forks; fork++) {
                boolean upper = LEVELLED.contains(cell) && random.nextBoolean();
                double cost = 1000 * Math.exp(effect + random.nextGaussian() * machine.betweenForks()
                        + random.nextGaussian() * 0.01 + (upper ? Math.log(machine.levels()) : 0));
                SortedMap<String, Double> metrics = new TreeMap<>(Map.of(Sample.SCORE, cost));
                for (String control : CONTROLS) {
                    metrics.put(control, 100 * machine.controls().getOrDefault(control, 1.0)
                            * Math.exp(drift + random.nextGaussian() * 0.01));
                }
                if (machine.load() >= 0) {
                    metrics.put(Metric.FOREIGN_LOAD, machine.load());
                }
                made.add(new Fork(fork, List.of(cost), metrics, OptionalDouble.empty()));
            }
            cells.put(cell, new CellData(cell, Map.of(Sample.SCORE, "ns/op"), made));
        }
        runs++;
        Map<String, String> record = session
                ? Map.of(RunEntry.SESSION, "s", RunEntry.BOOT, "b", RunEntry.SESSION_CPU, "c") : Map.of();
        return new RunData(new RunId(label + runs, label, "p"), Path.of(label + runs), cells, record, new TreeMap<>());
    }
}
