package org.reuseaddr.transcript;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;

/** Writes transcripts in strace's notation, one call a line, such that {@link TranscriptParser} reads them back. */
public final class TranscriptPrinter {
    private static final String SAME = "  ";
    private static final String EXPECTED = "- ";
    private static final String OBSERVED = "+ ";

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
        return prefix + step.call().dispatch(new Line(step.outcome()));
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

    /** Prints a call that ended with {@code outcome}. */
    private record Line(Outcome outcome) implements Call.Handler<String> {

        @Override
        public String socket(Call.Socket call) {
            String domain = SymbolTable.DOMAINS.name(call.domain()).orElse(Integer.toString(call.domain()));
            String protocol = SymbolTable.PROTOCOLS.name(call.protocol()).orElse(Integer.toString(call.protocol()));
            return with("socket(" + domain + ", " + type(call.type()) + ", " + protocol);
        }

        private static String type(int type) {
            int kind = type & SymbolTable.SOCKET_TYPE_MASK;
            String name = SymbolTable.SOCKET_TYPES.name(kind).orElse(Integer.toString(kind));
            return type == kind ? name : name + "|" + flags(type & ~SymbolTable.SOCKET_TYPE_MASK);
        }

        private static String flags(int flags) {
            List<String> names = new ArrayList<>();
            int rest = flags;
            for (Map.Entry<String, Integer> flag : SymbolTable.SOCKET_FLAGS.values().entrySet()) {
                if ((rest & flag.getValue()) != 0) {
                    names.add(flag.getKey());
                    rest &= ~flag.getValue();
                }
            }
            if (rest != 0) {
                names.add("0x" + Integer.toHexString(rest));
            }
            return names.isEmpty() ? "0" : String.join("|", names);
        }

        @Override
        public String setOption(Call.SetOption call) {
            return with("setsockopt(" + option(call.fd(), call.option()) + ", [" + call.value() + "], 4");
        }

        private static String option(int fd, SocketOption option) {
            return fd + ", " + option.levelSymbol() + ", " + option;
        }

        @Override
        public String setLinger(Call.SetLinger call) {
            return with("setsockopt(" + call.fd() + ", SOL_SOCKET, SO_LINGER, {l_onoff=" + (call.on() ? 1 : 0)
                    + ", l_linger=" + call.seconds() + "}, 8");
        }

        @Override
        public String getOption(Call.GetOption call) {
            String read = outcome instanceof Outcome.WithValue value ? "[" + value.value() + "], [4]" : "NULL, NULL";
            return with("getsockopt(" + option(call.fd(), call.option()) + ", " + read);
        }

        @Override
        public String bind(Call.Bind call) {
            return with("bind(" + call.fd() + ", " + given(call.address()));
        }

        @Override
        public String listen(Call.Listen call) {
            return with("listen(" + call.fd() + ", " + call.backlog());
        }

        @Override
        public String connect(Call.Connect call) {
            return with("connect(" + call.fd() + ", " + given(call.address()));
        }

        @Override
        public String accept(Call.Accept call) {
            String flags = call.four() ? ", " + flags(call.flags()) : "";
            return with(call.name() + "(" + call.fd() + ", " + filled() + flags);
        }

        @Override
        public String getSockName(Call.GetSockName call) {
            return with("getsockname(" + call.fd() + ", " + filled());
        }

        @Override
        public String shutdown(Call.Shutdown call) {
            String how = SymbolTable.SHUTDOWN_HOWS.name(call.how()).orElse(Integer.toString(call.how()));
            return with("shutdown(" + call.fd() + ", " + how);
        }

        @Override
        public String close(Call.Close call) {
            return with("close(" + call.fd());
        }

        private static String given(SockAddr address) {
            return address(address) + ", " + address.length();
        }

        private String filled() {
            return outcome instanceof Outcome.WithAddress filled && filled.address() != null
                    ? address(filled.address()) + ", [" + filled.address().length() + "]" : "NULL, NULL";
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

        private String with(String callAndArguments) {
            return callAndArguments + ") = " + result();
        }

        private String result() {
            if (outcome instanceof Outcome.TimedOut timedOut) {
                return "? TIMEOUT (no answer in " + timedOut.limitMillis() + " ms)";
            }
            SyscallResult result = ((Outcome.Completed) outcome).result();
            return result instanceof SyscallResult.Failed failed
                    ? "-1 " + failed.errno() : Integer.toString(((SyscallResult.Returned) result).value());
        }
    }
}
