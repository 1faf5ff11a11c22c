package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Parameter;

/** Deals the cells of a comparison to the families of tests. */
final class Families {

    private static final String CONTROLS = "Control.";
    private static final List<String> PRIMARY_BENCHMARKS =
            List.of("ListenerLifecycle.cycle", "SyscallCost.bind", "SyscallCost.listen", "SyscallCost.close");
    private static final List<String> PRIMARY_FAMILIES = List.of("INET", "INET6");
    /**
     * Of several cells of one question, the one with these values is the primary one: those that every profile measures
     * come first, so that runs of different profiles have the same primary cells.
     */
    private static final Map<String, List<String>> PREFERRED = Map.of(
            Parameter.PORT, List.of("ephemeral", "fixed", "fresh"),
            Parameter.API, List.of("channel", "native", "socket"),
            Parameter.REUSE_ADDRESS, List.of("true", "false"));

    private final Predicate<Cell> tested;
    private final Set<Cell> primary;

    /**
     * The families of these cells.
     *
     * @param cells what a group has measured, or both have
     * @param tested which of them the user wants to be tested
     */
    Families(Collection<Cell> cells, Predicate<Cell> tested) {
        this.tested = tested;
        primary = new HashSet<>();
        List<Cell> all = cells.stream().filter(tested).filter(Families::isPrimary).toList();
        for (String benchmark : PRIMARY_BENCHMARKS) {
            for (String family : PRIMARY_FAMILIES) {
                all.stream().filter(cell -> cell.benchmark().equals(benchmark))
                        .filter(cell -> family.equals(cell.params().get(Parameter.FAMILY)))
                        .min(Comparator.comparingInt(Families::distance).thenComparing(Comparator.naturalOrder()))
                        .ifPresent(primary::add);
            }
        }
    }

    /** The primary cells, at most eight, in their order. */
    List<Cell> primary() {
        List<Cell> sorted = new ArrayList<>(primary);
        sorted.sort(Comparator.naturalOrder());
        return sorted;
    }

    /** Whether a cell answers one of the primary questions. */
    static boolean isPrimary(Cell cell) {
        return PRIMARY_BENCHMARKS.contains(cell.benchmark()) && cell.threads() == 1
                && PRIMARY_FAMILIES.contains(cell.params().getOrDefault(Parameter.FAMILY, ""));
    }

    /** Whether a cell is a control. */
    static boolean isControl(Cell cell) {
        return cell.benchmark().startsWith(CONTROLS);
    }

    /** Whether some primary cell answers the same question as this one: the same benchmark and address family. */
    boolean hasPrimaryLike(Cell cell) {
        return primary.stream().anyMatch(known -> known.benchmark().equals(cell.benchmark())
                && known.params().get(Parameter.FAMILY).equals(cell.params().get(Parameter.FAMILY)));
    }

    TestFamily of(Cell cell) {
        if (isControl(cell)) {
            return TestFamily.CONTROL;
        }
        if (!tested.test(cell)) {
            return TestFamily.UNTESTED;
        }
        return primary.contains(cell) ? TestFamily.PRIMARY : TestFamily.SECONDARY;
    }

    private static int distance(Cell cell) {
        int distance = 0;
        for (Map.Entry<String, List<String>> preferred : PREFERRED.entrySet()) {
            int index = preferred.getValue().indexOf(cell.params().getOrDefault(preferred.getKey(), preferred.getValue().get(0)));
            distance += index < 0 ? preferred.getValue().size() : index;
        }
        return distance;
    }
}
