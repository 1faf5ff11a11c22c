package org.reuseaddr.transcript;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;

/** One call of the kinds that the suite models: arguments, result, and whatever strace appends. */
final class CallReader {

    /** What a line of a modelled system call holds. */
    sealed interface Reading {

        /** A call that becomes a step. */
        record Modelled(Call call, Outcome outcome) implements Reading {
        }

        /** A call that does not; {@code kind} is the name under which it is counted. */
        record Passed(String kind) implements Reading {
        }
    }

    @FunctionalInterface
    private interface ArgumentReader {
        Reading read(CallReader reader) throws TranscriptException;
    }

    private static final Map<String, ArgumentReader> READERS = Map.ofEntries(
            Map.entry("socket", CallReader::socket),
            Map.entry("setsockopt", CallReader::setOption),
            Map.entry("getsockopt", CallReader::getOption),
            Map.entry("bind", CallReader::bind),
            Map.entry("listen", CallReader::listen),
            Map.entry("connect", CallReader::connect),
            Map.entry("accept", CallReader::accept),
            Map.entry("accept4", CallReader::accept),
            Map.entry("getsockname", CallReader::getSockName),
            Map.entry("shutdown", CallReader::shutdown),
            Map.entry("close", CallReader::close));

    /** Options that neither change nor show what bind, listen, accept and connect answer; SO_LINGER when it is read. */
    private static final Set<String> PASSED_OPTIONS = Set.of(
            "SO_BROADCAST", "SO_BUSY_POLL", "SO_DEBUG", "SO_DONTROUTE", "SO_INCOMING_CPU", "SO_INCOMING_NAPI_ID",
            "SO_MARK", "SO_MAX_PACING_RATE", "SO_NO_CHECK", "SO_OOBINLINE", "SO_PASSCRED", "SO_PASSSEC", "SO_PEEK_OFF",
            "SO_PEERCRED", "SO_PEERGROUPS", "SO_PEERNAME", "SO_PEERSEC", "SO_PRIORITY", "SO_RCVBUF", "SO_RCVBUFFORCE",
            "SO_RCVLOWAT", "SO_RCVTIMEO", "SO_RCVTIMEO_OLD", "SO_RCVTIMEO_NEW", "SO_SNDBUF", "SO_SNDBUFFORCE",
            "SO_SNDLOWAT", "SO_SNDTIMEO", "SO_SNDTIMEO_OLD", "SO_SNDTIMEO_NEW", "SO_TIMESTAMP", "SO_TIMESTAMP_OLD",
            "SO_TIMESTAMPNS", "SO_TIMESTAMPNS_OLD", "SO_TIMESTAMPING", "SO_TIMESTAMPING_OLD", "SO_ZEROCOPY",
            "IP_MTU", "IP_MTU_DISCOVER", "IP_MULTICAST_IF", "IP_MULTICAST_LOOP", "IP_MULTICAST_TTL", "IP_OPTIONS",
            "IP_PKTINFO", "IP_RECVERR", "IP_RECVOPTS", "IP_RECVTOS", "IP_RECVTTL", "IP_TOS", "IP_TTL",
            "IPV6_MTU", "IPV6_MTU_DISCOVER", "IPV6_MULTICAST_HOPS", "IPV6_MULTICAST_IF", "IPV6_MULTICAST_LOOP",
            "IPV6_RECVERR", "IPV6_RECVHOPLIMIT", "IPV6_RECVPKTINFO", "IPV6_RECVTCLASS", "IPV6_TCLASS",
            "IPV6_UNICAST_HOPS",
            "TCP_CONGESTION", "TCP_CORK", "TCP_INFO", "TCP_KEEPCNT", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_LINGER2",
            "TCP_MAXSEG", "TCP_NOTSENT_LOWAT", "TCP_QUICKACK", "TCP_THIN_DUPACK", "TCP_THIN_LINEAR_TIMEOUTS",
            "TCP_USER_TIMEOUT", "TCP_WINDOW_CLAMP");

    /** The values of options that some straces print by name. */
    private static final Map<SocketOption, Function<String, OptionalInt>> VALUE_NAMES = Map.of(
            SocketOption.SO_TYPE, SymbolTable.SOCKET_TYPES::value,
            SocketOption.SO_PROTOCOL, SymbolTable.PROTOCOLS::value,
            SocketOption.SO_DOMAIN, SymbolTable.DOMAINS::value,
            SocketOption.SO_ERROR,
            name -> errno(name).map(errno -> OptionalInt.of(errno.number())).orElse(OptionalInt.empty()));

