package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/**
 * The seven states with connections or none left × 4 SO_REUSEADDR for the {@link #CORE_PAIRS}, processes alternating;
 * every other pair with each state once, SO_REUSEADDR and the processes rotating.
 */
final class ConnectionStates {

    /** The pairs in which one address covers the other, which is where reuse is decided. */
    private static final List<Pair> CORE_PAIRS = List.of(
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.INET_ANY, AddressKind.INET_ANY),
            new Pair(AddressKind.INET6_LOOPBACK, AddressKind.INET6_LOOPBACK),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET6_ANY),
            new Pair(AddressKind.INET6_ANY_V6ONLY, AddressKind.INET6_ANY_V6ONLY),
            new Pair(AddressKind.MAPPED_LOOPBACK, AddressKind.MAPPED_LOOPBACK),
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET_ANY),
            new Pair(AddressKind.INET_ANY, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.INET6_LOOPBACK, AddressKind.INET6_ANY),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET6_LOOPBACK),
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET6_ANY),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET_ANY),
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.MAPPED_LOOPBACK),
            new Pair(AddressKind.MAPPED_LOOPBACK, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.MAPPED_ANY, AddressKind.MAPPED_LOOPBACK));

    private static final List<HolderState> STATES = List.of(
            HolderState.LISTENING_CONNECTED, HolderState.CONNECTION_LEFT, HolderState.CLOSE_WAIT,
            HolderState.FIN_WAIT2, HolderState.TIME_WAIT, HolderState.CLIENT, HolderState.CLOSED);

    private ConnectionStates() {
    }

    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        return Stream.concat(corePairs(rules).stream(), otherPairs(rules).stream()).map(Challenge::entry);
    }

    private static List<Challenge> corePairs(LinuxBindRules rules) {
        List<Challenge> challenges = new ArrayList<>();
        for (Pair pair : CORE_PAIRS) {
            for (HolderState state : STATES) {
                for (On reuseAddr : On.values()) {
                    boolean otherProcess = challenges.size() % 2 == 1;
                    challenges.add(new Challenge(rules, pair, state, reuseAddr, On.NEITHER, false, otherProcess));
                }
            }
        }
        return challenges;
    }

    private static List<Challenge> otherPairs(LinuxBindRules rules) {
        List<Challenge> challenges = new ArrayList<>();
        int turn = 0;
        for (Pair pair : Pair.all()) {
            if (CORE_PAIRS.contains(pair)) {
                continue;
            }
            for (HolderState state : STATES) {
                On reuseAddr = On.values()[turn % On.values().length];
                challenges.add(new Challenge(rules, pair, state, reuseAddr, On.NEITHER, false, turn / 4 % 2 == 1));
                turn++;
            }
            // Seven states and four values share no factor, one step more and every pair starts elsewhere.
            turn++;
        }
        return challenges;
    }
}
