package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Call;

/**
 * Makes a sequence smaller as long as it ends in the same way: fewer calls, one process, simpler addresses. Every
 * candidate is made on real sockets; what the model says of it decides, so that no candidate is wrong, only useless.
 */
final class Shrinker {

    private final Function<List<Made>, Optional<Difference>> tryOut;
    private final Difference.Grouping kind;

    /** @param tryOut makes calls and returns the difference they end in, if they do */
    Shrinker(Function<List<Made>, Optional<Difference>> tryOut, Difference.Grouping kind) {
        this.tryOut = tryOut;
        this.kind = kind;
    }

    /** The smallest that was found; the one given if none is smaller. */
    Difference shrink(Difference found) {
        Difference best = found;
        boolean smaller = true;
        while (smaller) {
            int size = best.observed().size();
            best = withoutCalls(best);
            smaller = best.observed().size() < size;
        }
        best = accepted(inOneProcess(calls(best)), best);
        return accepted(simplified(calls(best)), best);
    }

    private Difference withoutCalls(Difference from) {
        Difference best = from;
        for (int length = Math.max(1, best.observed().size() / 2); length >= 1; length /= 2) {
            // From the end: what a call makes possible goes after those that need it.
            for (int at = best.observed().size() - 1 - length; at >= 0; at--) {
                List<Made> candidate = calls(best);
                if (at + length > candidate.size() - 1) {
                    continue;
                }
                candidate.subList(at, at + length).clear();
                best = accepted(candidate, best);
            }
        }
        return best;
    }

    private Difference accepted(List<Made> candidate, Difference best) {
        return tryOut.apply(candidate).filter(difference -> difference.kind().equals(kind)
                && difference.observed().size() <= best.observed().size()).orElse(best);
    }

    static List<Made> calls(Difference difference) {
        List<Made> calls = new ArrayList<>();
        difference.observed().forEach(step -> calls.add(new Made(step.process(), step.call(), step.madeDescriptor())));
        return calls;
    }

    /** Where two processes have the same descriptor this makes another sequence, which hardly ends alike. */
    private static List<Made> inOneProcess(List<Made> calls) {
        return calls.stream().map(made -> new Made(0, made.call(), made.name())).toList();
    }

    private static List<Made> simplified(List<Made> calls) {
        return calls.stream().map(made -> new Made(made.process(), made.call() instanceof Call.Addressed addressed
                ? addressed.to(simplified(addressed.address())) : made.call(), made.name())).toList();
    }

    private static SockAddr simplified(SockAddr address) {
        return address instanceof SockAddr.Inet4 && address.isLoopback() ? Family.INET.loopback(address.port()) : address;
    }
}
