package org.reuseaddr.compare;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reuseaddr.results.Cell;

/**
 * Keeps one slow call from being seen in those that come after it. {@code SyscallCost} prepares a batch of sockets with the
 * calls that precede the measured one. Where a bind takes ten milliseconds, that takes a second, and what the kernel
 * knows of the sockets has left the caches by then: close costs a microsecond more and listen half of one, on a kernel
 * whose close and listen are as they were. So nothing is concluded about a call when one that prepares for it became
 * slower by more than a hundred times what the call itself did.
 */
final class Carryover {

    private static final double HIDING = 100;
    /** In the order in which a batch is prepared. */
    private static final List<String> PREPARING = List.of("socket", "setsockopt", "bind", "listen");
    private static final List<String> LAST = List.of("getsockname", "close");

    private Carryover() {
    }

    static List<CellComparison> judged(List<CellComparison> cells) {
        Map<Cell, CellComparison> calls = Blames.calls(cells);
        return cells.stream().map(cell -> calls.containsKey(cell.cell()) && cell.verdict().isClaim()
                ? hiding(cell, calls).map(call -> cell.unclear(new Missing.Behind(call))).orElse(cell) : cell).toList();
    }

    private static Optional<String> hiding(CellComparison cell, Map<Cell, CellComparison> calls) {
        String call = Blames.call(cell.cell());
        int before = LAST.contains(call) ? PREPARING.size() : Math.max(0, PREPARING.indexOf(call));
        return PREPARING.subList(0, before).stream()
                .filter(earlier -> Blames.matching(earlier, cell.cell(), calls.keySet()).map(calls::get)
                        .filter(known -> known.verdict() == Verdict.SLOWER)
                        .filter(known -> added(known) > HIDING * Math.abs(added(cell))).isPresent())
                .findFirst();
    }

    private static double added(CellComparison cell) {
        return cell.other().value() - cell.base().value();
    }
}
