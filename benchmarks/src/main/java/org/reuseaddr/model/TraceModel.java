package org.reuseaddr.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
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
 * Judges the calls of a trace of real programs: whether Linux can have answered so, given the sockets that the trace shows.
 * Other sockets may exist: a refusal of bind or listen that those of the trace do not explain needs one outside it, while a
 * success that they forbid is impossible. This class decides who may have a port, for traces of any length; of everything
 * else that a call may answer {@link LinuxTcp} decides as much as the trace shows, see {@link TracedWorlds}.
 *
 * <p>Where a trace leaves room, the judgement is for the platform: connections that may be left on a port, ports that the
 * kernel chose and no call shows, SO_REUSEPORT next to sockets that the trace may not show, link-local addresses.
 */
public final class TraceModel {

    private static final Set<String> CHANGES_A_PORT = Set.of("bind", "listen", "shutdown", "setsockopt");

    /** With these errors a connection may come about all the same, and with it another local address. */
    private static final Set<Errno> GOES_ON = Set.of(Errno.EINPROGRESS, Errno.EINTR, Errno.EAGAIN, Errno.named("EALREADY"),
            Errno.ETIMEDOUT);

    private static final Set<String> MAY_WAIT = Set.of("accept", "accept4", "poll");

    private final LinuxBindRules reference = LinuxBindRules.REFERENCE;
    private final boolean closed;
    private final Map<Name, TracedSocket> sockets = new HashMap<>();
    private final Map<Integer, PortState> registrations = new HashMap<>();
    /** Ports on which connections may be left that no open socket shows. */
    private final Set<Integer> used = new HashSet<>();
    private final Map<Integer, Set<TracedSocket>> byPort = new HashMap<>();
    /** Effective users, of the processes of which something is known. */
    private final Map<Integer, Maker> makers = new HashMap<>();
    private final IntFunction<String> processName;
    private final TracedWorlds worlds;
    /** Calls that have begun and not come back, each with the number of calls that had come back before. */
    private final Map<Name, Integer> begun = new HashMap<>();
    /** Processes that may have closed descriptors without a call that the trace shows. */
    private final Set<Integer> unwatched = new HashSet<>();
    /** A socket has a port that the kernel chose and that no call has shown: it may be any. */
    private boolean hasUnseenPort;
    /** Some process has had a way to make calls that the trace does not show. */
    private boolean isHidden;
    private int index;
    private int userChanges;
    private String place = "";

    /** @param closed whether the trace shows every socket of its ports, so that a refusal needs its reason there */
    public TraceModel(boolean closed) {
        this(closed, process -> process == 0 ? "" : "process " + process);
    }

    /**
     * @param closed whether the trace shows every socket of its ports, so that a refusal needs its reason there
     * @param processName what sentences call a process; empty where its number is of no interest
     */
    public TraceModel(boolean closed, IntFunction<String> processName) {
        this.closed = closed;
        this.processName = processName;
        worlds = new TracedWorlds(closed);
    }

    /** What can be said of a call. */
    public enum Possibility {
        /** Linux answers so. */
        POSSIBLE,
        /** Linux answers so if a socket that the trace does not show holds the address. */
        NEEDS_ANOTHER_SOCKET,
        /** Only kernels with a quirk answer so. */
        QUIRK,
        /** No Linux answers so. */
        IMPOSSIBLE,
        /** Nothing is said of the call. */
        NOT_JUDGED
    }

    /**
     * The judgement of one call.
     *
     * @param reason the rule that decides it; empty where nothing is judged
     * @param quirk the quirk that explains it, with {@link Possibility#QUIRK} alone
     * @param because the state of the socket that decides it, in a sentence; empty where there is none
     * @param expected what the trace's own sockets have Linux answer; empty where they do not determine it
     */
    public record Judgement(Possibility kind, Optional<Reason> reason, Optional<Quirk> quirk, String because,
            Optional<SyscallResult> expected) {

        private static final Judgement NONE = new Judgement(Possibility.NOT_JUDGED, Optional.empty(), Optional.empty(), "",
                Optional.empty());
    }

    private record Name(int process, int fd) {
    }

    /**
     * Who makes sockets.
     *
     * @param since distinguishes one unknown user from another; 0 while nothing has been said of the process
     */
    private record Maker(int user, int since) {
        private static final Maker AT_FIRST = new Maker(Holder.UNKNOWN_USER, 0);
    }

