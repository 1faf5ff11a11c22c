package org.reuseaddr.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.reuseaddr.model.Reason;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.replay.RaceExploration;
import org.reuseaddr.replay.RaceExploration.ForbiddenEnding;
import org.reuseaddr.replay.RaceExploration.RacePlan;
import org.reuseaddr.replay.RaceExploration.RaceTotals;
import org.reuseaddr.replay.RaceExploration.Unrepeated;
import org.reuseaddr.replay.RaceGrade;
import org.reuseaddr.replay.RaceHistogram;
import org.reuseaddr.report.OutputFile;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.run.RunException;
import org.reuseaddr.transcript.Step;

/** {@code explore --races}: random races, told as they are made, and summed up. */
final class ExploreRaces {

    /** So many races with an interesting ending are shown, where no one asks for all. */
    private static final int SHOWN = 3;

    private final Optional<Path> directory;
    private final boolean showsAll;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal = Terminal.isStandardError();
    private final List<RaceHistogram> rare = new ArrayList<>();
    private OutputException unwritten;
    private RaceExploration exploration;
    private int files;
    private long toldSecond;

    /**
     * @param directory where each kind of forbidden ending is written, if anywhere
     * @param showsAll whether the histogram of each race is printed
     */
    ExploreRaces(Optional<Path> directory, boolean showsAll, PrintStream out, PrintStream err) {
        this.directory = directory;
        this.showsAll = showsAll;
        this.out = out;
        this.err = err;
    }

    /**
     * Explores, and prints what came of it.
     *
     * @param strict whether quirks of released kernels make the exit code 3 too
     * @return the exit code
     */
    int run(RacePlan plan, boolean strict) {
        exploration = new RaceExploration(plan, HeldPorts.now(), this::made, this::found);
        Interruption.onSignal(exploration::stop);
        err.println("racing with --seed " + plan.seed() + ", at most " + plan.processes() + " processes, "
                + plan.rounds() + " rounds a race, for " + Durations.text(plan.time()));
        RaceTotals done = exploration.run(progress());
        print(done);
        if (unwritten != null) {
            throw unwritten;
        }
        exploration.failure().ifPresent(reason -> {
            throw reason;
        });
        if (done.races() == 0) {
            throw new RunException("nothing was explored: no race ended in --time " + Durations.text(plan.time()) + "; give it more");
        }
        boolean differs = !exploration.groups().isEmpty() || strict && !exploration.quirks().isEmpty();
        return differs ? ExitCode.VIOLATION : ExitCode.DONE;
    }

    private Consumer<RaceTotals> progress() {
        return totals -> {
            long second = totals.elapsed().toSeconds();
            if (second >= toldSecond + (terminal ? 1 : 15)) {
                toldSecond = second;
                err.print((terminal ? "\r" : "") + line(totals) + (terminal ? "   " : System.lineSeparator()));
                err.flush();
            }
        };
    }

    private void made(RaceHistogram histogram) {
        if (showsAll) {
            RaceText.lines(histogram).forEach(out::println);
            out.println();
        } else if (rare.size() < SHOWN
                && histogram.endings().stream().anyMatch(ending -> histogram.grade(ending) == RaceGrade.INTERESTING)) {
            rare.add(histogram);
        }
    }

    private void found(ForbiddenEnding forbidden) {
        if (directory.isEmpty()) {
            return;
        }
        String name = String.format(Locale.ROOT, "race-%03d-%s.txt", ++files,
                forbidden.kind().rule().toLowerCase(Locale.ROOT).replace('_', '-'));
        try {
            OutputFile.write(directory.get().resolve(name),
                    (String.join("\n", lines(forbidden)) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (OutputException e) {
            unwritten = unwritten == null ? e : unwritten;
            exploration.stop();
        }
    }

    private void print(RaceTotals done) {
        if (terminal) {
            err.println();
        }
        for (RaceHistogram histogram : rare) {
            RaceText.lines(histogram).forEach(out::println);
            out.println();
        }
        for (ForbiddenEnding forbidden : exploration.groups()) {
            lines(forbidden).forEach(out::println);
            out.println();
        }
        for (Unrepeated unrepeated : exploration.unrepeated()) {
            out.println("not repeated (" + unrepeated.times() + " of " + unrepeated.race().rounds() + " rounds): "
                    + unrepeated.kind().call() + " " + unrepeated.kind().ended() + ", rule " + unrepeated.kind().rule());
            RaceText.lines(unrepeated.race()).forEach(out::println);
            out.println();
        }
        exploration.quirks().forEach(quirk -> out.println(quirk.id() + ": " + quirk.sentence()
                + " Native Linux of these releases does the same: " + quirk.releases() + "; it is not this platform's doing."));
        out.println(String.format(Locale.ROOT, "%,d of the %,d ways were seen in which the model lets these races end, in an order of "
                + "whole calls", done.waysSeen(), done.ways()));
        out.println(line(done) + ", on " + exploration.portsUsed() + " ports");
        int own = exploration.groups().size();
        out.println(done.races() == 0 ? "Nothing was explored."
                : own > 0 ? "The platform differs from Linux in " + own + (own == 1 ? " way." : " ways.")
                : !exploration.unrepeated().isEmpty() ? "No ending that no order of the calls explains came again."
                : exploration.quirks().isEmpty() ? "Every round ended as some order of its calls explains."
                : "Every round ended as on released kernels of Linux.");
    }

    private static String line(RaceTotals totals) {
        double seconds = Math.max(totals.elapsed().toMillis(), 1) / 1000.0;
        return String.format(Locale.ROOT, "%,d %s, %,d rounds, %,.1f races/s, %,.0f rounds/s, %,d endings, %,d interesting, %d forbidden",
                totals.races(), totals.races() == 1 ? "race" : "races", totals.rounds(), totals.races() / seconds,
                totals.rounds() / seconds, totals.endings(), totals.interesting(), totals.forbidden());
    }

    private static List<String> lines(ForbiddenEnding forbidden) {
        List<String> lines = new ArrayList<>();
        String expected = forbidden.unexplained().allowed().stream().map(answer -> answer.answer().inWords()).distinct()
                .collect(Collectors.joining(", or "));
        lines.add((forbidden.unexplained().promised() ? "VIOLATION" : "DEVIATION") + ": " + calls(forbidden) + ": no order of these calls "
                + "explains it");
        lines.add("    " + forbidden.kind().call() + " " + forbidden.kind().ended() + " where Linux answers " + expected);
        Reason reason = forbidden.unexplained().allowed().get(0).reason();
        lines.add("    " + reason.sentence() + " [" + reason.source() + "]");
        lines.add("    in " + forbidden.races() + (forbidden.races() == 1 ? " race" : " races") + "; the smallest:");
        lines.addAll(RaceText.lines(forbidden.smallest()));
        return lines;
    }

    /** What raced, and how it ended: {@code bind 0, listen 0 | bind 0, listen 0}. */
    private static String calls(ForbiddenEnding forbidden) {
        return forbidden.ending().observed().racing().stream().map(own -> own.stream()
                        .map(ExploreRaces::callAndResult).collect(Collectors.joining(", ")))
                .sorted().collect(Collectors.joining(" | "));
    }

    private static String callAndResult(Step step) {
        return step.call().name() + " " + RaceText.shortResult(step);
    }
}
