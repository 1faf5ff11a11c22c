package org.reuseaddr.compare;

import java.util.List;

/**
 * Two or more sides, every one compared with the first.
 *
 * @param base the side that the others are compared with
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
     * Compares every side with the first.
     *
     * @param sides at least two
     * @param margin above 0
     */
    public static Comparison of(List<Group> sides, double margin) {
        if (sides.size() < 2 || !(margin > 0)) {
            throw new IllegalArgumentException("two sides or more and a margin above 0 are needed");
        }
        Comparer comparer = new Comparer(margin);
        return new Comparison(sides.get(0),
                sides.stream().skip(1).map(other -> comparer.compare(sides.get(0), other)).toList(), margin);
    }
}
