package org.reuseaddr.compare;

import java.util.List;
import java.util.function.Predicate;
import org.reuseaddr.results.Cell;

/**
 * Two or more groups, every one compared with the first.
 *
 * @param base the group that the others are compared with
 * @param others the others, each against the base
 * @param margin how far a ratio may be from 1 and still count as the same: 0.05 is ±5 %
 */
public record Comparison(Group base, List<Versus> others, double margin) {

    /** The margin unless the user names one. */
    public static final double DEFAULT_MARGIN = 0.05;

    public Comparison {
        others = List.copyOf(others);
    }

    /**
     * Compares every group with the first, and concludes something about every cell.
     *
     * @param groups at least two
     * @param margin above 0
     */
    public static Comparison of(List<Group> groups, double margin) {
        return of(groups, margin, cell -> true);
    }

    /**
     * Compares every group with the first, and concludes something only about some cells: the fewer are tested, the more is
     * found among them.
     *
     * @param groups at least two
     * @param margin above 0
     * @param tested the cells that are tested
     */
    public static Comparison of(List<Group> groups, double margin, Predicate<Cell> tested) {
        if (groups.size() < 2 || !(margin > 0)) {
            throw new IllegalArgumentException("two groups or more and a margin above 0 are needed");
        }
        Comparer comparer = new Comparer(margin, tested);
        return new Comparison(groups.get(0),
                groups.stream().skip(1).map(other -> comparer.compare(groups.get(0), other)).toList(), margin);
    }
}
