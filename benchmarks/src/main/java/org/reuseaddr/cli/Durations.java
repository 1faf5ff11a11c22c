package org.reuseaddr.cli;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reuseaddr.run.UsageException;

/** Durations as people say them. */
final class Durations {

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})(s|m|min|h)");
    private static final Map<String, Integer> SECONDS = Map.of("s", 1, "m", 60, "min", 60, "h", 3600);

    private Durations() {
    }

    /** Such as {@code 45 s} or {@code 3 min 20 s}. */
    static String text(Duration duration) {
        long seconds = Math.round(duration.toMillis() / 1000.0);
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }

    /** Reads an option such as {@code 90s}, {@code 10m} or {@code 2h}. */
    static Duration parse(String option, String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(1)) == 0) {
            throw new UsageException(option + ": expected a time such as 90s, 10m or 2h, found " + text);
        }
        return Duration.ofSeconds(Long.parseLong(matcher.group(1)) * SECONDS.get(matcher.group(2)));
    }
}
