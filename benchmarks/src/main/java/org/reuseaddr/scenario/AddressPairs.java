package org.reuseaddr.scenario;

import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/** 64 address pairs × 4 SO_REUSEADDR × {bound, listening} × 2 processes, in full. */
final class AddressPairs {

    private AddressPairs() {
    }

    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        return Pair.all().stream()
                .flatMap(pair -> Stream.of(HolderState.BOUND, HolderState.LISTENING)
                        .flatMap(state -> Stream.of(On.values())
                                .flatMap(reuseAddr -> Stream.of(false, true)
                                        .map(otherProcess -> new Challenge(rules, pair, state, reuseAddr, On.NEITHER,
                                                false, otherProcess)))))
                .map(Challenge::entry);
    }
}
