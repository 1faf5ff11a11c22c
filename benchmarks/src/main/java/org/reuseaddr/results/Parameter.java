package org.reuseaddr.results;

/** The parameters of benchmarks that more than one part of the suite speaks of. Each is the name of a benchmark's field. */
public final class Parameter {

    /** The address family: {@code INET} or {@code INET6}. */
    public static final String FAMILY = "family";
    /** What makes the calls: {@code channel}, {@code socket}, {@code selector} or {@code native}. */
    public static final String API = "api";
    /** Whether SO_REUSEADDR is on: {@code true} or {@code false}. */
    public static final String REUSE_ADDRESS = "reuseAddress";

    /** Which port a listener gets: {@code ephemeral} for port 0, {@code fixed} or {@code fresh}. */
    public static final String PORT = "port";

    private Parameter() {
    }
}
