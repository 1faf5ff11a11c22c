package org.reuseaddr.replay;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.platform.ProcNet;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Transcript;

/**
 * What the platform has at all: a scenario that needs more is UNSUPPORTED and not a violation.
 *
 * @param inet6 AF_INET6 sockets can be made
 * @param inetLoopback 127.0.0.1 can be bound and has a route: the loopback interface is up
 * @param inet6Loopback ::1 can be bound and has a route
 * @param localPortRange the option IP_LOCAL_PORT_RANGE is known, as since Linux 6.3
 * @param nonlocalBind the families of which the machine is set to let any address be bound
 */
record Facilities(boolean inet6, boolean inetLoopback, boolean inet6Loopback, boolean localPortRange, Set<Family> nonlocalBind) {

    private static final int FD = 3;
    private static final int LIMIT_MILLIS = 2_000;
    /** Nobody needs to answer: the call says at once whether there is a way. */
    private static final int UNUSED_PORT = 9;

    /**
     * Finds out.
     *
     * @param process the process that is going to make the calls
     * @param client makes connections for it
     */
    static Facilities probe(SocketProcess process, SocketProcess client) {
        // Other failures than "no such family" are for the scenarios to find.
        boolean inet6 = !process.execute(0, socket(Family.INET6), FD, LIMIT_MILLIS).failedWith(Errno.EAFNOSUPPORT);
        process.closeAll();
        return new Facilities(inet6, canBind(process, Family.INET) && hasRoute(client, Family.INET),
                inet6 && canBind(process, Family.INET6) && hasRoute(client, Family.INET6), knowsLocalPortRange(client),
                familiesWithNonlocalBind());
    }

    private static Set<Family> familiesWithNonlocalBind() {
        ProcNet net = ProcNet.ofThisProcess();
        return Stream.of(Family.values()).filter(family -> net.isNonlocalBindAllowed(family == Family.INET6))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean canBind(SocketProcess process, Family family) {
        try {
            process.execute(0, socket(family), FD, LIMIT_MILLIS);
            Outcome outcome = process.execute(0, new Call.Bind(FD, family.loopback(0)), SocketProcess.UNNAMED, LIMIT_MILLIS);
            return !outcome.failedWith(Errno.EADDRNOTAVAIL) && !outcome.failedWith(Errno.EBADF);
        } finally {
            process.closeAll();
        }
    }

    /** Asked of bare calls: the JDK's own sockets do not have the option. */
    private static boolean knowsLocalPortRange(SocketProcess process) {
        try {
            process.execute(0, socket(Family.INET), FD, LIMIT_MILLIS);
            return !process.execute(0, new Call.SetOption(FD, SocketOption.IP_LOCAL_PORT_RANGE, 0), SocketProcess.UNNAMED,
                    LIMIT_MILLIS).failedWith(Errno.named("ENOPROTOOPT"));
        } catch (ReplayException e) {
            // The JDK's own listeners have no such option.
            return false;
        } finally {
            process.closeAll();
        }
    }

    /** An interface that is down lets its address, and any other, be bound; only connections fail. */
    private static boolean hasRoute(SocketProcess client, Family family) {
        try {
            client.execute(0, new Call.Socket(family.number(), Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK, Linux.IPPROTO_TCP), FD,
                    LIMIT_MILLIS);
            return !client.execute(0, new Call.Connect(FD, family.loopback(UNUSED_PORT)), SocketProcess.UNNAMED, LIMIT_MILLIS)
                    .failedWith(Errno.named("ENETUNREACH"));
        } finally {
            client.closeAll();
        }
    }

    private static Call socket(Family family) {
        return new Call.Socket(family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP);
    }

    /** The families whose loopback address can be bound. */
    Set<Family> families() {
        Set<Family> families = EnumSet.noneOf(Family.class);
        if (inetLoopback) {
            families.add(Family.INET);
        }
        if (inet6Loopback) {
            families.add(Family.INET6);
        }
        return families;
    }

    /** Why a transcript cannot be replayed here; empty if it can. */
    Optional<String> missingFor(Transcript transcript) {
        return transcript.steps().stream().flatMap(step -> missingFor(step.call()).or(() -> step.outcome().failedWith(Errno.EADDRNOTAVAIL)
                ? missingRefusal(step.call()) : Optional.empty()).stream()).findFirst();
    }

    /** Why a bind may succeed that Linux refuses by default, since the address is not the machine's own; empty if it may not. */
    Optional<String> missingRefusal(Call call) {
        return call instanceof Call.Bind bind && !bind.address().isLoopback() && !bind.address().isWildcard()
                && nonlocalBind.contains(isInet6(bind.address()) ? Family.INET6 : Family.INET)
                ? Optional.of("the machine lets any address be bound: sysctl ip_nonlocal_bind is 1") : Optional.empty();
    }

    private static boolean isInet6(SockAddr address) {
        return address instanceof SockAddr.Inet6 six && !six.isMapped();
    }

    private Optional<String> missingFor(Call call) {
        if (call instanceof Call.Socket socket) {
            return when(socket.domain() == Family.INET6.number() && !inet6, "AF_INET6 sockets");
        }
        if (call instanceof Call.SetOption option) {
            return when(option.option() == SocketOption.IP_LOCAL_PORT_RANGE && !localPortRange,
                    "the socket option IP_LOCAL_PORT_RANGE");
        }
        return call instanceof Call.Addressed addressed ? missingFor(addressed.address()) : Optional.empty();
    }

    private Optional<String> missingFor(SockAddr address) {
        return isInet6(address)
                ? when(!inet6Loopback, "the IPv6 loopback address ::1")
                : when(address.isLoopback() && !inetLoopback, "the IPv4 loopback address 127.0.0.1");
    }

    private static Optional<String> when(boolean missing, String facility) {
        return missing ? Optional.of("the platform does not have " + facility) : Optional.empty();
    }
}
