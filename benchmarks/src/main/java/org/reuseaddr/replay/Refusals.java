package org.reuseaddr.replay;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of all binds of a check: how many were refused with EADDRINUSE where the transcript's own sockets do not
 * explain it, and whether anybody held the port.
 *
 * <p>After a refusal everything of the scenario is closed, and then the port is looked up. If a socket has it, some other
 * process's or something that the scenario left behind such as a connection in TIME_WAIT, the refusal is excused and the
 * scenario repeated on other ports. Otherwise it is unexplained, and counted even if the repetition passes.
 *
 * <p>One unexplained refusal proves nothing: an unrelated process may have released the port between the refusal and the
 * look, and kernels before 6.8 do not show sockets that are only bound. Both can be bounded, since scenarios take their
 * ports at random: an unrelated process meets a bind only with the share of the pool's ports that it holds. {@link
 * #explicable} is what such processes can explain:
 *
 * <ul>
 * <li>{@value #UNSEEN_HOLDERS} ports held at any time by processes that every look misses. To miss the look, a process must
 *     release the port within about a millisecond, so that this takes thousands of binds a second, all in the pool's range;
 * <li>as many as there are sockets that no list shows, on kernels that do not show bound ones;
 * <li>one in ten of the refusals that were excused: processes that hold ports for longer release few of them just then.
 * </ul>
 *
 * Counts vary, so four standard deviations of a Poisson distribution and three refusals are allowed beyond this mean.
 *
 * @param binds bind calls of all attempts
 * @param ports different ports that were named in bind calls
 * @param excused refusals of ports that were seen to be held
 * @param unexplained refusals of ports that nobody was seen to hold, without those that scenarios are themselves graded for
 * @param hidden the most sockets that could have been missed for being only bound: 0 where the kernel shows them, empty where
 *     it does not and nobody counts them
 * @param poolSize how many ports the check chooses from
 * @param refusedPorts the ports of the unexplained refusals, each once, in ascending order
 */
public record Refusals(long binds, int ports, long excused, long unexplained, OptionalLong hidden,
        int poolSize, List<Integer> refusedPorts) {

    /** The id of the scenario that stands for the finding in {@code semantics.csv}. */
    public static final String SCENARIO = "refusals/unexplained";

    private static final int UNSEEN_HOLDERS = 8;
    private static final double MISSED_SHARE = 0.1;
    private static final double DEVIATIONS = 4;
    private static final double ALWAYS = 3;
    private static final int NAMED = 5;

    public Refusals {
        refusedPorts = List.copyOf(refusedPorts);
    }

    /** The most unexplained refusals that unrelated processes can be responsible for; empty if that cannot be bounded. */
    Optional<Double> explicable() {
        if (hidden.isEmpty()) {
            return Optional.empty();
        }
        double mean = (double) binds * (UNSEEN_HOLDERS + hidden.getAsLong()) / poolSize + MISSED_SHARE * excused;
        return Optional.of(mean + DEVIATIONS * Math.sqrt(mean) + ALWAYS);
    }

    /** Whether more binds were refused than unrelated processes explain. */
    boolean isViolation() {
        return explicable().filter(most -> unexplained > most).isPresent();
    }

    /** {@code 71 of 6,900 binds refused though nobody held the port: 10250, 10311, …}. */
    public String words() {
        String named = String.join(", ", refusedPorts.stream().limit(NAMED).map(String::valueOf).toList());
        return String.format(Locale.ROOT, "%,d of %,d binds refused though nobody held the port", unexplained, binds)
                + (refusedPorts.isEmpty() ? "" : ": " + named + (refusedPorts.size() > NAMED
                        ? ", … (" + refusedPorts.get(0) + " to " + refusedPorts.get(refusedPorts.size() - 1) + ")" : ""));
    }
}
