package org.reuseaddr.repro;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.scenario.KnownAnswers;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * A scenario in C. Where it has several processes or threads, each of them walks through all calls and makes its own,
 * in lock step by a counter in shared memory.
 */
final class CProgram {

    private static final ProgramTemplate TEMPLATE = new ProgramTemplate("reproduction.c");
    private static final int WIDTH = 120;
    private static final int MAX_DESCRIPTOR = 1_023;
    private static final String INDENT = "    ";
    private static final List<String> NEEDS = List.of("cc -pthread -o reproduction reproduction.c && ./reproduction",
            "Exits with 0: as on Linux, 1: this platform differs, 2: cannot run here.");
    /** What the calls fail with, here or elsewhere; others are shown as a number. */
    static final List<String> ERRORS = List.of("EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EAGAIN",
            "EBADF", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "EINPROGRESS", "EINTR", "EINVAL", "EMFILE",
            "ENETUNREACH", "ENOBUFS", "ENOPROTOOPT", "ENOTCONN", "ENOTSOCK", "EOPNOTSUPP", "EPERM", "EPROTONOSUPPORT", "ETIMEDOUT");
    /** Options that need not be in the headers, or need one of their own. */
    private static final Set<SocketOption> NUMBERED = Set.of(SocketOption.IP_BIND_ADDRESS_NO_PORT, SocketOption.IP_LOCAL_PORT_RANGE);

    private final Scenario scenario;
    private final ProgramActors cast;
    private final KnownAnswers known;
    private final Set<String> parts = new TreeSet<>();

    CProgram(Scenario scenario) {
        this.scenario = scenario;
        cast = ProgramActors.of(scenario);
        known = KnownAnswers.of(scenario);
        if (cast.highestDescriptor() > MAX_DESCRIPTOR) {
            throw new IllegalArgumentException("a descriptor beyond " + MAX_DESCRIPTOR + ": " + cast.highestDescriptor());
        }
    }

    String text() {
        List<String> calls = calls();
        List<String> needs = needs();
        part("processes", !cast.others().isEmpty());
        part("free", !cast.freePorts().isEmpty());
        part("tables", !cast.freePorts().isEmpty() || parts.contains("names"));
        part("threads", !cast.threads().isEmpty());
        part("actors", !cast.others().isEmpty() || !cast.threads().isEmpty());
        part("users", !cast.users().isEmpty());
        part("facilities", !needs.isEmpty());
        part("known", !known.isEmpty());
        List<Integer> ports = Stream.of(List.of(0), cast.freePorts(), cast.learnedPorts())
                .flatMap(some -> some.stream().map(Integer.class::cast)).toList();
        return TEMPLATE.fill(parts, Map.of(
                "header", ProgramText.comment(scenario, NEEDS, " * "),
                "calls", calls,
                "needs", needs,
                "may_become", cast.users().values().stream().distinct().map(user -> INDENT + "may_become(" + user + ");").toList(),
                "errors", errors(),
                "known", known.known().stream().map(one -> INDENT.repeat(2) + "{ " + one.index() + ", " + quoted(one.result()) + ",\n"
                        + INDENT.repeat(3) + quoted(one.message()) + " },").toList(),
                "ports", ports(),
                "actors", actors()), Map.of(
                "limit", Integer.toString(cast.limitMillis()),
                "port_names", ports.stream().map(CProgram::port).collect(Collectors.joining(", ")),
                "shown_ports", ports.stream().map(Object::toString).collect(Collectors.joining(", ")),
                "descriptors", Integer.toString(cast.highestDescriptor() + 2),
                "first", Integer.toString(cast.processes().get(0)),
                "alarmed", cast.threads().isEmpty() ? "1" : cast.threads().keySet().stream().map(thread -> "who != " + thread)
                        .collect(Collectors.joining(" && "))));
    }

    private void part(String name, boolean wanted) {
        if (wanted) {
            parts.add(name);
        }
    }

    private static String port(int literal) {
        return "P" + literal;
    }

    private List<String> errors() {
        Set<String> symbols = new TreeSet<>(ERRORS);
        scenario.transcript().steps().stream().map(ProgramText::errno).filter(number -> number != 0)
                .map(number -> Errno.of(number).symbol()).filter(symbol -> !symbol.startsWith("ERRNO_")).forEach(symbols::add);
        List<String> entries = symbols.stream().map(symbol -> "{ " + symbol + ", \"" + symbol + "\" },").toList();
        int perLine = 3;
        return IntStream.range(0, (entries.size() + perLine - 1) / perLine)
                .mapToObj(line -> INDENT.repeat(2) + String.join(" ",
                        entries.subList(line * perLine, Math.min(entries.size(), (line + 1) * perLine))))
                .toList();
    }

