package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/** Scenarios that make the same few calls many times over, which nobody wants to read as a file. */
final class RepeatedScenarios {

    /** More than a narrow ephemeral range of 256 ports, so that ports that are never released run out there. */
    private static final int CHURN_ROUNDS = 300;

    private static final int BINDS = 16;

    /** The chance that one of two listeners gets none of so many connections is one in half a million million. */
    private static final int SPREAD_CONNECTIONS = 40;

    private static final int SPREAD_LIMIT_MILLIS = 1_000;
    private static final int LISTENER = 3;
    private static final int SECOND_LISTENER = 4;
    private static final int CLIENT = 5;

    private static final String EPHEMERAL_PORTS = "connect(2) EADDRNOTAVAIL: only if \"all port numbers in the "
            + "ephemeral port range are currently in use\"";
    private static final List<String> LEAK_REPORTS = List.of("microsoft/WSL#2913", "microsoft/WSL#3951");

    private final Family family;
    private final List<Step> steps = new ArrayList<>();

    private RepeatedScenarios(Family family) {
        this.family = family;
    }

    /** All of them for both families. */
    static List<Scenario> all() {
        return Stream.of(Family.values()).flatMap(family -> Stream.of(
                new RepeatedScenarios(family).refusedConnections(),
                new RepeatedScenarios(family).unestablishedConnections(),
                new RepeatedScenarios(family).resetConnections(),
                new RepeatedScenarios(family).chosenPorts(),
                new RepeatedScenarios(family).uninterruptedBinds(),
                new RepeatedScenarios(family).spread())).toList();
    }

    private Scenario refusedConnections() {
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            socket(CLIENT, 0);
            fail(new Call.Connect(CLIENT, family.loopback(Script.PORT)), Errno.ECONNREFUSED);
            succeed(new Call.Close(CLIENT));
        }
        return scenario("churn", "refused", "The ephemeral port of a connection that was refused is free at once.",
                EPHEMERAL_PORTS, LEAK_REPORTS, Map.of());
    }

    /** The queue of the listener is full, so that the connections stay in SYN_SENT until they are closed. */
    private Scenario unestablishedConnections() {
        listener(LISTENER, false, 0);
        socket(CLIENT - 1, 0);
        succeed(new Call.SetLinger(CLIENT - 1, true, 0));
        succeed(new Call.Connect(CLIENT - 1, family.loopback(Script.PORT)));
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            socket(CLIENT, Linux.SOCK_NONBLOCK);
            succeed(new Call.SetLinger(CLIENT, true, 0));
            fail(new Call.Connect(CLIENT, family.loopback(Script.PORT)), Errno.EINPROGRESS);
            succeed(new Call.Close(CLIENT));
        }
        return scenario("churn", "closed-before-established",
                "The ephemeral port of a connection that was closed before it was established is free at once.",
                EPHEMERAL_PORTS, LEAK_REPORTS, Map.of());
    }

    private Scenario resetConnections() {
        listener(LISTENER, false, BINDS);
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            socket(CLIENT, 0);
            succeed(new Call.SetLinger(CLIENT, true, 0));
            succeed(new Call.Connect(CLIENT, family.loopback(Script.PORT)));
            accept(LISTENER, CLIENT + 1);
            succeed(new Call.Close(CLIENT));
            succeed(new Call.Close(CLIENT + 1));
        }
        return scenario("churn", "reset", "The ephemeral port of a connection that was reset is free at once.",
                EPHEMERAL_PORTS, LEAK_REPORTS, Map.of());
    }

    private Scenario chosenPorts() {
        for (int i = 0; i < CHURN_ROUNDS; i++) {
            socket(LISTENER, 0);
            succeed(new Call.Bind(LISTENER, family.loopback(0)));
            succeed(new Call.Listen(LISTENER, 1));
            succeed(new Call.Close(LISTENER));
        }
        return scenario("churn", "port-zero", "The port that bind chose for a listener is free once it is closed.",
                "bind(2) EADDRINUSE: only if \"all port numbers in the ephemeral port range are currently in use\"",
                LEAK_REPORTS, Map.of());
    }

    private Scenario uninterruptedBinds() {
        for (int i = 0; i < BINDS; i++) {
            socket(LISTENER, 0);
            succeed(new Call.Bind(LISTENER, family.loopback(i % 2 == 0 ? Script.PORT : 0)));
            succeed(new Call.Listen(LISTENER, 1));
            succeed(new Call.Close(LISTENER));
        }
        return scenario("calls", "bind-is-never-interrupted", "bind never fails with EINTR.",
                "bind(2) ERRORS and signal(7) do not name it: bind does not block", List.of("microsoft/WSL#14541"),
                Map.of());
    }

    private Scenario spread() {
        listener(LISTENER, true, SPREAD_CONNECTIONS);
        listener(SECOND_LISTENER, true, SPREAD_CONNECTIONS);
        // Nobody waits for a connection: where somaxconn is small, the queues are full before all are made.
        for (int fd = CLIENT; fd < CLIENT + SPREAD_CONNECTIONS; fd++) {
            socket(fd, Linux.SOCK_NONBLOCK);
            succeed(new Call.SetLinger(fd, true, 0));
            fail(new Call.Connect(fd, family.loopback(Script.PORT)), Errno.EINPROGRESS);
        }
        accept(LISTENER, CLIENT + SPREAD_CONNECTIONS);
        accept(SECOND_LISTENER, CLIENT + SPREAD_CONNECTIONS + 1);
        return scenario("reuseport-groups", "spread",
                "New connections are spread over the listeners that share a port by SO_REUSEPORT: each gets some of "
                        + SPREAD_CONNECTIONS + ".",
                "socket(7) SO_REUSEPORT: \"accept(2) load distribution in a multi-threaded server\"",
                List.of("solana-labs/solana#1149", "microsoft/WSL#6619"),
                Map.of("limit-ms", Integer.toString(SPREAD_LIMIT_MILLIS)));
    }

    private void listener(int fd, boolean reusePort, int backlog) {
        socket(fd, 0);
        if (reusePort) {
            succeed(new Call.SetOption(fd, SocketOption.SO_REUSEPORT, 1));
        }
        succeed(new Call.Bind(fd, family.loopback(Script.PORT)));
        succeed(new Call.Listen(fd, backlog));
    }

    private void socket(int fd, int flags) {
        steps.add(new Step(0, new Call.Socket(family.number(), Linux.SOCK_STREAM | flags, Linux.IPPROTO_TCP),
                new Outcome.Plain(new SyscallResult.Returned(fd))));
    }

    private void accept(int listener, int fd) {
        steps.add(new Step(0, new Call.Accept(listener, false, 0),
                new Outcome.WithAddress(new SyscallResult.Returned(fd), null)));
    }

    private void succeed(Call call) {
        steps.add(new Step(0, call, new Outcome.Plain(new SyscallResult.Returned(0))));
    }

    private void fail(Call call, Errno errno) {
        steps.add(new Step(0, call, new Outcome.Plain(new SyscallResult.Failed(errno))));
    }

    private Scenario scenario(String group, String name, String rule, String source, List<String> references,
            Map<String, String> furtherHeaders) {
        String id = group + "/" + name + "-" + family.name().toLowerCase(Locale.ROOT);
        Map<String, String> headers = ScenarioHeaders.of(id, group, family.name(), rule, source, true, references);
        headers.putAll(furtherHeaders);
        return new Scenario(id, group, family.name(), rule, source, true, references, new Transcript(headers, steps));
    }
}