    private static final class TracedSocket {
        private final Name name;
        private final Family family;
        private final Maker maker;
        /** The descriptors that name it: it is closed with the last. */
        private final Set<Name> names = new HashSet<>();
        private boolean v6Only;
        private boolean reuseAddr;
        private boolean reusePort;
        private SockAddr local;
        private Holder.PortUse state = Holder.PortUse.BOUND;
        private int since;
        /** The call that changed it last. */
        private int changed;
        private String sincePlace = "";
        /** It was bound as Linux would not have bound it: what it does next says nothing new. */
        private boolean isDoubtful;

        private TracedSocket(Name name, Family family, Maker maker) {
            this.name = name;
            this.family = family;
            this.maker = maker;
            names.add(name);
        }

        private Holder at(SockAddr address, Holder.PortUse as) {
            boolean specific = address instanceof SockAddr.Inet6 six && !six.isWildcard() && !six.isMapped();
            return new Holder(address, v6Only || specific, reuseAddr, reusePort, maker.user(), as);
        }

        private boolean holds(int port) {
            return local != null && local.port() == port && port != 0;
        }

        private String inWords(IntFunction<String> processName) {
            String does = state == Holder.PortUse.LISTENING ? " listens on " : " is bound to ";
            Name shown = names.contains(name) ? name : names.iterator().next();
            String process = processName.apply(shown.process());
            return "fd " + shown.fd() + (process.isEmpty() ? "" : " of " + process) + does + local
                    + (since > 0 ? " since " + sincePlace : "");
        }
    }

    /**
     * Judges the next call of the trace and takes note of what it did.
     *
     * @param process the process that made it, of a thread the one that it belongs to
     */
    public Judgement next(int process, Step step) {
        return next(process, step, "call " + (index + 1));
    }

    /**
     * Judges the next call of the trace and takes note of what it did.
     *
     * @param process the process that made it, of a thread the one that it belongs to
     * @param where where the call stands, as sentences are to name it: {@code line 12}
     */
    public Judgement next(int process, Step step, String where) {
        index++;
        place = where;
        Optional<TracedWorlds.Opinion> opinion = worlds.opinion(process, step);
        Judgement judgement = with(opinion, judge(process, step));
        if (step.call() instanceof Call.OnDescriptor on) {
            begun.remove(new Name(process, on.fd()));
        }
        note(process, step.call(), step.outcome());
        worlds.note(process, step, opinion, judgement.kind() == Possibility.IMPOSSIBLE);
        if (judgement.kind() == Possibility.IMPOSSIBLE && step.call() instanceof Call.OnDescriptor call) {
            Optional.ofNullable(sockets.get(new Name(process, call.fd()))).ifPresent(socket -> socket.isDoubtful = true);
        }
        return judgement;
    }

    /**
     * The next call with the result that Linux gives to it where the sockets of the trace determine it, and else with its
     * own; the trace continues from there. This is what a replay on free ports is to be compared with.
     *
     * @param process the process that made it, of a thread the one that it belongs to
     */
    public Step expected(int process, Step step) {
        index++;
        place = "call " + index;
        Step expected = judge(process, step).expected()
                .map(result -> new Step(step.process(), step.call(), new Outcome.Plain(result))).orElse(step);
        note(process, expected.call(), expected.outcome());
        worlds.note(process, expected, worlds.opinion(process, expected), false);
        return expected;
    }

    /**
     * What would be said of a call if it came next; it does not come.
     *
     * @param process the process that would make it, of a thread the one that it belongs to
     */
    public Judgement weigh(int process, Step step) {
        return with(worlds.opinion(process, step), judge(process, step));
    }

    /** What the sockets that have the port do not forbid can be impossible for another reason. */
    private static Judgement with(Optional<TracedWorlds.Opinion> opinion, Judgement ofPort) {
        if (opinion.isEmpty() || !opinion.get().decides() || ofPort.kind() == Possibility.IMPOSSIBLE
                || ofPort.kind() == Possibility.QUIRK) {
            return ofPort;
        }
        TracedWorlds.Opinion found = opinion.get();
        if (found.allowed().isPresent()) {
            return ofPort.kind() != Possibility.NOT_JUDGED ? ofPort
                    : new Judgement(Possibility.POSSIBLE, found.allowed().map(Allowed::reason),
                            Optional.empty(), "", Optional.empty());
        }
        return new Judgement(found.quirk().isPresent() ? Possibility.QUIRK : Possibility.IMPOSSIBLE, Optional.of(found.usual().reason()),
                found.quirk(), "after the calls before it, Linux answers " + found.usual().answer().inWords(), ofPort.expected());
    }

