package org.reuseaddr.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * Asks {@link LinuxTcp} about the calls of a trace. Of a trace that shows every socket there is one world, with its
 * connections. Otherwise each socket has a world of its own, in which others may hold its port, connect to it and answer it:
 * then only what the calls on this socket determine is judged.
 *
 * <p>A service that the trace does not show may answer a connect to a port that none of its sockets has had, and clients that
 * it does not show may connect from other machines.
 *
 * <p>Time may have passed between two calls: an answer is allowed as well if it is with no connection left in TIME_WAIT or
 * in FIN_WAIT2 without an owner.
 */
final class TracedWorlds {

    /** Beyond so many sockets, a trace that shows every socket is no longer followed: each call looks at all of them. */
    private static final int MAX_SOCKETS = 400;
    /** Of so many sockets at most there is a world each, which bounds the memory. */
    private static final int MAX_WORLDS = 20_000;

    /**
     * Errors that say nothing of TCP: permission (security modules, seccomp), want of memory or descriptors, a pointer of the
     * program's own, and an address or route that this machine has not.
     */
    private static final Set<Errno> OF_SOMETHING_ELSE = named("EPERM", "EACCES", "ENOMEM", "ENOBUFS", "EMFILE", "ENFILE", "EFAULT",
            "ENOSYS", "EADDRNOTAVAIL", "ENETUNREACH", "EHOSTUNREACH", "ENETDOWN");
    /** Errors that are no surprise where the trace may not show what became of a descriptor. */
    private static final Set<Errno> OF_A_DESCRIPTOR = named("EBADF", "ENOTSOCK");

    private static final List<LinuxTcp> WITH_ONE_QUIRK =
            Arrays.stream(Quirk.values()).map(quirk -> new LinuxTcp(Set.of(quirk))).toList();

    private static final Errno EAFNOSUPPORT = Errno.named("EAFNOSUPPORT");

    /** Calls whose effect on their own socket stands in the way of judging the others while they have not come back. */
    private static final Set<String> CHANGES_ITS_SOCKET = Set.of("bind", "listen", "connect", "shutdown", "setsockopt");

    private final boolean closed;
    private final LinuxTcp linux;
    private final Map<World.Name, Place> places = new HashMap<>();
    private final Place shared = new Place();
    private final Set<Integer> hiding = new HashSet<>();
    /** Some process has had a way to make calls that the trace does not show: then even a closed trace may not show every socket. */
    private boolean hasHidden;
    /** Processes that may close descriptors without a call that the trace shows. */
    private final Set<Integer> unwatched = new HashSet<>();
    /** The ports that sockets of the trace have had, where they are all followed. */
    private final Set<Integer> ports = new HashSet<>();
    private boolean isTooLarge;

    /** Where a socket is: alone, or with all others. */
    private static final class Place {
        private World world = World.EMPTY;
        /** The names of calls on the socket that have overlapped with others: their order is not known. */
        private final Set<String> overlapping = new HashSet<>();
    }

    /**
     * What the model says of a call.
     *
     * @param allowed the answer of Linux that the outcome is; empty if Linux does not answer so
     * @param usual how Linux usually answers
     * @param quirk the quirk of a release that allows the outcome, where Linux does not
     * @param decides whether the model knows how Linux answers, so that the outcome could have been wrong
     */
    record Opinion(Optional<Allowed> allowed, Allowed usual, Optional<Quirk> quirk, boolean decides) {

        private Opinion denied() {
            return new Opinion(Optional.empty(), usual, quirk, decides);
        }
    }

    /** @param closed whether the trace shows every socket of its ports */
    TracedWorlds(boolean closed) {
        this.closed = closed;
        linux = closed ? LinuxTcp.REFERENCE : LinuxTcp.AMONG_OTHERS;
    }

    private static Set<Errno> named(String... names) {
        return Arrays.stream(names).map(Errno::named).collect(Collectors.toUnmodifiableSet());
    }

    /** What is to be said of the next call; empty where nothing is known of its socket, or its outcome is not about TCP. */
    Optional<Opinion> opinion(int process, Step step) {
        if (isTooLarge || !(step.call() instanceof Call.OnDescriptor on) || isOfSomethingElse(step)) {
            return Optional.empty();
        }
        Place place = places.get(new World.Name(process, on.fd()));
        return place == null || place.overlapping.contains(step.call().name()) ? Optional.empty()
                : opinion(place.world, process, step);
    }

