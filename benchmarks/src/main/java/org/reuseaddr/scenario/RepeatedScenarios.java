package org.reuseaddr.scenario;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Transcript;

/** Scenarios that make the same few calls many times over, which nobody wants to read as a file. */
final class RepeatedScenarios {

    /** More than a narrow ephemeral range of 256 ports, so that ports that are never released run out there. */
    private static final int CHURN_ROUNDS = 300;

    private static final int BINDS = 16;

    /** The chance that one of two listeners gets none of so many connections is one in half a million million. */
    private static final int SPREAD_CONNECTIONS = 40;

    private static final int SPREAD_LIMIT_MILLIS = 1_000;

    /** Fewer than a login shell of 64 descriptors and an ephemeral range of 100 ports leave: running out is no defect. */
    private static final int HELD_PORTS = 32;

    /** Less than the second after which the kernel sends a SYN again; each scenario waits that long once. */
    private static final int FULL_QUEUE_LIMIT_MILLIS = 100;

    private static final int[] BACKLOGS = {0, 1, 2, 5};

    private static final int LISTENER = 3;
    private static final int SECOND_LISTENER = 4;
    private static final int CLIENT = 5;
    private static final int FIRST_PROCESS = 1001;
    private static final int SECOND_PROCESS = 1002;

    private static final String EPHEMERAL_PORTS = "connect(2) EADDRNOTAVAIL: only if \"all port numbers in the "
            + "ephemeral port range are currently in use\"";
    private static final String CHOSEN_PORTS = "bind(2) EADDRINUSE: only if \"all port numbers in the ephemeral port "
            + "range are currently in use\"";
    private static final List<String> LEAK_REPORTS = List.of("microsoft/WSL#2913", "microsoft/WSL#3951");
    private static final String LIMIT_HEADER = "limit-ms";

    private static final List<Repeated> SCENARIOS = Stream.of(
            Stream.of(
                    new Repeated("churn", "refused",
                            "The ephemeral port of a connection that was refused is free at once.",
                            EPHEMERAL_PORTS, LEAK_REPORTS, Map.of(), RepeatedScenarios::refusedConnections),
                    new Repeated("churn", "closed-before-established",
                            "The ephemeral port of a connection that was closed before it was established is free at once.",
                            EPHEMERAL_PORTS, LEAK_REPORTS, Map.of(), RepeatedScenarios::unestablishedConnections),
                    new Repeated("churn", "reset", "The ephemeral port of a connection that was reset is free at once.",
                            EPHEMERAL_PORTS, LEAK_REPORTS, Map.of(), RepeatedScenarios::resetConnections),
                    new Repeated("churn", "port-zero",
                            "The port that bind chose for a listener is free once it is closed.",
                            CHOSEN_PORTS, LEAK_REPORTS, Map.of(), RepeatedScenarios::chosenPorts),
                    new Repeated("calls", "bind-is-never-interrupted", "bind never fails with EINTR.",
                            "bind(2) ERRORS and signal(7) do not name it: bind does not block",
                            List.of("microsoft/WSL#14541"), Map.of(), RepeatedScenarios::uninterruptedBinds),
                    new Repeated("reuseport-groups", "spread",
                            "New connections are spread over the listeners that share a port by SO_REUSEPORT: each gets "
                                    + "some of " + SPREAD_CONNECTIONS + ".",
                            "socket(7) SO_REUSEPORT: \"accept(2) load distribution in a multi-threaded server\"",
                            List.of("solana-labs/solana#1149", "microsoft/WSL#6619"),
                            Map.of(LIMIT_HEADER, Integer.toString(SPREAD_LIMIT_MILLIS)), RepeatedScenarios::spread),
                    new Repeated("implicit-bind", "port-zero-held-at-once",
                            HELD_PORTS + " sockets that bind to port 0 with SO_REUSEADDR and stay open have "
                                    + HELD_PORTS + " different ports.",
                            CHOSEN_PORTS + "; kernel: inet_csk_find_open_port",
                            List.of("google/gvisor#6209"), Map.of(), RepeatedScenarios::heldPorts)),
            rebound("", false, FIRST_PROCESS, FIRST_PROCESS),
            rebound("-after-listen", true, FIRST_PROCESS, FIRST_PROCESS),
            rebound("-by-other-process", false, FIRST_PROCESS, SECOND_PROCESS),
            rebound("-by-other-process-after-listen", true, FIRST_PROCESS, SECOND_PROCESS),
            IntStream.of(BACKLOGS).mapToObj(RepeatedScenarios::backlog))
            .flatMap(some -> some).toList();

    private RepeatedScenarios() {
    }

    /** All of them, for one family and then for the other. */
    static Stream<CatalogueEntry> entries() {
        return Stream.of(Family.values()).flatMap(family -> SCENARIOS.stream()
                .map(scenario -> new CatalogueEntry(scenario.id(family), scenario.group(),
                        () -> scenario.in(family))));
    }

    /**
     * A scenario of both families, each of them promised.
     *
     * @param headers what its transcript says beyond {@link ScenarioHeaders}
     * @param calls writes its calls
     */
    private record Repeated(String group, String name, String rule, String source, List<String> references,
            Map<String, String> headers, Consumer<RepeatedSteps> calls) {

        String id(Family family) {
            return group + "/" + name + InFamily.suffix(family);
        }

        Scenario in(Family family) {
            RepeatedSteps steps = new RepeatedSteps(family);
            calls.accept(steps);
            Map<String, String> all = ScenarioHeaders.of(id(family), group, family.name(), rule, source, true, references);
            all.putAll(headers);
            return new Scenario(id(family), group, family.name(), rule, source, true, references,
                    new Transcript(all, steps.steps()));
        }
    }

