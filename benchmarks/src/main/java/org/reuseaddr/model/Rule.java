package org.reuseaddr.model;

import java.util.List;
import java.util.Optional;
import org.reuseaddr.socket.Errno;

/**
 * Why bind or listen succeeds or fails, each with its source: a man page where one promises it, else the function of
 * the kernel that decides it. The order is that of precedence when several holders of a port are concerned.
 */
public enum Rule implements Reason {
    ANY_LISTENER_EXCLUDES(Effect.REFUSES, Promise.DOCUMENTED,
            "No local address can be bound on the port of a listener that is bound to the wildcard address.",
            "socket(7) SO_REUSEADDR: \"bound to INADDR_ANY with a specific port then it is not possible to bind to "
                    + "this port for any local address\"",
            KnownReports.DUPLICATE_LISTENER),
    LISTENER_EXCLUDES(Effect.REFUSES, Promise.DOCUMENTED,
            "Nothing can be bound over an active listening socket, SO_REUSEADDR or not.",
            "socket(7) SO_REUSEADDR: \"a socket may bind, except when there is an active listening socket bound to "
                    + "the address\"",
            KnownReports.DUPLICATE_LISTENER),
    LISTENER_EXCLUDES_LISTENER(Effect.REFUSES, Promise.DOCUMENTED,
            "Of several sockets bound to one address the first to listen wins, and every other listen is refused.",
            "listen(2) EADDRINUSE: \"Another socket is already listening on the same port\"",
            KnownReports.DUPLICATE_LISTENER),
    OTHER_USER_EXCLUDED(Effect.REFUSES, Promise.DOCUMENTED,
            "Sockets share a port by SO_REUSEPORT only with sockets of the same effective user.",
            "socket(7) SO_REUSEPORT: \"must have the same effective UID\"",
            KnownReports.NONE),
    REMNANT_EXCLUDES_INET_ANY(Effect.REFUSES, Promise.KERNEL_ONLY,
            "An IPv6 connection whose socket is not V6ONLY blocks the IPv4 wildcard, and no other IPv4 address.",
            "kernel: ipv4_rcv_saddr_equal matches the wildcard against any socket that is not ipv6only",
            KnownReports.NONE),
    CONNECTION_EXCLUDES(Effect.REFUSES, Promise.DOCUMENTED,
            "Without SO_REUSEADDR an address cannot be bound while connections of it remain, TIME_WAIT included.",
            "ip(7) Address format: \"unavailable for some time after closing, unless the SO_REUSEADDR flag has been "
                    + "set\"; bind(2) EADDRINUSE",
            KnownReports.TIME_WAIT_IGNORED),
    BOUND_EXCLUDES(Effect.REFUSES, Promise.DOCUMENTED,
            "Without SO_REUSEADDR an address that a socket has bound is in use.",
            "bind(2) EADDRINUSE: \"The given address is already in use\"",
            KnownReports.NONE),
    HOLDER_WITHOUT_REUSEADDR_EXCLUDES(Effect.REFUSES, Promise.DOCUMENTED,
            "SO_REUSEADDR of the later socket is in vain where the holder of the address did not set it too.",
            "socket(7) NOTES: only \"when this option was set both in the previous program that performed a bind(2) to "
                    + "the port and in the program that wants to reuse the port\"",
            KnownReports.NONE),
    LISTEN_CHECKS_AGAIN(Effect.REFUSES, Promise.KERNEL_ONLY,
            "listen repeats the check of bind with the options as they stand now.",
            "kernel: inet_csk_listen_start calls get_port again",
            KnownReports.NONE),

