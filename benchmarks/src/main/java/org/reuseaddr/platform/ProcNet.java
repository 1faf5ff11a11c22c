package org.reuseaddr.platform;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The one reader of what the kernel says about TCP in this network namespace: proc_net(5) and tcp(7). A file that is
 * absent, as on some platforms, has no rows; a row that is not as the kernel writes it is skipped.
 */
public final class ProcNet {

    private static final List<String> SOCKETS = List.of("proc/net/tcp", "proc/net/tcp6");
    /** Pairs of lines with one prefix: the first names what the second counts. */
    private static final List<String> COUNTERS = List.of("proc/net/snmp", "proc/net/netstat");
    private static final List<String> PREFIXES = List.of("Tcp:", "TcpExt:");
    private static final Pattern ALLOCATED = Pattern.compile("^TCP: .*\\balloc (\\d{1,9})\\b", Pattern.MULTILINE);
    private static final Pattern IN_USE = Pattern.compile("^TCP6?: inuse (\\d{1,9})\\b", Pattern.MULTILINE);
    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})\\s+(\\d{1,5})");

    private final SystemFiles files;

    ProcNet(SystemFiles files) {
        this.files = files;
    }

    /** The network namespace of this process. */
    public static ProcNet ofThisProcess() {
        return new ProcNet(SystemFiles.ofThisMachine());
    }

    /** Whether the kernel shows its TCP sockets; WSL 1 has an empty file in place of the table (microsoft/WSL#2084). */
    public boolean showsSockets() {
        return !files.lines(SOCKETS.get(0)).isEmpty();
    }

    /**
     * The TCP sockets of both families now: those that listen, those that are connected, and what is left of those in
     * TIME_WAIT. A socket that is bound and neither listens nor is connected is not among them: of those sock_diag(7) alone knows.
     */
    public List<ListedSocket> tcpSockets() {
        return tcpRows().flatMap(row -> ListedSocket.of(row).stream()).toList();
    }

    /** The local ports of {@link #tcpSockets}, some more than once, without the cost of reading the rest of each row. */
    Stream<Integer> localPorts() {
        return tcpRows().map(ListedSocket::localPort).filter(OptionalInt::isPresent).map(OptionalInt::getAsInt);
    }

    private Stream<String> tcpRows() {
        return SOCKETS.stream().flatMap(path -> files.lines(path).stream());
    }

    /**
     * How many TCP sockets of this machine no table shows: all that are allocated, in every network namespace, without those
     * that listen or are connected in this one (proc_net(5), sockstat). Bound sockets that neither listen nor are connected are
     * among them. An upper bound, since sockets of other namespaces and unbound ones count too; empty where nobody counts.
     */
    public OptionalLong hiddenSockets() {
        Optional<Long> allocated = files.match("proc/net/sockstat", ALLOCATED).map(Long::valueOf);
        if (allocated.isEmpty()) {
            return OptionalLong.empty();
        }
        long shown = files.match("proc/net/sockstat", IN_USE).map(Long::valueOf).orElse(0L)
                + files.match("proc/net/sockstat6", IN_USE).map(Long::valueOf).orElse(0L);
        return OptionalLong.of(Math.max(0, allocated.get() - shown));
    }

    /** The kernel's counters about TCP by their names there, such as {@code ListenOverflows}. */
    public Map<String, Long> tcpCounters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        for (String path : COUNTERS) {
            List<String> lines = files.lines(path);
            for (int i = 0; i + 1 < lines.size(); i += 2) {
                addPair(lines.get(i).split("\\s+"), lines.get(i + 1).split("\\s+"), counters);
            }
        }
        return counters;
    }

    private static void addPair(String[] names, String[] counts, Map<String, Long> counters) {
        if (!PREFIXES.contains(names[0]) || !counts[0].equals(names[0])) {
            return;
        }
        for (int i = 1; i < Math.min(names.length, counts.length); i++) {
            if (counts[i].matches("\\d{1,18}")) {
                counters.put(names[i], Long.valueOf(counts[i]));
            }
        }
    }

    /** The ports handed out for port 0 and to connect, by both families: sysctl net.ipv4.ip_local_port_range. */
    public Optional<PortRange> ephemeralPorts() {
        return files.value("proc/sys/net/ipv4/ip_local_port_range").map(RANGE::matcher).filter(Matcher::matches)
                .flatMap(ends -> PortRange.of(Integer.parseInt(ends.group(1)), Integer.parseInt(ends.group(2))));
    }

    /** Whether a new socket of AF_INET6 has IPV6_V6ONLY: sysctl net.ipv6.bindv6only, 0 on Linux unless somebody sets it (ipv6(7)). */
    public boolean isV6OnlyByDefault() {
        return files.value("proc/sys/net/ipv6/bindv6only").filter("1"::equals).isPresent();
    }

    /**
     * Whether an address can be bound though no interface has it: sysctl ip_nonlocal_bind, 0 unless somebody sets it (ip(7)).
     *
     * @param inet6 of IPv6, which has a setting of its own, and not of IPv4
     */
    public boolean isNonlocalBindAllowed(boolean inet6) {
        return files.value("proc/sys/net/" + (inet6 ? "ipv6" : "ipv4") + "/ip_nonlocal_bind").filter("1"::equals).isPresent();
    }

    /** The longest accept queue that listen(2) grants: sysctl net.core.somaxconn. */
    public OptionalInt somaxconn() {
        return files.value("proc/sys/net/core/somaxconn").filter(text -> text.matches("\\d{1,9}"))
                .map(text -> OptionalInt.of(Integer.parseInt(text))).orElse(OptionalInt.empty());
    }
}
