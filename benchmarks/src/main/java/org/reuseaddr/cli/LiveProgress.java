package org.reuseaddr.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.report.Figures;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;
import org.reuseaddr.run.RunProgress;

/** One live line on a terminal: forks done, time left, what is measured now and its latest figure. */
final class LiveProgress implements RunProgress, AutoCloseable {

    private static final int UPDATE_MILLIS = 250;
    /** What a line takes at most: a longer one would wrap on a usual terminal and could not be drawn over. */
    private static final int COLUMNS = 79;
    private static final Figures FIGURES = new Figures(Optional.empty());
    /** JMH's units of time per operation, in nanoseconds. */
    private static final Map<String, Double> NANOS = Map.of("ns/op", 1.0, "us/op", 1e3, "ms/op", 1e6, "s/op", 1e9);

    private final PrintStream out;
    private int planned;
    private int done;
    private ProgressBar bar;
    private Cell current;

    LiveProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void planned(int forks, int passes, Duration estimate) {
        out.println(PlainProgress.plan(forks, passes, estimate));
        planned = forks;
    }

    /** The bar, which draws itself four times a second, is there only while something is measured. */
    private ProgressBar bar() {
        if (bar == null) {
            bar = new ProgressBarBuilder().setTaskName("forks").setInitialMax(planned).setUpdateIntervalMillis(UPDATE_MILLIS)
                    .startsFrom(done, Duration.ZERO).setStyle(ProgressBarStyle.ASCII).setMaxRenderedLength(COLUMNS)
                    .setConsumer(new ConsoleProgressBarConsumer(out)).build();
        }
        return bar;
    }

    @Override
    public synchronized void forkStarted(Cell cell, int number, int pass, Optional<Estimate> soFar) {
        current = cell;
        planned = Math.max(planned, number);
        bar().maxHint(planned);
        bar().setExtraMessage(soFar.map(estimate -> FIGURES.estimate(estimate) + " ").orElse("") + cell);
    }

    @Override
    public synchronized void measured(Sample score) {
        double nanos = score.value() * NANOS.getOrDefault(score.unit(), 1.0);
        bar().setExtraMessage(FIGURES.value(nanos, NANOS.containsKey(score.unit()) ? "ns/op" : score.unit()) + " " + current);
    }

    @Override
    public synchronized void forkEnded(Cell cell, int number, Duration left) {
        done = number;
        bar().stepTo(number);
    }

    @Override
    public synchronized void waiting(int block, int blocks, Instant begins) {
        close();
        out.println(PlainProgress.pause(block, blocks, begins, ZoneId.systemDefault()));
    }

    @Override
    public synchronized void notice(String line) {
        if (bar != null) {
            out.println();
        }
        out.println(line);
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
