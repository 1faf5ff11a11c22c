package org.reuseaddr.socket;

import java.util.Set;

/** Constants of the Linux socket interface (asm-generic: x86_64, aarch64, riscv64) that calls below take as arguments. */
public final class Linux {
    public static final int AF_UNIX = 1;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int O_NONBLOCK = 0x800;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int IPPROTO_IP = 0;
    public static final int IPPROTO_TCP = 6;
    /** An option of IPPROTO_IP: bind takes the address and leaves the choice of the port to connect. */
    public static final int IP_BIND_ADDRESS_NO_PORT = 24;
    /** The protocols of stream sockets that have the ports of TCP: the default, TCP and MPTCP, which connects over TCP. */
    public static final Set<Integer> OVER_TCP = Set.of(IPPROTO_IP, IPPROTO_TCP, 262);
    public static final int SOL_SOCKET = 1;
    public static final int SO_LINGER = 13;
    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int PR_SET_CHILD_SUBREAPER = 36;
    public static final short POLLIN = 1;
    public static final short POLLOUT = 4;
    public static final int POLLERR = 8;
    public static final int POLLHUP = 0x10;
    public static final int POLLNVAL = 0x20;
    public static final int POLLRDNORM = 0x40;
    public static final int POLLWRNORM = 0x100;
    public static final int POLLRDHUP = 0x2000;

    public static final int SOCK_RAW = 3;
    public static final int AF_NETLINK = 16;
    public static final int NETLINK_SOCK_DIAG = 4;
    public static final int MSG_DONTWAIT = 0x40;

    private Linux() {
    }
}