    private static final String KNOWN_OPTIONS = Stream.concat(
            Stream.of(SocketOption.values()).map(SocketOption::name), Stream.of("SO_LINGER"))
            .collect(Collectors.joining(", ", "one of the options ", ""));

    private static final Pattern POINTER = Pattern.compile("NULL|0x[0-9a-fA-F]+");
    private static final Pattern UNNAMED_ERRNO = Pattern.compile("ERRNO_[1-9][0-9]{0,8}");
    private static final Pattern REMARK = Pattern.compile("\\([^)]*\\)");
    private static final Pattern DURATION = Pattern.compile("<[0-9]+\\.[0-9]+>");
    private static final int MAX_SOCKADDR_LENGTH = 128;
    private static final int LINGER_LENGTH = 8;
    private static final int INT_LENGTH = 4;

    private final String name;
    private final Cursor cursor;
    private int fd;

    private CallReader(String name, Cursor cursor) {
        this.name = name;
        this.cursor = cursor;
    }

    /** The names of the calls that the suite models. */
    static Set<String> names() {
        return READERS.keySet();
    }

    /** Reads what follows {@code name(} up to the end of the line. */
    static Reading read(String name, Cursor cursor) throws TranscriptException {
        return READERS.get(name).read(new CallReader(name, cursor));
    }

    private Reading socket() throws TranscriptException {
        String expected = "a domain such as AF_INET6";
        boolean foreign = false;
        int domain = 0;
        if (cursor.nextIsWord()) {
            int start = cursor.index();
            String word = cursor.word(expected);
            OptionalInt known = SymbolTable.DOMAINS.value(word);
            if (known.isEmpty() && !word.matches("[AP]F_[A-Z0-9_]+")) {
                throw cursor.expectedAt(start, expected);
            }
            foreign = known.isEmpty();
            domain = known.orElse(0);
        } else {
            domain = cursor.bits(expected);
            foreign = SymbolTable.DOMAINS.name(domain).isEmpty();
        }
        if (foreign) {
            return new Reading.Passed("socket (other family)");
        }
        cursor.expect(",");
        int type = symbols("a type such as SOCK_STREAM", SymbolTable.SOCKET_TYPES, SymbolTable.SOCKET_FLAGS);
        if ((type & SymbolTable.SOCKET_TYPE_MASK) != Linux.SOCK_STREAM) {
            return new Reading.Passed("socket (no SOCK_STREAM)");
        }
        cursor.expect(",");
        int protocol = symbols("a protocol such as IPPROTO_TCP", SymbolTable.PROTOCOLS);
        return plain(new Call.Socket(domain, type, protocol));
    }

    private Reading setOption() throws TranscriptException {
        descriptorAndComma();
        int level = symbols("a level such as SOL_SOCKET", SymbolTable.LEVELS);
        cursor.expect(",");
        if (nextIsLinger(level)) {
            return setLinger();
        }
        Optional<SocketOption> option = option(level);
        if (option.isEmpty()) {
            return new Reading.Passed("setsockopt (other option)");
        }
        cursor.expect(",");
        int value = bracketedValue(option.get());
        cursor.expect(",");
        length(INT_LENGTH, INT_LENGTH);
        return plain(new Call.SetOption(fd, option.get(), value));
    }

    private Reading setLinger() throws TranscriptException {
        cursor.expect(",");
        cursor.expect("{");
        lingerField("onoff");
        boolean on = cursor.bits("0 or 1") != 0;
        cursor.expect(",");
        lingerField("linger");
        int seconds = cursor.bits("seconds");
        cursor.expect("}");
        cursor.expect(",");
        length(LINGER_LENGTH, LINGER_LENGTH);
        return plain(new Call.SetLinger(fd, on, seconds));
    }

    private void lingerField(String field) throws TranscriptException {
        cursor.take("l_");
        cursor.expect(field);
        cursor.expect("=");
    }

