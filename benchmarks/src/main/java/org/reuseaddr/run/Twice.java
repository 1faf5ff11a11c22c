package org.reuseaddr.run;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.platform.ListedSocket;
import org.reuseaddr.platform.ProcNet;
import org.reuseaddr.socket.SocketCalls;

/**
 * Starts somebody's server twice and finds out what becomes of the second. Where the kernel shows its sockets, a
 * server's own are known by their inodes; where it does not, as WSL 1, by connecting to the port that the user names.
 */
public final class Twice implements AutoCloseable {

    private static final int CONNECTIONS = 20;
    private static final int LEFT = 2;
    private static final int CONNECT_MILLIS = 1_000;
    private static final int ACCEPT_MILLIS = 300;
    /** How long a server's listeners must stay the same before they are taken for all that it has. */
    private static final int SETTLE_MILLIS = 500;

    private final List<String> command;
    private final OptionalInt port;
    private final Duration timeout;
    private final Optional<Path> traces;
    private final boolean seesSockets = ProcNet.ofThisProcess().showsSockets();
    private final List<StartedServer> started = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;

    /**
     * Prepares the two starts.
     *
     * @param port the port that matters; empty for every port that the first start listens on
     * @param timeout how long a start may take until it listens or ends
     * @param traces the directory for what strace writes; empty for no strace
     * @throws UsageException if the port must be named on this platform
     */
    public Twice(List<String> command, OptionalInt port, Duration timeout, Optional<Path> traces) {
        this.command = List.copyOf(command);
        this.port = port;
        this.timeout = timeout;
        this.traces = traces;
        if (!seesSockets && port.isEmpty()) {
            throw new UsageException("this platform does not show its sockets in /proc/net/tcp: name the server's port with --port");
        }
        SocketCalls.open().adoptOrphans();
    }

    /**
     * Makes the starts, one after the other.
     *
     * @throws RunException if the first start does not come to listen, or something holds its port already
     */
    public TwiceResult run() {
        port.ifPresent(named -> {
            if (isReachable(named)) {
                throw new RunException("something listens on port " + named + " already: end it first");
            }
        });
        StartedServer first = start();
        if (!waitFor(() -> listens(first) || first.hasEnded())) {
            throw new RunException("the command does not listen" + onPort() + " within " + timeout.toSeconds() + " s"
                    + words(first));
        }
        if (first.hasEnded()) {
            throw new RunException("the command ended before it listened" + onPort() + exit(first) + words(first));
        }
        List<ListedSocket> held = settled(first);
        Set<Integer> ports = ports(held);
        StartedServer second = start();
        TwiceOutcome outcome = second(first, held, second);
        if (first.hasEnded()) {
            throw new RunException("the first start ended while the second was made, so that nothing can be said"
                    + exit(first) + words(first));
        }
        TwiceOutcome known = seesSockets ? outcome : withoutTheFirst(outcome, first, second);
        second.close();
        return new TwiceResult(ports, known, restart(first, held),
                traces.map(directory -> List.of(trace(directory, 1), trace(directory, 2))).orElse(List.of()));
    }

    private static Path trace(Path directory, int number) {
        return directory.resolve("start-" + number + ".strace");
    }

    private StartedServer start() {
        int number = started.size() + 1;
        return StartedServer.start(command, traces.map(directory -> trace(directory, number)), started);
    }

    private TwiceOutcome second(StartedServer first, List<ListedSocket> held, StartedServer second) {
        // A server with several ports may open one that is free and then wait for one that is not.
        boolean came = waitFor(() -> second.hasEnded() || first.hasEnded()
                || seesSockets && asked(second).size() >= Math.max(1, held.size()));
        if (second.hasEnded()) {
            return new TwiceOutcome.Refused(second.exitCode(), second.lastWords());
        }
        if (first.hasEnded() || !came && asked(second).isEmpty()) {
            return waiting(second, held);
        }
        List<ListedSocket> own = settled(second);
        if (second.hasEnded()) {
            return new TwiceOutcome.Refused(second.exitCode(), second.lastWords());
        }
        Set<Integer> shared = ports(own, held, Twice::overlap);
        if (shared.isEmpty()) {
            Set<Integer> acrossFamilies = ports(own, held, Twice::overlapUnlessV6Only);
            return !acrossFamilies.isEmpty() ? new TwiceOutcome.OtherFamily(acrossFamilies)
                    : own.isEmpty() ? new TwiceOutcome.NeverListens(second.lastWords()) : new TwiceOutcome.Elsewhere(ports(own));
        }
        ListedSocket one = held.stream().filter(listener -> shared.contains(listener.port())).findFirst().orElseThrow();
        return counted(shared, one, first, second);
    }

