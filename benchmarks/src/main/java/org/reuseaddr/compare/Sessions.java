package org.reuseaddr.compare;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Tells from the records whether two sides were measured together. */
final class Sessions {

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

    /** Whether rows of both alternate in one file, or each ran for most of the time in which the other did. */
    private static boolean together(RunData one, RunData two) {
        if (one.source().equals(two.source())) {
            return one.rows().overlaps(two.rows());
        }
        Optional<Instant> start = later(one.started(), two.started());
        Optional<Instant> end = earlier(one.finished(), two.finished());
        if (start.isEmpty() || end.isEmpty()) {
            return false;
        }
        Duration longer = Collections.max(List.of(duration(one), duration(two)));
        return Duration.between(start.get(), end.get()).multipliedBy(2).compareTo(longer) > 0;
    }

    private static Duration duration(RunData run) {
        return Duration.between(run.started().orElseThrow(), run.finished().orElseThrow());
    }

    private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> two) {
        return one.flatMap(first -> two.map(second -> first.isAfter(second) ? first : second));
    }

    private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> two) {
        return one.flatMap(first -> two.map(second -> first.isBefore(second) ? first : second));
    }
}
