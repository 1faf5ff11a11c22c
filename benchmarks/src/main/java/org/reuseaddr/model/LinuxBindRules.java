package org.reuseaddr.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.reuseaddr.socket.SockAddr;

/**
 * The reference model: whether a TCP socket may bind, or listen on, a port, given everybody else on it.
 *
 * <p>The whole of it is
 * <pre>
 * conflict(X, Y) = overlap(X, Y)
 *                  and not (X.reuseaddr and Y.reuseaddr and Y is not listening)
 *                  and not (X.reuseport and Y.reuseport and (same user or Y in TIME_WAIT))
 * </pre>
 * asked for every holder Y at bind, and asked again at listen (kernel: inet_csk_get_port, called by inet_bind and by
 * inet_csk_listen_start; inet_csk_bind_conflict, inet_bind_conflict, inet_rcv_saddr_equal). Options count as they
 * stand. Processes, and how the port number was come by, make no difference. Everything here is pure.
 *
 * @param quirks what these rules have of released kernels; none for the reference
 */
public record LinuxBindRules(Set<Quirk> quirks) {

    /** Mainline as it is today. */
    public static final LinuxBindRules REFERENCE = new LinuxBindRules(Set.of());

    public LinuxBindRules {
        quirks = Set.copyOf(quirks);
    }

    /**
     * The rule that decides bind(2).
     *
     * @param candidate the socket as it would be if it were bound
     * @param port everybody else
     */
    public Rule bind(Holder candidate, PortState port) {
        if (quirks.contains(Quirk.REMEMBERS_REUSEADDR) && candidate.reuseAddr() && port.reuseAddrSoFar() && !port.holders().isEmpty()) {
            return Rule.REUSEADDR_SHARES_BOUND;
        }
        return decide(candidate, port);
    }

    /**
     * The rule that decides listen(2) of a socket that is bound.
     *
     * @param socket the socket as it is
     * @param port everybody else
     */
    public Rule listen(Holder socket, PortState port) {
        Rule rule = decide(socket, port);
        return switch (rule) {
            case ANY_LISTENER_EXCLUDES, LISTENER_EXCLUDES -> Rule.LISTENER_EXCLUDES_LISTENER;
            case BOUND_EXCLUDES, CONNECTION_EXCLUDES, HOLDER_WITHOUT_REUSEADDR_EXCLUDES -> Rule.LISTEN_CHECKS_AGAIN;
            default -> rule;
        };
    }

    /**
     * The rules that may decide bind(2) or listen(2), as far as it is not known who the makers of the sockets are: one that
     * permits it, one that refuses it, or one of each, that for a maker who is none of the known users first.
     *
     * @param listen whether listen is asked about, and bind if not
     */
    public List<Rule> possible(boolean listen, Holder candidate, PortState port) {
        Rule first = listen ? listen(candidate, port) : bind(candidate, port);
        if (!candidate.reusePort()) {
            // Users make no difference to any other socket.
            return List.of(first);
        }
        List<Rule> possible = new ArrayList<>();
        possible.add(first);
        Stream.concat(Stream.concat(Stream.of(candidate), port.leader().stream()), port.holders().stream()).mapToInt(Holder::user)
                .filter(user -> user != Holder.UNKNOWN_USER).distinct()
                .forEach(user -> {
                    Holder known = known(candidate, user);
                    PortState among = new PortState(port.holders().stream().map(holder -> known(holder, user)).toList(),
                            port.leader().map(leader -> known(leader, user)), port.reuseAddrSoFar());
                    Rule rule = listen ? listen(known, among) : bind(known, among);
                    if (possible.stream().noneMatch(other -> other.refuses() == rule.refuses())) {
                        possible.add(rule);
                    }
                });
        return possible;
    }

    private static Holder known(Holder holder, int user) {
        return holder.user() == Holder.UNKNOWN_USER ? holder.of(user) : holder;
    }

    /** The state of the port after a successful bind or listen: who, if anyone, later sockets are compared with. */
    public PortState register(Holder socket, PortState port) {
        boolean first = port.holders().isEmpty();
        boolean reuseAddr = socket.reuseAddr() && socket.state() != Holder.PortUse.LISTENING;
        Optional<Holder> leader = !socket.reusePort() ? Optional.empty()
                : followsLeader(socket, port) ? port.leader() : Optional.of(socket);
        return new PortState(port.holders(), leader, reuseAddr && (first || port.reuseAddrSoFar()));
    }

    private Rule decide(Holder candidate, PortState port) {
        Rule rule = examined(candidate, port).stream()
                .map(holder -> against(candidate, holder))
                .min(Comparator.naturalOrder())
                .orElse(Rule.PORT_IS_FREE);
        return rule.refuses() && followsLeader(candidate, port) ? Rule.REUSEPORT_SKIPS_CHECK : rule;
    }

