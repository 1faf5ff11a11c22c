package org.reuseaddr.scenario;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/**
 * The generated families of the catalogue. A family is a loop over tables; what must come of each case is the
 * {@link Script}'s to say, never the family's.
 *
 * <p>The product of address pairs (64) × SO_REUSEADDR (4) × SO_REUSEPORT (4) × states of the holder (9) × processes (2)
 * × orders of listen (2) has 36,864 cases. The order of listen makes a difference only where the holder is bound and the
 * challenger's bind succeeds; without the rest {@value #PRODUCT_SIZE} cases remain. Most of them differ in nothing that
 * any platform is known to get wrong, so that the catalogue has a selection, one class a family: {@link AddressPairs},
 * {@link ListenOrder}, {@link ReusePort} and {@link ConnectionStates}. {@link OptionTiming}, {@link ThreeSockets} and
 * {@link ChosenPort} have dimensions of their own.
 */
final class GeneratedScenarios {

    /** The cases of the full product that differ from each other. */
    static final int PRODUCT_SIZE = 19_760;

    private static final List<Function<LinuxBindRules, Stream<CatalogueEntry>>> FAMILIES = List.of(
            AddressPairs::under, ListenOrder::under, ReusePort::under, ConnectionStates::under, OptionTiming::under,
            ThreeSockets::under, ChosenPort::under);

    private GeneratedScenarios() {
    }

    /** The catalogue's generated scenarios, with the outcomes that the given release has, always in the same order. */
    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        return FAMILIES.stream().flatMap(family -> family.apply(rules));
    }

    /** The full product, with the ids and outcomes that the selection has where it has them. */
    static Stream<CatalogueEntry> product(LinuxBindRules rules) {
        return Pair.all().stream()
                .flatMap(pair -> Stream.of(HolderState.values())
                        .flatMap(state -> Stream.of(On.values())
                                .flatMap(reuseAddr -> Stream.of(On.values())
                                        .flatMap(reusePort -> Stream.of(false, true)
                                                .flatMap(secondListensFirst -> Stream.of(false, true)
                                                        .map(otherProcess -> new Challenge(rules, pair, state,
                                                                reuseAddr, reusePort, secondListensFirst,
                                                                otherProcess)))))))
                .filter(challenge -> !challenge.secondListensFirst() || challenge.listensInEitherOrder())
                .map(Challenge::entry);
    }
}
