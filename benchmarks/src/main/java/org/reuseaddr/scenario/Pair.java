package org.reuseaddr.scenario;

import java.util.List;
import java.util.stream.Stream;

/** The address of the holder of a port and that of its challenger. */
record Pair(AddressKind first, AddressKind second) {

    /** All 64, the holder's address changing last. */
    static List<Pair> all() {
        return Stream.of(AddressKind.values())
                .flatMap(first -> Stream.of(AddressKind.values()).map(second -> new Pair(first, second)))
                .toList();
    }

    /** The pair's part of a scenario's id. */
    String slug() {
        return first == second ? first.slug() : first.slug() + "-then-" + second.slug();
    }

    /** The family of the pair as {@link Scenario#family()} names it. */
    String family() {
        return first.familyWith(second);
    }
}
