package org.reuseaddr.model;

import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;

/** What the model knows of addresses. */
final class Addresses {

    /** The networks that RFC 5737 and RFC 3849 reserve for documentation. */
    private static final String INET_DOCUMENTATION = "192.0.2.";
    private static final String INET6_DOCUMENTATION = "2001:db8:";

    private Addresses() {
    }

    static boolean isMapped(SockAddr address) {
        return address instanceof SockAddr.Inet6 six && six.isMapped();
    }

    /** A mapped address as the IPv4 address that it stands for; any other as it is. */
    static SockAddr plain(SockAddr address) {
        return isMapped(address) ? ((SockAddr.Inet6) address).unmapped() : address;
    }

    /** An address as a socket of this family writes it. */
    static SockAddr inFamily(Family family, SockAddr address) {
        SockAddr plain = plain(address);
        return family == Family.INET6 && plain instanceof SockAddr.Inet4 four ? SockAddr.Inet6.mapped(four) : plain;
    }

    /** Whether it is certain that a machine with IPv4 and IPv6 has the address, or that it has it not. */
    static boolean isKnown(SockAddr address) {
        return isLocal(address) || isReserved(address);
    }

    static boolean isLocal(SockAddr address) {
        SockAddr plain = plain(address);
        return plain.isWildcard() || plain instanceof SockAddr.Inet4 four && four.isLoopback()
                || plain instanceof SockAddr.Inet6 six && six.isLoopback();
    }

    private static boolean isReserved(SockAddr address) {
        SockAddr plain = plain(address);
        return plain.host().startsWith(plain.family() == Family.INET ? INET_DOCUMENTATION : INET6_DOCUMENTATION);
    }
}
