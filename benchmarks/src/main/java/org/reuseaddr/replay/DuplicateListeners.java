package org.reuseaddr.replay;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.reuseaddr.model.Holder;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * Finds out, where a platform permitted what should have been refused, whether two listeners now hold one port, and if
 * so who gets the connections.
 */
final class DuplicateListeners {

    private static final int BACKLOG = 8;
    private static final int CONNECTIONS = 8;
    /** Where all of eight go to one of two listeners, it may be chance; forty is no chance any more. */
    private static final int MANY_CONNECTIONS = 40;
    /** Each that nobody gets takes a fifth of a second; so many in a row need no further proof. */
    private static final int MAX_LOST = 4;
    private static final int CONNECT_LIMIT_MILLIS = 200;
    private static final int ACCEPT_ROUNDS = 50;
    private static final int CLIENT_FD = 3;
    private static final int ACCEPTED_FD = 1_000_000;

    private final Replay replay;
    private final IntFunction<SocketProcess> processes;
    private final SocketProcess client;

    DuplicateListeners(Replay replay, IntFunction<SocketProcess> processes, SocketProcess client) {
        this.replay = replay;
        this.processes = processes;
        this.client = client;
    }

    /** Who got how many of the connections made to two listeners. */
    private record Tally(int made, int first, int second) {
        private String inWords() {
            return "of " + made + " connections the first listener got " + first + ", the second " + second
                    + (first + second < made ? ", nobody " + (made - first - second) : "");
        }
    }

    /**
     * What became of two sockets on one port.
     *
     * @param twoListeners whether both were seen to listen
     */
    record SecondSocket(boolean twoListeners, String words) {
    }

    /**
     * Lets the challenger listen, and the holder if it does not yet. That listen returns 0 proves nothing: some kernels
     * (6.0.16 to 6.0.18, 5.15.88 to 5.15.94) do so for a socket that then does not listen. Each of the two must say that
     * it does (SO_ACCEPTCONN) or, where it cannot be asked, be reached by a connection.
     *
     * @param challenger the socket whose bind or listen should have been refused
     * @return empty if no second socket can be made to listen on the port
     */
    Optional<SecondSocket> examine(Replay.SocketName challenger) {
        SockAddr challenged = replay.bound().get(challenger);
        if (challenged == null) {
            return Optional.empty();
        }
        Optional<Replay.SocketName> found = replay.bound().entrySet().stream()
                .filter(entry -> !entry.getKey().equals(challenger) && entry.getValue().port() == challenged.port())
                .map(Map.Entry::getKey)
                .filter(other -> LinuxBindRules.REFERENCE.overlap(holder(challenger), holder(other)))
                .filter(this::listenReturns)
                .findFirst();
        if (found.isEmpty() || !listenReturns(challenger)) {
            return Optional.empty();
        }
        Replay.SocketName holder = found.get();
        Optional<Boolean> holderAccepts = accepts(holder);
        Optional<Boolean> challengerAccepts = accepts(challenger);
        if (holderAccepts.equals(Optional.of(false)) || challengerAccepts.equals(Optional.of(false))) {
            return Optional.of(new SecondSocket(false, "listen returned 0 and the "
                    + (challengerAccepts.equals(Optional.of(false)) ? "second" : "first")
                    + " socket does not listen (SO_ACCEPTCONN is 0)"));
        }
        SockAddr target = target(replay.bound().get(holder), challenged);
        Tally together = connect(target, holder, challenger, CONNECTIONS);
        if (together.first() == CONNECTIONS || together.second() == CONNECTIONS) {
            Tally more = connect(target, holder, challenger, MANY_CONNECTIONS - CONNECTIONS);
            together = new Tally(together.made() + more.made(), together.first() + more.first(), together.second() + more.second());
        }
        replay.execute(holder, new Call.Close(holder.fd()));
        Tally alone = connect(target, null, challenger, CONNECTIONS);
        boolean both = holderAccepts.orElse(together.first() > 0)
                && challengerAccepts.orElse(together.second() + alone.second() > 0);
        return Optional.of(new SecondSocket(both, (both ? "two listeners hold the port: " : "two sockets have the port: ")
                + together.inWords() + "; after the first closed, of " + alone.made() + " the second got " + alone.second()));
    }

