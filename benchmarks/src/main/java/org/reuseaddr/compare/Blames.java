package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reuseaddr.results.CallCounts;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Unit;

/** Finds which calls account for a sequence of calls that became slower or faster. */
final class Blames {

    private static final String CALLS = "SyscallCost.";
    private static final double MOST = 0.5;

    private Blames() {
    }

    static List<Blame> of(List<CellComparison> cells) {
        Map<Cell, CellComparison> calls = calls(cells);
        return cells.stream()
                .filter(cell -> isTime(cell) && !CallCounts.of(cell.cell()).isEmpty())
                .filter(cell -> cell.verdict().isClaim())
                .flatMap(cell -> blame(cell, calls).stream())
                .toList();
    }

    /** What a single call costs, by cell. */
    static Map<Cell, CellComparison> calls(List<CellComparison> cells) {
        Map<Cell, CellComparison> calls = new LinkedHashMap<>();
        cells.stream().filter(cell -> isCall(cell.cell()) && isTime(cell))
                .forEach(cell -> calls.put(cell.cell(), cell));
        return calls;
    }

    /** The name of the call that a cell of a single call measures. */
    static String call(Cell cell) {
        return cell.benchmark().substring(CALLS.length());
    }

    private static boolean isTime(CellComparison cell) {
        return cell.base().unit().equals(Unit.NANOS) && cell.other().unit().equals(Unit.NANOS);
    }

    private static Optional<Blame> blame(CellComparison whole, Map<Cell, CellComparison> calls) {
        double added = added(whole);
        Map<String, Integer> counts = CallCounts.of(whole.cell());
        Map<String, CellComparison> alone = new LinkedHashMap<>();
        counts.keySet().forEach(call -> matching(call, whole.cell(), calls.keySet()).map(calls::get)
                .ifPresent(cell -> alone.put(call, cell)));
        double sum = alone.entrySet().stream().mapToDouble(call -> counts.get(call.getKey()) * added(call.getValue()))
                .filter(part -> part * added > 0).sum();
        // The whole and its calls are measured apart: where the calls add up to more they are all of it.
        double all = Math.abs(sum) > Math.abs(added) ? sum : added;
        List<Blame.Share> shares = new ArrayList<>();
        alone.forEach((call, cell) -> shares.add(share(call, counts.get(call), cell, all, cell.verdict() == whole.verdict())));
        shares.sort(Comparator.comparing(Blame.Share::share).reversed());
        // Where calls were not measured alone, what they account for is not known either, unless one accounts for most.
        boolean known = shares.size() == counts.size() || !shares.isEmpty() && shares.get(0).share() >= MOST;
        return known && added != 0 ? Optional.of(new Blame(whole.cell(), added, shares)) : Optional.empty();
    }

    private static Blame.Share share(String call, int count, CellComparison cell, double all, boolean proven) {
        return new Blame.Share(call, count * added(cell), count * added(cell) / all, cell.other().interval().map(interval -> {
            double one = count * (interval.low() - cell.base().value()) / all;
            double other = count * (interval.high() - cell.base().value()) / all;
            return new Interval(Math.min(one, other), Math.min(1, Math.max(one, other)), interval.confidence());
        }), proven);
    }

    private static double added(CellComparison cell) {
        return cell.other().value() - cell.base().value();
    }

    /** The call's cell whose parameters contradict the whole's least: none differs, most are equal. */
    static Optional<Cell> matching(String call, Cell whole, Collection<Cell> calls) {
        return calls.stream()
                .filter(cell -> cell.benchmark().equals(CALLS + call))
                .filter(cell -> cell.params().entrySet().stream().allMatch(param ->
                        whole.params().getOrDefault(param.getKey(), param.getValue()).equals(param.getValue())))
                .max(Comparator.comparingLong(cell -> cell.params().keySet().stream().filter(whole.params()::containsKey).count()));
    }

    /** The benchmark that measures a call alone. */
    static String benchmark(String call) {
        return CALLS + call;
    }

    /** Whether a cell is that of a single call. */
    static boolean isCall(Cell cell) {
        return cell.benchmark().startsWith(CALLS);
    }
}
