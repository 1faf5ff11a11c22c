package org.reuseaddr.run;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How long and how often.
 *
 * @param passes forks of every cell, one a pass
 * @param warmupIterations of a fork
 * @param warmupTime of one of them
 * @param iterations measured in a fork
 * @param iterationTime of one of them
 */
record Effort(int passes, int warmupIterations, TimeValue warmupTime, int iterations, TimeValue iterationTime) {

    /** Starting a JVM, JMH's hand-shake, the gate, set-up, controls and tear-down on an ordinary machine, in seconds. */
    private static final double FORK_OVERHEAD_SECONDS = 1.1;

    /** This effort with what JMH's options say instead. */
    Effort with(CommandLineOptions user) {
        return new Effort(Math.max(1, user.getForkCount().orElse(passes)),
                user.getWarmupIterations().orElse(warmupIterations), user.getWarmupTime().orElse(warmupTime),
                user.getMeasurementIterations().orElse(iterations), user.getMeasurementTime().orElse(iterationTime));
    }

    Effort withPasses(int other) {
        return new Effort(other, warmupIterations, warmupTime, iterations, iterationTime);
    }

    /** How long a fork takes, estimated, in seconds. */
    double forkSeconds() {
        return FORK_OVERHEAD_SECONDS + warmupIterations * seconds(warmupTime) + iterations * seconds(iterationTime);
    }

    private static double seconds(TimeValue time) {
        return time.convertTo(TimeUnit.MICROSECONDS) / 1e6;
    }
}
