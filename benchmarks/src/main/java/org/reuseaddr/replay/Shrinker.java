package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Call;

/**
 * Makes a sequence smaller as long as it ends in the same way: fewer calls, one process, fewer users, simpler addresses. Every
 * candidate is made on real sockets; what the model says of it decides, so that no candidate is wrong, only useless.
 */
final class Shrinker {

    private final Function<CallSequence, Optional<Difference>> tryOut;
    private final Difference.Grouping kind;

    /** @param tryOut makes calls and returns the difference they end in, if they do */
    Shrinker(Function<CallSequence, Optional<Difference>> tryOut, Difference.Grouping kind) {
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
        best = ofFewerUsers(accepted(inOneProcess(CallSequence.of(best)), best));
        return accepted(simplified(CallSequence.of(best)), best);
    }

    private Difference withoutCalls(Difference from) {
        Difference best = from;
        for (int length = Math.max(1, best.observed().size() / 2); length >= 1; length /= 2) {
            // From the end: what a call makes possible goes after those that need it.
            for (int at = best.observed().size() - 1 - length; at >= 0; at--) {
                CallSequence all = CallSequence.of(best);
                List<Made> candidate = new ArrayList<>(all.calls());
                if (at + length > candidate.size() - 1) {
                    continue;
                }
                candidate.subList(at, at + length).clear();
                best = accepted(all.with(candidate), best);
            }
        }
        return best;
    }

    private Difference accepted(CallSequence candidate, Difference best) {
        return tryOut.apply(candidate).filter(difference -> difference.kind().equals(kind)
                && difference.observed().size() <= best.observed().size()).orElse(best);
    }

    /** Where two processes have the same descriptor this makes another sequence, which hardly ends alike. */
    private static CallSequence inOneProcess(CallSequence sequence) {
        return new CallSequence(Map.of(),
                sequence.calls().stream().map(made -> new Made(0, made.call(), made.name())).toList());
    }

    /** None if it ends so without; else one for all processes, if it ends so then. */
    private Difference ofFewerUsers(Difference best) {
        if (best.users().isEmpty()) {
            return best;
        }
        List<Made> calls = CallSequence.of(best).calls();
        Difference without = accepted(new CallSequence(Map.of(), calls), best);
        if (without.users().isEmpty()) {
            return without;
        }
        Map<Integer, Integer> ofOne = new TreeMap<>(best.users());
        int user = best.users().get(best.last().process());
        ofOne.replaceAll((process, other) -> user);
        return accepted(new CallSequence(ofOne, calls), best);
    }

    private static CallSequence simplified(CallSequence sequence) {
        return sequence.with(sequence.calls().stream().map(made -> new Made(made.process(), made.call() instanceof Call.Addressed addressed
                ? addressed.to(simplified(addressed.address())) : made.call(), made.name())).toList());
    }

    private static SockAddr simplified(SockAddr address) {
        return address instanceof SockAddr.Inet4 && address.isLoopback() ? Family.INET.loopback(address.port()) : address;
    }
}
