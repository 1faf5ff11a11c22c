package org.reuseaddr.cli;

import java.time.Duration;

/** Durations as people say them. */
final class Durations {

    private Durations() {
    }

    /** Such as {@code 45 s} or {@code 3 min 20 s}. */
    static String text(Duration duration) {
        long seconds = Math.round(duration.toMillis() / 1000.0);
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }
}
