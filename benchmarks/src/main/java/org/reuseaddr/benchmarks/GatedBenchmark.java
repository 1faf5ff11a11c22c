package org.reuseaddr.benchmarks;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What every benchmark extends: the gate that each fork passes before it measures. */
@State(Scope.Benchmark)
public abstract class GatedBenchmark {

    /** Passes the gate. */
    @Setup(Level.Trial)
    public void passGate() {
    }
}
