package org.reuseaddr.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.options.TimeValue;
import org.reuseaddr.benchmarks.SyscallCost;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;

/**
 * What a bind costs on this platform, and what a profile leaves out in order to keep its time where that is thousands of times
 * as much as on Linux: the port tracker of WSL 2 took ten milliseconds for each (microsoft/WSL#41470).
 *
 * @param micros of one bind, in microseconds
 */
record BindCost(double micros) {

    /** From here on a run adapts. No kernel that answers by itself takes so long. */
    private static final double SLOW_MICROS = 2_000;
    /** What the binds that prepare a batch may take. */
    private static final double BATCH_MICROS = SyscallCost.BATCH * 1_000.0;
    private static final int SMALLEST_BATCH = 8;
    /** A fork that is slow to start gets less time to measure; its calls are compiled after a hundred milliseconds. */
    private static final TimeValue SHORT = TimeValue.milliseconds(100);
    private static final int SHORT_WARMUPS = 1;
    private static final int SHORT_ITERATIONS = 2;
    /** Beside its binds a scenario waits for other processes and calls, of which slow platforms have more. */
    private static final double SHARE_OF_BINDS = 0.5;
    private static final int SHARES = 1_000;

    private static final int ROUNDS = 24;
    private static final int COUNTED = 16;

    /** As on Linux. */
    static final BindCost NONE = new BindCost(0);

    /** Measures: the median of {@value #COUNTED} binds to port 0 in a row, after some that load classes. */
    static BindCost measure(Set<Family> families) {
        if (families.isEmpty()) {
            return NONE;
        }
        Family family = families.contains(Family.INET) ? Family.INET : Family.INET6;
        Sockets sockets = new Sockets();
        long[] nanos = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            if (!(sockets.socket(family) instanceof SyscallResult.Returned opened)) {
                return NONE;
            }
            long start = System.nanoTime();
            sockets.bind(opened.value(), family.loopback(0));
            nanos[i] = System.nanoTime() - start;
            sockets.close(opened.value());
        }
        long[] counted = Arrays.copyOfRange(nanos, ROUNDS - COUNTED, ROUNDS);
        Arrays.sort(counted);
        return new BindCost(counted[COUNTED / 2] / 1e3);
    }

    /** Whether a run adapts. */
    boolean isSlow() {
        return micros >= SLOW_MICROS;
    }

    /** How many sockets a batch of {@link SyscallCost} has. */
    int batch() {
        return isSlow() ? Math.max(SMALLEST_BATCH, Integer.highestOneBit((int) (BATCH_MICROS / micros))) : SyscallCost.BATCH;
    }

    /** The effort of a profile, shortened where a bind is slow. */
    Effort adapted(Effort usual) {
        return !isSlow() ? usual : new Effort(usual.passes(), Math.min(SHORT_WARMUPS, usual.warmupIterations()),
                shorter(usual.warmupTime()), Math.min(SHORT_ITERATIONS, usual.iterations()), shorter(usual.iterationTime()));
    }

    private static TimeValue shorter(TimeValue time) {
        return time.convertTo(TimeUnit.MICROSECONDS) < SHORT.convertTo(TimeUnit.MICROSECONDS) ? time : SHORT;
    }

    /**
     * The scenarios that a run checks: all, unless their binds would take longer than {@code seconds}. Then those that were
     * written by hand and, of the generated ones, as many as there is time for, chosen by their ids: always the same ones for
     * one share, and spread over all dimensions of their families.
     */
    List<CatalogueEntry> within(double seconds, List<CatalogueEntry> scenarios) {
        if (!isSlow() || seconds(scenarios) <= seconds) {
            return scenarios;
        }
        Set<String> generated = Catalogue.generatedIds();
        List<CatalogueEntry> optional = scenarios.stream().filter(scenario -> generated.contains(scenario.id()))
                .sorted(Comparator.comparingInt((CatalogueEntry scenario) -> share(scenario.id()))).toList();
        double left = seconds - seconds(scenarios) + seconds(optional);
        List<String> kept = new ArrayList<>();
        for (CatalogueEntry scenario : optional) {
            left -= seconds(List.of(scenario));
            if (left < 0) {
                break;
            }
            kept.add(scenario.id());
        }
        Set<String> ids = Set.copyOf(kept);
        return scenarios.stream().filter(scenario -> !generated.contains(scenario.id()) || ids.contains(scenario.id()))
                .collect(Collectors.toUnmodifiableList());
    }

    /** Neighbours of a family differ in one word of their ids: the hash is spread before it is cut (Knuth's multiplier). */
    private static int share(String id) {
        return Math.floorMod(id.hashCode() * 0x9E3779B1 >>> 12, SHARES);
    }

    private double seconds(List<CatalogueEntry> scenarios) {
        long binds = scenarios.stream().flatMap(entry -> entry.scenario().transcript().steps().stream())
                .filter(step -> step.call() instanceof Call.Bind).count();
        return binds * micros / 1e6 / SHARE_OF_BINDS;
    }

    /** {@code a bind takes 10.2 ms here}. */
    String words() {
        return String.format(Locale.ROOT, "a bind takes %.1f ms here", micros / 1e3);
    }
}
