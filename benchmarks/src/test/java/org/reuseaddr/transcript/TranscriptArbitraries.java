package org.reuseaddr.transcript;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;

/** Arbitrary transcripts in which every descriptor comes from a socket call or accept, as in a trace of a program. */
final class TranscriptArbitraries {
    private static final int THREAD = 203;
    private static final int ITS_PROCESS = 202;
    private static final List<Integer> ACTORS = List.of(0, 201, ITS_PROCESS, THREAD);
    private static final List<Errno> ERRNOS = List.of(Errno.EADDRINUSE, Errno.EINVAL, Errno.EINTR,
            Errno.EADDRNOTAVAIL, Errno.EAGAIN, Errno.of(4095));

    private TranscriptArbitraries() {
    }

    static Arbitrary<Transcript> transcripts() {
        Arbitrary<String> names = Arbitraries.strings().withCharRange('a', 'z').withChars("-_09").ofMaxLength(8)
                .map(tail -> "h" + tail);
        Arbitrary<String> values = Arbitraries.strings().ofMaxLength(30)
                .map(text -> text.replaceAll("[\\p{Cc}\\p{Cs}]", "\n"));
        return Combinators.combine(Arbitraries.maps(names, values).ofMaxSize(4), Arbitraries.integers().between(1, 40),
                Arbitraries.longs()).as((headers, length, seed) -> transcript(headers, length, new Random(seed)));
    }

    private static Transcript transcript(Map<String, String> headers, int length, Random random) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(Transcript.THREAD_HEADER, THREAD + " of " + ITS_PROCESS);
        Map<Integer, SortedSet<Integer>> open = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            int actor = ACTORS.get(random.nextInt(ACTORS.size()));
            steps.add(step(actor, open.computeIfAbsent(actor == THREAD ? ITS_PROCESS : actor, n -> new TreeSet<>()),
                    random));
        }
        return new Transcript(all, steps);
    }

    private static Step step(int actor, SortedSet<Integer> open, Random random) {
        if (open.isEmpty() || random.nextInt(4) == 0) {
            Call call = new Call.Socket(random.nextBoolean() ? 2 : 10,
                    Linux.SOCK_STREAM | random.nextInt() & ~SymbolTable.SOCKET_TYPE_MASK,
                    List.of(0, 6, 262, random.nextInt()).get(random.nextInt(4)));
            return new Step(actor, call, giving(open, random));
        }
        int fd = new ArrayList<>(open).get(random.nextInt(open.size()));
        SocketOption option = SocketOption.values()[random.nextInt(SocketOption.values().length)];
        boolean four = random.nextBoolean();
        Call call = List.of(
                new Call.SetOption(fd, option, random.nextInt()),
                new Call.SetLinger(fd, random.nextBoolean(), random.nextInt()),
                new Call.GetOption(fd, option),
                new Call.Bind(fd, address(random)),
                new Call.Listen(fd, random.nextInt()),
                new Call.Connect(fd, address(random)),
                new Call.Accept(fd, four, four ? random.nextInt() : 0),
                new Call.GetSockName(fd),
                new Call.GetPeerName(fd),
                new Call.Shutdown(fd, random.nextInt(4)),
                new Call.Dup(fd),
                new Call.SetNonBlocking(fd, random.nextBoolean()),
                new Call.Poll(fd, random.nextInt(), random.nextInt()),
                new Call.Close(fd)).get(random.nextInt(14));
        if (call instanceof Call.Close) {
            open.remove(fd);
        }
        boolean succeeds = random.nextInt(3) > 0;
        if (succeeds && call instanceof Call.Dup) {
            return new Step(actor, call, giving(open, random));
        }
        if (succeeds && call instanceof Call.Accept) {
            Outcome outcome = giving(open, random);
            return new Step(actor, call, outcome instanceof Outcome.Plain plain
                    && plain.result() instanceof SyscallResult.Returned returned
                    ? new Outcome.WithAddress(returned, filled(random)) : outcome);
        }
        SyscallResult.Returned zero = new SyscallResult.Returned(0);
        if (succeeds && call instanceof Call.ShowsAddress) {
            return new Step(actor, call, new Outcome.WithAddress(zero, filled(random)));
        }
        if (succeeds && call instanceof Call.Poll && random.nextBoolean()) {
            return new Step(actor, call, new Outcome.WithValue(new SyscallResult.Returned(1), random.nextInt()));
        }
        if (succeeds && call instanceof Call.GetOption) {
            return new Step(actor, call, new Outcome.WithValue(zero, random.nextInt()));
        }
        return new Step(actor, call, succeeds ? new Outcome.Plain(zero) : failing(random));
    }

    /** The outcome of a call that gives a descriptor when it succeeds. */
    private static Outcome giving(SortedSet<Integer> open, Random random) {
        if (random.nextInt(5) == 0) {
            return failing(random);
        }
        int fd = random.nextInt(5) == 0 ? random.nextInt(Integer.MAX_VALUE) : random.nextInt(10);
        while (!open.add(fd)) {
            fd++;
        }
        return new Outcome.Plain(new SyscallResult.Returned(fd));
    }

    private static Outcome failing(Random random) {
        return random.nextInt(4) == 0
                ? new Outcome.TimedOut(random.nextInt(Integer.MAX_VALUE))
                : new Outcome.Plain(new SyscallResult.Failed(ERRNOS.get(random.nextInt(ERRNOS.size()))));
    }

    private static SockAddr filled(Random random) {
        return random.nextInt(3) == 0 ? null : address(random);
    }

    private static SockAddr address(Random random) {
        int port = random.nextInt(65536);
        byte[] four = new byte[4];
        random.nextBytes(four);
        byte[] six = new byte[16];
        for (int i = 0; i < six.length; i++) {
            six[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0);
        }
        return switch (random.nextInt(5)) {
            case 0 -> SockAddr.Inet6.loopback(port);
            case 1 -> SockAddr.Inet6.any(port);
            case 2 -> SockAddr.Inet6.mapped(new SockAddr.Inet4(four, port));
            case 3 -> new SockAddr.Inet6(six, port, random.nextInt(), random.nextInt());
            default -> new SockAddr.Inet4(four, port);
        };
    }
}