    private static void refusedConnections(RepeatedSteps steps) {
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            steps.socket(CLIENT).connectFails(CLIENT, Errno.ECONNREFUSED).close(CLIENT);
        }
    }

    /** The queue of the listener is full, so that the connections stay in SYN_SENT until they are closed. */
    private static void unestablishedConnections(RepeatedSteps steps) {
        steps.listener(LISTENER, 0);
        steps.socket(CLIENT - 1).resetOnClose(CLIENT - 1).connect(CLIENT - 1);
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            steps.socket(Challenge.ONLY_PROCESS, CLIENT, Linux.SOCK_NONBLOCK).resetOnClose(CLIENT)
                    .connectFails(CLIENT, Errno.EINPROGRESS).close(CLIENT);
        }
    }

    private static void resetConnections(RepeatedSteps steps) {
        steps.listener(LISTENER, BINDS);
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            steps.socket(CLIENT).resetOnClose(CLIENT).connect(CLIENT).accept(LISTENER, CLIENT + 1)
                    .close(CLIENT).close(CLIENT + 1);
        }
    }

    private static void chosenPorts(RepeatedSteps steps) {
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            steps.socket(LISTENER).bind(LISTENER, 0).listen(Challenge.ONLY_PROCESS, LISTENER, 1).close(LISTENER);
        }
    }

    private static void uninterruptedBinds(RepeatedSteps steps) {
        for (int i = 0; i < BINDS; i++) {
            steps.socket(LISTENER).bind(LISTENER, i % 2 == 0 ? Script.PORT : 0)
                    .listen(Challenge.ONLY_PROCESS, LISTENER, 1).close(LISTENER);
        }
    }

    private static void spread(RepeatedSteps steps) {
        for (int listener : new int[] {LISTENER, SECOND_LISTENER}) {
            steps.socket(listener).set(listener, SocketOption.SO_REUSEPORT).bind(listener, Script.PORT)
                    .listen(Challenge.ONLY_PROCESS, listener, SPREAD_CONNECTIONS);
        }
        // Nobody waits for a connection: where somaxconn is small, the queues are full before all are made.
        for (int fd = CLIENT; fd < CLIENT + SPREAD_CONNECTIONS; fd++) {
            steps.socket(Challenge.ONLY_PROCESS, fd, Linux.SOCK_NONBLOCK).resetOnClose(fd)
                    .connectFails(fd, Errno.EINPROGRESS);
        }
        steps.accept(LISTENER, CLIENT + SPREAD_CONNECTIONS).accept(SECOND_LISTENER, CLIENT + SPREAD_CONNECTIONS + 1);
    }

    /** Each getsockname must show a port that no earlier one has shown: different numbers stand for different ports. */
    private static void heldPorts(RepeatedSteps steps) {
        for (int i = 0; i < HELD_PORTS; i++) {
            int fd = LISTENER + i;
            steps.socket(fd).set(fd, SocketOption.SO_REUSEADDR).bind(fd, 0)
                    .showsPort(Challenge.ONLY_PROCESS, fd, Script.FIRST_CHOSEN_PORT + i);
        }
    }

    /**
     * A port is found by bind to port 0, closed and bound at once, which is how programs find a free port for another.
     *
     * @param suffix the variant's part of the id
     * @param listens whether the first socket listens before it is closed
     */
    private static Stream<Repeated> rebound(String suffix, boolean listens, int first, int second) {
        return Stream.of(new Repeated("free-port", "chosen-port-bound-again" + suffix,
                "A port that bind chose can be bound by number as soon as its socket is closed, in each of " + BINDS
                        + " rounds.",
                "bind(2): EADDRINUSE only where \"the given address is already in use\"",
                List.of("microsoft/WSL#40109", "microsoft/vscode-java-test#1854"), Map.of(),
                steps -> bindAgain(steps, listens, first, second)));
    }

    /** What was bound again stays open, so that the kernel cannot choose its port in a later round. */
    private static void bindAgain(RepeatedSteps steps, boolean listens, int first, int second) {
        for (int i = 0; i < BINDS; i++) {
            int port = Script.FIRST_CHOSEN_PORT + i;
            int again = LISTENER + i;
            int chosen = first == second ? again : LISTENER;
            steps.socket(first, chosen, 0).bind(first, chosen, 0).showsPort(first, chosen, port);
            if (listens) {
                steps.listen(first, chosen, 1);
            }
            steps.close(first, chosen).socket(second, again, 0).bind(second, again, port).listen(second, again, 1);
        }
    }

    private static Repeated backlog(int backlog) {
        int room = backlog + 1;
        return new Repeated("backlog", "of-" + backlog,
                "A listener with a backlog of " + backlog + " has room for " + room
                        + (room == 1 ? " connection" : " connections") + ", and the next one waits.",
                "listen(2): \"the maximum length to which the queue of pending connections for sockfd may grow\"; "
                        + "kernel: sk_acceptq_is_full compares with >",
                List.of("google/gvisor#3153", "google/gvisor#5637", "google/gvisor#6545"),
                Map.of(LIMIT_HEADER, Integer.toString(FULL_QUEUE_LIMIT_MILLIS)),
                steps -> fillQueue(steps, backlog, room));
    }

    private static void fillQueue(RepeatedSteps steps, int backlog, int room) {
        steps.listener(LISTENER, backlog);
        for (int fd = LISTENER + 1; fd <= LISTENER + room; fd++) {
            steps.socket(fd).resetOnClose(fd).connect(fd);
        }
        int late = LISTENER + room + 1;
        steps.socket(late).resetOnClose(late).connectWaits(late, FULL_QUEUE_LIMIT_MILLIS);
    }
}
