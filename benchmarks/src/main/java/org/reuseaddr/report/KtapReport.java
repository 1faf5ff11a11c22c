package org.reuseaddr.report;

import java.util.List;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.transcript.Visible;

/**
 * A check in version 1 of KTAP, the Linux kernel's form of the Test Anything Protocol: one test a scenario, and before a
 * difference the calls that show it. A difference that is accepted is {@code XFAIL}.
 */
public final class KtapReport {

    private KtapReport() {
    }

    /** The whole text, every line ended by a line feed. */
    public static String text(List<Standings> results) {
        StringBuilder text = new StringBuilder("KTAP version 1\n1..").append(results.size()).append('\n');
        int number = 0;
        for (Standings result : results) {
            SemanticsRow row = result.row();
            row.evidence().lines().forEach(line -> text.append("# ").append(Visible.line(line)).append('\n'));
            text.append(isOk(result) ? "ok " : "not ok ").append(++number).append(' ').append(name(row.scenario()))
                    .append(directive(result)).append('\n');
        }
        return text.toString();
    }

    private static boolean isOk(Standings result) {
        return switch (result.standing()) {
            case PASSED, SKIPPED, FIXED -> true;
            case EXPECTED, FAILED, TIMED_OUT, NOT_CHECKED -> false;
        };
    }

    private static String directive(Standings result) {
        return switch (result.standing()) {
            case PASSED -> "";
            case SKIPPED -> " # SKIP " + Visible.line(result.why());
            case EXPECTED -> " # XFAIL " + result.row().grade() + ": " + Visible.line(result.why());
            case FIXED -> " # " + Visible.line(result.why());
            case FAILED -> " # " + result.row().grade() + (result.why().isEmpty() ? "" : ": " + Visible.line(result.why()));
            case TIMED_OUT -> " # TIMEOUT" + (result.why().isEmpty() ? "" : " " + Visible.line(result.why()));
            case NOT_CHECKED -> " # ERROR " + Visible.line(result.why());
        };
    }

    /** A name of a file can hold what begins a directive. */
    private static String name(String scenario) {
        return Visible.line(scenario).replace('#', '_');
    }
}
