package org.reuseaddr.results;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The parameters of benchmarks that more than one part of the suite speaks of. Each is the name of a benchmark's field. */
public final class Parameter {

    /** The address family: {@code INET} or {@code INET6}. */
    public static final String FAMILY = "family";
    /** What makes the calls: {@code channel}, {@code socket}, {@code selector}, {@code virtual} or {@code native}. */
    public static final String API = "api";
    /** Whether SO_REUSEADDR is on: {@code true} or {@code false}. */
    public static final String REUSE_ADDRESS = "reuseAddress";

    /** Which port a listener gets: {@code ephemeral} for port 0, {@code fixed} or {@code fresh}. */
    public static final String PORT = "port";

    /**
     * A parameter that benchmarks got after runs of them had been kept.
     *
     * @param benchmarks classes, as names of cells begin
     * @param before the value that those runs were measured with
     */
    private record Added(List<String> benchmarks, String name, String before) {
    }

    private static final List<Added> ADDED =
            List.of(new Added(List.of("AcceptDrain.", "AcceptThroughput."), REUSE_ADDRESS, "true"));

    private Parameter() {
    }

    /**
     * The parameters of a cell of a stored run, of any version: with those that its benchmark has got since, at the values
     * that it was measured with, so that the cell is equal to the one that is measured today.
     *
     * @param benchmark class and method without the package
     */
    static SortedMap<String, String> ofAnyVersion(String benchmark, Map<String, String> stored) {
        SortedMap<String, String> params = new TreeMap<>(stored);
        ADDED.stream().filter(added -> added.benchmarks().stream().anyMatch(benchmark::startsWith))
                .forEach(added -> params.putIfAbsent(added.name(), added.before()));
        return params;
    }
}
