package org.reuseaddr.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.report.chart.DisplayUnit;

/**
 * Which cells of a comparison are shown, in which order and unit: the same for every format.
 *
 * @param shown the cells that are shown
 * @param order their order
 * @param units the unit of all times; empty for the one that fits each
 */
public record ComparisonView(Predicate<CellComparison> shown, Order order, Optional<DisplayUnit> units) {

    /** Everything, by name, in fitting units. */
    public static final ComparisonView ALL = new ComparisonView(cell -> true, Order.NAME, Optional.empty());

    /** The order of rows. */
    public enum Order {
        /** By benchmark and parameters. */
        NAME(Comparator.comparing(CellComparison::cell)),
        /** The slowest against the base first; cells without a ratio last. */
        RATIO(Comparator.comparingDouble((CellComparison cell) -> cell.ratio().map(ratio -> -ratio.value()).orElse(0.0))),
        /** Slower, faster, same, unclear. */
        VERDICT(Comparator.comparing(CellComparison::verdict)),
        /** By what the other group costs, the most expensive first. */
        COST(Comparator.comparingDouble((CellComparison cell) -> -cell.other().value()));

        private final Comparator<CellComparison> comparator;

        Order(Comparator<CellComparison> comparator) {
            this.comparator = comparator;
        }

        /** The name on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The cells to show, in their order. */
    public List<CellComparison> rows(Versus versus) {
        return versus.cells().stream().filter(shown).sorted(order.comparator).toList();
    }
}
