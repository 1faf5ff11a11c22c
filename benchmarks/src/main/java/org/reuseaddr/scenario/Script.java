package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.Reason;
import org.reuseaddr.model.Rule;
import org.reuseaddr.model.World;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * Writes the steps of a generated scenario: asks {@link LinuxTcp} what each call answers after those before it, and writes
 * that down as the step's outcome; so a family of scenarios says what is done and never what should come of it.
 */
public final class Script {

    /** The port that scenarios are about. */
    public static final int PORT = 12345;

    /** The port of a listener that only serves as the peer of a client under test. */
    static final int PEER_PORT = 12346;

    /** The first number that stands for a port the kernel chose; a replay learns which from the first getsockname. */
    static final int FIRST_CHOSEN_PORT = RandomCalls.FIRST_CHOSEN_PORT;

    private static final int BACKLOG = 8;

    private final LinuxTcp linux;
    private final List<Step> steps = new ArrayList<>();
    private final List<Rule> decisions = new ArrayList<>();
    private World world = World.EMPTY;
    private int nextChosenPort = FIRST_CHOSEN_PORT;

    public Script(LinuxBindRules rules) {
        linux = new LinuxTcp(rules.quirks());
    }

    /** A socket of the script. */
    public static final class Endpoint {
        private final int process;
        private final int fd;
        private final Family family;
        /** The port that it has, a chosen one by the number that stands for it; 0 as long as it has none. */
        private int port;

        private Endpoint(int process, int fd, Family family) {
            this.process = process;
            this.fd = fd;
            this.family = family;
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
        Endpoint endpoint = new Endpoint(process, RandomCalls.nextDescriptor(world, process), family);
        make(endpoint, new Call.Socket(family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP));
        return endpoint;
    }

    /** setsockopt(2) of SO_REUSEADDR, SO_REUSEPORT or IPV6_V6ONLY. */
    public Script set(Endpoint endpoint, SocketOption option, boolean on) {
        make(endpoint, new Call.SetOption(endpoint.fd, option, on ? 1 : 0));
        return this;
    }

    /** bind(2). Returns whether it succeeds. */
    public boolean bind(Endpoint endpoint, SockAddr address) {
        boolean bound = decide(endpoint, new Call.Bind(endpoint.fd, address));
        endpoint.port = bound ? address.port() : endpoint.port;
        return bound;
    }

    /** The port that the socket holds. */
    int port(Endpoint endpoint) {
        return endpoint.port;
    }

    /** bind(2) to port 0 and getsockname(2), which shows the port. */
    int bindToChosenPort(Endpoint endpoint, SockAddr address) {
        bind(endpoint, address.withPort(0));
        endpoint.port = nextChosenPort++;
        showName(endpoint);
        return endpoint.port;
    }

    /** listen(2). Returns whether it succeeds. */
    public boolean listen(Endpoint endpoint) {
        return decide(endpoint, new Call.Listen(endpoint.fd, BACKLOG));
    }

    /** SO_LINGER of 0 s: closing will reset the connection, so that neither side is left in TIME_WAIT. */
    public Script resetOnClose(Endpoint endpoint) {
        make(endpoint, new Call.SetLinger(endpoint.fd, true, 0));
        return this;
    }

    /** connect(2) to a listener at a loopback address, which has room in its queue. */
    public Script connect(Endpoint client, SockAddr target) {
        make(client, new Call.Connect(client.fd, target));
        client.port = client.port == 0 ? nextChosenPort++ : client.port;
        return this;
    }

    /** accept(2) of the connection that has waited longest. */
    public Endpoint accept(Endpoint listener) {
        Endpoint accepted = new Endpoint(listener.process, RandomCalls.nextDescriptor(world, listener.process), listener.family);
        accepted.port = listener.port;
        make(listener, new Call.Accept(listener.fd, false, 0));
        return accepted;
    }

    /** shutdown(2) of the sending side: the peer is then in CLOSE_WAIT. */
    Script finish(Endpoint endpoint) {
        make(endpoint, new Call.Shutdown(endpoint.fd, Linux.SHUT_WR));
        return this;
    }

    /** getsockname(2). */
    Script showName(Endpoint endpoint) {
        make(endpoint, new Call.GetSockName(endpoint.fd));
        return this;
    }

    /** close(2). */
    public Script close(Endpoint endpoint) {
        make(endpoint, new Call.Close(endpoint.fd));
        return this;
    }

    private boolean decide(Endpoint endpoint, Call call) {
        Reason reason = make(endpoint, call);
        Rule rule = reason instanceof Rule decisive ? decisive : Rule.PORT_IS_FREE;
        decisions.add(rule);
        return !rule.refuses();
    }

    private Reason make(Endpoint endpoint, Call call) {
        Allowed allowed = linux.answers(world, endpoint.process, call).get(0);
        Outcome outcome = allowed.answer().example(call, RandomCalls.nextDescriptor(world, endpoint.process));
        if (call instanceof Call.GetSockName && allowed.answer() instanceof Answer.Shows shown) {
            outcome = new Outcome.WithAddress(Answer.RETURNED_ZERO, shown.address().withPort(endpoint.port));
        } else if (outcome instanceof Outcome.WithAddress accepted) {
            // Who connected plays no part in these scenarios.
            outcome = new Outcome.WithAddress(accepted.result(), null);
        }
        Step step = new Step(endpoint.process, call, outcome);
        steps.add(step);
        world = linux.judge(world, step).after();
        return allowed.reason();
    }
}
