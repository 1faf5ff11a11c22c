package org.reuseaddr.socket;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The integer socket options that scenarios set or read, numbered as asm-generic, linux/in.h and linux/in6.h do. */
public enum SocketOption {
    SO_REUSEADDR("SOL_SOCKET", 1, 2),
    SO_TYPE("SOL_SOCKET", 1, 3),
    SO_ERROR("SOL_SOCKET", 1, 4),
    SO_KEEPALIVE("SOL_SOCKET", 1, 9),
    SO_REUSEPORT("SOL_SOCKET", 1, 15),
    SO_ACCEPTCONN("SOL_SOCKET", 1, 30),
    SO_PROTOCOL("SOL_SOCKET", 1, 38),
    SO_DOMAIN("SOL_SOCKET", 1, 39),
    IP_FREEBIND("SOL_IP", 0, 15),
    IP_BIND_ADDRESS_NO_PORT("SOL_IP", 0, 24),
    /** An unsigned int: the low 16 bits are the lower bound of the ports to choose from, the high 16 bits the upper one. */
    IP_LOCAL_PORT_RANGE("SOL_IP", 0, 51),
    IPV6_V6ONLY("SOL_IPV6", 41, 26),
    TCP_NODELAY("SOL_TCP", 6, 1),
    TCP_DEFER_ACCEPT("SOL_TCP", 6, 9);

    private static final Map<String, SocketOption> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(SocketOption::name, Function.identity()));

    private final String levelSymbol;
    private final int level;
    private final int number;

    SocketOption(String levelSymbol, int level, int number) {
        this.levelSymbol = levelSymbol;
        this.level = level;
        this.number = number;
    }

    /** The level's name as strace prints it, such as {@code SOL_SOCKET}. */
    public String levelSymbol() {
        return levelSymbol;
    }

    /** The level argument of setsockopt(2). */
    public int level() {
        return level;
    }

    /** The optname argument of setsockopt(2). */
    public int number() {
        return number;
    }

    /** The option of this name, if the suite knows it. */
    public static Optional<SocketOption> named(String symbol) {
        return Optional.ofNullable(BY_NAME.get(symbol));
    }
}
