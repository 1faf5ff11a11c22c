package org.reuseaddr.compare;

import java.util.List;
import java.util.Optional;
import org.reuseaddr.results.Cell;

/**
 * Which calls account for what a whole sequence of calls costs more, or less, than on the base.
 *
 * @param whole the cell that is slower or faster, such as a listener's lifecycle
 * @param addedNanos what one operation of it costs more than on the base, in nanoseconds; negative for less
 * @param shares by call, the largest first; those of calls that changed as the whole did add up to at most 1, and what is
 *     left is not one of these calls
 */
public record Blame(Cell whole, double addedNanos, List<Share> shares) {

    public Blame {
        shares = List.copyOf(shares);
    }

    /**
     * One call's part.
     *
     * @param call its name, such as {@code bind}
     * @param addedNanos what the calls of one operation cost more, in nanoseconds; negative for less
     * @param share of the whole's added cost, or of what the calls added where they add up to more: 0.98 is 98 %; negative
     *     for a call that changed the other way
     * @param interval of the share, from the interval of the call's cost in the other group; empty where there is none
     * @param proven whether the call alone has the same verdict as the whole
     */
    public record Share(String call, double addedNanos, double share, Optional<Interval> interval, boolean proven) {
    }
}
