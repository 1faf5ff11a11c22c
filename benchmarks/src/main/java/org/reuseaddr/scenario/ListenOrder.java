package org.reuseaddr.scenario;

import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/**
 * The second socket listens first: 64 address pairs with SO_REUSEADDR on both × 2 processes, the only setting without
 * SO_REUSEPORT in which overlapping sockets get as far as listen.
 */
final class ListenOrder {

    private ListenOrder() {
    }

    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        return Pair.all().stream()
                .flatMap(pair -> Stream.of(false, true)
                        .map(otherProcess -> new Challenge(rules, pair, HolderState.BOUND, On.BOTH, On.NEITHER, true,
                                otherProcess)))
                .map(Challenge::entry);
    }
}