    /**
     * A process was forked: it has a copy of each descriptor of its parent that it has not opened itself. Until
     * {@link #hear} says otherwise, the trace does not show when it closes them.
     */
    public void fork(int parent, int child) {
        makers.put(child, maker(parent));
        unwatched.add(child);
        worlds.fork(parent, child);
        List<TracedSocket> inherited = new ArrayList<>();
        List<Name> names = new ArrayList<>();
        sockets.forEach((name, socket) -> {
            if (name.process() == parent) {
                inherited.add(socket);
                names.add(new Name(child, name.fd()));
            }
        });
        for (int i = 0; i < names.size(); i++) {
            share(names.get(i), inherited.get(i));
        }
    }

    /**
     * The process has this effective user from here on, which sockets that it makes have then.
     *
     * @param user {@link Holder#UNKNOWN_USER} where the trace does not say which
     */
    public void user(int process, int user) {
        makers.put(process, new Maker(user, ++userChanges));
    }

    private Maker maker(int process) {
        return makers.getOrDefault(process, Maker.AT_FIRST);
    }

    private void share(Name name, TracedSocket socket) {
        if (sockets.putIfAbsent(name, socket) == null) {
            socket.names.add(name);
        }
    }

    /** The process may close its descriptors from here on without a call that the trace shows. */
    public void unwatch(int process) {
        unwatched.add(process);
        worlds.unwatch(process);
    }

    /** The trace shows from here on what the process does with its descriptors. */
    public void hear(int process) {
        unwatched.remove(process);
        worlds.hear(process);
    }

    /** A descriptor was copied by dup2, dup3 or fcntl: both name the same socket, and what {@code to} named is closed. */
    public void copy(int process, int fd, int to) {
        worlds.copy(process, fd, to);
        copied(process, fd, to);
    }

    private void copied(int process, int fd, int to) {
        TracedSocket socket = sockets.get(new Name(process, fd));
        close(new Name(process, to));
        if (socket != null) {
            share(new Name(process, to), socket);
        }
    }

    /**
     * A process ended.
     *
     * @param certain whether nobody else can have its descriptors that the trace does not show to have them
     */
    public void exit(int process, boolean certain) {
        unwatched.remove(process);
        worlds.exit(process);
        begun.keySet().removeIf(name -> name.process() == process);
        List<Name> names = sockets.keySet().stream().filter(name -> name.process() == process).toList();
        for (Name name : names) {
            if (!certain) {
                unseen(sockets.get(name));
            }
            close(name);
        }
    }

    /** From here on the trace does not show what becomes of a socket: whatever its port answers is possible. */
    public void lose(int process, int fd) {
        worlds.lose(process, fd);
        TracedSocket socket = sockets.get(new Name(process, fd));
        if (socket != null) {
            unseen(socket);
            List.copyOf(socket.names).forEach(this::close);
        }
    }

    /**
     * A call on the socket has begun and not come back, while others do: its effect may come at any time.
     *
     * @param call the name of the call
     */
    public void begin(int process, int fd, String call) {
        worlds.begin(process, fd, call);
        Name name = new Name(process, fd);
        TracedSocket socket = sockets.get(name);
        if (socket != null && (call.equals("close") || MAY_WAIT.contains(call))) {
            // A call that waits holds the socket, whatever becomes of the descriptor.
            unseen(socket);
        } else if (socket != null && CHANGES_A_PORT.contains(call)) {
            begun.put(name, index);
        }
    }

    /** An option was set on the socket that the model does not know. */
    public void setOther(int process, int fd) {
        if (closed) {
            worlds.lose(process, fd);
        }
    }

    /** The process can make calls that the trace does not show: only its binds and listens are judged from here on. */
    public void hides(int process) {
        isHidden = true;
        unwatched.add(process);
        worlds.hides(process);
    }

    /** A socket that the trace does not show holds the port, or did: a refusal has its reason there. */
    public void takenByUnseen(int port) {
        worlds.takenByUnseen(port);
        used.add(port);
    }

