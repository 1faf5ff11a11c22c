package org.reuseaddr.repro;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.reuseaddr.scenario.KnownAnswers;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.PortBounds;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/** A scenario in Python: a list of calls, each with its line in strace's notation and a lambda that makes it. */
final class PythonProgram {

    private static final ProgramTemplate TEMPLATE = new ProgramTemplate("reproduction.py");
    private static final int WIDTH = 120;
    private static final int UNKNOWN_DOMAIN = -1;
    /** Options that Python's socket module does not name in every release. */
    private static final Set<SocketOption> UNNAMED = Set.of(SocketOption.IP_FREEBIND, SocketOption.IP_BIND_ADDRESS_NO_PORT,
            SocketOption.IP_LOCAL_PORT_RANGE);

    private static final List<String> NEEDS = List.of(
            "Python 3.6 or later on Linux. Exits with 0: as on Linux, 1: this platform differs, 2: cannot run here.");

    private final Scenario scenario;
    private final ProgramActors cast;
    private final KnownAnswers known;
    private final Set<String> parts = new TreeSet<>();
    /** The domains of the sockets, by process and descriptor, as far as the steps before say. */
    private final Map<String, Integer> domains = new HashMap<>();

    PythonProgram(Scenario scenario) {
        this.scenario = scenario;
        cast = ProgramActors.of(scenario);
        known = KnownAnswers.of(scenario);
    }

    String text() {
        List<String> steps = steps();
        part("processes", !cast.others().isEmpty());
        part("free", !cast.freePorts().isEmpty());
        part("tables", !cast.freePorts().isEmpty() || parts.contains("names"));
        part("threads", !cast.threads().isEmpty());
        part("users", !cast.users().isEmpty());
        part("facilities", !cast.needs().isEmpty());
        part("unopened", !cast.unopened().isEmpty());
        part("known", !known.isEmpty());
        String process = cast.threads().isEmpty() ? "step[0]"
                : cast.threads().toString().replace('=', ':') + ".get(step[0], step[0])";
        return TEMPLATE.fill(parts, Map.of("header", ProgramText.comment(scenario, NEEDS, "# "), "steps", steps, "known", known()), Map.of(
                "limit", Double.toString(cast.limitMillis() / 1000.0),
                "free", Integer.toString(cast.freePorts().size()),
                "ports", cast.freePorts().stream().map(port -> ", " + port + ": free.pop()")
                        .collect(Collectors.joining("", "{0: 0", "}")),
                "threads", cast.threads().keySet().stream().map(thread -> thread + ": ThreadPoolExecutor(1)")
                        .collect(Collectors.joining(", ", "{", "}")),
                "others", cast.others().toString(),
                "first", Integer.toString(cast.processes().get(0)),
                "users", cast.users().entrySet().stream().map(user -> user.getKey() + ": " + user.getValue())
                        .collect(Collectors.joining(", ", "{", "}")),
                "unopened", cast.unopened().toString(),
                "process", process,
                "facilities", cast.needs().stream()
                        .map(address -> "(" + address.family().symbol() + ", \"" + address.host() + "\"),")
                        .collect(Collectors.joining(" ", "(", ")"))));
    }

    private void part(String name, boolean wanted) {
        if (wanted) {
            parts.add(name);
        }
    }

    /** By the index of the step and what is seen there: what releases of Linux do the same. */
    private List<String> known() {
        List<String> lines = new ArrayList<>(List.of("ELSEWHERE = {"));
        known.known().forEach(one -> {
            lines.add("    (" + one.index() + ", '" + ProgramText.line(one.answered()).replace("\\", "\\\\").replace("'", "\\'") + "'):");
            lines.add("        \"" + one.message() + "\",");
        });
        lines.add("}");
        return lines;
    }

    private List<String> steps() {
        List<String> lines = new ArrayList<>(List.of("steps = ["));
        for (Repetition<Step> repetition : Repetition.in(scenario.transcript().steps())) {
            if (repetition.times() == 1) {
                repetition.entries().forEach(step -> lines.addAll(entry(step)));
            } else {
                lines.add("] + " + repetition.times() + " * [");
                repetition.entries().forEach(step -> lines.addAll(entry(step)));
                lines.add("] + [");
            }
        }
        lines.add("]");
        return lines;
    }

