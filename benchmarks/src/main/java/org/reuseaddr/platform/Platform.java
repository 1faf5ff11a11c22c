package org.reuseaddr.platform;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What machine this is. What could not be found out is empty, and has no entry.
 *
 * <p>Nothing in it names the host, its user, a home directory or an address that is not loopback.
 *
 * @param kind whose implementation of the Linux system calls answers
 * @param kernelRelease as uname(2) gives it, such as {@code 6.18.44}; empty text where not known
 * @param container whether the process runs in a container
 * @param virtualMachine whether the machine is a virtual one
 * @param ephemeralPorts the ports handed out for port 0
 * @param ephemeralPortsInUse how many of them some TCP socket of the network namespace held at the start
 * @param somaxconn the longest accept queue that listen(2) grants
 * @param fdSoftLimit how many descriptors this process may have; Long.MAX_VALUE for no limit
 * @param fdHardLimit how far the soft limit may be raised; Long.MAX_VALUE for no limit
 * @param cores how many CPUs the JVM may use, at least 1
 * @param ipv6Available whether some interface has an IPv6 address
 * @param ipv6Loopback whether ::1 is one of them
 * @param entries everything found, in the order of environment.csv
 */
public record Platform(PlatformKind kind, String kernelRelease, boolean container, boolean virtualMachine,
        Optional<PortRange> ephemeralPorts, OptionalInt ephemeralPortsInUse, OptionalInt somaxconn,
        OptionalLong fdSoftLimit, OptionalLong fdHardLimit, int cores, boolean ipv6Available, boolean ipv6Loopback,
        Map<String, String> entries) {

    private static final Pattern MAJOR_MINOR = Pattern.compile("^\\d+\\.\\d+");
    private static final String UNSAFE_IN_FILE_NAMES = "[^A-Za-z0-9.-]+";

    public Platform {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /** The platform this process runs on; takes milliseconds, on WSL up to 8 seconds if Windows does not answer. */
    public static Platform probe() {
        return PlatformProbe.ofThisMachine().probe();
    }

    /** Kind and kernel series, such as {@code linux-6.18}, {@code wsl1-4.4}: the CSV column {@code platform}. */
    public String shortName() {
        Matcher series = MAJOR_MINOR.matcher(kernelRelease);
        return series.find() ? kind.label() + "-" + series.group() : kind.label();
    }

    /**
     * The name of this platform in comparisons unless the user gives one: the short name and, on WSL 2, the networking
     * mode, since bind takes another path in each. Safe in file names, and never the host's name.
     */
    public String defaultLabel() {
        String mode = kind != PlatformKind.WSL2 ? ""
                : entry(PlatformEntry.WSL_NETWORKING_MODE).map(value -> "-" + value).orElse("");
        return (shortName() + mode).replaceAll(UNSAFE_IN_FILE_NAMES, "-");
    }

    /** The entry of this name, if it is known. */
    public Optional<String> entry(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    /** This platform with one entry more, last; an entry that is there already gets the new value in its place. */
    public Platform withEntry(String name, String value) {
        Map<String, String> extended = new LinkedHashMap<>(entries);
        extended.put(name, value);
        return new Platform(kind, kernelRelease, container, virtualMachine, ephemeralPorts, ephemeralPortsInUse,
                somaxconn, fdSoftLimit, fdHardLimit, cores, ipv6Available, ipv6Loopback, extended);
    }

    /** What of this platform would spoil a result, the most severe first. */
    public List<Warning> warnings() {
        return Warning.of(this);
    }
}
