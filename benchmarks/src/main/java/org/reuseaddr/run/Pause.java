package org.reuseaddr.run;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The clock of a run and its only way to wait: a parked thread, which takes no CPU, until the time has passed or the run ends. */
interface Pause {

    /** What time it is, for people and for other sessions. */
    Instant now();

    /** Nanoseconds of a clock that nobody can set, from an unknown moment on. */
    long nanos();

    /**
     * Waits.
     *
     * @param time above 0
     * @return false if the run was ended before the time had passed
     */
    boolean await(Duration time);

    /** Ends what waits now or later; callable from any thread. */
    void end();

    /** The machine's clock. */
    static Pause ofThisMachine() {
        CountDownLatch ended = new CountDownLatch(1);
        return new Pause() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public boolean await(Duration time) {
                try {
                    return !ended.await(time.toMillis(), TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }

            @Override
            public void end() {
                ended.countDown();
            }
        };
    }
}