    private Optional<Opinion> opinion(World world, int process, Step step) {
        int fd = ((Call.OnDescriptor) step.call()).fd();
        Optional<TcpSocket> asking = world.named(process, fd);
        if (step.outcome().failedWith(Errno.EADDRINUSE)
                && (hasHidden || world.hasUnseenPort(asking) || asking.stream().anyMatch(socket -> socket.reusePort))) {
            // Of SO_REUSEPORT, which one user's sockets share, TraceModel says what can be said: it knows users, these worlds do not.
            return Optional.empty();
        }
        if (step.call() instanceof Call.Bind bind && bind.address().family() == Family.INET
                && step.outcome().failedWith(EAFNOSUPPORT) && asking.stream().anyMatch(socket -> socket.family == Family.INET6)) {
            // An address of IPv4 is too short for EAFNOSUPPORT, unless the call says that it is as long as one of IPv6.
            return Optional.empty();
        }
        Step made = new Step(process, step.call(), step.outcome());
        List<Allowed> answers = linux.answers(world, process, step.call());
        Optional<Allowed> allowed = matching(answers, made);
        if (allowed.isEmpty() && closed) {
            allowed = matching(linux.answers(later(world), process, step.call()), made);
        }
        if (allowed.isPresent()) {
            return Optional.of(new Opinion(allowed, answers.get(0), Optional.empty(),
                    !(allowed.get().answer() instanceof Answer.Anything)));
        }
        if (step.call() instanceof Call.Accept && step.succeeded() && isFromElsewhere(world, process, step)) {
            return Optional.of(new Opinion(Optional.of(LinuxTcp.acceptsUnknown(process)), answers.get(0), Optional.empty(), false));
        }
        boolean isOfPort = step.call() instanceof Call.Bind || step.call() instanceof Call.Listen;
        Optional<Quirk> quirk = !isOfPort ? Optional.empty() : Arrays.stream(Quirk.values())
                .filter(candidate -> WITH_ONE_QUIRK.get(candidate.ordinal()).judge(world, made).allowed().isPresent()).findFirst();
        return Optional.of(new Opinion(Optional.empty(), answers.get(0), quirk, isWhollyKnown(world, made)));
    }

    /** Whether a connection that no socket of the trace has made may be there. */
    private boolean isFromElsewhere(World world, int process, Step step) {
        boolean listens = world.named(process, ((Call.OnDescriptor) step.call()).fd()).stream()
                .anyMatch(socket -> socket.phase == TcpSocket.Phase.LISTENING);
        boolean isLocal = step.outcome() instanceof Outcome.WithAddress shown && shown.address() != null
                && Addresses.isLocal(shown.address());
        return listens && (mayHaveUnseen(world) || !isLocal);
    }

    /** Whether nothing that the trace does not show can have been the reason for an answer that the model does not expect. */
    private boolean isWhollyKnown(World world, Step step) {
        if (step.call() instanceof Call.Addressed call && !Addresses.isLocal(call.address())) {
            return false;
        }
        if (step.call() instanceof Call.Connect connect && !step.outcome().failedWith(Errno.ECONNREFUSED)
                && !ports.contains(connect.address().port())) {
            return false;
        }
        boolean isOfConnection = step.call() instanceof Call.Connect || step.call() instanceof Call.Accept
                || step.call() instanceof Call.Poll || step.call() instanceof Call.Shutdown
                || step.call() instanceof Call.GetPeerName
                || step.call() instanceof Call.GetOption get && get.option() == SocketOption.SO_ERROR;
        return !(isOfConnection && (hasHidden || world.hasUncertain() && !isRefusedToWait(world, step)));
    }

    /** Whether accept of a blocking listener did not wait: no connection, and none that is missing, is a reason for that. */
    private static boolean isRefusedToWait(World world, Step step) {
        return step.call() instanceof Call.Accept accept && step.outcome().failedWith(Errno.EAGAIN)
                && world.named(step.process(), accept.fd()).stream().anyMatch(listener -> !listener.uncertain && !listener.nonBlocking);
    }

    /** Whether there may be connections and listeners of which the world knows nothing. */
    private boolean mayHaveUnseen(World world) {
        return hasHidden || world.hasUncertain();
    }

