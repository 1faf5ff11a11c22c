package org.reuseaddr.model;

import java.util.List;

/** What holds for the results of socket calls beside the rules of who may have a port, which {@link Rule} has. */
public enum CallRule implements Reason {
    /** Neither a signal nor anything else makes them return another value. */
    RETURNS_ZERO_OR_AN_ERROR(true,
            "bind and listen return 0 or an error of their own: never another value, and never EINTR, since they do not wait.",
            "bind(2), listen(2): RETURN VALUE and ERRORS; signal(7)", "microsoft/WSL#14541"),
    NOT_OPEN(true, "A descriptor that is not open is refused.", "bind(2) and the pages of the other calls: EBADF"),
    MAKES_SOCKET(true, "A new socket gets a descriptor.", "socket(2): RETURN VALUE"),
    SETS_OPTION(true, "SO_REUSEADDR, SO_REUSEPORT and SO_LINGER can be set at any time.", "socket(7): Socket options",
            "Parrot-Developers/libARController#2"),
    V6ONLY_BEFORE_BIND(false, "IPV6_V6ONLY can be set as long as the socket has no port.",
            "kernel: do_ipv6_setsockopt, EINVAL with inet_num"),
    V6ONLY_IS_OF_INET6(false, "An AF_INET socket has no option of the level IPPROTO_IPV6.", "kernel: ip_setsockopt, ENOPROTOOPT"),
    SHOWS_OPTION(true, "An option that was set is read back as it was set.", "socket(7): Socket options; getsockopt(2)"),
    SHOWS_LISTENING(true, "SO_ACCEPTCONN is 1 for a socket that listens, and 0 for any other.", "socket(7) SO_ACCEPTCONN"),
    SHOWS_ERROR(true, "SO_ERROR shows the pending error of the socket and clears it.", "socket(7) SO_ERROR"),
    BOUND_ONCE(true, "A socket that has an address cannot be bound again.",
            "bind(2) EINVAL: \"The socket is already bound to an address\""),
    FAMILY_OF_SOCKET(false, "An address of another family than the socket's is refused.",
            "kernel: inet_bind (EAFNOSUPPORT), inet6_bind (EINVAL: an IPv4 address is shorter)"),
    MAPPED_NEEDS_DUAL_STACK(false, "A socket with IPV6_V6ONLY cannot have an IPv4 address.",
            "kernel: __inet6_bind (EINVAL), tcp_v6_connect (ENETUNREACH)"),
    ADDRESS_IS_LOCAL(true, "Only an address of an interface of this machine can be bound.",
            "bind(2) EADDRNOTAVAIL", "microsoft/WSL#460"),
    PORT_IS_PRIVILEGED(true, "A port below 1024 needs a privilege.", "bind(2) EACCES; ip(7) ip_unprivileged_port_start"),
    ANOTHER_SOCKET_HAS_IT(true, "A socket that is not shown may have the port, or all ports may be taken.", "bind(2) EADDRINUSE"),
    LISTENS_ONCE_IDLE(true, "Only a socket that is not connected can listen.", "kernel: inet_listen; listen(2)"),
    LISTENS_AGAIN(true, "A listener that listens again takes the new backlog.", "kernel: inet_listen"),
    LISTEN_BINDS(true, "A socket without an address is bound to a port that Linux chooses when it listens.",
            "ip(7): Address format; kernel: inet_csk_listen_start", "microsoft/WSL#41117"),
    PORT_CHOSEN_IS_FREE(true, "Port 0 takes a port that no other socket has at this address.",
            "ip(7) ip_local_port_range; kernel: inet_csk_find_open_port", "google/gvisor#6209"),
    SETS_PORT_RANGE(true, "IP_LOCAL_PORT_RANGE can be set at any time, unless its lower bound is above its upper one.",
            "ip(7) IP_LOCAL_PORT_RANGE; kernel: do_ip_setsockopt (EINVAL)"),
    NO_PORT_RANGE_BEFORE(true, "Linux up to 6.2 has no option IP_LOCAL_PORT_RANGE.", "ip(7) IP_LOCAL_PORT_RANGE (since Linux 6.3)"),
    PORT_OF_RANGE(true, "With IP_LOCAL_PORT_RANGE of one port Linux chooses that port, by bind, listen and connect alike.",
            "ip(7) IP_LOCAL_PORT_RANGE; kernel: inet_sk_get_local_port_range", "google/gvisor#6209"),
    PORT_RANGE_IS_EXHAUSTED(true, "Where other sockets have every port of IP_LOCAL_PORT_RANGE, Linux chooses none, whatever the options.",
            "bind(2) EADDRINUSE and connect(2) EADDRNOTAVAIL: ephemeral ports; kernel: inet_csk_find_open_port, __inet_hash_connect",
            "google/gvisor#6209"),
    CONNECTS(true, "A connection to a listener that has room in its queue is established.", "connect(2), listen(2)"),
    REFUSED(true, "A connection to a port at which nobody listens is refused.", "connect(2) ECONNREFUSED", "microsoft/WSL#10855"),
    IN_PROGRESS(true, "A non-blocking connect does not wait.", "connect(2) EINPROGRESS"),
    ALREADY_CONNECTED(true, "A socket that is connected cannot be connected again.", "connect(2) EISCONN"),
    TELLS_HOW_CONNECT_ENDED(false, "The second connect tells how a non-blocking one ended.", "kernel: __inet_stream_connect",
            "google/gvisor#3828"),
    QUEUE_IS_FULL(true, "A listener whose queue is full does not answer: its queue has room for one more than its backlog.",
            "listen(2); kernel: sk_acceptq_is_full", "google/gvisor#3153", "google/gvisor#5637", "google/gvisor#6545"),
    NO_ROUTE_BETWEEN_FAMILIES(false, "A socket bound to an IPv4 address has no route to an IPv6 one, nor the other way round.",
            "kernel: ip6_dst_lookup_tail (EAFNOSUPPORT), tcp_v6_connect (ENETUNREACH)"),
    CONNECTION_IS_UNIQUE(true, "Two connections cannot have both addresses and both ports in common.",
            "kernel: __inet_check_established; connect(2) EADDRNOTAVAIL"),
    ACCEPTS(true, "accept returns the connection that has waited longest, be it closed or reset meanwhile.",
            "accept(2); kernel: inet_csk_accept"),
    NOTHING_TO_ACCEPT(true, "A listener without connections answers EAGAIN if it is non-blocking, and waits if not.",
            "accept(2) EAGAIN", "libkrun/libkrunfw#137"),
    NOT_LISTENING(true, "accept needs a listener.", "accept(2) EINVAL"),
    SHOWS_NAME(true, "getsockname shows the address that the socket has.", "getsockname(2)", "graphene#1713",
            "gramineproject/gramine#725"),
    SHOWS_PEER(true, "getpeername shows the address of the other end as long as there is a connection.", "getpeername(2)"),
    NOT_CONNECTED(true, "Without a connection there is nothing to shut down, and no peer.",
            "shutdown(2) ENOTCONN, getpeername(2) ENOTCONN"),
    SHUTS_DOWN(true, "shutdown ends one direction or both.", "shutdown(2)"),
    LISTENER_STOPS(false, "SHUT_RD of a listener ends its listening and resets what waits in its queue.",
            "kernel: inet_shutdown, tcp_disconnect", "microsoft/WSL#6733", "smol-machines/libkrunfw#12"),
    NO_SUCH_DIRECTION(true, "shutdown knows SHUT_RD, SHUT_WR and SHUT_RDWR.", "shutdown(2) EINVAL"),
    DUPLICATES(true, "dup makes one more descriptor of the same socket.", "dup(2)"),
    SETS_STATUS_FLAG(true, "O_NONBLOCK can be set and cleared.", "fcntl(2) F_SETFL"),
    REPORTS_EVENTS(false, "poll reports what can be done without waiting, errors and the end of the connection.",
            "poll(2); kernel: tcp_poll, inet_csk_listen_poll"),
    CLOSES(true, "close succeeds.", "close(2)"),
    NOT_MODELLED(false, "The model says nothing of this call.", "");

    private final String sentence;
    private final String source;
    private final boolean promised;
    private final List<String> references;

    CallRule(boolean promised, String sentence, String source, String... references) {
        this.promised = promised;
        this.sentence = sentence;
        this.source = source;
        this.references = List.of(references);
    }

    /** Whether calls on sockets that are all known can be decided by it, in current releases; the other rules are met in traces alone. */
    public boolean isOfKnownSockets() {
        return this != NOT_MODELLED && this != PORT_IS_PRIVILEGED && this != ANOTHER_SOCKET_HAS_IT && this != NO_PORT_RANGE_BEFORE;
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
    public boolean promised() {
        return promised;
    }

    @Override
    public List<String> references() {
        return references;
    }
}
