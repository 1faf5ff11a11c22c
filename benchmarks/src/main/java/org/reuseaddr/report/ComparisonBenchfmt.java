package org.reuseaddr.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Fork;
import org.reuseaddr.compare.Group;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.Unit;

/**
 * The forks of a comparison in the Go benchmark format, which benchstat reads: {@code benchstat -col label FILE}. One line
 * is one fork, since benchstat takes every line for an independent observation, which iterations of a fork are not.
 *
 * <p>The format: https://go.googlesource.com/proposal/+/master/design/14313-benchmark-format.md.
 */
public final class ComparisonBenchfmt {

    private ComparisonBenchfmt() {
    }

    /** Every fork of the cells that the view shows, the base's first. */
    public static String render(Comparison comparison, ComparisonView view) {
        List<Cell> shown = comparison.others().stream().flatMap(versus -> view.rows(versus).stream())
                .map(row -> row.cell()).distinct().toList();
        StringBuilder text = new StringBuilder("Unit ops/s better=higher\n");
        Stream.concat(Stream.of(comparison.base()), comparison.others().stream().map(Versus::other))
                .forEach(group -> group(text, group, shown));
        return text.toString();
    }

    private static void group(StringBuilder text, Group group, List<Cell> shown) {
        for (RunData run : group.runs()) {
            text.append("label: ").append(PlainText.text(group.label())).append("\nrun: ").append(PlainText.text(run.run().id()))
                    .append('\n');
            for (Cell cell : shown) {
                CellData data = run.cells().get(cell);
                if (data != null) {
                    data.forks().forEach(fork -> line(text, data, fork));
                }
            }
        }
    }

    private static void line(StringBuilder text, CellData data, Fork fork) {
        text.append(name(data.cell())).append(' ').append(Math.max(1, fork.iterations().size())).append(' ')
                .append(fork.metrics().get(Sample.SCORE)).append(' ')
                .append(data.unit().isEmpty() ? Unit.NANOS : unit(data.unit())).append('\n');
    }

    /** {@code BenchmarkListenerLifecycle.cycle/family=INET/port=fixed}; the mode where it is not the mean time. */
    private static String name(Cell cell) {
        StringBuilder name = new StringBuilder("Benchmark").append(word(cell.benchmark()));
        for (Map.Entry<String, String> param : cell.params().entrySet()) {
            name.append('/').append(word(param.getKey())).append('=').append(word(param.getValue()));
        }
        if (!cell.mode().equals(Cell.AVERAGE_TIME)) {
            name.append("/mode=").append(word(cell.mode()));
        }
        return name.append(cell.threads() == 1 ? "" : "/threads=" + cell.threads()).toString();
    }

    /** Units contain a slash, {@code ns/op}, which separates nothing where they stand. */
    private static String unit(String text) {
        return PlainText.text(text).replaceAll("\\s+", "_");
    }

    /** A text without what separates parts of a line. */
    private static String word(String text) {
        return PlainText.text(text).replaceAll("[\\s/]+", "_");
    }
}
