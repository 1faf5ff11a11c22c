package org.reuseaddr.repro;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.PortBounds;
import org.reuseaddr.transcript.Step;

/**
 * What a program that replays a scenario must have before it makes the first call.
 *
 * @param processes in the order of their first calls; the first is the program itself
 * @param threads the process of each thread that makes calls
 * @param users the effective users of those processes that have one of their own
 * @param freePorts literal ports that stand for ports of the program's choice
 * @param learnedPorts literal ports that stand for ports that the kernel shows
 * @param highestDescriptor the largest descriptor that a call names or makes
 * @param unopened descriptors that are used and that no call makes
 * @param needs loopback addresses that must be there
 * @param limitMillis what a call may take
 */
record ProgramActors(List<Integer> processes, SortedMap<Integer, Integer> threads, SortedMap<Integer, Integer> users,
        Set<Integer> freePorts, Set<Integer> learnedPorts,
        int highestDescriptor, Set<Integer> unopened, List<SockAddr> needs, int limitMillis) {

    private static final SockAddr MAPPED_LOOPBACK = SockAddr.Inet6.mapped((SockAddr.Inet4) Family.INET.loopback(0));

    static ProgramActors of(Scenario scenario) {
        Map<Integer, Integer> belongs = scenario.transcript().threads();
        Set<Integer> processes = new LinkedHashSet<>();
        SortedMap<Integer, Integer> threads = new TreeMap<>();
        Set<Integer> free = new TreeSet<>();
        Set<Integer> learned = new TreeSet<>();
        Set<Integer> used = new TreeSet<>();
        Set<Integer> made = new TreeSet<>();
        Set<SockAddr> needs = new LinkedHashSet<>();
        for (Step step : scenario.transcript().steps()) {
            processes.add(belongs.getOrDefault(step.process(), step.process()));
            if (belongs.containsKey(step.process())) {
                threads.put(step.process(), belongs.get(step.process()));
            }
            Optional<SockAddr> given = given(step.call());
            given.filter(address -> address.port() != 0 && !learned.contains(address.port()))
                    .ifPresent(address -> free.add(address.port()));
            shown(step.outcome()).filter(address -> address.port() != 0 && !free.contains(address.port()))
                    .ifPresent(address -> learned.add(address.port()));
            if (step.call() instanceof Call.OnDescriptor call) {
                used.add(call.fd());
            }
            step.madeDescriptor().ifPresent(made::add);
            given.map(ProgramActors::loopback).ifPresent(needs::add);
            if (step.call() instanceof Call.Socket socket && socket.domain() == Family.INET6.number()) {
                needs.add(MAPPED_LOOPBACK);
            }
        }
        if (needs.contains(Family.INET6.loopback(0))) {
            needs.remove(MAPPED_LOOPBACK);
        }
        used.addAll(made);
        int highest = used.stream().mapToInt(Integer::intValue).max().orElse(0);
        used.removeAll(made);
        return new ProgramActors(List.copyOf(processes), threads, scenario.transcript().users(), free, learned,
                highest, used, List.copyOf(needs), Replayer.limitMillis(scenario.transcript()));
    }

    /** The loopback address that must be there if this one is used. */
    private static SockAddr loopback(SockAddr address) {
        boolean four = address instanceof SockAddr.Inet4 || ((SockAddr.Inet6) address).isMapped();
        return (four ? Family.INET : Family.INET6).loopback(0);
    }

    /** The address that a call is given. */
    static Optional<SockAddr> given(Call call) {
        return call instanceof Call.Addressed addressed ? Optional.of(addressed.address()) : Optional.empty();
    }

    /** The address that the kernel fills in. */
    static Optional<SockAddr> shown(Outcome outcome) {
        return outcome instanceof Outcome.WithAddress shown ? Optional.ofNullable(shown.address()) : Optional.empty();
    }

    /** Whether a literal port stands for one that the program chooses or learns. */
    boolean hasPort(int literal) {
        return freePorts.contains(literal) || learnedPorts.contains(literal);
    }

    /** The port that a call shows as the only one of IP_LOCAL_PORT_RANGE; empty for any other call, and if it stands for no other. */
    OptionalInt onlyPort(Step step) {
        return step.call() instanceof Call.GetOption get && get.option() == SocketOption.IP_LOCAL_PORT_RANGE
                && step.outcome() instanceof Outcome.WithValue read
                ? PortBounds.of(read.value()).onlyPort().stream().filter(this::hasPort).findFirst() : OptionalInt.empty();
    }

    /** The other processes than the program itself. */
    List<Integer> others() {
        return processes.subList(1, processes.size());
    }
}