    private List<String> ports() {
        List<String> lines = new ArrayList<>();
        cast.freePorts().forEach(literal -> lines.add(INDENT + "shared->port[" + port(literal) + "] = free_port();"));
        cast.learnedPorts().forEach(literal -> lines.add(INDENT + "shared->port[" + port(literal) + "] = -1;"));
        return lines;
    }

    private List<String> needs() {
        return cast.needs().stream().map(address -> INDENT + "need(" + address.family().symbol() + ", " + address(address)
                + ", \"" + address.host() + "\");").toList();
    }

    private List<String> actors() {
        List<String> lines = new ArrayList<>();
        if (cast.others().isEmpty() && cast.threads().isEmpty()) {
            return lines;
        }
        int first = cast.processes().get(0);
        lines.add(INDENT + "first_process = getpid();");
        for (int process : cast.others()) {
            lines.add(INDENT + "if (fork() == 0) {");
            user(process, INDENT.repeat(2)).ifPresent(lines::add);
            threadsOf(process).forEach(thread -> lines.add(INDENT.repeat(2) + "start(" + thread + ");"));
            lines.add(INDENT.repeat(2) + "live(" + process + ");");
            lines.add(INDENT + "}");
        }
        user(first, INDENT).ifPresent(lines::add);
        threadsOf(first).forEach(thread -> lines.add(INDENT + "start(" + thread + ");"));
        lines.add(INDENT + "me = " + first + ";");
        return lines;
    }

    private Optional<String> user(int process, String indent) {
        return Optional.ofNullable(cast.users().get(process)).map(user -> indent + "become(" + user + ");");
    }

    private List<Integer> threadsOf(int process) {
        return cast.threads().entrySet().stream().filter(entry -> entry.getValue() == process).map(Map.Entry::getKey).toList();
    }

    private List<String> calls() {
        List<String> lines = new ArrayList<>();
        for (Repetition<Step> repetition : Repetition.in(scenario.transcript().steps())) {
            String indent = INDENT;
            if (repetition.times() > 1) {
                lines.add(INDENT + "for (int i = 0; i < " + repetition.times() + "; i++) {");
                indent = INDENT.repeat(2);
            }
            for (Step step : repetition.entries()) {
                lines.addAll(call(indent, step));
            }
            if (repetition.times() > 1) {
                lines.add(INDENT + "}");
            }
        }
        return lines;
    }

    private List<String> call(String indent, Step step) {
        String errno = ProgramText.isTimeout(step) ? "-1"
                : ProgramText.errno(step) == 0 ? "0" : symbol(ProgramText.errno(step));
        String begin = indent + "CALL(" + step.process() + ", " + quoted(TranscriptPrinter.call(step)) + ", "
                + quoted(TranscriptPrinter.result(step)) + ", " + errno + ",";
        String make = step.call().dispatch(new Expression(step)) + ");";
        return begin.length() + 1 + make.length() <= WIDTH ? List.of(begin + " " + make)
                : List.of(begin, indent + " ".repeat("CALL(".length()) + make);
    }

    static String symbol(int errno) {
        String symbol = Errno.of(errno).symbol();
        return symbol.startsWith("ERRNO_") ? Integer.toString(errno) : symbol;
    }

    /** The flags of socket(2) and accept4(2), to be put behind a number. */
    static String flags(int flags) {
        return ((flags & Linux.SOCK_NONBLOCK) != 0 ? " | SOCK_NONBLOCK" : "")
                + ((flags & Linux.SOCK_CLOEXEC) != 0 ? " | SOCK_CLOEXEC" : "");
    }

    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** A pointer and a length, as bind and connect take them. */
    private String address(SockAddr address) {
        if (address instanceof SockAddr.Inet6 six) {
            parts.add("inet6");
            return "inet6(\"" + six.host() + "\", " + port(six.port()) + ", " + Integer.toUnsignedString(six.flowinfo()) + ", "
                    + Integer.toUnsignedString(six.scopeId()) + "), sizeof(struct sockaddr_in6)";
        }
        parts.add("inet");
        return "inet(\"" + address.host() + "\", " + port(address.port()) + "), sizeof(struct sockaddr_in)";
    }

    /** How C makes a call. */
    private final class Expression implements Call.Handler<String> {
        private final Step step;

        Expression(Step step) {
            this.step = step;
        }

        private String keep(String making) {
            parts.add("keeps");
            return "keep(" + step.madeDescriptor().orElse(cast.highestDescriptor() + 1) + ", " + making + ")";
        }

        @Override
        public String socket(Call.Socket call) {
            String domain = call.domain() == Family.INET.number() || call.domain() == Family.INET6.number()
                    ? call.domain() == Family.INET.number() ? "AF_INET" : "AF_INET6" : Integer.toString(call.domain());
            int kind = call.type() & ~(Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC);
            String type = (kind == Linux.SOCK_STREAM ? "SOCK_STREAM" : Integer.toString(kind)) + flags(call.type() & ~kind);
            return keep("socket(" + domain + ", " + type + ", " + call.protocol() + ")");
        }

