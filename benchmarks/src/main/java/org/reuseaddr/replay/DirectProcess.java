package org.reuseaddr.replay;

import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * The running JVM as a process of a transcript, whose calls are made by the thread that asks: no call waits for another
 * thread, and none but connect, accept and poll is bounded in time. Whoever uses it watches over that thread.
 */
final class DirectProcess implements SocketProcess {

    private final CallExecutor executor = new CallExecutor(new CallExecutor.DescriptorTable());

    @Override
    public Outcome execute(int thread, Call call, int newName, int limitMillis) {
        return executor.execute(call, newName, limitMillis);
    }

    @Override
    public void closeAll() {
        executor.closeAll();
    }

    @Override
    public void close() {
        closeAll();
    }
}
