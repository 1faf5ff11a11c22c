package org.reuseaddr.run;

import java.io.IOException;
import java.util.Collection;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * JMH's own text output with an ear on it: every event goes on to the text, and a measured iteration to the listener
 * before JMH has it. JMH itself writes results only when everything has ended.
 */
final class RecordingFormat implements OutputFormat {

    /** What a run wants to know while a fork works. Called on JMH's threads, one at a time. */
    interface ForkListener {
        /** The fork gave a sign of life. */
        void event();

        /** A measured iteration has ended. */
        void measured(BenchmarkParams params, int iteration, IterationResult result);
    }

    private final OutputFormat text;
    private final ForkListener listener;

    RecordingFormat(OutputFormat text, ForkListener listener) {
        this.text = text;
        this.listener = listener;
    }

    @Override
    public void iteration(BenchmarkParams params, IterationParams iterationParams, int iteration) {
        listener.event();
        text.iteration(params, iterationParams, iteration);
    }

    @Override
    public void iterationResult(BenchmarkParams params, IterationParams iterationParams, int iteration,
            IterationResult result) {
        listener.event();
        if (iterationParams.getType() == IterationType.MEASUREMENT) {
            listener.measured(params, iteration, result);
        }
        text.iterationResult(params, iterationParams, iteration, result);
    }

    @Override
    public void startBenchmark(BenchmarkParams params) {
        listener.event();
        text.startBenchmark(params);
    }

    @Override
    public void endBenchmark(BenchmarkResult result) {
        listener.event();
        // JMH passes null for a benchmark that has no result, which its own text format does not expect.
        if (result != null) {
            text.endBenchmark(result);
        }
    }

    @Override
    public void startRun() {
        text.startRun();
    }

    @Override
    public void endRun(Collection<RunResult> result) {
        text.flush();
    }

    @Override
    public void print(String s) {
        text.print(s);
    }

    @Override
    public void println(String s) {
        text.println(s);
    }

    @Override
    public void flush() {
        text.flush();
    }

    /** Keeps the text open: JMH closes its output after each run, and each fork of ours is one. */
    @Override
    public void close() {
        text.flush();
    }

    @Override
    public void verbosePrintln(String s) {
        text.verbosePrintln(s);
    }

    @Override
    public void write(int b) {
        text.write(b);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        text.write(bytes);
    }
}
