package org.reuseaddr.run;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.reuseaddr.scenario.Scenario;

/**
 * Builds scenarios, in their order, on a thread of its own while those before them are replayed: building is work for a CPU,
 * a replay mostly waits for another process. Whatever a scenario throws while it is built, {@link #next} throws.
 */
final class ScenariosAhead implements Iterator<Scenario>, AutoCloseable {

    private final ExecutorService builder = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "scenarios-ahead");
        daemon.setDaemon(true);
        return daemon;
    });
    private final Queue<CompletableFuture<Scenario>> ahead = new ArrayDeque<>();

    ScenariosAhead(List<Supplier<Scenario>> scenarios) {
        scenarios.forEach(scenario -> ahead.add(CompletableFuture.supplyAsync(scenario, builder)));
    }

    @Override
    public boolean hasNext() {
        return !ahead.isEmpty();
    }

    @Override
    public Scenario next() {
        CompletableFuture<Scenario> next = ahead.poll();
        if (next == null) {
            throw new NoSuchElementException("all scenarios have been built");
        }
        try {
            return next.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error reason) {
                throw reason;
            }
            throw e.getCause() instanceof RuntimeException reason ? reason : e;
        }
    }

    /** Builds no more. */
    @Override
    public void close() {
        builder.shutdownNow();
    }
}
