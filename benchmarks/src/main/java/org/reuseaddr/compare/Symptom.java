package org.reuseaddr.compare;

import java.util.List;
import java.util.Optional;
import org.reuseaddr.results.Cell;

/** Something that is wrong with what a platform's calls cost or bring about, found in one run without another to compare. */
public sealed interface Symptom {

    /**
     * A call, or a whole sequence of calls, that costs more than on every platform of {@link HonestCosts}.
     *
     * @param what the call's name, or the benchmark's where it is no single call
     * @param where the parameters that make the difference, such as {@code port=ephemeral}; empty where it is slow always
     * @param cost the slowest of its cells
     * @param timesLinux how many times the cost on native Linux, both relative to socket and close
     */
    record Slow(String what, Optional<String> where, Estimate cost, double timesLinux) implements Symptom {
    }

    /**
     * Whether the bind of an AF_UNIX socket is slow too, where that of a TCP socket is.
     *
     * @param everyBind whether it is: then every bind is held up, and else only one that asks for a port
     * @param cost what socket, bind and close of AF_UNIX cost together
     */
    record UnixBind(boolean everyBind, Estimate cost) implements Symptom {
    }

    /**
     * A call that is slow behind another one and fast after a pause.
     *
     * @param call its name
     * @param afterPause what it costs after a pause
     * @param inRow what it costs right behind another
     */
    record NextCallPays(String call, Estimate afterPause, Estimate inRow) implements Symptom {
    }

    /**
     * A slow bind that takes longer while other threads bind as well: one is answered after the other.
     *
     * @param binders how many threads bound at the same time, the measured one included
     * @param together what a bind cost then
     * @param alone what it costs with no others
     */
    record OneAtATime(int binders, Estimate together, Estimate alone) implements Symptom {
    }

    /**
     * A bind that gets slower with the listeners that are held, more than on any known platform.
     *
     * @param held how many listeners
     * @param cost with them
     * @param without with none
     */
    record Grows(int held, Estimate cost, Estimate without) implements Symptom {
    }

    /**
     * New listeners that nobody reached in time.
     *
     * @param port which ports: {@code ephemeral}, {@code fixed} or {@code fresh}
     * @param timeouts how many attempts ended without an answer
     */
    record Unreachable(String port, long timeouts) implements Symptom {
    }

    /**
     * Attempts to connect to a listener with accepting threads that had no answer.
     *
     * @param timeouts how many
     */
    record Unanswered(long timeouts) implements Symptom {
    }

    /**
     * What a slow sequence of calls consists of; the shares and the rest add up to 1.
     *
     * @param whole the sequence
     * @param cost of all of it
     * @param parts by call, the largest first
     * @param rest the share of what is not one of these calls
     */
    record Composition(Cell whole, Estimate cost, List<Part> parts, double rest) implements Symptom {
        public Composition {
            parts = List.copyOf(parts);
        }
    }

    /**
     * One call's part of a sequence.
     *
     * @param share 0 to 1
     * @param interval of the share, from the forks of the call's own benchmark; empty where there is a single fork
     */
    record Part(String call, double share, Optional<Interval> interval) {
    }
}
