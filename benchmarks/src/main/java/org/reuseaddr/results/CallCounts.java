package org.reuseaddr.results;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often one operation of a benchmark makes each of the calls that the benchmark {@code SyscallCost} measures alone, on
 * Linux. A comparison needs this to say which call accounts for what a whole operation costs more; a test holds it
 * against strace, on the running Java, for each api, family and value of {@code reuseAddress}.
 *
 * <p>What {@code SyscallCost} does not measure is not counted: the fcntl of an accepted channel, and the
 * getsockopt(SO_LINGER) and shutdown with which ServerSocket of Java 17 closes. Nor is the close of an accepted
 * connection, which is another call than the close of a listener.
 */
public final class CallCounts {

    private static final String NATIVE = "native";
    private static final String INET6 = "INET6";

    private CallCounts() {
    }

    /** The counts by the call's name, in the order of the calls; empty for a benchmark that is no sequence of such calls. */
    public static Map<String, Integer> of(Cell cell) {
        boolean bare = cell.params().getOrDefault(Parameter.API, NATIVE).equals(NATIVE);
        String benchmark = cell.benchmark().substring(0, Math.max(0, cell.benchmark().indexOf('.')));
        return switch (benchmark) {
            case "ListenerLifecycle", "CrowdedBind" -> listener(bare, INET6.equals(cell.params().get(Parameter.FAMILY)),
                    Boolean.parseBoolean(cell.params().getOrDefault(Parameter.REUSE_ADDRESS, "true")));
            case "AcceptDrain" -> accept(bare);
            case "ConcurrentBind" -> Map.of("bind", 1);
            default -> Map.of();
        };
    }

    /**
     * The JDK sets SO_REUSEADDR as it makes a listener, on AF_INET6 also takes IPV6_V6ONLY away, and switches SO_REUSEADDR
     * off again where it is not wanted; it asks for the address after bind and after listen.
     */
    private static Map<String, Integer> listener(boolean bare, boolean inet6, boolean reuseAddress) {
        int options = bare ? (reuseAddress ? 1 : 0) : 1 + (inet6 ? 1 : 0) + (reuseAddress ? 0 : 1);
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("socket", 1);
        if (options > 0) {
            counts.put("setsockopt", options);
        }
        counts.put("bind", 1);
        counts.put("listen", 1);
        if (!bare) {
            counts.put("getsockname", 2);
        }
        counts.put("close", 1);
        return counts;
    }

    /** The JDK asks twice for the address of a connection that it has accepted. */
    private static Map<String, Integer> accept(boolean bare) {
        return bare ? Map.of("accept", 1) : Map.of("accept", 1, "getsockname", 2);
    }
}
