package org.reuseaddr.benchmarks;

import org.openjdk.jmh.infra.ThreadParams;

/** What JMH tells a state about the threads of a benchmark. */
final class OneThread {

    /** The only thread there is. */
    static final ThreadParams PARAMS = new ThreadParams(0, 1, 0, 1, 0, 1, 0, 1, 0, 1);

    private OneThread() {
    }
}
