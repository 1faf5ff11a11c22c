package org.reuseaddr.repro;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.reuseaddr.scenario.KnownAnswers;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * The beginning of a scenario as a Python program that is read at a glance: one line a call, its result, and what Linux
 * answers. Before the last call the program makes a control, which has one answer on every platform: where Linux refuses, a
 * socket without options asks for the same address, and where Linux permits, one with the same address and a free port.
 *
 * <p>Only for scenarios that every release of Linux answers alike, for one process and one port,
 * and for socket, setsockopt, bind, listen and close that return 0 or an error.
 */
final class ShortPython {

    /** The longest program, in lines. */
    static final int MOST_LINES = 40;
    private static final Set<String> NAMED = Set.of("SO_REUSEADDR", "SO_REUSEPORT", "IPV6_V6ONLY");

    private final Scenario scenario;
    private final List<Step> steps;
    private final Set<Integer> ports = new TreeSet<>();

    private ShortPython(Scenario scenario, List<Step> steps) {
        this.scenario = scenario;
        this.steps = steps;
    }

    /**
     * The program; empty where the scenario is beyond this form.
     *
     * @param calls how many calls of the scenario, the last of which is the one to look at
     */
    static Optional<String> of(Scenario scenario, int calls) {
        List<Step> all = scenario.transcript().steps();
        if (calls < 1 || calls > all.size() || !scenario.transcript().users().isEmpty()) {
            return Optional.empty();
        }
        ShortPython program = new ShortPython(scenario, all.subList(0, calls));
        boolean hasKnown = KnownAnswers.of(scenario).known().stream().anyMatch(known -> known.index() < calls);
        return program.isPlain() && !hasKnown ? Optional.of(program.text())
                .filter(text -> text.lines().count() <= MOST_LINES) : Optional.empty();
    }

    private boolean isPlain() {
        int process = steps.get(0).process();
        for (Step step : steps) {
            boolean known = step.call() instanceof Call.Socket socket && socket.type() == Linux.SOCK_STREAM
                    || step.call() instanceof Call.SetOption || step.call() instanceof Call.Bind
                    || step.call() instanceof Call.Listen || step.call() instanceof Call.Close;
            if (!known || step.process() != process || !(step.outcome() instanceof Outcome.Completed)
                    || step.call() instanceof Call.Socket && step.madeDescriptor().isEmpty()) {
                return false;
            }
            if (step.call() instanceof Call.Bind bind && bind.address().port() != 0) {
                ports.add(bind.address().port());
            }
        }
        int errno = ProgramText.errno(last());
        return ports.size() == 1 && (errno == 0 || errno == Errno.EADDRINUSE.number())
                && (last().call() instanceof Call.Bind || last().call() instanceof Call.Listen)
                && ownAddress().filter(address -> address.isLoopback() || address.isWildcard()).isPresent();
    }

    /** The address of the socket of the last call. */
    private Optional<SockAddr> ownAddress() {
        int fd = ((Call.OnDescriptor) last().call()).fd();
        return address(steps.stream()
                .filter(step -> step.call() instanceof Call.OnDescriptor call && call.fd() == fd).toList());
    }

    private Step last() {
        return steps.get(steps.size() - 1);
    }

    private String text() {
        List<String> lines = new ArrayList<>(List.of("#!/usr/bin/env python3"));
        lines.addAll(ProgramText.comment(scenario, List.of("Needs Python 3 only. Exits with 0: as on Linux, "
                + "1: the platform differs, 2: cannot run here."), "# ").stream()
                .filter(line -> !line.startsWith("# Reports:")).toList());
        lines.addAll(List.of("import errno, sys", "from socket import *", "", "def call(text, make, linux):", "    try:",
                "        make()", "        seen = \"0\"", "    except OSError as e:",
                "        seen = errno.errorcode.get(e.errno, str(e))",
                "    print(\"%-44s = %s%s\" % (text, seen, \"\" if seen == linux else \"   <-- Linux: \" + linux))",
                "    return seen == linux", "", "try:"));
        SockAddr first = ownAddress().orElseThrow();
        lines.add("    probe = " + socket(first) + "  # finds a free port");
        lines.add("    probe.bind((\"" + first.host() + "\", 0))");
        lines.addAll(List.of("except OSError as e:", "    print(\"cannot run here:\", e)", "    sys.exit(2)",
                "port = probe.getsockname()[1]", "probe.close()", "same = True"));
        steps.subList(0, steps.size() - 1).forEach(step -> lines.add(line(step)));
        lines.addAll(control());
        lines.add(line(last()));
        lines.add("sys.exit(0 if same else 1)");
        return String.join("\n", lines) + "\n";
    }

    private List<String> control() {
        SockAddr address = ownAddress().orElseThrow();
        boolean refused = ProgramText.errno(last()) == Errno.EADDRINUSE.number();
        String bind = "bind((\"" + address.host() + "\", " + (refused ? "port" : "0") + "))";
        return List.of("control = " + socket(address) + (refused ? "  # without options: refused everywhere"
                        : "  # a free port: permitted everywhere"),
                "call('control: " + bind + "', lambda: control." + bind + ", \"" + (refused ? "EADDRINUSE" : "0") + "\")",
                "control.close()");
    }

    /** The address of the last bind among the steps. */
    private static Optional<SockAddr> address(List<Step> steps) {
        return steps.stream().map(Step::call).filter(Call.Bind.class::isInstance).map(call -> ((Call.Bind) call).address())
                .reduce((earlier, later) -> later);
    }

    private static String socket(SockAddr address) {
        return "socket(" + (address instanceof SockAddr.Inet6 ? "AF_INET6" : "AF_INET") + ", SOCK_STREAM)";
    }

    private String line(Step step) {
        if (step.call() instanceof Call.Socket call) {
            return "s" + step.madeDescriptor().orElseThrow() + " = socket("
                    + (call.domain() == Family.INET6.number() ? "AF_INET6" : "AF_INET") + ", SOCK_STREAM)";
        }
        int fd = ((Call.OnDescriptor) step.call()).fd();
        String make = "s" + fd + "." + expression(step.call());
        int errno = ProgramText.errno(step);
        String linux = errno == 0 ? "0" : ((SyscallResult.Failed) ((Outcome.Completed) step.outcome()).result()).errno().symbol();
        return "same &= call('" + make + "', lambda: " + make + ", \"" + linux + "\")";
    }

    private static String expression(Call call) {
        if (call instanceof Call.SetOption set) {
            String level = set.option().levelSymbol().equals("SOL_SOCKET") ? "SOL_SOCKET"
                    : set.option().levelSymbol().replace("SOL_", "IPPROTO_");
            String name = NAMED.contains(set.option().name()) ? set.option().name() : Integer.toString(set.option().number());
            return "setsockopt(" + level + ", " + name + ", " + set.value() + ")";
        }
        if (call instanceof Call.Bind bind) {
            return "bind((\"" + bind.address().host() + "\", " + (bind.address().port() == 0 ? "0" : "port") + "))";
        }
        return call instanceof Call.Listen listen ? "listen(" + listen.backlog() + ")" : "close()";
    }
}