    private Reading getOption() throws TranscriptException {
        descriptorAndComma();
        int level = symbols("a level such as SOL_SOCKET", SymbolTable.LEVELS);
        cursor.expect(",");
        Optional<SocketOption> option = nextIsLinger(level) ? Optional.empty() : option(level);
        if (option.isEmpty()) {
            return new Reading.Passed("getsockopt (other option)");
        }
        cursor.expect(",");
        int start = cursor.index();
        Optional<Integer> value = cursor.nextIs("[") ? Optional.of(bracketedValue(option.get())) : pointer();
        cursor.expect(",");
        valueLength();
        Optional<Outcome> result = result();
        if (result.isEmpty()) {
            return withoutResult();
        }
        Outcome outcome = result.get();
        if (outcome instanceof Outcome.Plain plain && plain.result() instanceof SyscallResult.Returned returned) {
            outcome = new Outcome.WithValue(returned, value.orElseThrow(
                    () -> cursor.expectedAt(start, "the value read, such as [1]")));
        }
        return new Reading.Modelled(new Call.GetOption(fd, option.get()), outcome);
    }

    private Reading bind() throws TranscriptException {
        descriptorAndComma();
        SockAddr address = addressAndLength();
        return plain(new Call.Bind(fd, address));
    }

    private Reading connect() throws TranscriptException {
        descriptorAndComma();
        SockAddr address = addressAndLength();
        return plain(new Call.Connect(fd, address));
    }

    private Reading listen() throws TranscriptException {
        descriptorAndComma();
        return plain(new Call.Listen(fd, cursor.bits("a backlog")));
    }

    private Reading accept() throws TranscriptException {
        boolean four = name.equals("accept4");
        descriptorAndComma();
        Optional<SockAddr> peer = filledAddress();
        int flags = 0;
        if (four) {
            cursor.expect(",");
            flags = symbols("flags such as SOCK_CLOEXEC", SymbolTable.SOCKET_FLAGS);
        }
        return withAddress(new Call.Accept(fd, four, flags), peer);
    }

    private Reading getSockName() throws TranscriptException {
        descriptorAndComma();
        Optional<SockAddr> address = filledAddress();
        return withAddress(new Call.GetSockName(fd), address);
    }

    private Reading shutdown() throws TranscriptException {
        descriptorAndComma();
        return plain(new Call.Shutdown(fd, symbols("SHUT_RD, SHUT_WR or SHUT_RDWR", SymbolTable.SHUTDOWN_HOWS)));
    }

    private Reading close() throws TranscriptException {
        fd = cursor.descriptor();
        return plain(new Call.Close(fd));
    }

    private void descriptorAndComma() throws TranscriptException {
        fd = cursor.descriptor();
        cursor.expect(",");
    }

    private Reading plain(Call call) throws TranscriptException {
        Optional<Outcome> result = result();
        return result.isPresent() ? new Reading.Modelled(call, result.get()) : withoutResult();
    }

    private Reading withAddress(Call call, Optional<SockAddr> address) throws TranscriptException {
        Optional<Outcome> result = result();
        if (result.isEmpty()) {
            return withoutResult();
        }
        Outcome outcome = result.get();
        return new Reading.Modelled(call,
                outcome instanceof Outcome.Plain plain && plain.result() instanceof SyscallResult.Returned returned
                        ? new Outcome.WithAddress(returned, address.orElse(null)) : outcome);
    }

    private Reading withoutResult() {
        return new Reading.Passed(name + " (no result)");
    }

    /** Names and numbers joined with {@code |}. */
    private int symbols(String expected, SymbolTable... tables) throws TranscriptException {
        int value = 0;
        do {
            int start = cursor.index();
            if (cursor.nextIsWord()) {
                String word = cursor.word(expected);
                value |= Stream.of(tables).map(table -> table.value(word)).filter(OptionalInt::isPresent).findFirst()
                        .orElseThrow(() -> cursor.expectedAt(start, expected)).getAsInt();
            } else {
                value |= cursor.bits(expected);
            }
        } while (cursor.take("|"));
        return value;
    }

    private boolean nextIsLinger(int level) {
        return level == Linux.SOL_SOCKET && cursor.take("SO_LINGER");
    }

    /** An option that the suite knows, or none for one that may be passed over. */
    private Optional<SocketOption> option(int level) throws TranscriptException {
        int start = cursor.index();
        if (!cursor.nextIsWord()) {
            int number = cursor.bits(KNOWN_OPTIONS);
            return Optional.of(Stream.of(SocketOption.values())
                    .filter(option -> option.level() == level && option.number() == number)
                    .findFirst().orElseThrow(() -> cursor.expectedAt(start, KNOWN_OPTIONS)));
        }
        String word = cursor.word(KNOWN_OPTIONS);
        if (PASSED_OPTIONS.contains(word)) {
            return Optional.empty();
        }
        SocketOption option = SocketOption.named(word)
                .orElseThrow(() -> cursor.expectedAt(start, KNOWN_OPTIONS));
        if (option.level() != level) {
            throw cursor.expectedAt(start, "an option of this level, not one of " + option.levelSymbol());
        }
        return Optional.of(option);
    }

