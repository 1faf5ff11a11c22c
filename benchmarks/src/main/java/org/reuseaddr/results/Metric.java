package org.reuseaddr.results;

/**
 * The names of metrics in {@code samples.csv} that more than one part of the suite speaks of, beside {@link Sample#SCORE}.
 * The names of a benchmark's own counters are the field names of its counter states, and stand there alone.
 */
public final class Metric {

    /** How the metrics begin that are measured around every iteration, on calls without bind and listen. */
    public static final String CONTROL_PREFIX = "control_";
    /** One getppid(2), in {@link Unit#NANOS}. */
    public static final String CONTROL_GETPPID = CONTROL_PREFIX + "getppid";
    /** One socket(2) with its close(2), in {@link Unit#NANOS}. */
    public static final String CONTROL_SOCKET_CLOSE = CONTROL_PREFIX + "socket_close";
    /** One fixed computation, in {@link Unit#NANOS}. */
    public static final String CONTROL_CPU = CONTROL_PREFIX + "cpu";
    /**
     * How long the worker threads that make the measured calls were ready to run and had no CPU, as a share of the
     * iteration's time, 0 to 1, the mean over these threads.
     */
    public static final String WORKER_WAIT = "worker_wait_share";
    /** The share of CPU time, 0 to 1, which others used while the fork ran; a metric of the whole fork. */
    public static final String FOREIGN_LOAD = "foreign_cpu_share";
    /** The share of CPU time, 0 to 1, which the hypervisor gave to other machines; a metric of the whole fork. */
    public static final String STEAL = "steal_share";
    /** The share of time, 0 to 1, in which some task waited for a CPU, by /proc/pressure/cpu; of the whole fork. */
    public static final String CPU_PRESSURE = "cpu_pressure_share";
    /** Connections dropped during the iteration since an accept queue was full, over the whole network namespace. */
    public static final String LISTEN_OVERFLOWS = "listen_overflows";
    /** Connections dropped during the iteration by a listener for whatever reason, over the whole network namespace. */
    public static final String LISTEN_DROPS = "listen_drops";
    /** Attempts to connect for which there was no free port: where there are any, a rate is that of the ephemeral range. */
    public static final String PORTS_EXHAUSTED = "address_not_available";
    /** The rate of the accepting threads of a group of acceptors and connectors. */
    public static final String ACCEPT_RATE = "accept";

    /**
     * How many connections the busiest member of a SO_REUSEPORT group got, relative to an even share, in
     * {@link Unit#COUNT}: 1 is even.
     */
    public static final String LARGEST_TO_EVEN = "largest_to_even";

    private Metric() {
    }
}
