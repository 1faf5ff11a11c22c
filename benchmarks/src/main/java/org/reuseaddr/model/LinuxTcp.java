package org.reuseaddr.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.PortBounds;
import org.reuseaddr.transcript.Step;

/**
 * The reference model of TCP sockets on one machine: which answers Linux allows to a call after any sequence of calls, by
 * which rule, and how the world is then. Pure; who may have a port is decided by {@link LinuxBindRules}.
 *
 * <p>It speaks of the loopback addresses, the wildcards, and the addresses reserved for documentation, which no machine has.
 * Where Linux is free, or the model does not know, it allows every answer that is possible: it never calls an answer wrong
 * for want of knowledge. Time does not pass: what Linux does after a second (a retransmission, the end of TIME_WAIT) does
 * not happen.
 */
public final class LinuxTcp {

    /** Mainline as it is today. */
    public static final LinuxTcp REFERENCE = new LinuxTcp(Set.of());

    /**
     * Mainline beside sockets that the world does not have: they may hold any port, connect to any listener and answer any
     * connect.
     */
    static final LinuxTcp AMONG_OTHERS = new LinuxTcp(Set.of(), true);

    private static final Errno EACCES = Errno.named("EACCES");
    private static final Errno ENOPROTOOPT = Errno.named("ENOPROTOOPT");
    private static final Errno EOPNOTSUPP = Errno.named("EOPNOTSUPP");
    private static final Errno ENOTCONN = Errno.named("ENOTCONN");
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    private final LinuxBindRules rules;
    private final boolean amongOthers;

    /** @param quirks what it has of released kernels; none for the reference */
    public LinuxTcp(Set<Quirk> quirks) {
        this(quirks, false);
    }

    private LinuxTcp(Set<Quirk> quirks, boolean amongOthers) {
        rules = new LinuxBindRules(quirks);
        this.amongOthers = amongOthers;
    }

    /** The judgement of an outcome: what allows it, if anything does, and the world after it. */
    public record Judged(Optional<Allowed> allowed, World after) {
    }

    /** Whether Linux may answer so, and the world after that; the same world where it may not. */
    public Judged judge(World world, Step step) {
        return judge(world, step, answers(world, step.process(), step.call()));
    }

    /**
     * The same for who has asked for the answers before the call was made.
     *
     * @param answers those of {@link #answers} to this call in this world
     */
    public Judged judge(World world, Step step, List<Allowed> answers) {
        Optional<Allowed> allowed = answers.stream()
                .filter(candidate -> candidate.answer().allows(step.call(), step.outcome())).findFirst();
        return new Judged(allowed, allowed.map(found -> found.after(world, step.outcome())).orElse(world));
    }

    /**
     * The world after an outcome that Linux does not allow: from there on the model says nothing of the socket, of what is
     * connected with it, and of who holds its port and the one that the call names.
     */
    public World doubted(World world, Step step) {
        World.Draft draft = world.draft();
        if (step.call() instanceof Call.OnDescriptor on) {
            world.named(step.process(), on.fd()).ifPresent(socket -> Connections.doubt(draft, draft.edit(socket.id)));
        }
        if (step.call() instanceof Call.Addressed addressed && addressed.address().port() != 0) {
            draft.doubt(addressed.address().port());
            for (TcpSocket other : world.sockets()) {
                if (other.holds(addressed.address().port())) {
                    Connections.doubt(draft, draft.edit(other.id));
                }
            }
        }
        step.madeDescriptor().ifPresent(fd -> addUnknown(draft, step.process(), fd));
        return draft.world();
    }

    /** accept returned a connection of which nothing is known. */
    static Allowed acceptsUnknown(int process) {
        return new Allowed(new Answer.Anything(), CallRule.NOT_MODELLED,
                (draft, outcome) -> outcome.returned().ifPresent(fd -> addUnknown(draft, process, fd)));
    }

    private static void addUnknown(World.Draft draft, int process, int fd) {
        TcpSocket made = draft.add(new TcpSocket(draft.nextNumber(), Family.INET));
        made.uncertain = true;
        draft.name(process, fd, made);
    }

    /**
     * The answers that Linux allows, the first of which is the usual one. Never empty.
     *
     * @param process the process that makes the call
     */
    public List<Allowed> answers(World world, int process, Call call) {
        return call.dispatch(new Question(world, process));
    }

