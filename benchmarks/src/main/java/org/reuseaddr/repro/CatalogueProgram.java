package org.reuseaddr.repro;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/** Many scenarios as one program in C: tables of calls, and one interpreter of them. */
final class CatalogueProgram {

    private static final ProgramTemplate TEMPLATE = new ProgramTemplate("catalogue.c");
    private static final int PER_LINE = 24;
    private static final int NONE = -1;
    /** The table of the sequence has 16 bits a call. */
    private static final int MOST_STEPS = 1 << 16;
    private static final List<String> ABOUT = List.of(
            "The semantic scenarios of reuseaddr-benchmarks as one program that needs nothing of that suite.",
            "",
            "    cc -std=c11 -pthread -o catalogue catalogue.c && ./catalogue [TEXT]",
            "",
            "It replays the scenarios, or those with TEXT in their id, on free ports of the loopback interface, compares each",
            "call with what Linux answers, and prints KTAP. Before a scenario that differs come its calls; in the last, - is",
            "Linux's answer and + the platform's. Exits with 0: all as on Linux, 1: something differs, 2: it could not run.");

    private final Map<String, Integer> addresses = new LinkedHashMap<>();
    private final Map<String, Integer> steps = new LinkedHashMap<>();
    private final List<Integer> sequence = new ArrayList<>();
    private final List<String> cast = new ArrayList<>();
    private final List<String> scenarios = new ArrayList<>();
    private final Set<String> errors = new TreeSet<>(CProgram.ERRORS);
    private int mostActors;
    private int highestDescriptor;

    /** @throws IllegalArgumentException if the scenarios have more different calls than the program's tables hold */
    CatalogueProgram(List<Scenario> all) {
        all.forEach(this::add);
        if (steps.size() > MOST_STEPS) {
            throw new IllegalArgumentException("more than " + MOST_STEPS + " different calls: " + steps.size());
        }
    }

    String text() {
        return TEMPLATE.fill(Set.of(), Map.of(
                "header", ABOUT.stream().map(line -> line.isEmpty() ? " *" : " * " + line).toList(),
                "addresses", List.copyOf(addresses.keySet()),
                "steps", List.copyOf(steps.keySet()),
                "sequence", IntStream.range(0, (sequence.size() + PER_LINE - 1) / PER_LINE)
                        .mapToObj(line -> "    " + sequence.subList(line * PER_LINE, Math.min(sequence.size(), (line + 1) * PER_LINE))
                                .stream().map(Object::toString).collect(Collectors.joining(", ")) + ",").toList(),
                "cast", cast,
                "scenarios", scenarios,
                "errors", errors.stream().map(symbol -> "        { " + symbol + ", \"" + symbol + "\" },").toList()), Map.of(
                "actors", Integer.toString(mostActors),
                "descriptors", Integer.toString(highestDescriptor + 1)));
    }

    private void add(Scenario scenario) {
        ProgramActors actors = ProgramActors.of(scenario);
        int firstStep = sequence.size();
        int firstActor = cast.size();
        actors.processes().forEach(process -> cast.add("    { " + process + ", " + process + ", "
                + actors.users().getOrDefault(process, NONE) + " },"));
        actors.threads().forEach((thread, process) -> cast.add("    { " + thread + ", " + process + ", " + NONE + " },"));
        mostActors = Math.max(mostActors, cast.size() - firstActor);
        highestDescriptor = Math.max(highestDescriptor, actors.highestDescriptor());
        for (Step step : scenario.transcript().steps()) {
            sequence.add(index(steps, row(step)));
        }
        scenarios.add("    { " + CProgram.quoted(scenario.id()) + ", " + firstStep + ", " + (sequence.size() - firstStep) + ", "
                + firstActor + ", " + (cast.size() - firstActor) + ", " + actors.limitMillis() + ", " + needs(scenario) + ", "
                + (scenario.promised() ? 1 : 0) + " },");
    }

    private static int index(Map<String, Integer> table, String row) {
        return table.computeIfAbsent(row, fresh -> table.size());
    }

    private static String needs(Scenario scenario) {
        Set<String> needs = new TreeSet<>();
        if (!scenario.transcript().users().isEmpty()) {
            needs.add("HAS_USERS");
        }
        for (Step step : scenario.transcript().steps()) {
            if (step.call() instanceof Call.Socket socket && socket.domain() == Family.INET6.number()) {
                needs.add("HAS_INET6");
            }
            ProgramActors.given(step.call()).ifPresent(address -> needs.add(
                    address instanceof SockAddr.Inet4 || ((SockAddr.Inet6) address).isMapped() ? "HAS_INET" : "HAS_LOOPBACK6"));
        }
        return needs.isEmpty() ? "0" : String.join(" | ", needs);
    }

