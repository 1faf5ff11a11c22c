package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.PortBounds;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/** One attempt at one transcript: which real port stands for which literal one, and which sockets listen. */
final class Replay {

    /** A socket of the transcript: descriptors are numbered a process. */
    record SocketName(int process, int fd) {
    }

    private final Transcript transcript;
    private final Map<Integer, Integer> threads;
    private final IntFunction<SocketProcess> processes;
    private final PortPool pool;
    private final int limitMillis;
    private final long deadline;
    private final Map<Integer, List<Integer>> actors = new HashMap<>();
    private final Map<Integer, Integer> realPorts = new HashMap<>();
    private final List<Integer> pooled = new ArrayList<>();
    private final Map<Integer, Integer> literalPorts = new HashMap<>();
    private final Set<Integer> chosenByConnect = new HashSet<>();
    private final Map<SocketName, SockAddr> bound = new LinkedHashMap<>();
    private final List<SocketName> listening = new ArrayList<>();
    private final List<Step> observed = new ArrayList<>();

    /** @param maxSeconds what all calls together may take, in seconds */
    Replay(Transcript transcript, IntFunction<SocketProcess> processes, PortPool pool, int limitMillis, int maxSeconds) {
        deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(maxSeconds);
        this.transcript = transcript;
        threads = transcript.threads();
        this.processes = processes;
        this.pool = pool;
        this.limitMillis = limitMillis;
    }

    /**
     * Makes the calls up to the first whose outcome differs; returns that step's index, or -1.
     *
     * @throws ReplayException if a process fails, or the transcript is beyond what a replay may take
     */
    int run() {
        for (int i = 0; i < transcript.steps().size(); i++) {
            if (System.nanoTime() > deadline) {
                throw new ReplayException("after " + i + " of " + transcript.steps().size() + " calls the transcript has taken "
                        + "the time that it may take");
            }
            Step step = transcript.steps().get(i);
            Outcome outcome = execute(step);
            observed.add(new Step(step.process(), step.call(), outcome));
            if (!matches(step, outcome)) {
                return i;
            }
        }
        return -1;
    }

    List<Step> observed() {
        return observed;
    }

    /** The sockets that listen, in the order in which they began to, and those that are bound. */
    List<SocketName> listening() {
        return List.copyOf(listening);
    }

    /**
     * The real port that the kernel chose for a client and a bind or listen of the transcript is about; empty for any
     * other call. A port chosen by bind is not among them: bind chooses none that somebody has in TIME_WAIT.
     */
    OptionalInt chosenPortOf(Step step) {
        int literal = step.call() instanceof Call.Bind bind ? bind.address().port()
                : step.call() instanceof Call.Listen listen
                        ? literalPorts.getOrDefault(boundPort(new SocketName(processOfThread(step.process()), listen.fd())), 0)
                : 0;
        return chosenByConnect.contains(literal) ? OptionalInt.of(realPorts.get(literal)) : OptionalInt.empty();
    }

    /** The real port that a bind or listen of the transcript names, or whose socket has it; empty for port 0 and if unknown. */
    OptionalInt realPortOf(Step step) {
        int port = step.call() instanceof Call.Bind bind ? realPorts.getOrDefault(bind.address().port(), 0)
                : step.call() instanceof Call.Listen listen
                        ? boundPort(new SocketName(processOfThread(step.process()), listen.fd()))
                : 0;
        return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
    }

    /** The ports that were taken from the pool. */
    List<Integer> pooled() {
        return List.copyOf(pooled);
    }

    private int boundPort(SocketName socket) {
        return bound.containsKey(socket) ? bound.get(socket).port() : 0;
    }

