package org.reuseaddr.compare;

import java.util.List;
import org.reuseaddr.results.Cell;

/**
 * Which calls account for what a whole sequence of calls costs more, or less, than on the base.
 *
 * @param whole the cell that is slower or faster, such as a listener's lifecycle
 * @param addedNanos what one operation of it costs more than on the base, in nanoseconds; negative for less
 * @param shares by call, the largest first
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
     * @param share of the whole's added cost: 0.98 is 98 %; above 1 where other calls became cheaper
     * @param proven whether the call alone has the same verdict as the whole
     */
    public record Share(String call, double addedNanos, double share, boolean proven) {
    }
}