    private String row(Step step) {
        Outcome outcome = step.outcome();
        int errno = ProgramText.errno(step);
        if (errno != 0) {
            errors.add(CProgram.symbol(errno));
        }
        String error = errno == 0 ? "0" : CProgram.symbol(errno);
        Optional<SockAddr> shown = ProgramActors.shown(outcome);
        Optional<SockAddr> given = ProgramActors.given(step.call());
        boolean reads = outcome instanceof Outcome.WithValue;
        return "    { " + step.process() + ", " + step.call().dispatch(new Arguments(step)) + ", "
                + given.map(this::address).orElse(NONE) + ", " + shown.map(this::address).orElse(NONE) + ", "
                + (ProgramText.isTimeout(step) ? "TIMED_OUT" : Integer.toString(outcome.returned().orElse(NONE))) + ", "
                + error + ", " + (reads ? 1 : 0) + ", " + (reads ? ((Outcome.WithValue) outcome).value() : 0) + ",\n      "
                + CProgram.quoted(TranscriptPrinter.call(step)) + ", " + CProgram.quoted(TranscriptPrinter.result(step)) + " },";
    }

    private int address(SockAddr address) {
        boolean six = address instanceof SockAddr.Inet6;
        String labels = six ? Integer.toUnsignedString(((SockAddr.Inet6) address).flowinfo()) + "u, "
                + Integer.toUnsignedString(((SockAddr.Inet6) address).scopeId()) + "u" : "0, 0";
        return index(addresses, "    { " + (six ? "AF_INET6" : "AF_INET") + ", \"" + address.host() + "\", " + address.port() + ", "
                + labels + " },");
    }

    /** The operation, the descriptors and the three numbers of a call. */
    private record Arguments(Step step) implements Call.Handler<String> {

        private String row(String operation, int fd, Object a, Object b, Object c) {
            return operation + ", " + fd + ", " + step.madeDescriptor().orElse(NONE) + ", " + a + ", " + b + ", " + c;
        }

        @Override
        public String socket(Call.Socket call) {
            int kind = call.type() & ~(Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            String domain = call.domain() == Family.INET.number() ? "AF_INET"
                    : call.domain() == Family.INET6.number() ? "AF_INET6" : Integer.toString(call.domain());
            return row("SOCKET", NONE, domain, (kind == Linux.SOCK_STREAM ? "SOCK_STREAM" : Integer.toString(kind))
                    + CProgram.flags(call.type()), call.protocol());
        }

        @Override
        public String setOption(Call.SetOption call) {
            return row(call.onlyPort().isPresent() ? "SET_ONE_PORT" : "SET_OPTION", call.fd(), call.option().level(),
                    call.option().number(), call.onlyPort().orElse(call.value()));
        }

        @Override
        public String setLinger(Call.SetLinger call) {
            return row("SET_LINGER", call.fd(), call.on() ? 1 : 0, call.seconds(), 0);
        }

        @Override
        public String getOption(Call.GetOption call) {
            return row("GET_OPTION", call.fd(), call.option().level(), call.option().number(), 0);
        }

        @Override
        public String bind(Call.Bind call) {
            return row("BIND", call.fd(), 0, 0, 0);
        }

        @Override
        public String listen(Call.Listen call) {
            return row("LISTEN", call.fd(), call.backlog(), 0, 0);
        }

        @Override
        public String connect(Call.Connect call) {
            return row("CONNECT", call.fd(), 0, 0, 0);
        }

        @Override
        public String accept(Call.Accept call) {
            return row("ACCEPT", call.fd(), call.four() ? 1 : 0, "0" + CProgram.flags(call.flags()), 0);
        }

        @Override
        public String getSockName(Call.GetSockName call) {
            return row("GETSOCKNAME", call.fd(), 0, 0, 0);
        }

        @Override
        public String getPeerName(Call.GetPeerName call) {
            return row("GETPEERNAME", call.fd(), 0, 0, 0);
        }

        @Override
        public String dup(Call.Dup call) {
            return row("DUP", call.fd(), 0, 0, 0);
        }

        @Override
        public String setNonBlocking(Call.SetNonBlocking call) {
            return row("SET_NON_BLOCKING", call.fd(), call.on() ? 1 : 0, 0, 0);
        }

        @Override
        public String poll(Call.Poll call) {
            return row("POLL", call.fd(), call.events(), call.timeoutMillis(), 0);
        }

        @Override
        public String shutdown(Call.Shutdown call) {
            return row("SHUTDOWN", call.fd(), call.how(), 0, 0);
        }

        @Override
        public String close(Call.Close call) {
            return row("CLOSE", call.fd(), 0, 0, 0);
        }
    }
}
