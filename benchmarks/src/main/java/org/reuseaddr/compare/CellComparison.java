package org.reuseaddr.compare;

import java.util.Optional;
import org.reuseaddr.results.Cell;

/**
 * One cell in both groups.
 *
 * @param family which family of tests it belongs to
 * @param base what it costs on the base
 * @param other what it costs in the other group
 * @param absolute the ratio of costs as measured; empty where a group has a single fork
 * @param controlled the ratio relative to controls, which holds by each of the two references of {@code docs/COMPARING.md};
 *     empty where a group lacks them, or where both were measured in one session
 * @param basis which of the two the verdict rests on
 * @param verdict what may be said
 * @param missing what it would take to say more, where the verdict is {@link Verdict#UNCLEAR}
 */
public record CellComparison(Cell cell, TestFamily family, Estimate base, Estimate other, Optional<Ratio> absolute,
        Optional<Ratio> controlled, Basis basis, Verdict verdict, Optional<Missing> missing) {

    /** The ratio that the verdict rests on; empty where a group has a single fork and is not slower beyond all doubt. */
    public Optional<Ratio> ratio() {
        return basis == Basis.CONTROLLED ? controlled : absolute;
    }

    /** The same without a verdict, for this reason. */
    CellComparison unclear(Missing reason) {
        return new CellComparison(cell, family, base, other, absolute, controlled, basis, Verdict.UNCLEAR,
                Optional.of(reason));
    }
}
