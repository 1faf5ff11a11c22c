package org.reuseaddr.run;

import java.util.SortedMap;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.Mode;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Parameter;
import org.reuseaddr.socket.Family;

/**
 * One benchmark with one value of each parameter: what one fork measures.
 *
 * @param benchmark fully qualified class and method, as JMH names it
 * @param threads as JMH will use
 * @param params in the order of names
 */
record PlannedCell(String benchmark, Mode mode, int threads, SortedMap<String, String> params) {

    PlannedCell {
        params = new TreeMap<>(params);
    }

    /** Class and method without the package. */
    static String simpleName(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }

    /** Whether a platform that has this family can measure it; a cell without the parameter {@code family} needs none. */
    boolean canMeasure(Family family) {
        return params.getOrDefault(Parameter.FAMILY, family.name()).equals(family.name());
    }

    /** Whether this release of Java can measure it. */
    boolean canMeasure(int java) {
        return !params.containsKey(Parameter.API) || Api.named(params.get(Parameter.API)).sinceJava() <= java;
    }

    /** The cell as it stands in result files. */
    Cell cell() {
        return new Cell(simpleName(benchmark), mode.shortLabel(), threads, params);
    }
}
