package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/**
 * 64 address pairs × SO_REUSEPORT {first, second, both} × SO_REUSEADDR {neither, both} × {bound, listening}; one case in
 * the same process and the next in two.
 */
final class ReusePort {

    private ReusePort() {
    }

    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        List<Challenge> challenges = new ArrayList<>();
        for (Pair pair : Pair.all()) {
            for (HolderState state : List.of(HolderState.BOUND, HolderState.LISTENING)) {
                for (On reuseAddr : List.of(On.NEITHER, On.BOTH)) {
                    for (On reusePort : List.of(On.FIRST, On.SECOND, On.BOTH)) {
                        boolean otherProcess = challenges.size() % 2 == 1;
                        challenges.add(new Challenge(rules, pair, state, reuseAddr, reusePort, false, otherProcess));
                    }
                }
            }
        }
        return challenges.stream().map(Challenge::entry);
    }
}