    private static List<Allowed> only(Answer answer, Reason reason, Allowed.Effect effect) {
        return List.of(new Allowed(answer, reason, effect));
    }

    private static List<Allowed> zero(Reason reason, Allowed.Effect effect) {
        return only(new Answer.Zero(), reason, effect);
    }

    /** The answers, and one more that is less usual. */
    private static List<Allowed> or(Answer answer, Reason reason, Allowed.Effect effect, List<Allowed> answers) {
        List<Allowed> all = new ArrayList<>(answers);
        all.add(new Allowed(answer, reason, effect));
        return all;
    }

    private static List<Allowed> fails(Errno errno, Reason reason) {
        return only(new Answer.Fails(errno), reason, Allowed.Effect.NONE);
    }

    private static List<Allowed> anything(Allowed.Effect effect) {
        return only(new Answer.Anything(), CallRule.NOT_MODELLED, effect);
    }

    /** From here on nothing is said of the socket, nor of who holds its port. */
    private static Allowed.Effect doubts(TcpSocket socket) {
        return (draft, outcome) -> Connections.doubt(draft, draft.edit(socket.id));
    }

    /** What a call does to a socket that gets a port at an address; returns the socket. */
    @FunctionalInterface
    private interface TakesPort {
        TcpSocket apply(World.Draft draft, Holder taken);
    }

    /** One call in one world. */
    private final class Question implements Call.Handler<List<Allowed>> {
        private final World world;
        private final int process;

        private Question(World world, int process) {
            this.world = world;
            this.process = process;
        }

        /** The answers that the socket behind the descriptor makes; without one there is only EBADF. */
        private List<Allowed> on(Call.OnDescriptor call, Function<TcpSocket, List<Allowed>> answers) {
            return world.named(process, call.fd()).map(answers).orElseGet(() -> fails(Errno.EBADF, CallRule.NOT_OPEN));
        }