    private static Optional<Allowed> matching(List<Allowed> answers, Step step) {
        return answers.stream().filter(candidate -> candidate.answer().allows(step.call(), step.outcome())).findFirst();
    }

    /** The world when all connections without an owner have ended. */
    private static World later(World world) {
        World.Draft draft = world.draft();
        draft.endRemnants();
        return draft.world();
    }

    private boolean isOfSomethingElse(Step step) {
        boolean mayWait = step.call() instanceof Call.Accept || step.call() instanceof Call.Connect || step.call() instanceof Call.Poll
                || step.call() instanceof Call.Close;
        if (!(step.outcome() instanceof Outcome.Completed completed)) {
            // How long it was waited for does not distinguish a slow machine from a call that never returns.
            return !mayWait;
        }
        if (!(completed.result() instanceof SyscallResult.Failed failed)) {
            return false;
        }
        return OF_SOMETHING_ELSE.contains(failed.errno()) || !closed && OF_A_DESCRIPTOR.contains(failed.errno())
                || mayWait && failed.errno().equals(Errno.EINTR);
    }

    /**
     * Takes note of what a call did.
     *
     * @param opinion what {@link #opinion} says of it
     * @param impossible whether Linux cannot have answered so, for whatever reason
     */
    void note(int process, Step step, Optional<Opinion> opinion, boolean impossible) {
        if (isTooLarge) {
            return;
        }
        step.madeDescriptor().ifPresent(fd -> forget(process, fd));
        if (step.call() instanceof Call.Socket) {
            step.madeDescriptor().ifPresent(fd -> open(process, fd, step));
        } else if (step.call() instanceof Call.OnDescriptor on) {
            World.Name name = new World.Name(process, on.fd());
            Place place = places.get(name);
            if (place != null) {
                if (step.call() instanceof Call.Close) {
                    closing(process, on.fd());
                }
                move(place, process, step, impossible ? opinion.map(Opinion::denied) : opinion);
                step.madeDescriptor().ifPresent(fd -> name(process, fd, place));
                if (step.call() instanceof Call.Dup dup) {
                    // An overlapping one is not judged, and makes a descriptor all the same.
                    step.madeDescriptor().ifPresent(fd -> share(process, dup.fd(), new World.Name(process, fd)));
                }
                if (step.call() instanceof Call.Close) {
                    places.remove(name);
                }
            }
        }
    }

    private void open(int process, int fd, Step step) {
        if (hiding.contains(process) || !closed && places.size() >= MAX_WORLDS) {
            return;
        }
        Place place = closed ? shared : new Place();
        World before = place.world;
        place.world = linux.judge(before, new Step(process, step.call(), step.outcome())).after();
        name(process, fd, place);
        limit();
    }

    private void name(int process, int fd, Place place) {
        if (place.world.named(process, fd).isPresent()) {
            places.put(new World.Name(process, fd), place);
        }
    }

    private void move(Place place, int process, Step step, Optional<Opinion> opinion) {
        if (opinion.isEmpty()) {
            return;
        }
        Step made = new Step(process, step.call(), step.outcome());
        place.world = opinion.get().allowed().map(allowed -> allowed.after(place.world, step.outcome()))
                .orElseGet(() -> linux.doubted(place.world, made));
        if (closed && step.call() instanceof Call.Bind bind) {
            ports.add(bind.address().port());
        } else if (closed && step.call() instanceof Call.GetSockName && step.outcome() instanceof Outcome.WithAddress shown
                && shown.address() != null) {
            ports.add(shown.address().port());
        }
        limit();
    }

    /** What is left of connections may be gone, or not: nothing is said of its ports from there on. */
    private void limit() {
        if (closed && shared.world.size() > MAX_SOCKETS) {
            World.Draft draft = shared.world.draft();
            draft.doubtRemnants();
            draft.endRemnants();
            shared.world = draft.world();
            isTooLarge = shared.world.size() > MAX_SOCKETS;
        }
    }

    /** The child has a copy of each descriptor of its parent that it has not opened itself. */
    void fork(int parent, int child) {
        unwatched.add(child);
        for (Map.Entry<World.Name, Place> named : List.copyOf(places.entrySet())) {
            if (named.getKey().process() == parent) {
                share(parent, named.getKey().fd(), new World.Name(child, named.getKey().fd()));
            }
        }
    }

