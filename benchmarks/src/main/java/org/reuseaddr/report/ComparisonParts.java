package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.reuseaddr.compare.Basis;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Verdict;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.results.Cell;

/** The parts of a comparison that text and Markdown share. */
final class ComparisonParts {

    private ComparisonParts() {
    }

    /** Benchmark, base, other, ratio, interval, verdict, note. */
    static List<String> row(CellComparison cell, Figures figures) {
        return List.of(cell.cell().toString(), figures.estimate(cell.base()), figures.estimate(cell.other()),
                cell.ratio().map(ratio -> Figures.ratio(ratio.value())).orElse("–"),
                cell.ratio().map(Figures::interval).orElse("–"), cell.verdict().displayName(), note(cell));
    }

    /** What a reader who compares the two estimates would stumble over, and what would end an unclear verdict. */
    private static String note(CellComparison cell) {
        List<String> notes = new ArrayList<>();
        if (cell.verdict() == Verdict.UNCLEAR) {
            notes.add(Sentences.missing(cell));
        }
        if (cell.basis() == Basis.CONTROLLED && cell.absolute().isPresent()) {
            notes.add("as measured " + Figures.ratio(cell.absolute().get().value()));
        }
        return String.join("; ", notes);
    }

    /** Cells that a group lacks, by benchmark. */
    static List<String> missingCells(Comparison comparison, Versus versus) {
        List<String> lines = new ArrayList<>();
        lines.addAll(missing(versus.onlyBase(), comparison.base().label()));
        lines.addAll(missing(versus.onlyOther(), versus.other().label()));
        return lines;
    }

    private static List<String> missing(List<Cell> cells, String label) {
        return cells.isEmpty() ? List.of() : List.of("Only measured on " + PlainText.text(label) + ": "
                + cells.stream().collect(Collectors.groupingBy(Cell::benchmark, java.util.TreeMap::new,
                        Collectors.counting())).entrySet().stream()
                .map(entry -> PlainText.text(entry.getKey()) + (entry.getValue() == 1 ? "" : " (" + entry.getValue() + " cells)"))
                .collect(Collectors.joining(", ")) + ".");
    }

    /** How the controls differ. */
    static List<String> controls(Versus versus) {
        return versus.controls().isEmpty() ? List.of() : List.of("Controls against the base: "
                + versus.controls().entrySet().stream()
                .map(entry -> PlainText.text(entry.getKey().replaceFirst("^control_", "")) + " " + Figures.ratio(entry.getValue()))
                .collect(Collectors.joining(", ")) + ".");
    }

    /** Why there is no table. */
    static String noRows(Versus versus) {
        return versus.cells().isEmpty() ? "The two have no benchmark in common." : "No benchmark matches the filter.";
    }

    static String orMissing(String value) {
        return value.isEmpty() ? "(not known)" : value;
    }
}
