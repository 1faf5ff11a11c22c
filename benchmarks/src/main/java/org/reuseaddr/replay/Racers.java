package org.reuseaddr.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.reuseaddr.socket.SharedMemory;

/** Asks several helper processes at the same time to race with each other, with memory that they share. */
final class Racers {

    private final AtomicReference<ByteBuffer> running = new AtomicReference<>();

    /** What one racer is asked. */
    @FunctionalInterface
    interface Question<T> {
        /**
         * Asks it.
         *
         * @param shared the file of the memory
         */
        T ask(HelperProcess helper, int racer, Path shared);
    }

    /**
     * What racer 0 answers, when all have answered.
     *
     * @param helpers one for each racer
     * @param bytes the size of the memory, at least {@link MeetingPoint#BYTES}
     * @throws ReplayException if one fails; the others do not wait for it then
     */
    <T> T race(List<HelperProcess> helpers, int bytes, Question<T> question) {
        Path shared = null;
        ExecutorService asking = Executors.newFixedThreadPool(helpers.size());
        try {
            shared = SharedMemory.create(bytes);
            ByteBuffer memory = SharedMemory.map(shared);
            running.set(memory);
            return race(helpers, shared, memory, question, new ExecutorCompletionService<>(asking));
        } catch (IOException e) {
            throw new ReplayException("no memory can be shared between processes: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted in a race", e);
        } finally {
            running.set(null);
            asking.shutdownNow();
            remove(shared);
        }
    }

    private static <T> T race(List<HelperProcess> helpers, Path shared, ByteBuffer memory, Question<T> question,
            CompletionService<T> asking) throws InterruptedException {
        List<Future<T>> answers = new ArrayList<>();
        for (int i = 0; i < helpers.size(); i++) {
            int racer = i;
            answers.add(asking.submit(() -> question.ask(helpers.get(racer), racer, shared)));
        }
        ReplayException failure = null;
        T first = null;
        for (int ended = 0; ended < helpers.size(); ended++) {
            try {
                Future<T> answer = asking.take();
                first = answer == answers.get(0) ? answer.get() : first;
                answer.get();
            } catch (ExecutionException e) {
                failure = failure == null ? ReplayException.of("a race", e) : failure;
                MeetingPoint.giveUp(memory);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return first;
    }

    /** Asks the racers that are racing now to begin no further round; any thread may ask. */
    void stop() {
        ByteBuffer memory = running.get();
        if (memory != null) {
            MeetingPoint.askToStop(memory);
        }
    }

    private static void remove(Path shared) {
        try {
            if (shared != null) {
                SharedMemory.remove(shared);
            }
        } catch (IOException e) {
            throw new ReplayException("the memory that was shared between processes cannot be removed: " + e, e);
        }
    }
}
