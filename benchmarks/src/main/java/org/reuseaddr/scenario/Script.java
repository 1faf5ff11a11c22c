package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.reuseaddr.model.Holder;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.model.PortState;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.Rule;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * Writes the steps of a generated scenario. Keeps the state of every socket as Linux would have it, asks
 * {@link LinuxBindRules} what bind and listen must answer, and writes that down as the step's outcome; so a family of
 * scenarios says what is done and never what should come of it.
 */
public final class Script {

    /** The port that scenarios are about. */
    public static final int PORT = 12345;

    /** The port of a listener that only serves as the peer of a client under test. */
    static final int PEER_PORT = 12346;

    /** The first number that stands for a port the kernel chose; a replay learns which from the first getsockname. */
    static final int FIRST_CHOSEN_PORT = 40001;

    private static final int FIRST_DESCRIPTOR = 3;
    private static final int BACKLOG = 8;
    private static final int USER = 0;

    private final LinuxBindRules rules;
    private final List<Step> steps = new ArrayList<>();
    private final List<Rule> decisions = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Map<Integer, PortState> registrations = new HashMap<>();
    private int nextChosenPort = FIRST_CHOSEN_PORT;

    public Script(LinuxBindRules rules) {
        this.rules = rules;
    }

    /** A socket of the script, as the kernel has it at this point of the script. */
    public static final class Endpoint {
        private final int process;
        private final int fd;
        private final Family family;
        private boolean v6Only;
        private boolean reuseAddr;
        private boolean reusePort;
        private boolean resetsOnClose;
        private boolean open = true;
        private SockAddr local;
        private SockAddr remote;
        private Holder.State state = Holder.State.BOUND;
        private Endpoint peer;

        private Endpoint(int process, int fd, Family family) {
            this.process = process;
            this.fd = fd;
            this.family = family;
        }

        private Holder bound(SockAddr address) {
            boolean specific = address instanceof SockAddr.Inet6 six && !six.isWildcard() && !six.isMapped();
            return new Holder(address, v6Only || specific, reuseAddr, reusePort, USER, Holder.State.BOUND);
        }

        private Holder holder() {
            return new Holder(local, v6Only, reuseAddr, reusePort, USER, state);
        }
    }

    /** The number of steps so far. */
    int length() {
        return steps.size();
    }

    /** What decided each bind and listen, in their order. */
    List<Rule> decisions() {
        return List.copyOf(decisions);
    }

    /** The steps so far. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    /** socket(2) in the family of {@code kind}, and IPV6_V6ONLY if it asks for it. */
    public Endpoint socket(int process, AddressKind kind) {
        Endpoint endpoint = socket(process, kind.at(0).family());
        if (kind.v6Only()) {
            set(endpoint, SocketOption.IPV6_V6ONLY, true);
        }
        return endpoint;
    }

    /** socket(2). */
    public Endpoint socket(int process, Family family) {
        Endpoint endpoint = open(process, family);
        write(endpoint, new Call.Socket(family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP),
                new Outcome.Plain(new SyscallResult.Returned(endpoint.fd)));
        return endpoint;
    }

    private Endpoint open(int process, Family family) {
        int fd = FIRST_DESCRIPTOR;
        while (isOpen(process, fd)) {
            fd++;
        }
        Endpoint endpoint = new Endpoint(process, fd, family);
        endpoints.add(endpoint);
        return endpoint;
    }

    private boolean isOpen(int process, int fd) {
        return endpoints.stream().anyMatch(other -> other.open && other.process == process && other.fd == fd);
    }

    /** setsockopt(2) of SO_REUSEADDR, SO_REUSEPORT or IPV6_V6ONLY. */
    public Script set(Endpoint endpoint, SocketOption option, boolean on) {
        succeed(endpoint, new Call.SetOption(endpoint.fd, option, on ? 1 : 0));
        switch (option) {
            case SO_REUSEADDR -> endpoint.reuseAddr = on;
            case SO_REUSEPORT -> endpoint.reusePort = on;
            case IPV6_V6ONLY -> endpoint.v6Only = on;
            default -> throw new IllegalArgumentException("the rules do not depend on " + option);
        }
        return this;
    }

    /** bind(2). Returns whether it succeeds. */
    public boolean bind(Endpoint endpoint, SockAddr address) {
        Holder candidate = endpoint.bound(address);
        PortState port = around(endpoint, address.port());
        Rule rule = rules.bind(candidate, port);
        decide(endpoint, new Call.Bind(endpoint.fd, address), rule);
        if (!rule.refuses()) {
            endpoint.local = address;
            endpoint.v6Only = candidate.v6Only();
            registrations.put(address.port(), rules.register(candidate, port));
        }
        return !rule.refuses();
    }

    /** The port that the socket holds. */
    int port(Endpoint endpoint) {
        return endpoint.local.port();
    }

    /** bind(2) to port 0 and getsockname(2), which shows the port. */
    int bindToChosenPort(Endpoint endpoint, SockAddr address) {
        int port = nextChosenPort++;
        Holder candidate = endpoint.bound(address.withPort(port));
        decide(endpoint, new Call.Bind(endpoint.fd, address.withPort(0)), Rule.PORT_IS_FREE);
        endpoint.local = candidate.local();
        endpoint.v6Only = candidate.v6Only();
        registrations.put(port, rules.register(candidate, PortState.FREE));
        showName(endpoint);
        return port;
    }

