package org.reuseaddr.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;
import org.reuseaddr.run.RunProgress;

/** One live line on a terminal: forks done, time left, what is measured now and its latest figure. */
final class LiveProgress implements RunProgress, AutoCloseable {

    private static final int UPDATE_MILLIS = 250;

    private final PrintStream out;
    private ProgressBar bar;
    private Cell current;

    LiveProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void planned(int forks, int passes, Duration estimate) {
        out.println(PlainProgress.plan(forks, passes, estimate));
        bar = new ProgressBarBuilder().setTaskName("forks").setInitialMax(forks).setUpdateIntervalMillis(UPDATE_MILLIS)
                .setStyle(ProgressBarStyle.ASCII).setConsumer(new ConsoleProgressBarConsumer(out)).build();
    }

    @Override
    public synchronized void forkStarted(Cell cell, int number, int pass, Optional<Estimate> soFar) {
        current = cell;
        bar.maxHint(Math.max(bar.getMax(), number));
        bar.setExtraMessage("pass " + pass + " " + soFar.map(LiveProgress::text).orElse("") + cell);
    }

    @Override
    public synchronized void measured(Sample score) {
        bar.setExtraMessage(String.format(Locale.ROOT, "%.4g %s %s", score.value(), score.unit(), current));
    }

    @Override
    public synchronized void forkEnded(Cell cell, int number, Duration left) {
        bar.stepTo(number);
    }

    @Override
    public synchronized void notice(String line) {
        out.println();
        out.println(line);
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
        }
    }

    private static String text(Estimate estimate) {
        return String.format(Locale.ROOT, "%.4g %s", estimate.value(), estimate.unit())
                + estimate.precision().stream().mapToObj(share -> String.format(Locale.ROOT, " ±%.0f %% ", share * 100))
                        .findFirst().orElse(" ");
    }
}