    private Judgement judge(int process, Step step) {
        if (!(step.outcome() instanceof Outcome.Completed completed)) {
            return Judgement.NONE;
        }
        if (step.call() instanceof Call.Bind bind) {
            TracedSocket socket = sockets.get(new Name(process, bind.fd()));
            boolean judged = socket != null && socket.local == null && bind.address().port() != 0
                    && bind.address().family() == socket.family && !isLinkLocal(bind.address());
            return judged ? decide(socket, socket.at(bind.address(), Holder.PortUse.BOUND), false, completed.result())
                    : impossibleResult(completed.result());
        }
        if (step.call() instanceof Call.Listen listen) {
            TracedSocket socket = sockets.get(new Name(process, listen.fd()));
            boolean judged = socket != null && !socket.isDoubtful && socket.local != null && socket.local.port() != 0
                    && socket.state == Holder.PortUse.BOUND && !isLinkLocal(socket.local);
            return judged ? decide(socket, socket.at(socket.local, Holder.PortUse.BOUND), true, completed.result())
                    : impossibleResult(completed.result());
        }
        return Judgement.NONE;
    }

    /** What no bind and no listen returns, whatever the sockets: EINTR, and values other than 0. */
    private static Judgement impossibleResult(SyscallResult result) {
        boolean wrong = result.failedWith(Errno.EINTR) || result instanceof SyscallResult.Returned returned
                && returned.value() != 0;
        return wrong ? new Judgement(Possibility.IMPOSSIBLE, Optional.of(CallRule.RETURNS_ZERO_OR_AN_ERROR), Optional.empty(), "",
                Optional.empty()) : Judgement.NONE;
    }

    private Judgement decide(TracedSocket socket, Holder candidate, boolean listen, SyscallResult result) {
        Judgement wrong = impossibleResult(result);
        if (wrong.kind() == Possibility.IMPOSSIBLE) {
            return wrong;
        }
        int port = candidate.local().port();
        PortState others = around(socket, port);
        Rule rule = ruleOf(reference, candidate, others, listen);
        boolean dependsOnUsers = reference.possible(listen, candidate, others).size() > 1
                || !rule.refuses() && result.failedWith(Errno.EADDRINUSE) && candidate.reusePort() && mayBeOfAnotherUser(socket, port);
        if (dependsOnUsers) {
            return Judgement.NONE;
        }
        boolean mayDiffer = rule.refuses() ? result instanceof SyscallResult.Returned
                && (!begun.isEmpty() || !unwatched.isEmpty())
                && !ruleOf(reference, candidate, settled(socket, port), listen).refuses()
                : result.failedWith(Errno.EADDRINUSE) && (!begun.isEmpty() || isHidden);
        if (mayDiffer) {
            return Judgement.NONE;
        }
        boolean mayBeLeft = used.contains(port);
        Optional<SyscallResult> expected = mayBeLeft || candidate.reusePort() ? Optional.empty()
                : Optional.of(rule.refuses() ? new SyscallResult.Failed(Errno.EADDRINUSE) : new SyscallResult.Returned(0));
        String because = rule.refuses() ? culprit(socket, candidate, port) : "";
        if (result instanceof SyscallResult.Returned) {
            if (!rule.refuses()) {
                return new Judgement(Possibility.POSSIBLE, Optional.of(rule), Optional.empty(), "", expected);
            }
            if (candidate.reusePort() && !closed) {
                return new Judgement(Possibility.POSSIBLE, Optional.of(Rule.REUSEPORT_SKIPS_CHECK), Optional.empty(), because, expected);
            }
            for (Quirk quirk : Quirk.values()) {
                LinuxBindRules rules = new LinuxBindRules(Set.of(quirk));
                if (!ruleOf(rules, candidate, others, listen).refuses() || listen && quirk == Quirk.LISTEN_HIDES_REFUSAL) {
                    return new Judgement(Possibility.QUIRK, Optional.of(rule), Optional.of(quirk), because, expected);
                }
            }
            return new Judgement(Possibility.IMPOSSIBLE, Optional.of(rule), Optional.empty(), because, expected);
        }
        if (!result.failedWith(Errno.EADDRINUSE)) {
            return Judgement.NONE;
        }
        if (rule.refuses() || mayBeLeft) {
            return new Judgement(Possibility.POSSIBLE, Optional.of(rule.refuses() ? rule : Rule.CONNECTION_EXCLUDES),
                    Optional.empty(), because, expected);
        }
        for (Quirk quirk : Quirk.values()) {
            if (ruleOf(new LinuxBindRules(Set.of(quirk)), candidate, others, listen).refuses()) {
                return new Judgement(Possibility.QUIRK, Optional.of(rule), Optional.of(quirk), "", expected);
            }
        }
        return new Judgement(closed && !hasUnseenPort ? Possibility.IMPOSSIBLE : Possibility.NEEDS_ANOTHER_SOCKET, Optional.of(rule),
                Optional.empty(), "no socket of the trace holds " + candidate.local(), expected);
    }

