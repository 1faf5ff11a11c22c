package org.reuseaddr.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * The running JVM as a process of a transcript. Each of its threads is a worker of ours; a worker that a call does not
 * come back to is left behind and replaced. A thread that is watched makes the calls of the process's first thread itself.
 */
final class LocalProcess implements SocketProcess {

    /** What a call gets beyond its own limit before its worker is given up; calls that can block bound themselves. */
    private static final int GRACE_MILLIS = 500;
    private static final int CLOSING_MILLIS = 4 * GRACE_MILLIS;

    /** Each holds a thread that nothing can end: with so many the platform is past examining call by call. */
    private static final int MAX_STUCK = 64;

    private final CallExecutor.DescriptorTable table = new CallExecutor.DescriptorTable();
    private final CallExecutor direct = new CallExecutor(table);
    private final Map<Integer, Worker> workers = new HashMap<>();
    private final CallWatch watch;

    private int stuck;

    /** For calls of threads that nobody watches. */
    LocalProcess() {
        this(new CallWatch());
    }

    LocalProcess(CallWatch watch) {
        this.watch = watch;
    }

    private final class Worker {
        private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, "socket-calls");
            daemon.setDaemon(true);
            return daemon;
        });
        private final CallExecutor executor = new CallExecutor(table);
    }

    @Override
    public Outcome execute(int thread, Call call, int newName, int limitMillis) {
        if (thread == 0 && watch.isHere()) {
            return executeHere(call, newName, limitMillis);
        }
        if (stuck >= MAX_STUCK) {
            throw new ReplayException(stuck + " calls have never come back; no more are made");
        }
        Worker worker = workers.computeIfAbsent(thread, number -> new Worker());
        Future<Outcome> answer = worker.thread.submit(() -> worker.executor.execute(call, newName, limitMillis));
        try {
            return answer.get(limitMillis + GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            abandon(thread);
            return new Outcome.TimedOut(limitMillis);
        } catch (ExecutionException e) {
            throw ReplayException.of("the call " + call.name(), e);
        } catch (InterruptedException e) {
            abandon(thread);
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted in " + call.name(), e);
        }
    }

    private Outcome executeHere(Call call, int newName, int limitMillis) {
        long until = watch.begins(limitMillis + GRACE_MILLIS);
        try {
            return direct.execute(call, newName, limitMillis);
        } finally {
            watch.ends(until);
        }
    }

    private void abandon(int thread) {
        stuck++;
        workers.remove(thread).thread.shutdownNow();
    }

    @Override
    public void closeAll() {
        if (watch.isHere()) {
            long until = watch.begins(CLOSING_MILLIS);
            try {
                direct.closeAll();
            } finally {
                watch.ends(until);
            }
            return;
        }
        Worker worker = workers.computeIfAbsent(0, number -> new Worker());
        try {
            worker.thread.submit(worker.executor::closeAll).get(CLOSING_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            abandon(0);
        } catch (ExecutionException e) {
            throw new ReplayException("descriptors could not be closed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closeAll();
        workers.values().forEach(worker -> worker.thread.shutdownNow());
        workers.clear();
    }
}