    private List<String> entry(Step step) {
        remember(step);
        String expected = ProgramText.isTimeout(step)
                ? TranscriptPrinter.call(step) + " = ? TIMEOUT (no answer in " + cast.limitMillis() + " ms)" : ProgramText.line(step);
        String begin = "    (" + step.process() + ", '" + expected.replace("\\", "\\\\").replace("'", "\\'") + "',";
        String make = "lambda: " + step.call().dispatch(new Expression(step)) + "),";
        return begin.length() + 1 + make.length() <= WIDTH ? List.of(begin + " " + make) : List.of(begin, "     " + make);
    }

    private void remember(Step step) {
        int domain = step.call() instanceof Call.Socket made ? made.domain()
                : step.call() instanceof Call.OnDescriptor on ? domainOf(step.process(), on.fd()) : UNKNOWN_DOMAIN;
        step.madeDescriptor().ifPresent(fd -> domains.put(step.process() + " " + fd, domain));
    }

    private int domainOf(int process, int fd) {
        return domains.getOrDefault(process + " " + fd, UNKNOWN_DOMAIN);
    }

    /** The name for a descriptor that the step makes; one that nobody uses where it should have made none. */
    private int made(Step step) {
        return step.madeDescriptor().orElse(cast.highestDescriptor() + 1);
    }

    /** How Python makes a call. */
    private final class Expression implements Call.Handler<String> {
        private final Step step;

        Expression(Step step) {
            this.step = step;
        }

