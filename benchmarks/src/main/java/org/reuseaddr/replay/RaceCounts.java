package org.reuseaddr.replay;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.socket.SyscallResult;

/**
 * How often which of two sockets listened that were bound and made to listen on one address at the same moment. As in jcstress:
 * that one of them listens is acceptable, that neither does is interesting (Linux refuses both now and then), and that both do
 * is forbidden.
 *
 * @param first rounds in which only the first listened
 * @param second rounds in which only the second listened
 * @param neither rounds in which both were refused
 * @param both rounds in which both listened
 * @param strange rounds in which a call returned what is neither success nor EADDRINUSE
 * @param strangeCall the index in {@link #CALLS} of the first such call; 0 without any
 * @param strangeResult what it returned, a negative errno for a failure; 0 without any
 */
record RaceCounts(int first, int second, int neither, int both, int strange, int strangeCall, int strangeResult) {

    /** The names of the calls that race, in the order in which they are made. */
    static final List<String> CALLS = List.of("bind", "listen");

    private static final int NUMBERS = 7;

    int rounds() {
        return first + second + neither + both + strange;
    }

    /** The first result that is neither success nor EADDRINUSE. */
    Optional<SyscallResult> strangeOutcome() {
        return strange == 0 ? Optional.empty() : Optional.of(SyscallResult.of(strangeResult));
    }

    /** {@code 7,412 rounds: the first listened in 3,700, the second in 3,705, neither in 7, both in 0}. */
    String words() {
        return String.format(Locale.ROOT, "%,d %s: the first listened in %,d, the second in %,d, neither in %,d, both in %,d",
                rounds(), rounds() == 1 ? "round" : "rounds", first, second, neither, both)
                + (strange == 0 ? "" : String.format(Locale.ROOT, ", %s failed otherwise in %,d", CALLS.get(strangeCall), strange));
    }

    /** As numbers separated by commas. */
    String line() {
        return String.join(",", IntStream.of(first, second, neither, both, strange, strangeCall, strangeResult)
                .mapToObj(String::valueOf).toList());
    }

    /**
     * Reads {@link #line}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static RaceCounts parse(String line) {
        int[] numbers = Stream.of(line.split(",")).mapToInt(Integer::parseInt).toArray();
        if (numbers.length != NUMBERS || numbers[5] < 0 || numbers[5] >= CALLS.size()) {
            throw new IllegalArgumentException("no counts of a race: " + line);
        }
        return new RaceCounts(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
    }
}
