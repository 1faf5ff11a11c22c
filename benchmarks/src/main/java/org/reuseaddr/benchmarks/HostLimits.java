package org.reuseaddr.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this machine lets a benchmark hold at once, read from /proc where a platform has it and assumed as Linux's own
 * defaults where it has not. Benchmarks scale to these figures and report what they scaled to.
 *
 * @param ephemeralLow first port of {@code net.ipv4.ip_local_port_range}, which holds for IPv6 too
 * @param ephemeralHigh last port of that range
 * @param somaxconn the longest accept queue that listen(2) grants
 * @param descriptors how many descriptors this process may have open, its soft limit
 */
record HostLimits(int ephemeralLow, int ephemeralHigh, int somaxconn, int descriptors) {

    /** Descriptors left for the JVM, JMH's link to its parent and class loading. */
    private static final int RESERVED_DESCRIPTORS = 200;

    /** Reads the limits of the machine and of this process. */
    static HostLimits read() {
        String[] range = firstLine("/proc/sys/net/ipv4/ip_local_port_range", "32768 60999").trim().split("\\s+");
        int somaxconn = Integer.parseInt(firstLine("/proc/sys/net/core/somaxconn", "4096").trim());
        return new HostLimits(Integer.parseInt(range[0]), Integer.parseInt(range[1]), somaxconn, descriptorLimit());
    }

    /** How many ports the ephemeral range has. */
    int ephemeralPorts() {
        return ephemeralHigh - ephemeralLow + 1;
    }

    /** Whether bind with port 0 or connect may choose this port. */
    boolean isEphemeral(int port) {
        return port >= ephemeralLow && port <= ephemeralHigh;
    }

    /** How many sockets a benchmark may hold open at once, at least 0. */
    int spareDescriptors() {
        return Math.max(0, descriptors - RESERVED_DESCRIPTORS);
    }

    private static int descriptorLimit() {
        return lines("/proc/self/limits").stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.substring("Max open files".length()).trim().split("\\s+")[0])
                .filter(soft -> soft.matches("[0-9]{1,9}"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(1024);
    }

    private static String firstLine(String file, String otherwise) {
        return lines(file).stream().findFirst().orElse(otherwise);
    }

    /** The lines of a file of /proc; none if this platform does not have it. */
    static List<String> lines(String file) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.toList();
        } catch (IOException | java.io.UncheckedIOException absent) {
            return List.of();
        }
    }
}
