package org.reuseaddr.scenario;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.reuseaddr.model.Holder;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.model.PortState;
import org.reuseaddr.model.Rule;
import org.reuseaddr.scenario.StatePair.Place;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;

/**
 * Three sockets on one port, the last of which Linux does not check ({@link Rule#REUSEPORT_SKIPS_CHECK}): the first, without
 * SO_REUSEPORT, would exclude it, and the second, with it, covers its address and does not meet the first. Random calls come to
 * this once in tens of thousands.
 *
 * @param first the address of the socket without SO_REUSEPORT
 * @param leader the address of the socket that registers with it
 * @param last the address of the socket that is not checked
 */
record SkippedCheck(AddressKind first, AddressKind leader, AddressKind last) {

    private static final List<SkippedCheck> ALL = Stream.of(AddressKind.values())
            .flatMap(first -> Stream.of(AddressKind.values()).flatMap(leader -> Stream.of(AddressKind.values())
                    .map(last -> new SkippedCheck(first, leader, last)))).filter(SkippedCheck::isSkipped).toList();
    private static final int BACKLOG = 8;

    /** Every triple of addresses with which Linux skips the check. */
    static List<SkippedCheck> all() {
        return ALL;
    }

    /** One of those with sockets of these families; empty if there are none. */
    static Optional<SkippedCheck> any(List<Family> families, SplittableRandom random) {
        List<SkippedCheck> possible = ALL.stream().filter(check -> families.containsAll(check.families())).toList();
        return possible.isEmpty() ? Optional.empty() : Optional.of(possible.get(random.nextInt(possible.size())));
    }

    private boolean isSkipped() {
        LinuxBindRules rules = LinuxBindRules.REFERENCE;
        Holder holder = holder(first, false);
        PortState alone = new PortState(List.of(holder), Optional.empty(), false);
        Holder joined = holder(leader, true);
        if (rules.bind(joined, alone).refuses()) {
            return false;
        }
        PortState both = new PortState(List.of(holder, joined), rules.register(joined, alone).leader(), false);
        return rules.bind(holder(last, true), both) == Rule.REUSEPORT_SKIPS_CHECK;
    }

    private static Holder holder(AddressKind kind, boolean reusePort) {
        boolean specific = kind == AddressKind.INET6_LOOPBACK;
        return new Holder(kind.at(Script.PORT), kind.v6Only() || specific, false, reusePort, Holder.UNKNOWN_USER, Holder.PortUse.BOUND);
    }

    private Set<Family> families() {
        return Set.copyOf(Stream.of(first, leader, last).map(kind -> kind.at(0).family()).toList());
    }

    /**
     * Calls that come to the check that is skipped; the first socket listens every other time.
     *
     * @param processes a process for each of the sockets
     */
    List<RandomCalls.Made> calls(IntSupplier processes, SplittableRandom random) {
        PlannedCalls calls = new PlannedCalls();
        for (AddressKind kind : Arrays.asList(first, leader, last)) {
            Place place = new Place(processes.getAsInt(), kind.at(Script.PORT));
            int fd = calls.socket(place);
            if (kind.v6Only()) {
                calls.set(place, fd, SocketOption.IPV6_V6ONLY);
            }
            if (kind != first) {
                calls.set(place, fd, SocketOption.SO_REUSEPORT);
            }
            calls.add(place, new Call.Bind(fd, place.address()));
            if (kind == last || kind == first && random.nextBoolean()) {
                calls.add(place, new Call.Listen(fd, BACKLOG));
            }
        }
        return calls.made();
    }
}
