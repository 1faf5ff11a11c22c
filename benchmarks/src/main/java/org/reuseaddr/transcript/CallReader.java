package org.reuseaddr.transcript;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
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
        record Skipped(String kind) implements Reading {
        }
    }

    /** What stands between the parentheses of a call. */
    private sealed interface Arguments {

        /**
         * A call that the suite models.
         *
         * @param address what the kernel filled in, if it is shown
         * @param value the option's value, if it is shown
         */
        record OfCall(Call call, Optional<SockAddr> address, Optional<Integer> value) implements Arguments {
            private OfCall(Call call) {
                this(call, Optional.empty(), Optional.empty());
            }
        }

        /** Another one; {@code kind} is the name under which it is counted. */
        record Other(String kind) implements Arguments {
        }
    }

    @FunctionalInterface
    private interface ArgumentReader {
        Arguments read(CallReader reader) throws TranscriptException;
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
            Map.entry("getpeername", CallReader::getPeerName),
            Map.entry("shutdown", CallReader::shutdown),
            Map.entry("dup", CallReader::dup),
            Map.entry("fcntl", CallReader::fcntl),
            Map.entry("ioctl", CallReader::ioctl),
            Map.entry("poll", CallReader::poll),
            Map.entry("close", CallReader::close));

    /** Calls that programs also make on what is no socket. */
    private static final Set<String> OF_ANY_FILE = Set.of("dup", "fcntl", "ioctl", "poll", "close");

    /** Flags that fcntl(2) of F_SETFL ignores, and none. */
    private static final Set<String> WITHOUT_EFFECT_IN_SETFL =
            Set.of("0", "O_RDONLY", "O_WRONLY", "O_RDWR", "O_LARGEFILE", "O_CLOEXEC");

    /** Options that neither change nor show what bind, listen, accept and connect answer; SO_LINGER when it is read. */
    private static final Set<String> SKIPPED_OPTIONS = Set.of(
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
    private static final Pattern UNNAMED_ERRNO = Pattern.compile("ERRNO_[1-9][0-9]{0,9}");
    private static final Pattern OPTION = Pattern.compile("[gs]etsockopt\\([^,]*, *[A-Z0-9_a-z]+, *(0x[0-9a-f]+|[A-Z][A-Z0-9_]*)");
    private static final Pattern REMARK = Pattern.compile("\\([^)]*\\)");
    private static final Pattern DURATION = Pattern.compile("<[0-9]+\\.[0-9]+>");
    private static final int MAX_SOCKADDR_LENGTH = 128;
    private static final int LINGER_LENGTH = 8;
    private static final int INT_LENGTH = 4;

    private final String name;
    private final Cursor cursor;
    private int fd;
    private int valueAt;

    private CallReader(String name, Cursor cursor) {
        this.name = name;
        this.cursor = cursor;
    }

    /** The names of the calls that the suite models. */
    static Set<String> names() {
        return READERS.keySet();
    }

    /** Whether a call of this name on a descriptor that no socket call gave is nothing unusual. */
    static boolean isOfAnyFile(String name) {
        return OF_ANY_FILE.contains(name);
    }

    /** The option of a setsockopt or getsockopt that the suite neither models nor knows to be of no effect; empty for any other. */
    static Optional<String> unknownOption(String text) {
        if (!text.startsWith("sockopt(", 3)) {
            return Optional.empty();
        }
        Matcher matcher = OPTION.matcher(text);
        return matcher.lookingAt() ? Optional.of(matcher.group(1)).filter(name -> !SKIPPED_OPTIONS.contains(name)
                && !name.equals("SO_LINGER") && SocketOption.named(name).isEmpty()) : Optional.empty();
    }

    /**
     * The descriptor that a call is made on; none for socket, and for a poll of several descriptors.
     *
     * @param cursor stands behind {@code name(}
     */
    static OptionalInt descriptor(String name, Cursor cursor) throws TranscriptException {
        if (name.equals("socket")) {
            return OptionalInt.empty();
        }
        if (!name.equals("poll")) {
            return OptionalInt.of(cursor.descriptor());
        }
        CallReader reader = new CallReader(name, cursor);
        return reader.pollsOne() ? OptionalInt.of(reader.fd) : OptionalInt.empty();
    }

    /** Reads what follows {@code name(} up to the end of the line. */
    static Reading read(String name, Cursor cursor) throws TranscriptException {
        CallReader reader = new CallReader(name, cursor);
        Arguments arguments = READERS.get(name).read(reader);
        return arguments instanceof Arguments.OfCall modelled ? reader.withResult(modelled)
                : new Reading.Skipped(((Arguments.Other) arguments).kind());
    }

    /**
     * Reads what follows {@code name(} up to the closing parenthesis, which ends the text.
     *
     * @throws TranscriptException also for a call that the suite does not model
     */
    static Call readCall(String name, Cursor cursor) throws TranscriptException {
        int start = cursor.index();
        Arguments arguments = READERS.get(name).read(new CallReader(name, cursor));
        cursor.expect(")");
        if (!cursor.atEnd()) {
            throw cursor.expected("the end of the line");
        }
        if (arguments instanceof Arguments.OfCall modelled) {
            return modelled.call();
        }
        throw cursor.expectedAt(start, "the arguments of a call on a stream socket");
    }

    private Reading withResult(Arguments.OfCall modelled) throws TranscriptException {
        Optional<Outcome> result = result(modelled.call());
        if (result.isEmpty()) {
            return new Reading.Skipped(name + " (no result)");
        }
        Outcome outcome = result.get();
        if (outcome instanceof Outcome.Plain plain && plain.result() instanceof SyscallResult.Returned returned) {
            if (modelled.call() instanceof Call.ShowsAddress) {
                outcome = new Outcome.WithAddress(returned, modelled.address().orElse(null));
            } else if (modelled.call() instanceof Call.GetOption) {
                outcome = new Outcome.WithValue(returned, modelled.value().orElseThrow(
                        () -> cursor.expectedAt(valueAt, "the value read, such as [1]")));
            }
        }
        return new Reading.Modelled(modelled.call(), outcome);
    }

    private Arguments socket() throws TranscriptException {
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
            return new Arguments.Other("socket (other family)");
        }
        cursor.expect(",");
        int type = symbols("a type such as SOCK_STREAM", SymbolTable.SOCKET_TYPES, SymbolTable.SOCKET_FLAGS);
        if ((type & SymbolTable.SOCKET_TYPE_MASK) != Linux.SOCK_STREAM) {
            return new Arguments.Other("socket (no SOCK_STREAM)");
        }
        cursor.expect(",");
        int protocol = symbols("a protocol such as IPPROTO_TCP", SymbolTable.PROTOCOLS);
        return new Arguments.OfCall(new Call.Socket(domain, type, protocol));
    }

    private Arguments setOption() throws TranscriptException {
        descriptorAndComma();
        int level = symbols("a level such as SOL_SOCKET", SymbolTable.LEVELS);
        cursor.expect(",");
        if (nextIsLinger(level)) {
            return setLinger();
        }
        Optional<SocketOption> option = option(level);
        if (option.isEmpty()) {
            return new Arguments.Other("setsockopt (other option)");
        }
        cursor.expect(",");
        int value = bracketedValue(option.get());
        cursor.expect(",");
        length(INT_LENGTH, INT_LENGTH);
        return new Arguments.OfCall(new Call.SetOption(fd, option.get(), value));
    }

    private Arguments setLinger() throws TranscriptException {
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
        return new Arguments.OfCall(new Call.SetLinger(fd, on, seconds));
    }

    private void lingerField(String field) throws TranscriptException {
        cursor.take("l_");
        cursor.expect(field);
        cursor.expect("=");
    }

    private Arguments getOption() throws TranscriptException {
        descriptorAndComma();
        int level = symbols("a level such as SOL_SOCKET", SymbolTable.LEVELS);
        cursor.expect(",");
        Optional<SocketOption> option = nextIsLinger(level) ? Optional.empty() : option(level);
        if (option.isEmpty()) {
            return new Arguments.Other("getsockopt (other option)");
        }
        cursor.expect(",");
        valueAt = cursor.index();
        Optional<Integer> value = cursor.nextIs("[") ? Optional.of(bracketedValue(option.get())) : pointer();
        cursor.expect(",");
        valueLength();
        return new Arguments.OfCall(new Call.GetOption(fd, option.get()), Optional.empty(), value);
    }

    private Arguments bind() throws TranscriptException {
        descriptorAndComma();
        SockAddr address = addressAndLength();
        return new Arguments.OfCall(new Call.Bind(fd, address));
    }

    private Arguments connect() throws TranscriptException {
        descriptorAndComma();
        SockAddr address = addressAndLength();
        return new Arguments.OfCall(new Call.Connect(fd, address));
    }

    private Arguments listen() throws TranscriptException {
        descriptorAndComma();
        return new Arguments.OfCall(new Call.Listen(fd, cursor.bits("a backlog")));
    }

    private Arguments accept() throws TranscriptException {
        boolean four = name.equals("accept4");
        descriptorAndComma();
        Optional<SockAddr> peer = filledAddress();
        int flags = 0;
        if (four) {
            cursor.expect(",");
            flags = symbols("flags such as SOCK_CLOEXEC", SymbolTable.SOCKET_FLAGS);
        }
        return new Arguments.OfCall(new Call.Accept(fd, four, flags), peer, Optional.empty());
    }

    private Arguments getSockName() throws TranscriptException {
        descriptorAndComma();
        return new Arguments.OfCall(new Call.GetSockName(fd), filledAddress(), Optional.empty());
    }

    private Arguments getPeerName() throws TranscriptException {
        descriptorAndComma();
        return new Arguments.OfCall(new Call.GetPeerName(fd), filledAddress(), Optional.empty());
    }

    private Arguments dup() throws TranscriptException {
        fd = cursor.descriptor();
        return new Arguments.OfCall(new Call.Dup(fd));
    }

    /** F_SETFL of O_NONBLOCK or of nothing; the access mode, which F_SETFL does not change, may be any. */
    private Arguments fcntl() throws TranscriptException {
        descriptorAndComma();
        if (!cursor.take("F_SETFL") || !cursor.take(",")) {
            return new Arguments.Other(name);
        }
        boolean on = false;
        do {
            String flag = cursor.nextIsWord() ? cursor.word("a flag") : Integer.toString(cursor.bits("a flag"));
            if (!flag.equals("O_NONBLOCK") && !WITHOUT_EFFECT_IN_SETFL.contains(flag)) {
                return new Arguments.Other(name);
            }
            on |= flag.equals("O_NONBLOCK");
        } while (cursor.take("|"));
        return new Arguments.OfCall(new Call.SetNonBlocking(fd, on));
    }

    private Arguments ioctl() throws TranscriptException {
        descriptorAndComma();
        if (!cursor.take("FIONBIO") || !cursor.take(",") || !cursor.take("[")) {
            return new Arguments.Other(name);
        }
        boolean on = cursor.bits("0 or 1") != 0;
        cursor.expect("]");
        return new Arguments.OfCall(new Call.SetNonBlocking(fd, on));
    }

    private Arguments poll() throws TranscriptException {
        if (!pollsOne()) {
            return new Arguments.Other(name);
        }
        cursor.expect(",");
        cursor.expect("events");
        cursor.expect("=");
        int events = symbols("events such as POLLIN", SymbolTable.POLL_EVENTS);
        cursor.expect("}");
        if (cursor.take(",")) {
            return new Arguments.Other(name);
        }
        cursor.expect("]");
        cursor.expect(",");
        cursor.number("1 descriptor", 1, 1);
        cursor.expect(",");
        return new Arguments.OfCall(new Call.Poll(fd, events, cursor.bits("a timeout in milliseconds")));
    }

    /** Reads the beginning of the first entry of poll's list, if there is one. */
    private boolean pollsOne() throws TranscriptException {
        if (!cursor.take("[") || !cursor.take("{")) {
            return false;
        }
        cursor.expect("fd");
        cursor.expect("=");
        fd = cursor.descriptor();
        return true;
    }

    private Arguments shutdown() throws TranscriptException {
        descriptorAndComma();
        return new Arguments.OfCall(new Call.Shutdown(fd, symbols("SHUT_RD, SHUT_WR or SHUT_RDWR", SymbolTable.SHUTDOWN_HOWS)));
    }

    private Arguments close() throws TranscriptException {
        fd = cursor.descriptor();
        return new Arguments.OfCall(new Call.Close(fd));
    }

    private void descriptorAndComma() throws TranscriptException {
        fd = cursor.descriptor();
        cursor.expect(",");
    }

    /** Names and numbers joined with {@code |}. */
    private int symbols(String expected, SymbolTable... tables) throws TranscriptException {
        int value = 0;
        do {
            int start = cursor.index();
            if (cursor.nextIsWord()) {
                String word = cursor.word(expected);
                OptionalInt known = OptionalInt.empty();
                for (SymbolTable table : tables) {
                    known = known.isPresent() ? known : table.value(word);
                }
                value |= known.orElseThrow(() -> cursor.expectedAt(start, expected));
            } else {
                value |= cursor.bits(expected);
            }
        } while (cursor.take("|"));
        return value;
    }

    private boolean nextIsLinger(int level) {
        return level == Linux.SOL_SOCKET && cursor.take("SO_LINGER");
    }

    /** An option that the suite knows, or none for one that may be skipped. */
    private Optional<SocketOption> option(int level) throws TranscriptException {
        int start = cursor.index();
        if (!cursor.nextIsWord()) {
            int number = cursor.bits(KNOWN_OPTIONS);
            return Optional.of(Stream.of(SocketOption.values())
                    .filter(option -> option.level() == level && option.number() == number)
                    .findFirst().orElseThrow(() -> cursor.expectedAt(start, KNOWN_OPTIONS)));
        }
        String word = cursor.word(KNOWN_OPTIONS);
        if (SKIPPED_OPTIONS.contains(word)) {
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
    private Optional<Outcome> result(Call call) throws TranscriptException {
        cursor.expect(")");
        cursor.expect("=");
        Optional<Outcome> outcome;
        if (cursor.take("?")) {
            outcome = cursor.nextIsWord() ? unanswered() : Optional.empty();
        } else {
            SyscallResult result = returnedOrFailed();
            outcome = Optional.of(call instanceof Call.Poll && result instanceof SyscallResult.Returned returned
                    && returned.value() == 1 ? new Outcome.WithValue(returned, reportedEvents())
                    : new Outcome.Plain(result));
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

    /** {@code ([{fd=3, revents=POLLIN}])}. */
    private int reportedEvents() throws TranscriptException {
        cursor.expect("(");
        cursor.expect("[");
        cursor.expect("{");
        cursor.expect("fd");
        cursor.expect("=");
        cursor.descriptor();
        cursor.expect(",");
        cursor.expect("revents");
        cursor.expect("=");
        int events = symbols("events such as POLLIN", SymbolTable.POLL_EVENTS);
        cursor.expect("}");
        cursor.expect("]");
        cursor.expect(")");
        return events;
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
            long number = Long.parseLong(symbol.substring(symbol.indexOf('_') + 1));
            return number <= Integer.MAX_VALUE ? Optional.of(Errno.of((int) number)) : Optional.empty();
        }
        try {
            return Optional.of(Errno.named(symbol));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
