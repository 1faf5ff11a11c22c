package org.reuseaddr.transcript;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;

/** Writes transcripts in strace's notation, one call a line, such that {@link TranscriptParser} reads them back. */
public final class TranscriptPrinter {
    private static final String SAME = "  ";
    private static final String EXPECTED = "- ";
    private static final String OBSERVED = "+ ";
    private static final String NOT_FILLED = "NULL, NULL";

    private TranscriptPrinter() {
    }

    /** The headers and the calls, every line ended by a line feed. */
    public static String print(Transcript transcript) {
        StringBuilder text = new StringBuilder();
        transcript.headers().forEach((name, value) -> {
            for (String line : value.split("\n", -1)) {
                text.append("# ").append(name).append(':').append(line.isEmpty() ? "" : " ").append(line).append('\n');
            }
        });
        transcript.steps().forEach(step -> text.append(line(step)).append('\n'));
        return text.toString();
    }

    /** One call with its result, without a line feed. */
    public static String line(Step step) {
        String prefix = step.process() == 0 ? "" : "[pid " + step.process() + "] ";
        return prefix + call(step) + " = " + result(step);
    }

    /** The call of a step with what the kernel wrote through its pointer arguments: {@code bind(3, …)}. */
    public static String call(Step step) {
        return step.call().dispatch(new Arguments(Optional.of(step.outcome()))) + ")";
    }

    /** A call that has not been made: {@code NULL} for what the kernel would write. */
    public static String call(Call call) {
        return call.dispatch(new Arguments(Optional.empty())) + ")";
    }

    /** What stands behind the {@code =} of a step. */
    public static String result(Step step) {
        if (step.outcome() instanceof Outcome.TimedOut timedOut) {
            return "? TIMEOUT (no answer in " + timedOut.limitMillis() + " ms)";
        }
        SyscallResult result = ((Outcome.Completed) step.outcome()).result();
        if (result instanceof SyscallResult.Failed failed) {
            return "-1 " + failed.errno();
        }
        int value = ((SyscallResult.Returned) result).value();
        return value + (step.call() instanceof Call.Poll poll ? reported(poll, value, step.outcome()) : "");
    }

    private static String reported(Call.Poll call, int returned, Outcome outcome) {
        return outcome instanceof Outcome.WithValue events
                ? " ([{fd=" + call.fd() + ", revents=" + SymbolTable.POLL_EVENTS.names(events.value()) + "}])"
                : returned == 0 ? " (Timeout)" : "";
    }