    /** With --port it may listen on another, which does not matter to the wait but to the answer. */
    private TwiceOutcome waiting(StartedServer second, List<ListedSocket> held) {
        List<ListedSocket> any = seesSockets ? second.listeners() : List.of();
        Set<Integer> ports = ports(any);
        ports.removeAll(ports(held));
        return ports.isEmpty() ? new TwiceOutcome.NeverListens(second.lastWords()) : new TwiceOutcome.Elsewhere(ports);
    }

    /** Where sockets cannot be seen: whoever answers once the first is gone has listened beside it. */
    private TwiceOutcome withoutTheFirst(TwiceOutcome outcome, StartedServer first, StartedServer second) {
        if (!(outcome instanceof TwiceOutcome.NeverListens)) {
            return outcome;
        }
        first.close();
        boolean answers = isReachable(port.getAsInt());
        return answers && !second.hasEnded() ? new TwiceOutcome.BothListen(Set.of(port.getAsInt()), 0, 0, 0) : outcome;
    }

    /** The ports of those listeners that stand so to one that is held. */
    private static Set<Integer> ports(List<ListedSocket> own, List<ListedSocket> held, BiPredicate<ListedSocket, ListedSocket> stand) {
        return own.stream().filter(listener -> held.stream().anyMatch(other -> listener.port() == other.port()
                && stand.test(listener, other))).map(ListedSocket::port).collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean overlap(ListedSocket one, ListedSocket other) {
        InetAddress first = plain(one.local());
        InetAddress second = plain(other.local());
        return first.getClass() == second.getClass()
                && (first.equals(second) || first.isAnyLocalAddress() || second.isAnyLocalAddress());
    }

    private static boolean overlapUnlessV6Only(ListedSocket one, ListedSocket other) {
        InetAddress first = plain(one.local());
        InetAddress second = plain(other.local());
        return first.getClass() != second.getClass() && (first instanceof Inet6Address ? first : second).isAnyLocalAddress();
    }

    /** The IPv4 address of one that is mapped into IPv6. */
    private static InetAddress plain(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private TwiceOutcome counted(Set<Integer> shared, ListedSocket listener, StartedServer first, StartedServer second) {
        int made = 0;
        int toFirst = 0;
        int toSecond = 0;
        for (int i = 0; i < CONNECTIONS && !stopped; i++) {
            try (Socket client = connected(listener)) {
                made++;
                int own = client.getLocalPort();
                // Whose is asked again after each pause: a connection has no owner before it is accepted.
                boolean[] got = new boolean[2];
                waitFor(Duration.ofMillis(ACCEPT_MILLIS), () -> {
                    got[0] = hasConnection(first, listener.port(), own);
                    got[1] = !got[0] && hasConnection(second, listener.port(), own);
                    return got[0] || got[1];
                });
                toFirst += got[0] ? 1 : 0;
                toSecond += got[1] ? 1 : 0;
            } catch (IOException refused) {
                break; // Neither takes connections any more: what was counted so far is the answer.
            }
        }
        return new TwiceOutcome.BothListen(shared, made, toFirst, toSecond);
    }

    private static boolean hasConnection(StartedServer server, int port, int remote) {
        return server.sockets().stream().anyMatch(socket -> socket.port() == port && socket.remotePort() == remote);
    }

    private static Socket connected(ListedSocket listener) throws IOException {
        return connected(listener.local().isAnyLocalAddress() ? loopback(listener.local()) : listener.local(), listener.port());
    }

    private static InetAddress loopback(InetAddress like) throws IOException {
        return InetAddress.getByName(like.getAddress().length == 4 ? "127.0.0.1" : "::1");
    }

    private static Socket connected(InetAddress address, int port) throws IOException {
        Socket client = new Socket();
        try {
            client.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            return client;
        } catch (IOException e) {
            client.close();
            throw e;
        }
    }

    private static boolean isReachable(int port) {
        return Stream.of("127.0.0.1", "::1").anyMatch(address -> answers(address, port));
    }

    private static boolean answers(String address, int port) {
        try (Socket client = connected(InetAddress.getByName(address), port)) {
            return client.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** Ends the first by SIGKILL while connections to it are open, and starts the command again at once. */
    private TwiceResult.Restart restart(StartedServer first, List<ListedSocket> held) {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < LEFT && !held.isEmpty(); i++) {
                Socket client = connected(held.get(0));
                clients.add(client);
                waitFor(Duration.ofMillis(ACCEPT_MILLIS), () -> hasConnection(first, held.get(0).port(), client.getLocalPort()));
            }
        } catch (IOException refused) {
            // A server that takes no more connections is started again without any left.
            clients.removeIf(Socket::isClosed);
        }
        try {
            first.close();
            StartedServer third = start();
            waitFor(() -> third.hasEnded() || listens(third));
            return new TwiceResult.Restart(!third.hasEnded() && listens(third), third.exitCode(), third.lastWords());
        } finally {
            clients.forEach(Twice::close);
        }
    }

    private static void close(Socket client) {
        try {
            client.close();
        } catch (IOException e) {
            throw new RunException("a connection cannot be closed: " + e.getMessage());
        }
    }

    private boolean listens(StartedServer server) {
        return seesSockets ? !asked(server).isEmpty() : isReachable(port.getAsInt());
    }

    private List<ListedSocket> asked(StartedServer server) {
        return server.listeners().stream().filter(listener -> port.isEmpty() || listener.port() == port.getAsInt()).toList();
    }

    /** The listeners once there come no more. */
    private List<ListedSocket> settled(StartedServer server) {
        if (!seesSockets) {
            return List.of();
        }
        List<List<ListedSocket>> seen = new ArrayList<>(List.of(asked(server)));
        long[] since = {System.nanoTime()};
        waitFor(() -> {
            List<ListedSocket> now = asked(server);
            if (!Set.copyOf(now).equals(Set.copyOf(seen.get(seen.size() - 1)))) {
                seen.add(now);
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > Duration.ofMillis(SETTLE_MILLIS).toNanos();
        });
        return seen.get(seen.size() - 1);
    }

    private Set<Integer> ports(List<ListedSocket> listeners) {
        Set<Integer> ports = listeners.stream().map(ListedSocket::port).collect(Collectors.toCollection(TreeSet::new));
        if (!seesSockets) {
            ports.add(port.getAsInt());
        }
        return ports;
    }

    private boolean waitFor(BooleanSupplier condition) {
        return waitFor(timeout, condition);
    }

    private boolean waitFor(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (stopped) {
                throw new RunException("interrupted");
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            StartedServer.pause();
        }
        return true;
    }

    private String onPort() {
        return port.isPresent() ? " on port " + port.getAsInt() : "";
    }

    private static String exit(StartedServer server) {
        return server.exitCode().isPresent() ? "; its exit code is " + server.exitCode().getAsInt() : "";
    }

    private static String words(StartedServer server) {
        return Stream.of(server.lastWords()).filter(lines -> !lines.isEmpty())
                .map(lines -> "; its last words: " + String.join(" / ", lines)).collect(Collectors.joining());
    }

    /** Gives up as soon as possible; may be called by another thread. */
    public void stop() {
        stopped = true;
    }

    /**
     * Ends all that was started.
     *
     * @throws RunException if a process cannot be ended
     */
    @Override
    public void close() {
        List.copyOf(started).forEach(StartedServer::close);
    }
}
