package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.reuseaddr.compare.Blame;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Interval;
import org.reuseaddr.compare.Ratio;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.results.CsvText;

/**
 * A comparison as CSV, one row per cell and group, in full precision; times in ns/op and rates in ops/s whatever the view's
 * units, so that rows stay comparable.
 */
public final class ComparisonCsv {

    private static final List<String> CALLS =
            List.of("socket", "setsockopt", "bind", "listen", "getsockname", "accept", "close");

    private ComparisonCsv() {
    }

    /** The whole table with its header. */
    public static String render(Comparison comparison, ComparisonView view) {
        List<String> header = new ArrayList<>(List.of("base", "other", "benchmark", "mode", "threads", "params", "unit",
                "base_value", "base_low", "base_high", "base_replicates",
                "other_value", "other_low", "other_high", "other_replicates",
                "design", "basis", "ratio", "ratio_low", "ratio_high", "ratio_confidence", "p_value",
                "absolute_ratio", "absolute_low", "absolute_high", "verdict", "missing", "added_ns"));
        CALLS.forEach(call -> header.add("share_" + call));
        header.add("family");
        StringBuilder text = new StringBuilder(CsvText.line(header));
        for (Versus versus : comparison.others()) {
            view.rows(versus).forEach(cell -> text.append(CsvText.line(row(comparison, versus, cell))));
        }
        return text.toString();
    }

    private static List<String> row(Comparison comparison, Versus versus, CellComparison cell) {
        List<String> row = new ArrayList<>(List.of(comparison.base().label(), versus.other().label(),
                cell.cell().benchmark(), cell.cell().mode(), Integer.toString(cell.cell().threads()),
                cell.cell().paramText(), cell.base().unit()));
        row.addAll(estimate(cell.base()));
        row.addAll(estimate(cell.other()));
        row.add(versus.design().displayName());
        row.add(cell.basis().displayName());
        row.addAll(ratio(cell.ratio()));
        row.add(cell.ratio().map(ratio -> Double.toString(ratio.interval().confidence())).orElse(""));
        row.add(cell.ratio().map(ratio -> Double.toString(ratio.pValue())).orElse(""));
        row.addAll(ratio(cell.absolute()));
        row.add(cell.verdict().displayName());
        row.add(Sentences.missing(cell));
        row.addAll(shares(versus.blames().stream().filter(blame -> blame.whole().equals(cell.cell())).findFirst()));
        row.add(cell.family().displayName());
        return row;
    }

    private static List<String> estimate(Estimate estimate) {
        Optional<Interval> interval = estimate.interval();
        return List.of(Double.toString(estimate.value()),
                interval.map(ends -> Double.toString(ends.low())).orElse(""),
                interval.map(ends -> Double.toString(ends.high())).orElse(""), Integer.toString(estimate.replicates()));
    }

    private static List<String> ratio(Optional<Ratio> ratio) {
        return ratio.map(known -> List.of(Double.toString(known.value()), Double.toString(known.interval().low()),
                Double.toString(known.interval().high()))).orElse(Collections.nCopies(3, ""));
    }

    private static List<String> shares(Optional<Blame> blame) {
        List<String> cells = new ArrayList<>();
        cells.add(blame.map(known -> Double.toString(known.addedNanos())).orElse(""));
        for (String call : CALLS) {
            cells.add(blame.stream().flatMap(known -> known.shares().stream()).filter(share -> share.call().equals(call))
                    .map(share -> Double.toString(share.share())).collect(Collectors.joining()));
        }
        return cells;
    }
}