    /**
     * What happened, in the manner of diff(1): the calls that were made after two blanks, and at the one that went
     * another way the expected line after {@code -} and the observed one after {@code +}. Expected calls that were
     * not made any more are not shown.
     *
     * @param expected the calls with the results they must have
     * @param observed the calls that were made with the results they had; from the divergence on they may be others
     * @param divergent the index of the call that went another way, or -1 if none did
     * @return lines, each ended by a line feed
     * @throws IndexOutOfBoundsException if one of the lists has no such call
     */
    public static String diff(List<Step> expected, List<Step> observed, int divergent) {
        List<String> lines = new ArrayList<>();
        observed.forEach(step -> lines.add(SAME + line(step)));
        if (divergent >= 0) {
            lines.set(divergent, OBSERVED + line(observed.get(divergent)));
            lines.add(divergent, EXPECTED + line(expected.get(divergent)));
        }
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    /**
     * Prints a call up to its closing parenthesis.
     *
     * @param outcome how it ended; empty if it has not been made
     */
    private record Arguments(Optional<Outcome> outcome) implements Call.Handler<String> {

        @Override
        public String socket(Call.Socket call) {
            String domain = SymbolTable.DOMAINS.name(call.domain()).orElse(Integer.toString(call.domain()));
            String protocol = SymbolTable.PROTOCOLS.name(call.protocol()).orElse(Integer.toString(call.protocol()));
            return "socket(" + domain + ", " + type(call.type()) + ", " + protocol;
        }

        private static String type(int type) {
            int kind = type & SymbolTable.SOCKET_TYPE_MASK;
            String name = SymbolTable.SOCKET_TYPES.name(kind).orElse(Integer.toString(kind));
            return type == kind ? name : name + "|" + SymbolTable.SOCKET_FLAGS.names(type & ~SymbolTable.SOCKET_TYPE_MASK);
        }

        @Override
        public String setOption(Call.SetOption call) {
            return "setsockopt(" + option(call.fd(), call.option()) + ", [" + call.value() + "], 4";
        }

        private static String option(int fd, SocketOption option) {
            return fd + ", " + option.levelSymbol() + ", " + option;
        }

        @Override
        public String setLinger(Call.SetLinger call) {
            return "setsockopt(" + call.fd() + ", SOL_SOCKET, SO_LINGER, {l_onoff=" + (call.on() ? 1 : 0)
                    + ", l_linger=" + call.seconds() + "}, 8";
        }

        @Override
        public String getOption(Call.GetOption call) {
            String read = outcome.filter(Outcome.WithValue.class::isInstance).map(Outcome.WithValue.class::cast)
                    .map(value -> "[" + value.value() + "], [4]").orElse(NOT_FILLED);
            return "getsockopt(" + option(call.fd(), call.option()) + ", " + read;
        }

        @Override
        public String bind(Call.Bind call) {
            return "bind(" + call.fd() + ", " + given(call.address());
        }

        @Override
        public String listen(Call.Listen call) {
            return "listen(" + call.fd() + ", " + call.backlog();
        }

        @Override
        public String connect(Call.Connect call) {
            return "connect(" + call.fd() + ", " + given(call.address());
        }

        @Override
        public String accept(Call.Accept call) {
            String flags = call.four() ? ", " + SymbolTable.SOCKET_FLAGS.names(call.flags()) : "";
            return call.name() + "(" + call.fd() + ", " + filled() + flags;
        }

        @Override
        public String getSockName(Call.GetSockName call) {
            return "getsockname(" + call.fd() + ", " + filled();
        }

        @Override
        public String getPeerName(Call.GetPeerName call) {
            return "getpeername(" + call.fd() + ", " + filled();
        }

        @Override
        public String shutdown(Call.Shutdown call) {
            String how = SymbolTable.SHUTDOWN_HOWS.name(call.how()).orElse(Integer.toString(call.how()));
            return "shutdown(" + call.fd() + ", " + how;
        }

        @Override
        public String dup(Call.Dup call) {
            return "dup(" + call.fd();
        }

        @Override
        public String setNonBlocking(Call.SetNonBlocking call) {
            return "fcntl(" + call.fd() + ", F_SETFL, O_RDWR" + (call.on() ? "|O_NONBLOCK" : "");
        }

        @Override
        public String poll(Call.Poll call) {
            return "poll([{fd=" + call.fd() + ", events=" + SymbolTable.POLL_EVENTS.names(call.events()) + "}], 1, "
                    + call.timeoutMillis();
        }

        @Override
        public String close(Call.Close call) {
            return "close(" + call.fd();
        }

        private static String given(SockAddr address) {
            return address(address) + ", " + address.length();
        }

        private String filled() {
            return outcome.filter(Outcome.WithAddress.class::isInstance)
                    .map(shown -> ((Outcome.WithAddress) shown).address())
                    .map(address -> address(address) + ", [" + address.length() + "]").orElse(NOT_FILLED);
        }

        private static String address(SockAddr address) {
            if (address instanceof SockAddr.Inet6 six) {
                return "{sa_family=" + Family.INET6.symbol() + ", sin6_port=htons(" + six.port()
                        + "), sin6_flowinfo=htonl(" + Integer.toUnsignedString(six.flowinfo())
                        + "), inet_pton(AF_INET6, \"" + six.host() + "\", &sin6_addr), sin6_scope_id="
                        + Integer.toUnsignedString(six.scopeId()) + "}";
            }
            return "{sa_family=" + Family.INET.symbol() + ", sin_port=htons(" + address.port()
                    + "), sin_addr=inet_addr(\"" + address.host() + "\")}";
        }
    }
}
