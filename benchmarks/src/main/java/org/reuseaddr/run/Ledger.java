package org.reuseaddr.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.annotations.Mode;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.compare.Precision;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;

/** What has been measured so far, earlier sessions of a resumed run included: which cells need how many more forks. */
final class Ledger {

    private final Map<Cell, List<Sample>> scores = new HashMap<>();
    private final Map<Cell, Integer> attempts = new HashMap<>();
    private int lastPass;

    /** A primary result that was recorded; others are skipped. */
    void record(Sample sample) {
        lastPass = Math.max(lastPass, sample.fork());
        if (sample.metric().equals(Sample.SCORE)) {
            scores.computeIfAbsent(sample.cell(), fresh -> new ArrayList<>()).add(sample);
        }
    }

    /**
     * Takes up an earlier session: its forks count, those that a kill or a failure cut short do not.
     *
     * @param iterationsOfFork how many measured iterations a fork has; single shots are as many as JMH thinks best, and
     *     there the longest fork is taken for a whole one
     */
    static Ledger resumed(List<Sample> samples, int iterationsOfFork) {
        Ledger ledger = new Ledger();
        samples.forEach(ledger::record);
        ledger.scores.forEach((cell, rows) -> {
            Map<Integer, Long> iterations = new HashMap<>();
            rows.forEach(row -> iterations.merge(row.fork(), 1L, Long::sum));
            long whole = cell.mode().equals(Mode.SingleShotTime.shortLabel())
                    ? iterations.values().stream().mapToLong(Long::longValue).max().orElse(0) : iterationsOfFork;
            ledger.attempts.put(cell, (int) iterations.values().stream().filter(count -> count >= whole).count());
        });
        return ledger;
    }

    /** A fork of the cell has ended in this pass, well or not. */
    void ended(Cell cell, int pass) {
        lastPass = Math.max(lastPass, pass);
        attempts.merge(cell, 1, Integer::sum);
    }

    /** Forks of a cell that have ended; a failed one counts, since trying again without end would not end. */
    int forks(Cell cell) {
        return attempts.getOrDefault(cell, 0);
    }

    /** The highest number of a pass so far, 0 before the first. */
    int lastPass() {
        return lastPass;
    }

    /** The estimate of a cell as it stands. */
    Optional<Estimate> estimate(Cell cell) {
        return Optional.ofNullable(Estimates.of(scores.getOrDefault(cell, List.of())).get(cell));
    }

    /** Whether the cell's interval is wider than ±{@code share}, or was so before the latest fork; it is as long as there is none. */
    boolean isWiderThan(Cell cell, double share) {
        CellData data = CellData.of(scores.getOrDefault(cell, List.of())).get(cell);
        return data == null || !Precision.isReached(data, Sample.SCORE, share);
    }
}
