package org.reuseaddr.run;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@link Twice} found.
 *
 * @param ports where the first start listens
 * @param second what the second start came to
 * @param restart what a start at once after the end of the first by SIGKILL came to, with connections left
 * @param traces what strace wrote of the first and the second start; empty without strace
 */
public record TwiceResult(Set<Integer> ports, TwiceOutcome second, Restart restart, List<Path> traces) {

    public TwiceResult {
        ports = Set.copyOf(ports);
        traces = List.copyOf(traces);
    }

    /**
     * The start after SIGKILL.
     *
     * @param listens whether it listens on the port again
     * @param exitCode its exit code where it ended
     * @param lastWords what it printed last
     */
    public record Restart(boolean listens, OptionalInt exitCode, List<String> lastWords) {
        public Restart {
            lastWords = List.copyOf(lastWords);
        }
    }
}