    /** The bound sockets, with real ports. */
    Map<SocketName, SockAddr> bound() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(bound));
    }

    /** Makes a call that is not in the transcript, with real ports; listeners are tracked all the same. */
    Outcome execute(SocketName socket, Call call) {
        return track(socket.process(), call, processOf(socket.process()).execute(0, call, SocketProcess.UNNAMED, limitMillis));
    }

    private Outcome execute(Step step) {
        int process = processOfThread(step.process());
        Call real = step.call() instanceof Call.Addressed addressed ? withRealPort(addressed)
                : step.call() instanceof Call.SetOption option ? withRealRange(option) : step.call();
        int newName = step.madeDescriptor().orElse(SocketProcess.UNNAMED);
        Outcome outcome = track(process, real,
                processOf(process).execute(threadOf(process, step.process()), real, newName, limitMillis));
        return named(step, newName, outcome);
    }

    /** The outcome in the transcript's own terms: its descriptors and its ports. */
    private Outcome named(Step step, int newName, Outcome outcome) {
        boolean made = newName != SocketProcess.UNNAMED && step.call().succeedsWith(outcome);
        if (outcome instanceof Outcome.WithAddress answered) {
            SockAddr address = answered.address() == null ? null : literal(step, answered.address());
            return new Outcome.WithAddress(made ? new SyscallResult.Returned(newName) : answered.result(), address);
        }
        if (outcome instanceof Outcome.WithValue read && step.call() instanceof Call.GetOption get
                && get.option() == SocketOption.IP_LOCAL_PORT_RANGE) {
            return new Outcome.WithValue(read.result(),
                    PortBounds.of(read.value()).renamed(port -> literalPorts.getOrDefault(port, port)).value());
        }
        return made ? new Outcome.Plain(new SyscallResult.Returned(newName)) : outcome;
    }

    /** The process that a line's number stands for: itself, or the one whose thread it is. */
    int processOfThread(int number) {
        return threads.getOrDefault(number, number);
    }

    /** Threads by their first calls from 1 on; 0 is the process's first. */
    private int threadOf(int process, int actor) {
        if (actor == process) {
            return 0;
        }
        List<Integer> known = actors.computeIfAbsent(process, fresh -> new ArrayList<>());
        if (!known.contains(actor)) {
            if (known.size() + 1 >= Replayer.MAX_THREADS) {
                throw new ReplayException("a process of a transcript may have at most " + Replayer.MAX_THREADS + " threads");
            }
            known.add(actor);
        }
        return known.indexOf(actor) + 1;
    }

    private SocketProcess processOf(int process) {
        return processes.apply(process);
    }

    private Outcome track(int process, Call call, Outcome outcome) {
        if (call.succeedsWith(outcome)) {
            if (call instanceof Call.Bind bind) {
                bound.put(new SocketName(process, bind.fd()), bind.address());
            } else if (call instanceof Call.Listen listen) {
                SocketName name = new SocketName(process, listen.fd());
                if (!listening.contains(name)) {
                    listening.add(name);
                }
            } else if (call instanceof Call.GetSockName name && outcome instanceof Outcome.WithAddress shown
                    && (bound.containsKey(new SocketName(process, name.fd()))
                            || listening.contains(new SocketName(process, name.fd())))) {
                // Bound to port 0, or by listen: this is where it came to be.
                bound.put(new SocketName(process, name.fd()), shown.address());
            } else if (call instanceof Call.Close close) {
                bound.remove(new SocketName(process, close.fd()));
                listening.remove(new SocketName(process, close.fd()));
            }
        }
        return outcome;
    }

    private Call withRealPort(Call.Addressed call) {
        return call.to(call.address().withPort(realPort(call.address().port())));
    }

    /** A range of exactly one port that the transcript has learned or named before means that port. */
    private Call.SetOption withRealRange(Call.SetOption call) {
        return call.onlyPort().stream().filter(realPorts::containsKey)
                .mapToObj(port -> Call.SetOption.onlyPort(call.fd(), realPorts.get(port))).findFirst().orElse(call);
    }

    private int realPort(int literal) {
        if (literal == 0) {
            return 0;
        }
        return realPorts.computeIfAbsent(literal, port -> {
            int real = pool.take();
            pooled.add(real);
            literalPorts.put(real, port);
            return real;
        });
    }

    /** Gives an address from the kernel the transcript's port; a port it shows for the first time gets the one expected. */
    private SockAddr literal(Step step, SockAddr actual) {
        if (step.outcome() instanceof Outcome.WithAddress promised && promised.address() != null
                && promised.address().port() != 0 && !realPorts.containsKey(promised.address().port())
                && !literalPorts.containsKey(actual.port())) {
            boolean chosenByBind = step.call() instanceof Call.GetSockName name
                    && bound.containsKey(new SocketName(processOfThread(step.process()), name.fd()));
            if (!chosenByBind) {
                chosenByConnect.add(promised.address().port());
            }
            realPorts.put(promised.address().port(), actual.port());
            literalPorts.put(actual.port(), promised.address().port());
        }
        return actual.withPort(literalPorts.getOrDefault(actual.port(), actual.port()));
    }

    /**
     * Whether an outcome is the promised one. Descriptors that calls make are names and match any other; every other
     * value that a call returns must be the promised one exactly.
     */
    private static boolean matches(Step promised, Outcome actual) {
        Outcome expected = promised.outcome();
        if (expected instanceof Outcome.TimedOut) {
            return actual instanceof Outcome.TimedOut;
        }
        if (expected.returned().isEmpty()) {
            return expected.equals(actual);
        }
        boolean sameResult = promised.madeDescriptor().isPresent() ? promised.call().succeedsWith(actual)
                : expected.returned().equals(actual.returned());
        if (!sameResult) {
            return false;
        }
        if (expected instanceof Outcome.WithAddress withAddress && withAddress.address() != null) {
            return actual instanceof Outcome.WithAddress other && withAddress.address().equals(other.address());
        }
        return !(expected instanceof Outcome.WithValue withValue)
                || actual instanceof Outcome.WithValue other && withValue.value() == other.value();
    }
}
