package org.reuseaddr.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.reuseaddr.run.UsageException;

/**
 * One part of several that machines check at the same time: every Nth element of a list, beginning with the Kth. All
 * parts together have each element once.
 *
 * @param number from 1
 * @param of how many there are
 */
record Shard(int number, int of) {

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,5})/([0-9]{1,5})");

    /** Reads {@code K/N}. */
    static Shard parse(String option, String text) {
        Matcher matcher = TEXT.matcher(text);
        if (matcher.matches()) {
            Shard shard = new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            if (shard.number >= 1 && shard.number <= shard.of) {
                return shard;
            }
        }
        throw new UsageException(option + ": expected K/N with K from 1 to N, such as 2/4, found " + text);
    }

    /** Its elements, in their order. */
    <T> List<T> of(List<T> all) {
        return IntStream.range(0, all.size()).filter(index -> index % of == number - 1).mapToObj(all::get).toList();
    }
}