    /** The process may close its descriptors from here on without a call that the trace shows. */
    void unwatch(int process) {
        unwatched.add(process);
        if (closed) {
            Set<Integer> watched = watched(Optional.empty());
            for (World.Name name : List.copyOf(places.keySet())) {
                if (name.process() == process && !watched.contains(socketOf(name))) {
                    lose(process, name.fd());
                }
            }
        }
    }

    /** The trace shows from here on what the process does with its descriptors. */
    void hear(int process) {
        unwatched.remove(process);
    }

    /**
     * A call on the socket has begun, and others come back before it does. Where each socket has a world of its own, one that
     * changes nothing is left out alone.
     */
    void begin(int process, int fd, String call) {
        if (closed || CHANGES_ITS_SOCKET.contains(call)) {
            lose(process, fd);
        } else {
            Optional.ofNullable(places.get(new World.Name(process, fd))).ifPresent(place -> place.overlapping.add(call));
        }
    }

    /** The sockets that a process has whose closes the trace shows, by names other than the one given. */
    private Set<Integer> watched(Optional<World.Name> without) {
        return places.keySet().stream().filter(name -> !unwatched.contains(name.process()) && !without.equals(Optional.of(name)))
                .map(this::socketOf).collect(Collectors.toSet());
    }

    private int socketOf(World.Name name) {
        return shared.world.named(name.process(), name.fd()).orElseThrow().id;
    }

    /** Who has the socket when this name is gone may have closed it: then nothing is said of it from here on. */
    private void closing(int process, int fd) {
        World.Name name = new World.Name(process, fd);
        boolean isShared = closed && !unwatched.isEmpty()
                && shared.world.named(process, fd).stream().anyMatch(socket -> socket.descriptors > 1);
        if (isShared && !watched(Optional.of(name)).contains(socketOf(name))) {
            lose(process, fd);
        }
    }

    /** {@code to} names the same socket as {@code fd} from here on. */
    void copy(int process, int fd, int to) {
        forget(process, to);
        share(process, fd, new World.Name(process, to));
    }

    private void share(int process, int fd, World.Name to) {
        Place place = places.get(new World.Name(process, fd));
        if (place == null || places.containsKey(to)) {
            return;
        }
        place.world.named(process, fd).ifPresent(socket -> {
            World.Draft draft = place.world.draft();
            draft.name(to.process(), to.fd(), draft.edit(socket.id));
            place.world = draft.world();
            places.put(to, place);
        });
    }

    /** The process ended. */
    void exit(int process) {
        hiding.remove(process);
        unwatched.remove(process);
        for (World.Name name : List.copyOf(places.keySet())) {
            if (name.process() == process) {
                forget(process, name.fd());
            }
        }
    }

    private void forget(int process, int fd) {
        closing(process, fd);
        Place place = places.remove(new World.Name(process, fd));
        if (place != null) {
            place.world = linux.judge(place.world, new Step(process, new Call.Close(fd), new Outcome.Plain(Answer.RETURNED_ZERO))).after();
        }
    }

    /** From here on the trace does not show what becomes of the socket. */
    void lose(int process, int fd) {
        Place place = places.get(new World.Name(process, fd));
        if (place != null) {
            place.world.named(process, fd).ifPresent(socket -> {
                World.Draft draft = place.world.draft();
                Connections.doubt(draft, draft.edit(socket.id));
                place.world = draft.world();
            });
        }
    }

    /** The process can make calls that the trace does not show: nothing is said of its sockets from here on. */
    void hides(int process) {
        hasHidden = closed;
        if (hiding.add(process)) {
            for (World.Name name : List.copyOf(places.keySet())) {
                if (name.process() == process) {
                    lose(process, name.fd());
                }
            }
        }
    }

    /** Whether a world has the socket of this descriptor. */
    boolean follows(int process, int fd) {
        return places.containsKey(new World.Name(process, fd));
    }

    /** The socket of this descriptor has the port: one that the trace does not show, if it is not followed here. */
    void seen(int process, int fd, int port) {
        if (!follows(process, fd)) {
            takenByUnseen(port);
        }
    }

    /** A socket that the trace does not show has the port, or had it. */
    void takenByUnseen(int port) {
        if (closed) {
            World.Draft draft = shared.world.draft();
            draft.doubt(port);
            shared.world = draft.world();
        }
    }
}
