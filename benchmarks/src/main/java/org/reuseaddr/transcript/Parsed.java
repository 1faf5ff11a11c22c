package org.reuseaddr.transcript;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A transcript read from text, with what the text had besides.
 *
 * @param transcript the calls that the suite models
 * @param skipped how many lines were skipped, by kind, in alphabetical order: the name of another system call
 *     ({@code mmap}), a call with the reason why it is no step ({@code bind (other socket)}),
 *     {@code signal delivered}, {@code process ended}, {@code strace's notice}, {@code text}
 * @param impliedCloses how many of the transcript's {@code close} steps the text does not have: those of a process
 *     that exited, and those of a descriptor that was given again, as in a trace made with {@code -e trace=network}
 */
public record Parsed(Transcript transcript, SortedMap<String, Integer> skipped, int impliedCloses) {

    public Parsed {
        skipped = Collections.unmodifiableSortedMap(new TreeMap<>(skipped));
    }

    /** How many lines were skipped altogether. */
    public int skippedLines() {
        return skipped.values().stream().mapToInt(Integer::intValue).sum();
    }
}