    /** A group of SO_REUSEPORT is of one user, and most traces do not show who the users of their processes are. */
    private boolean mayBeOfAnotherUser(TracedSocket socket, int port) {
        return holders(port).stream().anyMatch(other -> other != socket && other.reusePort
                && (socket.maker.user() == Holder.UNKNOWN_USER || other.maker.user() == Holder.UNKNOWN_USER)
                && !(other.maker.equals(socket.maker)
                        && other.names.stream().anyMatch(name -> name.process() == socket.name.process())));
    }

    /** The port without the sockets that other calls may have changed since this one began, or closed unseen. */
    private PortState settled(TracedSocket socket, int port) {
        int since = socket.names.stream().map(begun::get).filter(Objects::nonNull).min(Comparator.naturalOrder()).orElse(index);
        PortState all = around(socket, port);
        List<Holder> holders = holders(port).stream().filter(other -> other != socket && other.changed <= since
                        && other.names.stream().noneMatch(begun::containsKey)
                        && other.names.stream().anyMatch(name -> !unwatched.contains(name.process())))
                .sorted(Comparator.comparingInt(other -> other.since)).map(other -> other.at(other.local, other.state)).toList();
        return holders.isEmpty() ? PortState.FREE : new PortState(holders, all.leader(), all.reuseAddrSoFar());
    }

    private static Rule ruleOf(LinuxBindRules rules, Holder candidate, PortState others, boolean listen) {
        return listen ? rules.listen(candidate, others) : rules.bind(candidate, others);
    }

    private String culprit(TracedSocket socket, Holder candidate, int port) {
        return holders(port).stream().filter(other -> other != socket)
                .filter(other -> reference.against(candidate, other.at(other.local, other.state)).refuses())
                .min(Comparator.comparingInt(other -> other.since)).map(other -> other.inWords(processName)).orElse("");
    }

    private static boolean isLinkLocal(SockAddr address) {
        return address instanceof SockAddr.Inet6 six && six.scopeId() != 0;
    }

    private PortState around(TracedSocket socket, int port) {
        List<TracedSocket> holders = new ArrayList<>(holders(port));
        holders.remove(socket);
        holders.sort(Comparator.comparingInt(other -> other.since));
        PortState registered = registrations.getOrDefault(port, PortState.FREE);
        return holders.isEmpty() && !socket.holds(port) ? PortState.FREE
                : new PortState(holders.stream().map(other -> other.at(other.local, other.state)).toList(),
                        registered.leader(), registered.reuseAddrSoFar());
    }

    private Set<TracedSocket> holders(int port) {
        return byPort.getOrDefault(port, Set.of());
    }

    private void locate(TracedSocket socket, SockAddr address) {
        leave(socket);
        socket.local = address;
        if (address.port() != 0) {
            byPort.computeIfAbsent(address.port(), unused -> new LinkedHashSet<>()).add(socket);
        }
    }

    private void leave(TracedSocket socket) {
        if (socket.local != null && byPort.containsKey(socket.local.port())) {
            Set<TracedSocket> holders = byPort.get(socket.local.port());
            holders.remove(socket);
            if (holders.isEmpty()) {
                byPort.remove(socket.local.port());
            }
        }
    }

    private void note(int process, Call call, Outcome outcome) {
        boolean succeeded = outcome instanceof Outcome.Completed completed
                && completed.result() instanceof SyscallResult.Returned;
        if (!succeeded) {
            if (call instanceof Call.Connect connect && GOES_ON.stream().anyMatch(outcome::failedWith)) {
                Optional.ofNullable(sockets.get(new Name(process, connect.fd()))).ifPresent(this::connected);
            }
            return;
        }
        if (call instanceof Call.Socket made) {
            open(process, outcome, made);
        } else if (call instanceof Call.OnDescriptor on) {
            TracedSocket socket = sockets.get(new Name(process, on.fd()));
            if (socket != null) {
                socket.changed = index;
                note(process, socket, call, outcome);
            } else if (call instanceof Call.GetSockName && outcome instanceof Outcome.WithAddress shown && shown.address() != null) {
                used.add(shown.address().port());
                worlds.seen(process, on.fd(), shown.address().port());
            } else if (call instanceof Call.Bind bind && worlds.follows(process, bind.fd())) {
                // After a connection, say: the rules of binding are not asked about this socket any more.
                used.add(bind.address().port());
            }
        }
    }

