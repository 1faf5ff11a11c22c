package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallWatchTest {

    private static final int NEVER_DUE = 3_600_000;

    private final CallWatch watch = new CallWatch();
    private final CountDownLatch calling = new CountDownLatch(1);
    private final CountDownLatch returning = new CountDownLatch(1);
    private final AtomicBoolean wentOn = new AtomicBoolean();

    private Thread caller(int millis) {
        Thread thread = watch.over(new Thread(() -> {
            assertThat(watch.isHere()).isTrue();
            long until = watch.begins(millis);
            calling.countDown();
            awaitReturn();
            watch.ends(until);
            wentOn.set(true);
        }, "caller"));
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void awaitReturn() {
        try {
            returning.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void untilItWaits(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aCallThatIsNotOverdueIsNotGivenUp() throws Exception {
        Thread caller = caller(NEVER_DUE);
        calling.await();
        for (int look = 0; look < 20; look++) {
            assertThat(watch.givesUp()).isFalse();
        }
        returning.countDown();
        caller.join();
        assertThat(wentOn).isTrue();
        assertThat(watch.givesUp()).isFalse();
    }

    /** One look is not enough: the machine may have been suspended between the call and it. */
    @Test
    void anOverdueCallIsGivenUpWhenItHasBeenSeenSeveralTimes() throws Exception {
        caller(0);
        calling.await();
        assertThat(watch.givesUp()).isFalse();
        int looks = 1;
        while (!watch.givesUp()) {
            looks++;
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(looks).isGreaterThan(2);
        assertThat(watch.givesUp()).isFalse();
    }

    /** Somebody else does its work by then. */
    @Test
    void aThreadThatWasGivenUpDoesNothingMoreWhenItsCallComesBack() throws Exception {
        Thread caller = caller(0);
        calling.await();
        while (!watch.givesUp()) {
            LockSupport.parkNanos(1_000_000);
        }
        returning.countDown();
        while (LockSupport.getBlocker(caller) != watch && !wentOn.get()) {
            LockSupport.parkNanos(1_000_000);
        }
        caller.interrupt();
        assertThat(wentOn).isFalse();
        untilItWaits(caller);
        assertThat(wentOn).isFalse();
    }

    @Test
    void aThreadThatIsNotWatchedIsNotHere() {
        watch.over(new Thread(() -> { }, "another"));
        assertThat(watch.isHere()).isFalse();
    }
}
