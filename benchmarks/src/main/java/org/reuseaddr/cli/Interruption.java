package org.reuseaddr.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT, SIGTERM and SIGHUP: the JVM runs its shutdown hooks and then exits with 128 and the signal's number. The hook
 * made here stops what runs and gives the main thread time to sum up and close its files.
 */
final class Interruption {

    private static final int SUMMARY_SECONDS = 20;
    private static final CountDownLatch MAIN_HAS_ENDED = new CountDownLatch(1);

    private Interruption() {
    }

    /** Calls {@code stop} when a signal asks the process to end. */
    static void onSignal(Runnable stop) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (MAIN_HAS_ENDED.getCount() == 0) {
                return;
            }
            stop.run();
            try {
                if (!MAIN_HAS_ENDED.await(SUMMARY_SECONDS, TimeUnit.SECONDS)) {
                    System.err.println("no summary within " + SUMMARY_SECONDS + " s; what was measured is on disk");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "stop-run"));
    }

    /** The main thread has done all it will do. */
    static void mainHasEnded() {
        MAIN_HAS_ENDED.countDown();
    }
}
