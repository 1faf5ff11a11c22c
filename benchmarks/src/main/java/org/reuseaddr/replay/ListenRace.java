package org.reuseaddr.replay;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SharedMemory;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;

/**
 * Two racers, threads or processes, each of which binds a socket with SO_REUSEADDR to one address and makes it listen, at the
 * same moment, round after round.
 *
 * <p>The two meet at a barrier in memory that both see, spinning, so that they leave it within a fraction of a microsecond.
 * Every other round a racer waits up to a few microseconds more, at random, so that its bind also falls beside the other's
 * listen. Neither closes its socket before both have said whether theirs listens (SO_ACCEPTCONN): when both do, there were two
 * listeners at one time.
 */
final class ListenRace {

    /** The size of the memory that the racers share, in bytes. */
    static final int MEMORY = 512;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    /** Two values that different racers write stand in different lines of the cache. */
    private static final int LINE = 64;
    private static final int ARRIVED = 0;
    private static final int STATE = 2 * LINE;
    private static final int CALL = STATE + Integer.BYTES;
    private static final int RESULT = CALL + Integer.BYTES;
    private static final int STOP = 4 * LINE;

    private static final int LISTENS = 1;
    private static final int REFUSED = 2;
    private static final int STRANGE = 3;

    private static final int BACKLOG = 8;
    /** After so many turns, some tens of microseconds, the other may be waiting for this CPU. */
    private static final int SPINS = 2_000;
    private static final int MOST_DELAY_SPINS = 64;
    /** How much longer than its time a race may take before a racer gives the other up. */
    static final int GRACE_MILLIS = 10_000;

    private final Sockets sockets = new Sockets();
    private final SplittableRandom random = new SplittableRandom();
    private final ByteBuffer memory;
    private final int racer;
    private final int maxMillis;
    private long end;
    private int meetings;
    private int first;
    private int second;
    private int neither;
    private int both;
    private int strange;
    private int strangeCall;
    private int strangeResult;

    private ListenRace(ByteBuffer memory, int racer, int maxMillis) {
        this.memory = memory;
        this.racer = racer;
        this.maxMillis = maxMillis;
        end = System.nanoTime();
    }

    /**
     * Races in this process against a racer of another process. Both must be called, with the same arguments but for the racer.
     *
     * @param ports used in turn
     * @param racer 0 or 1
     * @param maxMillis when to begin no further round
     * @param shared a file of {@link SharedMemory} of {@value #MEMORY} bytes, removed once both have mapped it
     * @return what racer 0 counted; zeros from racer 1
     * @throws ReplayException if the other does not come, or a socket cannot be made
     */
    static RaceCounts between(Family family, List<Integer> ports, int racer, int maxMillis, Path shared) {
        try {
            ListenRace race = new ListenRace(SharedMemory.map(shared), racer, maxMillis);
            race.begin();
            SharedMemory.remove(shared);
            return race.run(family, ports);
        } catch (IOException e) {
            throw new ReplayException("memory cannot be shared with another process: " + e, e);
        }
    }

    /** The same between two threads of this process. */
    static RaceCounts within(Family family, List<Integer> ports, int maxMillis) {
        ByteBuffer memory = ByteBuffer.allocateDirect(MEMORY).order(ByteOrder.nativeOrder());
        FutureTask<RaceCounts> other = new FutureTask<>(() -> {
            ListenRace race = new ListenRace(memory, 1, maxMillis);
            race.begin();
            return race.run(family, ports);
        });
        Thread thread = new Thread(other, "race");
        thread.setDaemon(true);
        thread.start();
        ListenRace own = new ListenRace(memory, 0, maxMillis);
        own.begin();
        RaceCounts counted = own.run(family, ports);
        try {
            other.get();
            return counted;
        } catch (ExecutionException e) {
            throw ReplayException.of("a race", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted in a race", e);
        }
    }

    /** The time of the race begins when both are there: a process that has just started is slow. */
    private void begin() {
        meet();
        end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(maxMillis);
    }

    private RaceCounts run(Family family, List<Integer> ports) {
        boolean more = true;
        for (int i = 0; more; i++) {
            more = round(family.loopback(ports.get(i % ports.size())));
        }
        return new RaceCounts(first, second, neither, both, strange, strangeCall, strangeResult);
    }

    /** Whether there is to be another. */
    private boolean round(SockAddr address) {
        if (!(sockets.socket(address.family()) instanceof SyscallResult.Returned opened)) {
            throw new ReplayException("no socket for a race");
        }
        int fd = opened.value();
        try {
            sockets.setOption(fd, SocketOption.SO_REUSEADDR, 1);
            if (racer == 0 && System.nanoTime() - end >= 0) {
                set(STOP, 1);
            }
            meet();
            if (get(STOP) != 0) {
                return false;
            }
            if (random.nextBoolean()) {
                for (int spins = random.nextInt(MOST_DELAY_SPINS); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
            }
            race(fd, address);
            meet();
            if (racer == 0) {
                count(get(STATE), get(STATE + LINE));
            }
            return true;
        } finally {
            sockets.close(fd);
        }
    }

    private void race(int fd, SockAddr address) {
        int own = racer * LINE;
        SyscallResult result = sockets.bind(fd, address);
        int call = 0;
        if (succeeds(result)) {
            call = 1;
            result = sockets.listen(fd, BACKLOG);
        }
        if (succeeds(result) || result.failedWith(Errno.EADDRINUSE)) {
            set(STATE + own, sockets.getOption(fd, SocketOption.SO_ACCEPTCONN).value() == 1 ? LISTENS : REFUSED);
            return;
        }
        set(CALL + own, call);
        set(RESULT + own, result instanceof SyscallResult.Returned odd ? odd.value()
                : -((SyscallResult.Failed) result).errno().number());
        set(STATE + own, STRANGE);
    }

    private static boolean succeeds(SyscallResult result) {
        return result instanceof SyscallResult.Returned returned && returned.value() == 0;
    }

    private void count(int ofFirst, int ofSecond) {
        if (ofFirst == STRANGE || ofSecond == STRANGE) {
            int which = ofFirst == STRANGE ? 0 : LINE;
            strangeCall = strange == 0 ? get(CALL + which) : strangeCall;
            strangeResult = strange == 0 ? get(RESULT + which) : strangeResult;
            strange++;
        } else if (ofFirst == LISTENS && ofSecond == LISTENS) {
            both++;
        } else if (ofFirst == LISTENS) {
            first++;
        } else if (ofSecond == LISTENS) {
            second++;
        } else {
            neither++;
        }
    }

    /** Returns when the other has come as often. */
    private void meet() {
        int meeting = ++meetings;
        set(ARRIVED + racer * LINE, meeting);
        int other = ARRIVED + (1 - racer) * LINE;
        for (int spins = 1; get(other) < meeting; spins++) {
            if (spins % SPINS != 0) {
                Thread.onSpinWait();
            } else if (System.nanoTime() - end > TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS)) {
                throw new ReplayException("the other one of a race did not come");
            } else {
                LockSupport.parkNanos(1);
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
