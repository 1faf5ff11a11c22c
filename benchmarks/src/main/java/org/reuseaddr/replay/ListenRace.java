package org.reuseaddr.replay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
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

    private static final int LINE = MeetingPoint.LINE;
    private static final int STATE = MeetingPoint.BYTES;
    private static final int CALL = STATE + Integer.BYTES;
    private static final int RESULT = CALL + Integer.BYTES;
    /** The size of the memory that the racers share, in bytes. */
    static final int MEMORY = STATE + 2 * LINE;

    private static final int LISTENS = 1;
    private static final int REFUSED = 2;
    private static final int STRANGE = 3;

    private static final int BACKLOG = 8;

    private final Sockets sockets = new Sockets();
    private final ByteBuffer memory;
    private final int racer;
    private final int maxMillis;
    private final MeetingPoint point;
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
        point = new MeetingPoint(memory, racer, 2);
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
        point.begin(maxMillis);
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
            if (!point.meetForRound(true)) {
                return false;
            }
            point.delay();
            race(fd, address);
            point.meet();
            if (racer == 0) {
                count(memory.getInt(STATE), memory.getInt(STATE + LINE));
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
            memory.putInt(STATE + own, sockets.getOption(fd, SocketOption.SO_ACCEPTCONN).value() == 1 ? LISTENS : REFUSED);
            return;
        }
        memory.putInt(CALL + own, call);
        memory.putInt(RESULT + own, result instanceof SyscallResult.Returned odd ? odd.value()
                : -((SyscallResult.Failed) result).errno().number());
        memory.putInt(STATE + own, STRANGE);
    }

    private static boolean succeeds(SyscallResult result) {
        return result instanceof SyscallResult.Returned returned && returned.value() == 0;
    }

    private void count(int ofFirst, int ofSecond) {
        if (ofFirst == STRANGE || ofSecond == STRANGE) {
            int which = ofFirst == STRANGE ? 0 : LINE;
            strangeCall = strange == 0 ? memory.getInt(CALL + which) : strangeCall;
            strangeResult = strange == 0 ? memory.getInt(RESULT + which) : strangeResult;
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
}
