package org.reuseaddr.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.compare.RunLoader;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.ReferenceRuns;

/** The picture of all calls, and what stays folded below it. */
class CallsPainterTest {

    private static RunData standard() {
        return new RunLoader().load(ReferenceRuns.NATIVE).get(0);
    }

    @Test
    void oneFigureHasEveryCallBothFamiliesAndNativeLinux() {
        Charts charts = Charts.of(standard(), Optional.empty());
        for (ChartFigure figure : List.of(charts.calls().orElseThrow(), charts.narrow().orElseThrow())) {
            assertThat(figure.inlineSvg()).contains(">all five calls ephemeral<", ">bind fixed<", ">listen<", ">accept<", ">close<",
                    ">refused bind<", ">socket and close<", ">INET<", ">INET6<", ">no family<", ">native Linux<");
        }
        assertThat(charts.narrow().orElseThrow().width()).isLessThan(380);
        assertThat(charts.figures()).as("of the narrow one there is no file").extracting(ChartFigure::name).contains("calls")
                .doesNotContain("calls-narrow").doesNotHaveDuplicates();
        assertThat(charts.details()).extracting(Charts.Details::title).contains("ListenerLifecycle", "SyscallCost", "AcceptThroughput");
    }

    @Test
    void aRunOfOneCallHasNoPictureOfAll() {
        RunData run = standard();
        TreeMap<Cell, CellData> one = new TreeMap<>(run.cells());
        one.keySet().removeIf(cell -> !cell.benchmark().equals("SyscallCost.listen"));
        Charts charts = Charts.of(new RunData(run.run(), run.source(), one, run.environment(), run.scenarios()), Optional.empty());
        assertThat(charts.calls()).isEmpty();
        assertThat(charts.details()).hasSize(1);
    }

    @Test
    void timesAreWrittenInTheUnitThatFits() {
        TimeFormat format = new TimeFormat();
        assertThat(List.of(0.125, 0.999_999_9, 8.0, 1_000.0, 2.5e6).stream().map(format::format))
                .containsExactly("125 ns", "1 µs", "8 µs", "1 ms", "2.5 s");
    }
}