    private int bracketedValue(SocketOption option) throws TranscriptException {
        cursor.expect("[");
        int start = cursor.index();
        int value;
        if (cursor.nextIsWord()) {
            String word = cursor.word("a value");
            value = VALUE_NAMES.getOrDefault(option, unnamed -> OptionalInt.empty()).apply(word)
                    .orElseThrow(() -> cursor.expectedAt(start, "a value of " + option));
        } else {
            value = cursor.bits("a value");
        }
        cursor.expect("]");
        return value;
    }

    private <T> Optional<T> pointer() throws TranscriptException {
        cursor.expect(POINTER, "an address, NULL or a pointer");
        return Optional.empty();
    }

    private void length(int low, int high) throws TranscriptException {
        cursor.number("a length", low, high);
    }

    private SockAddr addressAndLength() throws TranscriptException {
        SockAddr address = SockAddrReader.read(cursor);
        cursor.expect(",");
        length(address.length(), MAX_SOCKADDR_LENGTH);
        return address;
    }

    /** An address and a length that the kernel fills in; none where they are NULL or were not decoded. */
    private Optional<SockAddr> filledAddress() throws TranscriptException {
        Optional<SockAddr> address = cursor.nextIs("{") ? Optional.of(SockAddrReader.read(cursor)) : pointer();
        cursor.expect(",");
        valueLength();
        return address;
    }

    /** {@code [28]}, {@code [28 => 16]}, {@code [28->16]}, NULL or a pointer. */
    private void valueLength() throws TranscriptException {
        if (cursor.take("[")) {
            cursor.bits("a length");
            if (cursor.take("=>") || cursor.take("->")) {
                cursor.bits("a length");
            }
            cursor.expect("]");
        } else {
            pointer();
        }
    }

    /** The closing parenthesis, the result and strace's remarks; none for a call that has no result. */
    private Optional<Outcome> result() throws TranscriptException {
        cursor.expect(")");
        cursor.expect("=");
        Optional<Outcome> outcome;
        if (cursor.take("?")) {
            outcome = cursor.nextIsWord() ? unanswered() : Optional.empty();
        } else {
            outcome = Optional.of(new Outcome.Plain(returnedOrFailed()));
        }
        while (cursor.nextIs("(")) {
            cursor.expect(REMARK, "')'");
        }
        if (cursor.nextIs("<")) {
            cursor.expect(DURATION, "a duration such as <0.000012>");
        }
        if (!cursor.atEnd()) {
            throw cursor.expected("the end of the line");
        }
        return outcome;
    }

    private Optional<Outcome> unanswered() throws TranscriptException {
        int start = cursor.index();
        String word = cursor.word("TIMEOUT");
        if (word.equals("TIMEOUT")) {
            cursor.expect("(");
            cursor.expect("no answer in");
            int limit = (int) cursor.number("milliseconds", 0, Integer.MAX_VALUE);
            cursor.expect("ms");
            cursor.expect(")");
            return Optional.of(new Outcome.TimedOut(limit));
        }
        if (!word.startsWith("ERESTART")) {
            throw cursor.expectedAt(start, "TIMEOUT or the end of the line");
        }
        return Optional.empty();
    }

    private SyscallResult returnedOrFailed() throws TranscriptException {
        int value = cursor.descriptor();
        if (value >= 0) {
            return new SyscallResult.Returned(value);
        }
        int errnoAt = cursor.index();
        String symbol = cursor.word("the name of an errno after -1");
        return new SyscallResult.Failed(errno(symbol).orElseThrow(
                () -> cursor.expectedAt(errnoAt, "an errno that socket calls have")));
    }

    private static Optional<Errno> errno(String symbol) {
        if (UNNAMED_ERRNO.matcher(symbol).matches()) {
            return Optional.of(Errno.of(Integer.parseInt(symbol.substring(symbol.indexOf('_') + 1))));
        }
        try {
            return Optional.of(Errno.named(symbol));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
