package org.reuseaddr.compare;

import java.util.Optional;
import org.reuseaddr.results.Cell;

/**
 * One cell on both sides.
 *
 * @param base what it costs on the base
 * @param other what it costs on the other side
 * @param absolute the ratio of costs as measured; empty where a side has a single fork
 * @param controlled the ratio relative to controls; empty where a side lacks them, or where they cannot be trusted
 * @param basis which of the two the verdict rests on
 * @param verdict what may be said
 * @param missing what it would take to say more, where the verdict is {@link Verdict#UNCLEAR}
 */
public record CellComparison(Cell cell, Estimate base, Estimate other, Optional<Ratio> absolute,
        Optional<Ratio> controlled, Basis basis, Verdict verdict, Optional<Missing> missing) {

    /** The ratio that the verdict rests on; empty where a side has a single fork. */
    public Optional<Ratio> ratio() {
        return basis == Basis.CONTROLLED ? controlled : absolute;
    }

    /** The same without a verdict, for this reason. */
    CellComparison unclear(Missing reason) {
        return new CellComparison(cell, base, other, absolute, controlled, basis, Verdict.UNCLEAR, Optional.of(reason));
    }
}
