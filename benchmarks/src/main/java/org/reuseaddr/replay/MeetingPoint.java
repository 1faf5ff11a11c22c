package org.reuseaddr.replay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Where the racers of a race meet: a barrier in memory that all of them see. They wait spinning, so that they leave it within a
 * fraction of a microsecond. Who has started them can see the memory too, and end the race early.
 */
final class MeetingPoint {

    /** Two values that different racers write stand in different lines of the cache; in bytes. */
    static final int LINE = 64;
    static final int MOST_RACERS = 3;
    /** How much longer than its time a race may take before a racer gives the others up. */
    static final int GRACE_MILLIS = 10_000;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int ARRIVED = 0;
    private static final int TURN = MOST_RACERS * LINE;
    private static final int STOP = TURN + LINE;
    /** Written by who has started the racers. */
    private static final int WISH = STOP + LINE;
    /** How much of the memory it takes, from its start, in bytes. */
    static final int BYTES = WISH + LINE;

    private static final int ENOUGH = 1;
    private static final int GIVE_UP = 2;

    /** After so many turns, some tens of microseconds, another racer may be waiting for this CPU. */
    private static final int SPINS = 2_000;
    private static final int MOST_DELAY_SPINS = 64;

    private final SplittableRandom random = new SplittableRandom();
    private final ByteBuffer memory;
    private final int racer;
    private final int racers;
    private long end;
    private int meetings;

    /**
     * @param memory of at least {@link #BYTES} bytes, zeros before the first racer comes
     * @param racer which one this is, from 0
     * @param racers how many there are, 2 to {@link #MOST_RACERS}
     */
    MeetingPoint(ByteBuffer memory, int racer, int racers) {
        this.memory = memory;
        this.racer = racer;
        this.racers = racers;
        end = System.nanoTime();
    }

    /** Asks the racers to begin no further round. */
    static void askToStop(ByteBuffer memory) {
        INT.setVolatile(memory, WISH, ENOUGH);
    }

    /** Lets racers that wait for another one give it up at once. */
    static void giveUp(ByteBuffer memory) {
        INT.setVolatile(memory, WISH, GIVE_UP);
    }

    /**
     * Waits for the others, from when on the race takes so long.
     *
     * @throws ReplayException if one does not come
     */
    void begin(int maxMillis) {
        meet();
        end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
    }

    /** Whether racer 0 finds that there is to be no further round: its time is over, or it was asked to stop. */
    private boolean isOver() {
        return System.nanoTime() - end >= 0 || get(WISH) != 0;
    }

    /**
     * Meets the others before a round.
     *
     * @param wantsMore whether this racer wants a round; that of racer 0 counts
     * @return whether there is to be one: the same for all
     */
    boolean meetForRound(boolean wantsMore) {
        if (racer == 0 && (!wantsMore || isOver())) {
            set(STOP, meetings + 1);
        }
        meet();
        // Racer 0 may be at the next meeting already.
        int last = get(STOP);
        return last == 0 || last > meetings;
    }

    /**
     * Returns when all others have come as often.
     *
     * @throws ReplayException if one does not come
     */
    void meet() {
        int meeting = ++meetings;
        set(ARRIVED + racer * LINE, meeting);
        for (int other = 0; other < racers; other++) {
            await(ARRIVED + other * LINE, meeting);
        }
    }

    /** Waits for a turn: turns are numbered from 0 on over the whole race. */
    void awaitTurn(int turn) {
        await(TURN, turn);
    }

    /** The turn is over, and the next one begins. */
    void endTurn(int turn) {
        set(TURN, turn + 1);
    }

    private void await(int offset, int value) {
        for (int spins = 1; get(offset) < value; spins++) {
            if (spins % SPINS != 0) {
                Thread.onSpinWait();
            } else if (get(WISH) == GIVE_UP || System.nanoTime() - end > TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS)) {
                throw new ReplayException("the other one of a race did not come");
            } else {
                LockSupport.parkNanos(1);
            }
        }
    }

    /** In half of the rounds waits up to a few microseconds, at random, so that a call also falls beside the others' next one. */
    void delay() {
        if (random.nextBoolean()) {
            for (int spins = random.nextInt(MOST_DELAY_SPINS); spins > 0; spins--) {
                Thread.onSpinWait();
            }
        }
    }

    private int get(int offset) {
        return (int) INT.getVolatile(memory, offset);
    }

    private void set(int offset, int value) {
        INT.setVolatile(memory, offset, value);
    }
}
