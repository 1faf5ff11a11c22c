package org.reuseaddr.benchmarks;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What every benchmark extends: the gate, which each fork passes with the JVM and the flags that it will measure with. */
@State(Scope.Benchmark)
public abstract class GatedBenchmark {

    /** Checks that duplicate listeners are refused; see {@link ForkGate}. */
    @Setup(Level.Trial)
    public final void passGate() {
        ForkGate.pass();
    }
}
