package org.reuseaddr.transcript;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.reuseaddr.socket.Linux;

/**
 * The names that strace prints for the values of an argument; where several names have one value, the first is the
 * one printed.
 */
record SymbolTable(Map<String, Integer> values) {

    static final SymbolTable DOMAINS = new SymbolTable()
            .with("AF_INET", 2).with("PF_INET", 2)
            .with("AF_INET6", 10).with("PF_INET6", 10);

    static final SymbolTable SOCKET_TYPES = new SymbolTable()
            .with("SOCK_STREAM", Linux.SOCK_STREAM)
            .with("SOCK_DGRAM", 2)
            .with("SOCK_RAW", 3)
            .with("SOCK_RDM", 4)
            .with("SOCK_SEQPACKET", 5)
            .with("SOCK_DCCP", 6)
            .with("SOCK_PACKET", 10);

    static final SymbolTable SOCKET_FLAGS = new SymbolTable()
            .with("SOCK_CLOEXEC", Linux.SOCK_CLOEXEC)
            .with("SOCK_NONBLOCK", Linux.SOCK_NONBLOCK);

    static final SymbolTable PROTOCOLS = new SymbolTable()
            .with("IPPROTO_IP", Linux.IPPROTO_IP)
            .with("IPPROTO_ICMP", 1)
            .with("IPPROTO_TCP", Linux.IPPROTO_TCP)
            .with("IPPROTO_UDP", 17)
            .with("IPPROTO_IPV6", 41)
            .with("IPPROTO_SCTP", 132)
            .with("IPPROTO_RAW", 255)
            .with("IPPROTO_MPTCP", 262);

    static final SymbolTable LEVELS = new SymbolTable()
            .with("SOL_SOCKET", Linux.SOL_SOCKET)
            .with("SOL_IP", 0).with("IPPROTO_IP", 0)
            .with("SOL_IPV6", 41).with("IPPROTO_IPV6", 41)
            .with("SOL_TCP", 6).with("IPPROTO_TCP", 6);

    static final SymbolTable SHUTDOWN_HOWS = new SymbolTable()
            .with("SHUT_RD", Linux.SHUT_RD)
            .with("SHUT_WR", Linux.SHUT_WR)
            .with("SHUT_RDWR", Linux.SHUT_RDWR);

    static final SymbolTable POLL_EVENTS = new SymbolTable()
            .with("POLLIN", Linux.POLLIN)
            .with("POLLPRI", 0x2)
            .with("POLLOUT", Linux.POLLOUT)
            .with("POLLERR", 0x8)
            .with("POLLHUP", 0x10)
            .with("POLLNVAL", 0x20)
            .with("POLLRDNORM", 0x40)
            .with("POLLRDBAND", 0x80)
            .with("POLLWRNORM", 0x100)
            .with("POLLWRBAND", 0x200)
            .with("POLLMSG", 0x400)
            .with("POLLRDHUP", 0x2000);

    /** SOCK_TYPE_MASK of the kernel: the bits of socket(2)'s type that are no flags. */
    static final int SOCKET_TYPE_MASK = 0xF;

    private SymbolTable() {
        this(Map.of());
    }

    private SymbolTable with(String name, int value) {
        Map<String, Integer> extended = new LinkedHashMap<>(values);
        extended.put(name, value);
        return new SymbolTable(extended);
    }

    OptionalInt value(String name) {
        Integer value = values.get(name);
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    /** The names of the bits of a value joined with {@code |}, a hexadecimal number for bits without a name; 0 for none. */
    String names(int bits) {
        List<String> names = new ArrayList<>();
        int rest = bits;
        for (Map.Entry<String, Integer> flag : values.entrySet()) {
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

    Optional<String> name(int value) {
        return values.entrySet().stream().filter(entry -> entry.getValue() == value).map(Map.Entry::getKey).findFirst();
    }
}
