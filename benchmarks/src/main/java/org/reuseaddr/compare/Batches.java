package org.reuseaddr.compare;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.results.RunEntry;

/**
 * Keeps the size of {@code SyscallCost}'s batches from being taken for the platform. Where a bind is slow a run makes them smaller, and a
 * call on few sockets finds more of them in the caches: socket(2) alone costs 0.9 to 1.4 microseconds with batches of 64 to 512.
 * So where groups had batches of different sizes nothing is concluded about a call that is not {@value #LARGER} times slower or faster.
 */
final class Batches {

    /** More than any size of batches has made of a call. */
    private static final double LARGER = 2;
    /** Runs before the entry existed had one size. */
    private static final String USUAL = "128";

    private Batches() {
    }

    static List<CellComparison> judged(Group base, Group other, List<CellComparison> cells) {
        Set<String> sizes = Stream.of(base, other).flatMap(group -> group.runs().stream())
                .map(run -> run.environment().getOrDefault(RunEntry.BATCH, USUAL)).collect(Collectors.toSet());
        return sizes.size() < 2 ? cells : cells.stream().map(cell -> Blames.isCall(cell.cell())
                && (cell.verdict().isClaim() || cell.verdict() == Verdict.SAME) && mayBeTheBatch(cell)
                ? cell.unclear(new Missing.SameBatches()) : cell).toList();
    }

    private static boolean mayBeTheBatch(CellComparison cell) {
        return cell.ratio().filter(ratio -> ratio.interval().low() > LARGER || ratio.interval().high() < 1 / LARGER).isEmpty();
    }
}
