package org.reuseaddr.compare;

import java.util.List;
import org.reuseaddr.results.RunEntry;

/** Tells from the records whether two groups were measured together. */
final class Sessions {

    private static final List<String> TOLD_BY = List.of(RunEntry.SESSION, RunEntry.BOOT, RunEntry.SESSION_CPU);

    private Sessions() {
    }

    static Design design(Group base, Group other) {
        boolean together = base.runs().stream()
                .allMatch(run -> other.runs().stream().allMatch(counterpart -> together(run, counterpart)));
        if (together) {
            return Design.SAME_SESSION;
        }
        return base.runs().size() > 1 && other.runs().size() > 1 ? Design.SEVERAL_RUNS : Design.ONE_RUN;
    }

    /**
     * Whether one driver made both by turns: it writes the same identity of a session, which is nobody else's, and neither
     * the kernel was started again nor the CPU exchanged in between. That two runs overlapped in time is not enough: two
     * machines that run at once are as different as at different times.
     */
    private static boolean together(RunData one, RunData two) {
        return TOLD_BY.stream().allMatch(name -> one.environment().containsKey(name)
                && one.environment().get(name).equals(two.environment().get(name)))
                && !one.environment().get(RunEntry.SESSION).isBlank();
    }
}