    /** The rule that decides between one candidate and one holder. */
    Rule against(Holder candidate, Holder holder) {
        if (!overlap(candidate, holder)) {
            return separation(candidate, holder);
        }
        boolean connection = holder.state() == Holder.PortUse.CONNECTED || holder.state() == Holder.PortUse.TIME_WAIT;
        if (candidate.reuseAddr() && holder.reuseAddr() && holder.state() != Holder.PortUse.LISTENING) {
            return connection ? Rule.REUSEADDR_SHARES_CONNECTION : Rule.REUSEADDR_SHARES_BOUND;
        }
        if (candidate.reusePort() && holder.reusePort()) {
            return candidate.user() == holder.user() ? Rule.REUSEPORT_SHARES
                    : holder.state() == Holder.PortUse.TIME_WAIT ? Rule.REUSEPORT_SHARES_TIME_WAIT
                    : Rule.OTHER_USER_EXCLUDED;
        }
        if (holder.state() == Holder.PortUse.LISTENING) {
            return holder.local().isWildcard() ? Rule.ANY_LISTENER_EXCLUDES : Rule.LISTENER_EXCLUDES;
        }
        if (remnantMeetsInetAny(candidate, holder)) {
            return Rule.REMNANT_EXCLUDES_INET_ANY;
        }
        if (candidate.reuseAddr()) {
            return Rule.HOLDER_WITHOUT_REUSEADDR_EXCLUDES;
        }
        return connection ? Rule.CONNECTION_EXCLUDES : Rule.BOUND_EXCLUDES;
    }

    /**
     * Whether the two cover an address in common (kernel: inet_rcv_saddr_equal with wildcards).
     *
     * <p>Not symmetric for the one oddity of {@link Rule#REMNANT_EXCLUDES_INET_ANY}.
     */
    public boolean overlap(Holder candidate, Holder holder) {
        if (isOverlooked(candidate, holder)) {
            return false;
        }
        if (quirks.contains(Quirk.V6ONLY_REFUSES_MAPPED) && isMapped(candidate) && !candidate.local().isWildcard()
                && isV6OnlyWildcard(holder)) {
            return true;
        }
        return candidate.coversInet() && holder.coversInet()
                        && meet(candidate.inetAddress(), holder.inetAddress())
                || candidate.coversInet6() && holder.coversInet6() && meet(candidate.local(), holder.local())
                || remnantMeetsInetAny(candidate, holder);
    }

    private boolean isOverlooked(Holder candidate, Holder holder) {
        if (candidate.local().isWildcard() || !isMapped(holder)) {
            return false;
        }
        return quirks.contains(Quirk.OVERLOOKS_MAPPED_WILDCARD) && isMapped(candidate) && holder.local().isWildcard()
                || quirks.contains(Quirk.OVERLOOKS_MAPPED_HOLDER) && candidate.local() instanceof SockAddr.Inet4;
    }

    /** The holders that are looked at at all, see {@link Quirk#STOPS_AT_V6ONLY_WILDCARD}. */
    private List<Holder> examined(Holder candidate, PortState port) {
        List<Holder> holders = port.holders();
        if (!quirks.contains(Quirk.STOPS_AT_V6ONLY_WILDCARD) || candidate.local().isWildcard()
                || !(candidate.local() instanceof SockAddr.Inet4)) {
            return holders;
        }
        int stop = -1;
        for (int i = 0; i < holders.size(); i++) {
            stop = isV6OnlyWildcard(holders.get(i)) ? i : stop;
        }
        List<Holder> examined = new ArrayList<>();
        for (int i = 0; i < holders.size(); i++) {
            if (i > stop || !holders.get(i).coversInet() || !holders.get(i).local().isWildcard()) {
                examined.add(holders.get(i));
            }
        }
        return examined;
    }

    private static boolean isV6OnlyWildcard(Holder holder) {
        return holder.coversInet6() && holder.local().isWildcard() && holder.v6Only();
    }

    private static boolean meet(SockAddr one, SockAddr other) {
        return one.isWildcard() || other.isWildcard() || one.host().equals(other.host());
    }

    /** A specific IPv6 address without V6ONLY: a connection of a dual-stack listener, or a client that did not bind. */
    private static boolean remnantMeetsInetAny(Holder candidate, Holder holder) {
        return candidate.local() instanceof SockAddr.Inet4 four && four.isWildcard()
                && holder.coversInet6() && !holder.local().isWildcard() && !holder.v6Only();
    }

    private static Rule separation(Holder candidate, Holder holder) {
        if (candidate.coversInet6() == holder.coversInet6()) {
            return Rule.ADDRESSES_SEPARATE;
        }
        Holder six = candidate.coversInet6() ? candidate : holder;
        return six.local().isWildcard() ? Rule.V6ONLY_SEPARATES : Rule.FAMILIES_SEPARATE;
    }

    private static boolean isMapped(Holder holder) {
        return holder.local() instanceof SockAddr.Inet6 six && six.isMapped();
    }

    /** Whether the kernel takes the candidate for one more of a group it has checked (kernel: sk_reuseport_match). */
    private static boolean followsLeader(Holder candidate, PortState port) {
        return candidate.reusePort() && port.leader()
                .filter(leader -> leader.user() == candidate.user() && covers(leader, candidate))
                .isPresent();
    }

    private static boolean covers(Holder leader, Holder candidate) {
        if (leader.local() instanceof SockAddr.Inet4 four) {
            // Compared as IPv4 addresses alone: for an IPv6 wildcard that is 0.0.0.0, for ::1 none that can be bound.
            return candidate.coversInet()
                    && (four.isWildcard() || four.host().equals(candidate.inetAddress().host()));
        }
        if (isMapped(leader) && candidate.coversInet() && !candidate.coversInet6()) {
            return leader.local().isWildcard() || leader.inetAddress().host().equals(candidate.inetAddress().host());
        }
        if (leader.local().isWildcard() && !isMapped(leader)) {
            return candidate.coversInet6() || !leader.v6Only();
        }
        return leader.local().host().equals(candidate.local().host());
    }
}