        @Override
        public List<Allowed> socket(Call.Socket call) {
            int type = call.type() & ~(Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            boolean isTcp = call.protocol() == Linux.IPPROTO_IP || call.protocol() == Linux.IPPROTO_TCP;
            for (Family family : Family.values()) {
                if (family.number() == call.domain() && type == Linux.SOCK_STREAM && isTcp) {
                    return only(new Answer.NewDescriptor(), CallRule.MAKES_SOCKET, (draft, outcome) -> {
                        TcpSocket made = draft.add(new TcpSocket(draft.nextNumber(), family));
                        made.user = world.user(process);
                        made.nonBlocking = (call.type() & Linux.SOCK_NONBLOCK) != 0;
                        draft.name(process, outcome.returned().orElseThrow(), made);
                    });
                }
            }
            return anything(Allowed.Effect.NONE);
        }

        @Override
        public List<Allowed> setOption(Call.SetOption call) {
            return on(call, socket -> setOption(call, socket));
        }

        private List<Allowed> setOption(Call.SetOption call, TcpSocket socket) {
            boolean on = call.value() != 0;
            return switch (call.option()) {
                case SO_REUSEADDR -> zero(CallRule.SETS_OPTION, (draft, outcome) -> draft.edit(socket.id).reuseAddr = on);
                case SO_REUSEPORT -> zero(CallRule.SETS_OPTION, (draft, outcome) -> draft.edit(socket.id).reusePort = on);
                case IPV6_V6ONLY -> setV6Only(socket, on);
                case IP_LOCAL_PORT_RANGE -> setPortRange(socket, PortBounds.of(call.value()));
                case SO_KEEPALIVE, TCP_NODELAY -> zero(CallRule.SETS_OPTION, Allowed.Effect.NONE);
                default -> anything(doubts(socket));
            };
        }

        private List<Allowed> setPortRange(TcpSocket socket, PortBounds bounds) {
            List<Allowed> answers = bounds.areCrossed() ? fails(Errno.EINVAL, CallRule.SETS_PORT_RANGE)
                    : zero(CallRule.SETS_PORT_RANGE, (draft, outcome) -> {
                        TcpSocket set = draft.edit(socket.id);
                        set.portRange = bounds.value();
                        // A bound outside ip_local_port_range, which the model does not know, has no effect (ip(7)).
                        set.onlyPort = bounds.onlyPort().stream().filter(world::wasChosen).findFirst().orElse(0);
                    });
            return orHasNoPortRange(answers);
        }

        /** As releases before 6.3 answer, unless this one was seen to have the option. */
        private List<Allowed> orHasNoPortRange(List<Allowed> answers) {
            for (TcpSocket any : world.sockets()) {
                if (any.portRange != 0) {
                    return answers;
                }
            }
            return or(new Answer.Fails(ENOPROTOOPT), CallRule.NO_PORT_RANGE_BEFORE, Allowed.Effect.NONE, answers);
        }

        private List<Allowed> setV6Only(TcpSocket socket, boolean on) {
            if (socket.family == Family.INET) {
                return fails(ENOPROTOOPT, CallRule.V6ONLY_IS_OF_INET6);
            }
            if (socket.uncertain) {
                return anything(doubts(socket));
            }
            return socket.hasPort ? fails(Errno.EINVAL, CallRule.V6ONLY_BEFORE_BIND)
                    : zero(CallRule.V6ONLY_BEFORE_BIND, (draft, outcome) -> draft.edit(socket.id).v6Only = on);
        }

        @Override
        public List<Allowed> setLinger(Call.SetLinger call) {
            return on(call, socket -> zero(CallRule.SETS_OPTION,
                    (draft, outcome) -> draft.edit(socket.id).resetsOnClose = call.on() && call.seconds() == 0));
        }

        @Override
        public List<Allowed> getOption(Call.GetOption call) {
            return on(call, socket -> getOption(call, socket));
        }

        private List<Allowed> getOption(Call.GetOption call, TcpSocket socket) {
            if (socket.uncertain) {
                return anything(Allowed.Effect.NONE);
            }
            return switch (call.option()) {
                case SO_REUSEADDR -> shows(socket.reuseAddr, CallRule.SHOWS_OPTION);
                case SO_REUSEPORT -> shows(socket.reusePort, CallRule.SHOWS_OPTION);
                case SO_ACCEPTCONN -> shows(socket.phase == TcpSocket.Phase.LISTENING, CallRule.SHOWS_LISTENING);
                case IPV6_V6ONLY -> socket.family == Family.INET ? fails(EOPNOTSUPP, CallRule.V6ONLY_IS_OF_INET6)
                        : shows(socket.v6Only, CallRule.SHOWS_OPTION);
                case IP_LOCAL_PORT_RANGE -> orHasNoPortRange(only(new Answer.Value(socket.portRange), CallRule.SHOWS_OPTION,
                        Allowed.Effect.NONE));
                case SO_ERROR -> only(new Answer.Value(socket.error == null ? 0 : socket.error.number()), CallRule.SHOWS_ERROR,
                        (draft, outcome) -> draft.edit(socket.id).error = null);
                default -> anything(Allowed.Effect.NONE);
            };
        }

        private List<Allowed> shows(boolean on, Reason reason) {
            return only(new Answer.Value(on ? 1 : 0), reason, Allowed.Effect.NONE);
        }

        @Override
        public List<Allowed> bind(Call.Bind call) {
            return on(call, socket -> bind(call, socket));
        }

        private List<Allowed> bind(Call.Bind call, TcpSocket socket) {
            SockAddr address = call.address();
            if (socket.uncertain || !Addresses.isKnown(address)) {
                return anything((draft, outcome) -> {
                    Connections.doubt(draft, draft.edit(socket.id));
                    draft.doubt(address.port());
                });
            }
            return isPrivileged(address) ? or(new Answer.Fails(EACCES), CallRule.PORT_IS_PRIVILEGED, Allowed.Effect.NONE,
                    bindKnown(socket, address)) : bindKnown(socket, address);
        }

        private List<Allowed> bindKnown(TcpSocket socket, SockAddr address) {
            if (socket.family == Family.INET) {
                return address.family() != Family.INET ? fails(Errno.EAFNOSUPPORT, CallRule.FAMILY_OF_SOCKET)
                        : !Addresses.isLocal(address) ? fails(Errno.EADDRNOTAVAIL, CallRule.ADDRESS_IS_LOCAL)
                        : hasAddress(socket) ? fails(Errno.EINVAL, CallRule.BOUND_ONCE) : take(socket, address);
            }
            if (address.family() != Family.INET6) {
                return fails(Errno.EINVAL, CallRule.FAMILY_OF_SOCKET);
            }
            boolean mapped = ((SockAddr.Inet6) address).isMapped();
            return hasAddress(socket) ? fails(Errno.EINVAL, CallRule.BOUND_ONCE)
                    : mapped && socket.v6Only ? fails(Errno.EINVAL, CallRule.MAPPED_NEEDS_DUAL_STACK)
                    : !Addresses.isLocal(address) ? fails(Errno.EADDRNOTAVAIL, CallRule.ADDRESS_IS_LOCAL) : take(socket, address);
        }

        private static boolean isPrivileged(SockAddr address) {
            return address.port() != 0 && address.port() < FIRST_UNPRIVILEGED_PORT;
        }

        private static boolean hasAddress(TcpSocket socket) {
            return socket.phase != TcpSocket.Phase.CLOSED || socket.hasPort;
        }

        private List<Allowed> take(TcpSocket socket, SockAddr address) {
            Holder candidate = socket.at(address);
            Allowed.Effect refused = (draft, outcome) -> Connections.resetAddress(draft.edit(socket.id));
            if (address.port() == 0) {
                return chosen(socket, socket.at(address.withPort(socket.onlyPort)), CallRule.PORT_CHOSEN_IS_FREE, refused,
                        (draft, taken) -> bind(draft, socket, taken, false));
            }
            if (world.isUncertain(address.port())) {
                return anything(doubts(socket));
            }
            PortState port = world.around(socket, address.port());
            List<Allowed> answers = rules.possible(false, candidate, port).stream()
                    .map(rule -> rule.refuses() ? new Allowed(new Answer.Fails(Errno.EADDRINUSE), rule, refused)
                            : new Allowed(new Answer.Zero(), rule, (draft, outcome) -> {
                                bind(draft, socket, candidate, true);
                                draft.register(address.port(), rules.register(candidate, port));
                            })).toList();
            return mayRefuse(answers) ? answers : orHeldByAnother(refused, answers);
        }

        /**
         * The answers of bind and listen where Linux chooses the port (kernel: inet_csk_find_open_port).
         *
         * @param candidate the socket at the port that its range leaves, or at port 0
         * @param usual the rule that allows it where the socket has no range
         * @param refused what EADDRINUSE does to the world
         * @param take what the call does to the socket that gets the port, and returns
         */
        private List<Allowed> chosen(TcpSocket socket, Holder candidate, CallRule usual, Allowed.Effect refused, TakesPort take) {
            int only = candidate.local().port();
            if (only == 0) {
                List<Allowed> answers = orHeldByAnother(refused, zero(usual, (draft, outcome) -> {
                    TcpSocket bound = take.apply(draft, candidate);
                    bound.unseenPort = rules.register(bound.holder(), PortState.FREE);
                }));
                return socket.portRange == 0 ? answers
                        : or(new Answer.Fails(Errno.EADDRINUSE), CallRule.PORT_RANGE_IS_EXHAUSTED, refused, answers);
            }
            if (world.isUncertain(only)) {
                return anything(doubts(socket));
            }
            PortState port = world.around(socket, only);
            // Options do not count here: the port must be free at the address (kernel: inet_csk_bind_conflict without relax).
            if (port.holders().stream().anyMatch(holder -> rules.overlap(candidate, holder))) {
                return only(new Answer.Fails(Errno.EADDRINUSE), CallRule.PORT_RANGE_IS_EXHAUSTED, refused);
            }
            // It is one that Linux gives to any program that asks for none: somebody else may have it by now.
            return or(new Answer.Fails(Errno.EADDRINUSE), CallRule.ANOTHER_SOCKET_HAS_IT, refused, zero(CallRule.PORT_OF_RANGE,
                    (draft, outcome) -> draft.register(only, rules.register(take.apply(draft, candidate).holder(), port))));
        }

        private static boolean mayRefuse(List<Allowed> answers) {
            return answers.stream().anyMatch(allowed -> allowed.reason() instanceof Rule rule && rule.refuses());
        }

        /** Beside sockets that the world does not have, one of those may have the port, or all ports may be taken. */
        private List<Allowed> orHeldByAnother(Allowed.Effect refused, List<Allowed> answers) {
            return amongOthers ? or(new Answer.Fails(Errno.EADDRINUSE), CallRule.ANOTHER_SOCKET_HAS_IT, refused, answers) : answers;
        }

        private TcpSocket bind(World.Draft draft, TcpSocket socket, Holder candidate, boolean named) {
            TcpSocket bound = draft.edit(socket.id);
            bound.local = candidate.local() instanceof SockAddr.Inet6 six ? six.withoutFlowAndScope() : candidate.local();
            bound.showsFormerPort = false;
            bound.v6Only = candidate.v6Only();
            bound.hasPort = true;
            bound.keepsPort |= named;
            bound.keepsAddress |= !candidate.local().isWildcard() || Addresses.isMapped(candidate.local());
            bound.order = draft.nextNumber();
            return bound;
        }

        @Override
        public List<Allowed> listen(Call.Listen call) {
            return on(call, socket -> listen(call, socket));
        }

        private List<Allowed> listen(Call.Listen call, TcpSocket socket) {
            if (socket.uncertain || socket.hasPort && socket.local.port() != 0 && world.isUncertain(socket.local.port())) {
                return anything(doubts(socket));
            }
            boolean idle = socket.phase == TcpSocket.Phase.CLOSED || socket.phase == TcpSocket.Phase.LISTENING;
            if (socket.attachment != TcpSocket.Attachment.UNCONNECTED || !idle) {
                return fails(Errno.EINVAL, CallRule.LISTENS_ONCE_IDLE);
            }
            if (socket.phase == TcpSocket.Phase.LISTENING) {
                return zero(CallRule.LISTENS_AGAIN, (draft, outcome) -> draft.edit(socket.id).backlog = call.backlog());
            }
            if (!socket.hasPort) {
                return chosen(socket, socket.withPort(socket.onlyPort), CallRule.LISTEN_BINDS, Allowed.Effect.NONE, (draft, taken) -> {
                    TcpSocket made = draft.edit(socket.id);
                    made.local = taken.local();
                    made.showsFormerPort = false;
                    made.hasPort = true;
                    made.order = draft.nextNumber();
                    // The socket is in state LISTEN when the kernel takes the port for it (inet_csk_listen_start).
                    startListening(made, call.backlog());
                    return made;
                });
            }
            PortState port = socket.hasUnseenPort() ? socket.unseenPort : world.around(socket, socket.local.port());
            List<Allowed> answers = rules.possible(true, socket.holder(), port).stream()
                    .map(rule -> rule.refuses() ? refusedListen(rule) : new Allowed(new Answer.Zero(), rule, (draft, outcome) -> {
                        TcpSocket made = draft.edit(socket.id);
                        startListening(made, call.backlog());
                        PortState registered = rules.register(made.holder(), port);
                        if (made.hasUnseenPort()) {
                            made.unseenPort = registered;
                        } else {
                            draft.register(made.local.port(), registered);
                        }
                    })).toList();
            return mayRefuse(answers) ? answers : orHeldByAnother(Allowed.Effect.NONE, answers);
        }

        private Allowed refusedListen(Rule rule) {
            return new Allowed(rules.quirks().contains(Quirk.LISTEN_HIDES_REFUSAL) ? new Answer.Zero()
                    : new Answer.Fails(Errno.EADDRINUSE), rule, Allowed.Effect.NONE);
        }

        private static void startListening(TcpSocket socket, int backlog) {
            socket.phase = TcpSocket.Phase.LISTENING;
            socket.backlog = backlog;
        }

        @Override
        public List<Allowed> connect(Call.Connect call) {
            return on(call, socket -> amongOthers && socket.phase == TcpSocket.Phase.CLOSED ? anything(doubts(socket))
                    : new Connecting(world, socket).to(call.address()));
        }

        @Override
        public List<Allowed> accept(Call.Accept call) {
            return on(call, listener -> accept(call, listener));
        }

        private List<Allowed> accept(Call.Accept call, TcpSocket listener) {
            if (listener.uncertain) {
                return List.of(acceptsUnknown(process));
            }
            if (listener.phase != TcpSocket.Phase.LISTENING) {
                return fails(Errno.EINVAL, CallRule.NOT_LISTENING);
            }
            if (amongOthers) {
                return anything(Allowed.Effect.NONE);
            }
            List<TcpSocket> queue = world.queueOf(listener);
            List<TcpSocket> possible = world.mayBeQueuedAt(listener);
            List<TcpSocket> candidates = new ArrayList<>(queue.subList(0, Math.min(1, queue.size())));
            candidates.addAll(possible);
            List<Allowed> answers = new ArrayList<>();
            candidates.forEach(connection -> answers.add(accepts(listener, connection, candidates, call)));
            if (queue.isEmpty()) {
                answers.add(new Allowed(listener.nonBlocking ? new Answer.Fails(Errno.EAGAIN) : new Answer.Waits(),
                        CallRule.NOTHING_TO_ACCEPT, (draft, outcome) -> possible.forEach(
                                connection -> Connections.isNotQueuedAt(draft.edit(connection.id), listener))));
            }
            return answers;
        }

        private Allowed accepts(TcpSocket listener, TcpSocket connection, List<TcpSocket> candidates, Call.Accept call) {
            SockAddr peer = Addresses.inFamily(listener.family, connection.remote);
            return new Allowed(new Answer.NewConnection(peer, portsOfOthersTo(connection)), CallRule.ACCEPTS, (draft, outcome) -> {
                SockAddr shown = outcome instanceof Outcome.WithAddress named ? named.address() : null;
                TcpSocket accepted = draft.edit(connection.id);
                if (accepted.queuedAt.size() > 1) {
                    Connections.inherit(accepted, accepted.queuedAt.get(listener.id));
                }
                accepted.queuedAt = Map.of();
                accepted.user = world.user(process);
                accepted.nonBlocking = (call.flags() & Linux.SOCK_NONBLOCK) != 0;
                draft.name(process, outcome.returned().orElseThrow(), accepted);
                List<TcpSocket> others = candidates.stream().filter(other -> other.id != connection.id)
                        .filter(other -> shown == null || isUnknownPortOfSameHost(other.remote, connection.remote)).toList();
                if (!others.isEmpty() || connection.isAnonymous) {
                    // It may as well be one of these: how many still wait is known, and not whose they are.
                    others.forEach(other -> Connections.forgetClient(draft, draft.edit(other.id)));
                    Connections.forgetClient(draft, accepted);
                    Connections.doubt(draft, accepted);
                } else if (shown != null) {
                    Connections.seePeerPort(draft, accepted, shown);
                }
            });
        }

        private static boolean isUnknownPortOfSameHost(SockAddr one, SockAddr two) {
            return one.port() == 0 && Addresses.plain(one).equals(Addresses.plain(two));
        }

        /** The known ports from which other connections come that are alike but for the port: no two have all four in common. */
        private Set<Integer> portsOfOthersTo(TcpSocket connection) {
            Set<Integer> ports = new HashSet<>();
            SockAddr host = Addresses.plain(connection.remote).withPort(0);
            for (TcpSocket other : world.sockets()) {
                if (other.id != connection.id && other.isConnection() && other.remote != null
                        && Addresses.plain(other.local).equals(Addresses.plain(connection.local))
                        && Addresses.plain(other.remote).withPort(0).equals(host)) {
                    ports.add(other.remote.port());
                }
            }
            return ports;
        }

        @Override
        public List<Allowed> getSockName(Call.GetSockName call) {
            return on(call, this::nameOf);
        }

        private List<Allowed> nameOf(TcpSocket socket) {
            if (socket.uncertain) {
                return anything(Allowed.Effect.NONE);
            }
            if (!socket.hasUnseenPort() && !socket.showsFormerPort) {
                boolean isOfRange = socket.onlyPort != 0 && socket.local.port() == socket.onlyPort;
                return only(new Answer.Shows(socket.local, false, Set.of()), isOfRange ? CallRule.PORT_OF_RANGE : CallRule.SHOWS_NAME,
                        Allowed.Effect.NONE);
            }
            return only(new Answer.Shows(socket.local, true, takenFrom(socket)), CallRule.PORT_CHOSEN_IS_FREE, (draft, outcome) -> {
                if (outcome instanceof Outcome.WithAddress shown && shown.address() != null) {
                    Connections.seePort(draft, draft.edit(socket.id), shown.address().port());
                }
            });
        }

        /** The ports that the choice for this socket leaves out; a client shares its port with any other connection. */
        private Set<Integer> takenFrom(TcpSocket socket) {
            Set<Integer> taken = new HashSet<>();
            for (TcpSocket other : world.sockets()) {
                if (other.id != socket.id && other.hasPort && socket.remote == null
                        && rules.overlap(socket.holder(), other.holder())) {
                    taken.add(other.local.port());
                }
            }
            return taken;
        }

        @Override
        public List<Allowed> getPeerName(Call.GetPeerName call) {
            return on(call, this::peerOf);
        }

        private List<Allowed> peerOf(TcpSocket socket) {
            if (socket.uncertain) {
                return anything(Allowed.Effect.NONE);
            }
            if (socket.remote == null || !socket.isConnection()) {
                return fails(ENOTCONN, CallRule.NOT_CONNECTED);
            }
            return only(new Answer.Shows(socket.remote, socket.remote.port() == 0, Set.of()), CallRule.SHOWS_PEER, (draft, outcome) -> {
                if (outcome instanceof Outcome.WithAddress shown && shown.address() != null) {
                    Connections.seePeerPort(draft, draft.edit(socket.id), shown.address());
                }
            });
        }

        @Override
        public List<Allowed> shutdown(Call.Shutdown call) {
            return on(call, socket -> shutdown(call, socket));
        }

        private List<Allowed> shutdown(Call.Shutdown call, TcpSocket socket) {
            if (call.how() < Linux.SHUT_RD || call.how() > Linux.SHUT_RDWR) {
                return fails(Errno.EINVAL, CallRule.NO_SUCH_DIRECTION);
            }
            if (socket.uncertain) {
                return anything(doubts(socket));
            }
            int directions = call.how() + 1;
            if (socket.phase == TcpSocket.Phase.CLOSED) {
                return only(new Answer.Fails(ENOTCONN), CallRule.NOT_CONNECTED, (draft, outcome) -> {
                    TcpSocket shut = draft.edit(socket.id);
                    shut.shut |= directions;
                    shut.attachment = shut.attachment == TcpSocket.Attachment.CONNECTING
                            ? TcpSocket.Attachment.DISCONNECTING : shut.attachment;
                });
            }
            if (socket.phase == TcpSocket.Phase.LISTENING) {
                return (directions & TcpSocket.RECEIVE) == 0 ? zero(CallRule.SHUTS_DOWN, Allowed.Effect.NONE)
                        : zero(CallRule.LISTENER_STOPS, (draft, outcome) -> Connections.stopListening(draft, draft.edit(socket.id)));
            }
            return zero(CallRule.SHUTS_DOWN, (draft, outcome) -> {
                TcpSocket shut = draft.edit(socket.id);
                shut.attachment = TcpSocket.Attachment.CONNECTED;
                shut.shut |= directions;
                if ((directions & TcpSocket.SEND) != 0) {
                    Connections.finish(draft, shut);
                }
            });
        }

        @Override
        public List<Allowed> dup(Call.Dup call) {
            return on(call, socket -> only(new Answer.NewDescriptor(), CallRule.DUPLICATES, (draft, outcome) ->
                    draft.name(process, outcome.returned().orElseThrow(), draft.edit(socket.id))));
        }

        @Override
        public List<Allowed> setNonBlocking(Call.SetNonBlocking call) {
            return on(call, socket -> zero(CallRule.SETS_STATUS_FLAG,
                    (draft, outcome) -> draft.edit(socket.id).nonBlocking = call.on()));
        }

        @Override
        public List<Allowed> poll(Call.Poll call) {
            Optional<TcpSocket> named = world.named(process, call.fd());
            if (named.isEmpty()) {
                return only(new Answer.Value(Linux.POLLNVAL), CallRule.NOT_OPEN, Allowed.Effect.NONE);
            }
            TcpSocket socket = named.get();
            if (socket.uncertain || amongOthers && socket.phase == TcpSocket.Phase.LISTENING) {
                return anything(Allowed.Effect.NONE);
            }
            Answer none = call.timeoutMillis() < 0 ? new Answer.Waits() : new Answer.Zero();
            List<Allowed> answers = new ArrayList<>();
            answers.add(reports(socket, !world.queueOf(socket).isEmpty(), call, none));
            if (!world.mayBeQueuedAt(socket).isEmpty()) {
                answers.add(reports(socket, true, call, none));
            }
            return answers;
        }

        private Allowed reports(TcpSocket socket, boolean queued, Call.Poll call, Answer none) {
            int events = Connections.events(socket, queued) & (call.events() | Linux.POLLERR | Linux.POLLHUP);
            return new Allowed(events == 0 ? none : new Answer.Value(events), CallRule.REPORTS_EVENTS, Allowed.Effect.NONE);
        }

        @Override
        public List<Allowed> close(Call.Close call) {
            return on(call, socket -> zero(CallRule.CLOSES, (draft, outcome) -> {
                TcpSocket closed = draft.edit(socket.id);
                draft.unname(process, call.fd(), closed);
                if (closed.descriptors == 0) {
                    Connections.close(draft, closed);
                }
            }));
        }
    }
}
