package org.reuseaddr.socket;

import java.net.StandardProtocolFamily;

/** The two address families the suite speaks, as the kernel numbers them on every Linux architecture. */
public enum Family {
    /** AF_INET: IPv4 proper, never a v4-mapped AF_INET6 socket. */
    INET(2, StandardProtocolFamily.INET, new SockAddr.Inet4(127, 0, 0, 1, 0)),
    /** AF_INET6. */
    INET6(10, StandardProtocolFamily.INET6, SockAddr.Inet6.loopback(0));

    private final int number;
    private final StandardProtocolFamily protocolFamily;
    private final SockAddr loopback;

    Family(int number, StandardProtocolFamily protocolFamily, SockAddr loopback) {
        this.number = number;
        this.protocolFamily = protocolFamily;
        this.loopback = loopback;
    }

    /** The value of the AF_ constant. */
    public int number() {
        return number;
    }

    /** The symbolic name as strace prints it, {@code AF_INET} or {@code AF_INET6}. */
    public String symbol() {
        return "AF_" + name();
    }

    /** The JDK's name for a channel of this family. */
    public StandardProtocolFamily protocolFamily() {
        return protocolFamily;
    }

    /** 127.0.0.1 or ::1 with the given port. */
    public SockAddr loopback(int port) {
        return loopback.withPort(port);
    }
}
