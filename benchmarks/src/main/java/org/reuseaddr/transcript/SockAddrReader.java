package org.reuseaddr.transcript;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;

/**
 * A sockaddr as strace prints it, {@code {sa_family=AF_INET6, sin6_port=htons(1), …}}, in its older and newer
 * spellings and with its fields in any order.
 */
final class SockAddrReader {
    private static final Pattern FIELD = Pattern.compile(
            "(?:sa_family|sin6?_family|sin6?_port|sin6?_addr|inet_pton|sin6_flowinfo|sin6_scope_id)\\b");
    /** LOOPBACK_IFINDEX of the kernel: the one interface name that means the same everywhere. */
    private static final int LOOPBACK_INDEX = 1;

    private final Cursor cursor;
    private Family family;
    private Family portFamily;
    private Integer port;
    private String host;
    private int hostAt;
    private Family hostFamily;
    private Integer flowinfo;
    private Integer scopeId;

    private SockAddrReader(Cursor cursor) {
        this.cursor = cursor;
    }

    /** Reads from the opening to the closing brace. */
    static SockAddr read(Cursor cursor) throws TranscriptException {
        return new SockAddrReader(cursor).structure();
    }

    private SockAddr structure() throws TranscriptException {
        int start = cursor.index();
        if (!cursor.take("{")) {
            throw cursor.expected("an address such as {sa_family=AF_INET, …}");
        }
        do {
            field();
        } while (cursor.take(","));
        if (!cursor.nextIs("}")) {
            throw cursor.expected("',' or '}'");
        }
        if (family == null) {
            throw cursor.expected("sa_family=AF_INET or sa_family=AF_INET6");
        }
        boolean six = family == Family.INET6;
        if (port == null) {
            throw cursor.expected(six ? "sin6_port=htons(…)" : "sin_port=htons(…)");
        }
        if (host == null) {
            throw cursor.expected(six ? "inet_pton(AF_INET6, …, &sin6_addr)" : "sin_addr=inet_addr(…)");
        }
        if (portFamily != family || hostFamily != family || !six && (flowinfo != null || scopeId != null)) {
            throw cursor.expectedAt(start, "an address with the fields of " + family.symbol() + " alone");
        }
        SockAddr address = address();
        cursor.expect("}");
        return address;
    }

    private SockAddr address() throws TranscriptException {
        try {
            SockAddr parsed = SockAddr.parse(family, host, port);
            return parsed instanceof SockAddr.Inet6 six
                    ? new SockAddr.Inet6(six.octets(), port, Optional.ofNullable(flowinfo).orElse(0),
                            Optional.ofNullable(scopeId).orElse(0))
                    : parsed;
        } catch (IllegalArgumentException e) {
            throw cursor.expectedAt(hostAt, "a numeric address of " + family.symbol());
        }
    }

    private void field() throws TranscriptException {
        int start = cursor.index();
        String name = cursor.expect(FIELD, missing());
        if (!name.equals("inet_pton")) {
            cursor.expect("=");
        }
        switch (name) {
            case "sa_family", "sin_family", "sin6_family" -> family = once(start, family, family());
            case "sin_port" -> portOf(start, Family.INET);
            case "sin6_port" -> portOf(start, Family.INET6);
            case "sin_addr" -> {
                cursor.expect("inet_addr");
                cursor.expect("(");
                hostOf(start, Family.INET);
                cursor.expect(")");
            }
            case "sin6_addr" -> {
                cursor.expect("inet_pton");
                presentation(start);
            }
            case "inet_pton" -> presentation(start);
            case "sin6_flowinfo" -> flowinfo = once(start, flowinfo, flowinfo());
            default -> scopeId = once(start, scopeId, scopeId());
        }
    }

    /** What an abbreviated or foreign structure lacks, for the error message. */
    private String missing() {
        if (family == null) {
            return "sa_family=AF_INET or sa_family=AF_INET6";
        }
        return "a field of an " + family.symbol() + " address";
    }

    private <T> T once(int start, T before, T now) throws TranscriptException {
        if (before != null) {
            throw cursor.expectedAt(start, "each field of the address once");
        }
        return now;
    }

    private Family family() throws TranscriptException {
        int start = cursor.index();
        String expected = "AF_INET or AF_INET6";
        OptionalInt number = cursor.nextIsWord()
                ? SymbolTable.DOMAINS.value(cursor.word(expected))
                : OptionalInt.of((int) cursor.number(expected, 0, 0xFFFF));
        for (Family known : Family.values()) {
            if (number.isPresent() && known.number() == number.getAsInt()) {
                return known;
            }
        }
        throw cursor.expectedAt(start, expected);
    }

    private void portOf(int start, Family of) throws TranscriptException {
        cursor.expect("htons");
        cursor.expect("(");
        port = once(start, port, (int) cursor.number("a port", 0, 65535));
        portFamily = of;
        cursor.expect(")");
    }

    /** {@code (AF_INET6, "::1", &sin6_addr)}, whose last part the newer spelling does not have. */
    private void presentation(int start) throws TranscriptException {
        cursor.expect("(");
        Family of = family();
        cursor.expect(",");
        hostOf(start, of);
        if (cursor.take(",")) {
            cursor.expect(of == Family.INET6 ? "&sin6_addr" : "&sin_addr");
        }
        cursor.expect(")");
    }

    private void hostOf(int start, Family of) throws TranscriptException {
        hostAt = cursor.index() + 1;
        host = once(start, host, cursor.quoted("an address"));
        hostFamily = of;
    }

    /** Newer straces print the number in host order, within htonl; older ones print the bare field. */
    private int flowinfo() throws TranscriptException {
        if (cursor.take("htonl")) {
            cursor.expect("(");
            int value = cursor.bits("flow information");
            cursor.expect(")");
            return value;
        }
        return Integer.reverseBytes(cursor.bits("flow information"));
    }

    private int scopeId() throws TranscriptException {
        if (cursor.take("if_nametoindex")) {
            cursor.expect("(");
            int start = cursor.index() + 1;
            if (!cursor.quoted("an interface").equals("lo")) {
                throw cursor.expectedAt(start, "lo, the only interface that every machine has");
            }
            cursor.expect(")");
            return LOOPBACK_INDEX;
        }
        return cursor.bits("a scope");
    }
}
