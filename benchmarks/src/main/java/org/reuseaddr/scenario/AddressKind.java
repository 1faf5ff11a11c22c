package org.reuseaddr.scenario;

import org.reuseaddr.socket.SockAddr;

/** The kinds of local address whose pairs the catalogue runs through. */
public enum AddressKind {
    INET_LOOPBACK("inet-loopback", new SockAddr.Inet4(127, 0, 0, 1, 0), false),
    INET_LOOPBACK_2("inet-loopback2", new SockAddr.Inet4(127, 0, 0, 2, 0), false),
    INET_ANY("inet-any", new SockAddr.Inet4(0, 0, 0, 0, 0), false),
    INET6_LOOPBACK("inet6-loopback", SockAddr.Inet6.loopback(0), false),
    /** Dual stack: covers IPv6 and IPv4. */
    INET6_ANY("inet6-any", SockAddr.Inet6.any(0), false),
    INET6_ANY_V6ONLY("inet6-any-v6only", SockAddr.Inet6.any(0), true),
    /** What a Java ServerSocket on 127.0.0.1 binds by default. */
    MAPPED_LOOPBACK("mapped-loopback", SockAddr.Inet6.mapped(new SockAddr.Inet4(127, 0, 0, 1, 0)), false),
    MAPPED_ANY("mapped-any", SockAddr.Inet6.mapped(new SockAddr.Inet4(0, 0, 0, 0, 0)), false);

    private final String slug;
    private final SockAddr address;
    private final boolean v6Only;

    AddressKind(String slug, SockAddr address, boolean v6Only) {
        this.slug = slug;
        this.address = address;
        this.v6Only = v6Only;
    }

    /** The kind's part of a scenario's id. */
    String slug() {
        return slug;
    }

    /** The address to bind. */
    public SockAddr at(int port) {
        return address.withPort(port);
    }

    /** Whether the socket sets IPV6_V6ONLY before it binds. */
    public boolean v6Only() {
        return v6Only;
    }

    /** An address at which a client reaches a listener of this kind, in the listener's own family where it has two. */
    public SockAddr reachedAt(int port) {
        boolean ipv4 = address instanceof SockAddr.Inet4 || address instanceof SockAddr.Inet6 six && six.isMapped();
        if (!ipv4) {
            return INET6_LOOPBACK.at(port);
        }
        return this == INET_LOOPBACK_2 ? at(port) : INET_LOOPBACK.at(port);
    }

    /** Where a client that is a socket of this kind finds a listener of {@link #peer()}. */
    SockAddr connectsTo(int port) {
        return switch (this) {
            case INET_LOOPBACK, INET_LOOPBACK_2, INET_ANY -> INET_LOOPBACK.at(port);
            case MAPPED_LOOPBACK, MAPPED_ANY -> MAPPED_LOOPBACK.at(port);
            case INET6_LOOPBACK, INET6_ANY, INET6_ANY_V6ONLY -> INET6_LOOPBACK.at(port);
        };
    }

    /** The kind of listener that a client of this kind connects to. */
    AddressKind peer() {
        return connectsTo(0).equals(INET6_LOOPBACK.at(0)) ? INET6_LOOPBACK : INET_LOOPBACK;
    }

    /** {@code INET} for AF_INET, {@code INET6} for AF_INET6, whatever the address means. */
    String family() {
        return address.family().name();
    }

    /** The family of a pair as {@link Scenario#family()} names it. */
    String familyWith(AddressKind other) {
        return family().equals(other.family()) ? family() : "mixed";
    }
}