    private void open(int process, Outcome outcome, Call.Socket made) {
        Name name = new Name(process, value(outcome));
        close(name);
        boolean stream = (made.type() & ~(Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC)) == Linux.SOCK_STREAM
                && Linux.OVER_TCP.contains(made.protocol());
        for (Family family : Family.values()) {
            if (stream && family.number() == made.domain()) {
                sockets.put(name, new TracedSocket(name, family, maker(name.process())));
            }
        }
    }

    private static int value(Outcome outcome) {
        return ((SyscallResult.Returned) ((Outcome.Completed) outcome).result()).value();
    }

    private void note(int process, TracedSocket socket, Call call, Outcome outcome) {
        if (call instanceof Call.SetOption set) {
            option(socket, set);
        } else if (call instanceof Call.Bind bind) {
            bound(socket, bind.address());
        } else if (call instanceof Call.Listen) {
            listening(socket);
        } else if (call instanceof Call.GetSockName && outcome instanceof Outcome.WithAddress shown
                && shown.address() != null && shown.address().port() != 0) {
            locate(socket, shown.address());
        } else if (call instanceof Call.Connect) {
            connected(socket);
        } else if (call instanceof Call.Accept) {
            accepted(process, socket, outcome);
        } else if (call instanceof Call.Shutdown shutdown && shutdown.how() != Linux.SHUT_WR
                && socket.state == Holder.PortUse.LISTENING) {
            socket.state = Holder.PortUse.BOUND;
        } else if (call instanceof Call.Dup dup) {
            copied(process, dup.fd(), value(outcome));
        } else if (call instanceof Call.Close close) {
            close(new Name(process, close.fd()));
        }
    }

    private static void option(TracedSocket socket, Call.SetOption set) {
        if (set.option() == SocketOption.SO_REUSEADDR) {
            socket.reuseAddr = set.value() != 0;
        } else if (set.option() == SocketOption.SO_REUSEPORT) {
            socket.reusePort = set.value() != 0;
        } else if (set.option() == SocketOption.IPV6_V6ONLY) {
            socket.v6Only = set.value() != 0;
        }
    }

    private void bound(TracedSocket socket, SockAddr address) {
        Holder holder = socket.at(address, Holder.PortUse.BOUND);
        if (address.port() != 0) {
            registrations.put(address.port(), reference.register(holder, around(socket, address.port())));
        }
        locate(socket, address);
        hasUnseenPort |= address.port() == 0;
        socket.v6Only = holder.v6Only();
        begins(socket);
    }

    private void listening(TracedSocket socket) {
        if (socket.local != null && socket.local.port() != 0) {
            PortState others = around(socket, socket.local.port());
            registrations.put(socket.local.port(),
                    reference.register(socket.at(socket.local, Holder.PortUse.LISTENING), others));
        }
        hasUnseenPort |= socket.local == null;
        if (socket.state != Holder.PortUse.LISTENING) {
            begins(socket);
        }
        socket.state = Holder.PortUse.LISTENING;
    }

    private void begins(TracedSocket socket) {
        socket.since = index;
        socket.sincePlace = place;
    }

    private void connected(TracedSocket socket) {
        hasUnseenPort |= socket.local == null || socket.local.port() == 0;
        uncertain(socket);
        List.copyOf(socket.names).forEach(this::close);
    }

    private void accepted(int process, TracedSocket listener, Outcome outcome) {
        uncertain(listener);
        close(new Name(process, value(outcome)));
    }

    /** Somebody may have the socket, or have it no more, without a call that the trace shows. */
    private void unseen(TracedSocket socket) {
        uncertain(socket);
        if (socket.local != null) {
            worlds.takenByUnseen(socket.local.port());
        }
    }

    private void uncertain(TracedSocket socket) {
        if (socket.local != null) {
            used.add(socket.local.port());
        }
    }

    private void close(Name name) {
        TracedSocket socket = sockets.remove(name);
        if (socket != null && socket.names.remove(name) && socket.names.isEmpty()) {
            leave(socket);
        }
    }
}