    REUSEPORT_SKIPS_CHECK(Effect.ALLOWS, Promise.KERNEL_ONLY,
            "A socket with SO_REUSEPORT is not checked if the last to register on the port had it too, the same user, "
                    + "and an address that covers it.",
            "kernel: inet_csk_get_port, sk_reuseport_match",
            KnownReports.NONE),
    REUSEPORT_SHARES_TIME_WAIT(Effect.ALLOWS, Promise.KERNEL_ONLY,
            "With SO_REUSEPORT on both, TIME_WAIT does not keep another user out.",
            "kernel: inet_bind_conflict exempts TCP_TIME_WAIT from the comparison of users",
            KnownReports.NONE),
    REUSEPORT_SHARES(Effect.ALLOWS, Promise.DOCUMENTED,
            "Sockets of one user that all set SO_REUSEPORT may bind and listen on the same address.",
            "socket(7) SO_REUSEPORT: \"Permits multiple AF_INET or AF_INET6 sockets to be bound to an identical "
                    + "socket address\"",
            KnownReports.REUSEPORT_REFUSED),
    REUSEADDR_SHARES_CONNECTION(Effect.ALLOWS, Promise.DOCUMENTED,
            "With SO_REUSEADDR on both, connections that a closed listener left do not keep its address.",
            "socket(7) SO_REUSEADDR; ip(7) Address format: \"unless the SO_REUSEADDR flag has been set\"",
            KnownReports.NONE),
    REUSEADDR_SHARES_BOUND(Effect.ALLOWS, Promise.DOCUMENTED,
            "With SO_REUSEADDR on both, a socket may bind the address of a socket that does not listen.",
            "socket(7) SO_REUSEADDR: \"a socket may bind, except when there is an active listening socket bound to "
                    + "the address\"",
            KnownReports.NONE),
    V6ONLY_SEPARATES(Effect.ALLOWS, Promise.DOCUMENTED,
            "A socket with IPV6_V6ONLY leaves the port to IPv4.",
            "ipv6(7) IPV6_V6ONLY: \"an IPv4 and an IPv6 application can bind to a single port at the same time\"",
            KnownReports.FAMILIES_CLASH),
    FAMILIES_SEPARATE(Effect.ALLOWS, Promise.DOCUMENTED,
            "A specific IPv6 address and an IPv4 address are different addresses.",
            "bind(2) EADDRINUSE: only \"the given address\" is in use; kernel: inet_rcv_saddr_equal",
            KnownReports.FAMILIES_CLASH),
    ADDRESSES_SEPARATE(Effect.ALLOWS, Promise.DOCUMENTED,
            "One port can be bound on each local address by a socket of its own.",
            "ip(7) Address format: \"an IP socket address is defined as a combination of an IP interface address and "
                    + "a 16-bit port number\"",
            KnownReports.ADDRESSES_CLASH),
    PORT_IS_FREE(Effect.ALLOWS, Promise.DOCUMENTED,
            "A port that no socket holds can be bound, and listened on.",
            "bind(2): EADDRINUSE only where \"the given address is already in use\"",
            KnownReports.FREE_PORT_REFUSED);

    private enum Effect { ALLOWS, REFUSES }

    private enum Promise { DOCUMENTED, KERNEL_ONLY }

    private static final class KnownReports {
        static final List<String> NONE = List.of();
        static final List<String> DUPLICATE_LISTENER = List.of(
                "microsoft/WSL#2915", "microsoft/WSL#4407", "nodejs/node#28972", "rust-lang/rust#49367");
        static final List<String> ADDRESSES_CLASH = List.of("microsoft/WSL#1549");
        static final List<String> FAMILIES_CLASH = List.of("microsoft/WSL#674", "microsoft/WSL#720");
        static final List<String> TIME_WAIT_IGNORED = List.of("microsoft/WSL#3909");
        static final List<String> REUSEPORT_REFUSED = List.of("solana-labs/solana#1149", "microsoft/WSL#6619");
        static final List<String> FREE_PORT_REFUSED = List.of("microsoft/WSL#40984", "microsoft/WSL#12703");

        private KnownReports() {
        }
    }

    private final Effect effect;
    private final Promise promise;
    private final String sentence;
    private final String source;
    private final List<String> references;

    Rule(Effect effect, Promise promise, String sentence, String source, List<String> references) {
        this.effect = effect;
        this.promise = promise;
        this.sentence = sentence;
        this.source = source;
        this.references = references;
    }

    /** EADDRINUSE, the only errno of these rules, or nothing where the call succeeds. */
    public Optional<Errno> errno() {
        return effect == Effect.REFUSES ? Optional.of(Errno.EADDRINUSE) : Optional.empty();
    }

    /** Whether the rule refuses the call. */
    public boolean refuses() {
        return effect == Effect.REFUSES;
    }

    @Override
    public boolean promised() {
        return promise == Promise.DOCUMENTED;
    }

    @Override
    public String sentence() {
        return sentence;
    }

    @Override
    public String source() {
        return source;
    }

    @Override
    public List<String> references() {
        return references;
    }
}
