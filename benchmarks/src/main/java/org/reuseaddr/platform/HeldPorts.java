package org.reuseaddr.platform;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The TCP ports that something in this network namespace is bound to and /proc/net/tcp shows. */
public final class HeldPorts {

    private static final Pattern LOCAL_PORT = Pattern.compile("^ *[0-9]+: [0-9A-F]+:([0-9A-F]{4}) ");

    private HeldPorts() {
    }

    /**
     * Ports with a listener or a connection, TIME_WAIT included, now. A socket that is bound and neither listens nor is
     * connected is not shown by any kernel; empty where there is no /proc/net/tcp.
     */
    public static Set<Integer> now() {
        SystemFiles files = SystemFiles.ofThisMachine();
        return Stream.of("proc/net/tcp", "proc/net/tcp6").flatMap(path -> files.lines(path).stream())
                .map(LOCAL_PORT::matcher).filter(Matcher::find).map(found -> Integer.parseInt(found.group(1), 16))
                .collect(Collectors.toUnmodifiableSet());
    }
}
