package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.reuseaddr.compare.Diagnosis;
import org.reuseaddr.compare.Symptom;

/** What a diagnosis says, in sentences, the same in every format. */
public final class DiagnosisText {

    private static final Figures FIGURES = new Figures(Optional.empty());
    /** Parts of a sequence that are smaller are told together. */
    private static final double NAMED_SHARE = 0.01;

    private DiagnosisText() {
    }

    /** A sentence a symptom, and one for what is as it should be; empty where the data allow neither. */
    public static List<String> of(Diagnosis diagnosis) {
        List<String> lines = new ArrayList<>(diagnosis.symptoms().stream().map(DiagnosisText::sentence).toList());
        if (!diagnosis.asOnLinux().isEmpty()) {
            lines.add(diagnosis.isClear()
                    ? "No call costs more, relative to socket and close, than on Linux, User-mode Linux and gVisor."
                    : "As on Linux, relative to socket and close: " + String.join(", ", diagnosis.asOnLinux()) + ".");
        }
        return lines;
    }

    /** The most telling symptom; empty where nothing is wrong. */
    static Optional<String> title(Diagnosis diagnosis) {
        return diagnosis.symptoms().stream().findFirst().map(DiagnosisText::sentence);
    }

    private static String sentence(Symptom symptom) {
        if (symptom instanceof Symptom.Slow slow) {
            return slow.what() + " is slow on this platform" + slow.where().map(where -> ", with " + where + " only").orElse("")
                    + ": " + FIGURES.estimate(slow.cost()) + ", " + times(slow.timesLinux())
                    + " what it is on Linux relative to socket and close.";
        }
        if (symptom instanceof Symptom.UnixBind unix) {
            return unix.everyBind()
                    ? "bind of AF_UNIX is slow as well (" + FIGURES.estimate(unix.cost()) + "): every bind is held up, not only of a port."
                    : "bind of AF_UNIX is as on Linux (" + FIGURES.estimate(unix.cost())
                            + " with socket and close): only ports are asked for.";
        }
        if (symptom instanceof Symptom.NextCallPays pays) {
            return "The next call pays: " + pays.call() + " after a pause costs " + FIGURES.estimate(pays.afterPause())
                    + ", behind another call " + FIGURES.estimate(pays.inRow()) + ".";
        }
        if (symptom instanceof Symptom.OneAtATime serial) {
            return "Binds wait for one another: " + FIGURES.estimate(serial.together()) + " while " + (serial.binders() == 2
                    ? "another thread binds" : serial.binders() - 1 + " other threads bind") + ", " + FIGURES.estimate(serial.alone())
                    + " alone.";
        }
        if (symptom instanceof Symptom.Grows grows) {
            return "Port 0 gets slower with the ports in use: " + FIGURES.estimate(grows.cost()) + " with " + grows.held()
                    + " listeners held in the ephemeral range, " + FIGURES.estimate(grows.without()) + " with none.";
        }
        if (symptom instanceof Symptom.Unreachable unreachable) {
            return unreachable.timeouts() + (unreachable.timeouts() == 1 ? " new listener" : " new listeners") + " with port="
                    + unreachable.port() + " could not be reached within 2 s.";
        }
        if (symptom instanceof Symptom.Unanswered unanswered) {
            return unanswered.timeouts() + (unanswered.timeouts() == 1 ? " attempt" : " attempts")
                    + " to connect to a listener with accepting threads had no answer.";
        }
        Symptom.Composition whole = (Symptom.Composition) symptom;
        List<Symptom.Part> named = whole.parts().stream().filter(part -> part.share() >= NAMED_SHARE).toList();
        double rest = 1 - named.stream().mapToDouble(Symptom.Part::share).sum();
        return "Of the " + FIGURES.estimate(whole.cost()) + " of " + whole.whole() + ": "
                + named.stream().map(DiagnosisText::part).collect(Collectors.joining(", "))
                + ", all else " + Figures.percent(Math.max(0, rest)) + ".";
    }

    private static String part(Symptom.Part part) {
        return part.call() + " " + Figures.percent(part.share()) + part.interval().map(interval ->
                " (" + Figures.percent(interval.low()) + " to " + Figures.percent(interval.high()) + ")").orElse("");
    }

    /** A factor as people say it: {@code 5,200 times}. */
    private static String times(double factor) {
        double digits = Math.pow(10, Math.max(0, Math.floor(Math.log10(factor)) - 1));
        return factor < 10 ? String.format(Locale.ROOT, "%.1f times", factor)
                : String.format(Locale.ROOT, "%,d times", Math.round(Math.round(factor / digits) * digits));
    }
}