    private boolean listenReturns(Replay.SocketName socket) {
        return replay.listening().contains(socket)
                || succeeds(new Call.Listen(socket.fd(), BACKLOG), call -> replay.execute(socket, call));
    }

    /** Whether the socket says that it listens; empty if it cannot be asked. */
    private Optional<Boolean> accepts(Replay.SocketName socket) {
        Outcome read = replay.execute(socket, new Call.GetOption(socket.fd(), SocketOption.SO_ACCEPTCONN));
        return read instanceof Outcome.WithValue value ? Optional.of(value.value() == 1) : Optional.empty();
    }

    private Holder holder(Replay.SocketName socket) {
        SockAddr address = replay.bound().get(socket);
        boolean v6Only = address.family() == Family.INET6
                && replay.execute(socket, new Call.GetOption(socket.fd(), SocketOption.IPV6_V6ONLY))
                        instanceof Outcome.WithValue read && read.value() != 0;
        return new Holder(address, v6Only, false, false, 0, Holder.PortUse.LISTENING);
    }

    private static SockAddr target(SockAddr holder, SockAddr challenger) {
        if (!holder.isWildcard()) {
            return holder;
        }
        if (!challenger.isWildcard()) {
            return challenger;
        }
        boolean four = holder.family() == Family.INET || challenger.family() == Family.INET
                || ((SockAddr.Inet6) holder).isMapped() || ((SockAddr.Inet6) challenger).isMapped();
        return (four ? Family.INET : Family.INET6).loopback(challenger.port());
    }

    private Tally connect(SockAddr target, Replay.SocketName first, Replay.SocketName second, int connections) {
        int toFirst = 0;
        int toSecond = 0;
        int lost = 0;
        int made = 0;
        while (made < connections && lost < MAX_LOST) {
            made++;
            lost++;
            try {
                client.execute(0, new Call.Socket(target.family().number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP),
                        CLIENT_FD, CONNECT_LIMIT_MILLIS);
                if (!succeeds(new Call.Connect(CLIENT_FD, target),
                        call -> client.execute(0, call, SocketProcess.UNNAMED, CONNECT_LIMIT_MILLIS))) {
                    continue;
                }
                Replay.SocketName winner = winner(first, second);
                lost = winner == null ? lost : 0;
                toFirst += winner != null && winner.equals(first) ? 1 : 0;
                toSecond += winner != null && winner.equals(second) ? 1 : 0;
            } finally {
                client.closeAll();
            }
        }
        return new Tally(made, toFirst, toSecond);
    }

    private Replay.SocketName winner(Replay.SocketName first, Replay.SocketName second) {
        for (int round = 0; round < ACCEPT_ROUNDS; round++) {
            for (Replay.SocketName listener : first == null ? List.of(second) : List.of(first, second)) {
                SocketProcess process = processes.apply(listener.process());
                if (succeeds(new Call.Accept(listener.fd(), true, 0), call -> process.execute(0, call, ACCEPTED_FD, 1))) {
                    process.execute(0, new Call.SetLinger(ACCEPTED_FD, true, 0), SocketProcess.UNNAMED, CONNECT_LIMIT_MILLIS);
                    process.execute(0, new Call.Close(ACCEPTED_FD), SocketProcess.UNNAMED, CONNECT_LIMIT_MILLIS);
                    return listener;
                }
            }
        }
        return null;
    }

    private static boolean succeeds(Call call, Function<Call, Outcome> made) {
        return call.succeedsWith(made.apply(call));
    }
}
