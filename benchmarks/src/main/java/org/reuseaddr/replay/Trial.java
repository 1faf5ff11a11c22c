package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.World;
import org.reuseaddr.scenario.RandomCalls;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.PortBounds;
import org.reuseaddr.transcript.Step;

/**
 * One sequence of calls on real sockets, judged by the model call by call. Ports of the sequence are literal, as in a
 * transcript: a named one stands for a free port, and one that the kernel chose gets the next number from 40001 on.
 */
final class Trial {

    private final LinuxTcp model;
    private final Map<Integer, Integer> users;
    private final IntFunction<SocketProcess> processes;
    private final IntSupplier freePort;
    private final int limitMillis;
    private final int waitMillis;
    private final Map<Integer, Integer> realPorts = new HashMap<>();
    private final Map<Integer, Integer> literalPorts = new HashMap<>();
    private final List<Integer> taken = new ArrayList<>();
    private final List<Step> observed = new ArrayList<>();
    private World world;
    private List<Allowed> answers = List.of();
    /** Written behind {@link #answers} and read before them by who watches over the thread that makes the call. */
    private volatile Optional<Made> pending = Optional.empty();
    private int nextChosen = RandomCalls.FIRST_CHOSEN_PORT;

    /**
     * @param users the user of each process, which it has already; empty where all are of one
     * @param freePort gives a free port to a literal one when it is met for the first time
     * @param limitMillis what a call may take
     * @param waitMillis how long a call is watched that Linux lets wait
     */
    Trial(LinuxTcp model, Map<Integer, Integer> users, IntFunction<SocketProcess> processes, IntSupplier freePort, int limitMillis,
            int waitMillis) {
        this.model = model;
        this.users = Map.copyOf(users);
        world = World.EMPTY.withUsers(users);
        this.processes = processes;
        this.freePort = freePort;
        this.limitMillis = limitMillis;
        this.waitMillis = waitMillis;
    }

    World world() {
        return world;
    }

    /** The user of each process; empty where all are of one. */
    Map<Integer, Integer> users() {
        return users;
    }

    List<Step> observed() {
        return observed;
    }

    /** The real ports that it took for the literal ones. */
    List<Integer> taken() {
        return List.copyOf(taken);
    }

    /** The answers that Linux allows to the last call. */
    List<Allowed> answers() {
        return answers;
    }

    /** The call that is being made; any thread may ask. */
    Optional<Made> pending() {
        return pending;
    }

    /** Goes on after a call that Linux does not answer so: what it may have done is doubted. */
    void goOn() {
        world = model.doubted(world, observed.get(observed.size() - 1));
    }

    /** Makes a call and judges it; empty if Linux does not answer so. */
    Optional<Allowed> make(Made made) {
        int process = made.process();
        Call call = made.call();
        answers = model.answers(world, process, call);
        boolean waits = answers.stream().anyMatch(answer -> answer.answer() instanceof Answer.Waits
                || answer.answer() instanceof Answer.Anything);
        int name = call instanceof Call.MakesDescriptor
                ? made.name().orElseGet(() -> RandomCalls.nextDescriptor(world, process)) : SocketProcess.UNNAMED;
        Call real = call instanceof Call.Addressed addressed
                ? addressed.to(addressed.address().withPort(realPort(addressed.address().port())))
                : call instanceof Call.SetOption set && set.onlyPort().isPresent()
                ? Call.SetOption.onlyPort(set.fd(), realPort(set.onlyPort().getAsInt())) : call;
        SocketProcess maker = processes.apply(process);
        pending = Optional.of(made);
        Outcome outcome = literal(call, name, maker.execute(0, real, name, waits ? waitMillis : limitMillis));
        pending = Optional.empty();
        Step step = new Step(process, call, outcome);
        observed.add(step);
        LinuxTcp.Judged judged = model.judge(world, step, answers);
        world = judged.after();
        return judged.allowed();
    }

    private int realPort(int literal) {
        return literal == 0 ? 0 : realPorts.computeIfAbsent(literal, port -> {
            int real = freePort.getAsInt();
            taken.add(real);
            literalPorts.put(real, port);
            return real;
        });
    }

    private Outcome literal(Call call, int name, Outcome outcome) {
        boolean made = name != SocketProcess.UNNAMED && call.succeedsWith(outcome);
        if (outcome instanceof Outcome.WithAddress shown) {
            return new Outcome.WithAddress(made ? new SyscallResult.Returned(name) : shown.result(),
                    shown.address() == null ? null : literal(shown.address()));
        }
        if (outcome instanceof Outcome.WithValue read && call instanceof Call.GetOption get
                && get.option() == SocketOption.IP_LOCAL_PORT_RANGE) {
            return new Outcome.WithValue(read.result(),
                    PortBounds.of(read.value()).renamed(port -> literalPorts.getOrDefault(port, port)).value());
        }
        return made ? new Outcome.Plain(new SyscallResult.Returned(name)) : outcome;
    }

    private SockAddr literal(SockAddr real) {
        return real.port() == 0 ? real : real.withPort(literalPorts.computeIfAbsent(real.port(), port -> {
            while (realPorts.containsKey(nextChosen)) {
                // A call has named it before Linux chose it.
                nextChosen++;
            }
            realPorts.put(nextChosen, port);
            return nextChosen++;
        }));
    }
}
