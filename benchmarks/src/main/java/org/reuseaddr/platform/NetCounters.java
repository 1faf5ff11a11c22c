package org.reuseaddr.platform;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The kernel's counters of what happened to connections in this network namespace, from /proc/net/netstat and
 * /proc/net/snmp. Only differences mean something.
 *
 * @param values the counters this kernel has, by their names there
 */
public record NetCounters(Map<String, Long> values) {

    /** The counters that say whether a measured figure is what it claims to be, in the order they are reported. */
    private static final List<String> NAMES = List.of(
            "ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets", "RetransSegs",
            "ListenOverflows", "ListenDrops", "SyncookiesSent", "TCPReqQFullDoCookies", "TCPReqQFullDrop",
            "TCPTimeouts", "TW", "TWRecycled", "TWKilled", "TCPTimeWaitOverflow",
            "TCPAbortOnData", "TCPAbortOnClose", "TCPBacklogDrop");

    public NetCounters {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The counters now; none where the platform has none. */
    public static NetCounters now() {
        return read(SystemFiles.ofThisMachine());
    }

    /** How often the kernel had no room for a connection in TIME_WAIT and freed its port at once; 0 where nobody counts. */
    public static long lostTimeWaits() {
        return now().values.getOrDefault("TCPTimeWaitOverflow", 0L);
    }

    static NetCounters read(SystemFiles files) {
        Map<String, Long> all = new ProcNet(files).tcpCounters();
        Map<String, Long> chosen = new LinkedHashMap<>();
        NAMES.stream().filter(all::containsKey).forEach(name -> chosen.put(name, all.get(name)));
        return new NetCounters(chosen);
    }

    /** What was counted since an earlier snapshot: the counters that both have, none below 0. */
    public Map<String, Long> since(NetCounters before) {
        Map<String, Long> differences = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            Long earlier = before.values.get(name);
            if (earlier != null) {
                differences.put(name, Math.max(0, value - earlier));
            }
        });
        return differences;
    }
}