    /** listen(2). Returns whether it succeeds. */
    public boolean listen(Endpoint endpoint) {
        PortState port = around(endpoint, endpoint.local.port());
        Rule rule = rules.listen(endpoint.holder(), port);
        decide(endpoint, new Call.Listen(endpoint.fd, BACKLOG), rule);
        if (rule.refuses() && rules.quirks().contains(Quirk.LISTEN_HIDES_REFUSAL)) {
            steps.set(steps.size() - 1, new Step(endpoint.process, new Call.Listen(endpoint.fd, BACKLOG),
                    new Outcome.Plain(new SyscallResult.Returned(0))));
        }
        if (!rule.refuses()) {
            endpoint.state = Holder.State.LISTENING;
            registrations.put(endpoint.local.port(), rules.register(endpoint.holder(), port));
        }
        return !rule.refuses();
    }

    /** SO_LINGER of 0 s: closing will reset the connection, so that neither side is left in TIME_WAIT. */
    public Script resetOnClose(Endpoint endpoint) {
        succeed(endpoint, new Call.SetLinger(endpoint.fd, true, 0));
        endpoint.resetsOnClose = true;
        return this;
    }

    /** connect(2) to a listener at a loopback address, which has room in its queue. */
    public Script connect(Endpoint client, SockAddr target) {
        succeed(client, new Call.Connect(client.fd, target));
        if (client.local == null) {
            client.local = source(target).withPort(nextChosenPort++);
        } else if (client.local.isWildcard()) {
            client.local = source(target).withPort(client.local.port());
        }
        client.remote = target;
        client.state = Holder.State.CONNECTED;
        return this;
    }

    /** The address that routing chooses for a client: the loopback address of the target's family. */
    private static SockAddr source(SockAddr target) {
        return target instanceof SockAddr.Inet6 six && six.isMapped()
                ? SockAddr.Inet6.mapped((SockAddr.Inet4) Family.INET.loopback(0)) : target.family().loopback(0);
    }

    /** accept(2) of the connection that {@code client} has made. */
    public Endpoint accept(Endpoint listener, Endpoint client) {
        Endpoint accepted = open(listener.process, listener.family);
        write(accepted, new Call.Accept(listener.fd, false, 0),
                new Outcome.WithAddress(new SyscallResult.Returned(accepted.fd), null));
        accepted.reuseAddr = listener.reuseAddr;
        accepted.reusePort = listener.reusePort;
        accepted.v6Only = listener.v6Only;
        accepted.local = asSeenBy(listener, client.remote);
        accepted.state = Holder.State.CONNECTED;
        accepted.peer = client;
        client.peer = accepted;
        return accepted;
    }

    /** The address that a client connected to, as a socket of the listener's family writes it. */
    private static SockAddr asSeenBy(Endpoint listener, SockAddr target) {
        if (listener.family == target.family()) {
            return target;
        }
        return target instanceof SockAddr.Inet4 four
                ? SockAddr.Inet6.mapped(four) : ((SockAddr.Inet6) target).unmapped();
    }

    /** shutdown(2) of the sending side: the peer is then in CLOSE_WAIT. */
    Script finish(Endpoint endpoint) {
        succeed(endpoint, new Call.Shutdown(endpoint.fd, Linux.SHUT_WR));
        return this;
    }

    /** getsockname(2). */
    Script showName(Endpoint endpoint) {
        write(endpoint, new Call.GetSockName(endpoint.fd),
                new Outcome.WithAddress(new SyscallResult.Returned(0), endpoint.local));
        return this;
    }

    /**
     * close(2). Of a connection, whoever closes first keeps the port: in FIN_WAIT2 until the peer closes, then in
     * TIME_WAIT; whoever closes second keeps nothing.
     */
    public Script close(Endpoint endpoint) {
        succeed(endpoint, new Call.Close(endpoint.fd));
        endpoint.open = false;
        if (endpoint.peer != null && endpoint.resetsOnClose) {
            if (endpoint.peer.open) {
                throw new IllegalStateException("a reset under an open socket is not modelled");
            }
            endpoint.peer.local = null;
            endpoint.local = null;
        } else if (endpoint.peer != null && endpoint.peer.open) {
            endpoint.state = Holder.State.TIME_WAIT;
        } else {
            endpoint.local = null;
        }
        return this;
    }

    private PortState around(Endpoint endpoint, int port) {
        List<Holder> holders = endpoints.stream()
                .filter(other -> other != endpoint && other.local != null && other.local.port() == port)
                .map(Endpoint::holder)
                .toList();
        PortState registered = registrations.getOrDefault(port, PortState.FREE);
        boolean held = !holders.isEmpty() || endpoint.local != null;
        return held ? new PortState(holders, registered.leader(), registered.reuseAddrSoFar()) : PortState.FREE;
    }

    private void decide(Endpoint endpoint, Call call, Rule rule) {
        decisions.add(rule);
        Optional<Errno> errno = rule.errno();
        write(endpoint, call, new Outcome.Plain(errno.isPresent()
                ? new SyscallResult.Failed(errno.get()) : new SyscallResult.Returned(0)));
    }

    private void succeed(Endpoint endpoint, Call call) {
        write(endpoint, call, new Outcome.Plain(new SyscallResult.Returned(0)));
    }

    private void write(Endpoint endpoint, Call call, Outcome outcome) {
        Objects.requireNonNull(outcome);
        steps.add(new Step(endpoint.process, call, outcome));
    }
}