        @Override
        public String setOption(Call.SetOption call) {
            parts.add("options");
            return "set(" + fd(call.fd()) + ", " + option(call.option()) + ", " + value(call) + ")";
        }

        /** A range of exactly one port means the port that stands for it. */
        private String value(Call.SetOption call) {
            return call.onlyPort().stream().filter(cast::hasPort).mapToObj(port -> "(int) (shared->port[" + port(port) + "] * 65537u)")
                    .findFirst().orElse(Integer.toString(call.value()));
        }

        private String option(SocketOption option) {
            String level = option.levelSymbol().equals("SOL_SOCKET") ? "SOL_SOCKET"
                    : option.levelSymbol().replace("SOL_", "IPPROTO_");
            part("tcp", level.equals("IPPROTO_TCP"));
            return level + ", " + (NUMBERED.contains(option) ? Integer.toString(option.number()) : option.name());
        }

        @Override
        public String setLinger(Call.SetLinger call) {
            return "setsockopt(" + fd(call.fd()) + ", SOL_SOCKET, SO_LINGER, &(struct linger) { " + (call.on() ? 1 : 0) + ", "
                    + call.seconds() + " }, sizeof(struct linger))";
        }

        @Override
        public String getOption(Call.GetOption call) {
            OptionalInt port = cast.onlyPort(step);
            parts.add(port.isPresent() ? "ranges" : "values");
            return port.isPresent() ? "get_range(" + fd(call.fd()) + ", " + port(port.getAsInt()) + ", " + port.getAsInt() + ", "
                    + beginning() + ")"
                    : "get(" + fd(call.fd()) + ", " + option(call.option()) + ", " + beginning() + ")";
        }

        private String beginning() {
            return quoted(ProgramText.beginning(step).replace(", NULL, NULL)", ""));
        }

        @Override
        public String bind(Call.Bind call) {
            return "bind(" + fd(call.fd()) + ", " + address(call.address()) + ")";
        }

        @Override
        public String listen(Call.Listen call) {
            return "listen(" + fd(call.fd()) + ", " + call.backlog() + ")";
        }

        @Override
        public String connect(Call.Connect call) {
            return "connect(" + fd(call.fd()) + ", " + address(call.address()) + ")";
        }

        @Override
        public String accept(Call.Accept call) {
            Optional<SockAddr> shown = ProgramActors.shown(step.outcome());
            String flags = flags(call.flags());
            String given = flags.isEmpty() ? "0" : flags.substring(" | ".length());
            if (shown.isEmpty()) {
                return keep(call.name() + "(" + fd(call.fd()) + ", NULL, NULL" + (call.four() ? ", " + given : "") + ")");
            }
            parts.add("names");
            parts.add(call.four() ? "accepts4" : "accepts");
            String end = TranscriptPrinter.call(step).substring(TranscriptPrinter.call(step).lastIndexOf(']') + 1);
            return keep("named_" + call.name() + "(" + fd(call.fd()) + ", " + (call.four() ? given + ", " : "") + beginning()
                    + ", " + port(shown.get().port()) + ", " + quoted(end) + ")");
        }

        @Override
        public String getSockName(Call.GetSockName call) {
            return shown(call);
        }

        @Override
        public String getPeerName(Call.GetPeerName call) {
            return shown(call);
        }

        private String shown(Call.ShowsAddress call) {
            Optional<SockAddr> shown = ProgramActors.shown(step.outcome());
            if (shown.isEmpty()) {
                return call.name() + "(" + fd(call.fd()) + ", (struct sockaddr *) &(struct sockaddr_storage) {0}, "
                        + "&(socklen_t) {sizeof(struct sockaddr_storage)})";
            }
            parts.add("names");
            parts.add(call.name());
            return "named_" + call.name() + "(" + fd(call.fd()) + ", " + beginning() + ", " + port(shown.get().port()) + ")";
        }

        @Override
        public String dup(Call.Dup call) {
            return keep("dup(" + fd(call.fd()) + ")");
        }

        @Override
        public String setNonBlocking(Call.SetNonBlocking call) {
            parts.add("modes");
            return "set_non_blocking(" + fd(call.fd()) + ", " + (call.on() ? 1 : 0) + ")";
        }

        @Override
        public String poll(Call.Poll call) {
            parts.add("polls");
            return "poll_one(" + call.fd() + ", " + call.events() + ", " + call.timeoutMillis() + ")";
        }

        @Override
        public String shutdown(Call.Shutdown call) {
            return "shutdown(" + fd(call.fd()) + ", " + ProgramText.direction(call) + ")";
        }

        @Override
        public String close(Call.Close call) {
            parts.add("closes");
            return "shut(" + call.fd() + ")";
        }

        private static String fd(int descriptor) {
            return "fd[" + descriptor + "]";
        }
    }
}