        @Override
        public String socket(Call.Socket call) {
            String domain = call.domain() == Family.INET.number() ? "AF_INET"
                    : call.domain() == Family.INET6.number() ? "AF_INET6" : Integer.toString(call.domain());
            int kind = call.type() & ~(Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            String type = kind == Linux.SOCK_STREAM ? "SOCK_STREAM" : Integer.toString(kind);
            String nonBlocking = (call.type() & Linux.SOCK_NONBLOCK) != 0 ? " | SOCK_NONBLOCK" : "";
            String protocol = call.protocol() == Linux.IPPROTO_TCP || call.protocol() == Linux.IPPROTO_IP
                    ? "" : ", " + call.protocol();
            return "keep(" + made(step) + ", socket(" + domain + ", " + type + nonBlocking + protocol + "))";
        }

        @Override
        public String setOption(Call.SetOption call) {
            return fd(call.fd()) + "setsockopt(" + option(call.option()) + ", " + value(call) + ")";
        }

        /** A range of exactly one port means the port that stands for it. */
        private String value(Call.SetOption call) {
            if (call.onlyPort().stream().noneMatch(cast::hasPort)) {
                return Integer.toString(call.value());
            }
            parts.add("linger");
            return "struct.pack(\"I\", port[" + call.onlyPort().getAsInt() + "] * 65537)";
        }

        private static String option(SocketOption option) {
            String level = option.levelSymbol().equals("SOL_SOCKET") ? "SOL_SOCKET"
                    : option.levelSymbol().replace("SOL_", "IPPROTO_");
            return level + ", " + (UNNAMED.contains(option) ? Integer.toString(option.number()) : option.name());
        }

        @Override
        public String setLinger(Call.SetLinger call) {
            parts.add("linger");
            return fd(call.fd()) + "setsockopt(SOL_SOCKET, SO_LINGER, struct.pack(\"ii\", " + (call.on() ? 1 : 0) + ", "
                    + call.seconds() + "))";
        }

        @Override
        public String getOption(Call.GetOption call) {
            return "\"" + ProgramText.beginning(new Step(0, call, step.outcome())).replace(", NULL, NULL)", "")
                    + ", [%d], [4]) = 0\" % " + shown(fd(call.fd()) + "getsockopt(" + option(call.option()) + ")");
        }

        /** A range of exactly one port is shown by the port that stands for it. */
        private String shown(String value) {
            return cast.onlyPort(step).stream().mapToObj(port -> "(lambda value: " + PortBounds.only(port).value()
                    + " if value % (1 << 32) == port[" + port + "] * 65537 else value)(" + value + ")").findFirst().orElse(value);
        }

        @Override
        public String bind(Call.Bind call) {
            return socketFor(call) + "bind(" + address(call.address()) + ")";
        }

        /** Python looks an address up in its socket's family: one of another family takes an object of that family. */
        private String socketFor(Call.Addressed call) {
            int domain = domainOf(step.process(), call.fd());
            Family family = call.address().family();
            return domain == UNKNOWN_DOMAIN || domain == family.number() ? fd(call.fd())
                    : "socket(" + family.symbol() + ", SOCK_STREAM, 0, os.dup(" + fd(call.fd()) + "fileno())).";
        }

        private static String address(SockAddr address) {
            String port = address.port() == 0 ? "0" : "port[" + address.port() + "]";
            String further = address instanceof SockAddr.Inet6 six && (six.flowinfo() != 0 || six.scopeId() != 0)
                    ? ", " + Integer.toUnsignedString(six.flowinfo()) + ", " + Integer.toUnsignedString(six.scopeId()) : "";
            return "(\"" + address.host() + "\", " + port + further + ")";
        }

        @Override
        public String listen(Call.Listen call) {
            return fd(call.fd()) + "listen(" + call.backlog() + ")";
        }

        @Override
        public String connect(Call.Connect call) {
            return socketFor(call) + "connect(" + address(call.address()) + ")";
        }

        @Override
        public String accept(Call.Accept call) {
            String accept = fd(call.fd()) + "accept()";
            boolean nonBlocking = (call.flags() & Linux.SOCK_NONBLOCK) != 0;
            if (ProgramActors.shown(step.outcome()).isEmpty() && !nonBlocking) {
                return "keep(" + made(step) + ", " + accept + "[0])";
            }
            String keep = (nonBlocking ? "made[0].setblocking(False) or " : "") + "keep(" + made(step) + ", made[0])";
            if (ProgramActors.shown(step.outcome()).isEmpty()) {
                return "(lambda made: " + keep + ")(" + accept + ")";
            }
            parts.add("names");
            String call4 = call.four() ? TranscriptPrinter.call(step).substring(TranscriptPrinter.call(step).lastIndexOf("], ") + 1) : ")";
            return "(lambda made: \"" + ProgramText.beginning(step) + ", %s" + call4 + " = %d\" % (name(made[1], " + port()
                    + "), " + keep + "))(" + accept + ")";
        }

        private int port() {
            return ProgramActors.shown(step.outcome()).map(SockAddr::port).orElse(0);
        }

        @Override
        public String getSockName(Call.GetSockName call) {
            return shown(call);
        }

        @Override
        public String getPeerName(Call.GetPeerName call) {
            return shown(call);
        }

        /** Python's methods for the calls that show an address have the calls' names. */
        private String shown(Call.ShowsAddress call) {
            String show = fd(call.fd()) + call.name() + "()";
            if (ProgramActors.shown(step.outcome()).isEmpty()) {
                return show + " and 0";
            }
            parts.add("names");
            return "\"" + ProgramText.beginning(step) + ", %s) = 0\" % name(" + show + ", " + port() + ")";
        }

        @Override
        public String dup(Call.Dup call) {
            return "keep(" + made(step) + ", " + fd(call.fd()) + "dup())";
        }

        @Override
        public String setNonBlocking(Call.SetNonBlocking call) {
            return fd(call.fd()) + "setblocking(" + (call.on() ? "False" : "True") + ")";
        }

        @Override
        public String poll(Call.Poll call) {
            parts.add("polls");
            return "poll(" + call.fd() + ", \"" + TranscriptPrinter.call(call) + "\", " + call.events() + ", "
                    + call.timeoutMillis() + ")";
        }

        @Override
        public String shutdown(Call.Shutdown call) {
            return fd(call.fd()) + "shutdown(" + ProgramText.direction(call) + ")";
        }

        @Override
        public String close(Call.Close call) {
            return "os.close(" + fd(call.fd()) + "detach())";
        }

        private static String fd(int descriptor) {
            return "fd[" + descriptor + "].";
        }
    }
}
