package org.reuseaddr.platform;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something of the platform that would spoil a result, or that its reader must know.
 *
 * @param kind what it is
 * @param seen what was found, such as {@code load average 3.10 on 2 CPUs}
 */
public record Warning(Disturbance kind, String seen) {

    /** The suite's largest accept queue: 1,024 connections, both ends in one process, and what a JVM opens itself. */
    private static final long DESCRIPTORS_NEEDED = 2 * 1024 + 256;

    /** As many connections as the accept benchmarks let wait. */
    private static final int BACKLOG_NEEDED = 1024;

    /** What WSL 2 leaves the guest is 4,096; Linux's default is 28,232. */
    private static final int SMALL_RANGE = 8192;

    /** PSI: the percentage of ten seconds in which some task waited for a CPU. */
    private static final double MUCH_PRESSURE = 10;

    private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
    private static final String SAME_FILTER = "compare only with runs that were made under the same filter";

    /** The kinds, the most severe first, each with why it matters and what to do. */
    public enum Disturbance {
        /** A tracer, such as {@code strace -f java …}, stops the process at every system call. */
        TRACED("every system call stops for the tracer and costs many times as much",
                "run without strace or a debugger, except to see the calls",
                platform -> platform.entry(PlatformEntry.TRACER_PID).filter(pid -> !pid.equals("0"))
                        .map(pid -> "the process is being traced")),
        /** A Java debugger's agent is loaded. */
        DEBUGGER("a debugger's agent keeps the JIT from optimizing and may stop threads",
                "start the JVM without -agentlib:jdwp",
                platform -> platform.entry(PlatformEntry.JVM_FLAGS).filter(flags -> flags.contains("jdwp"))
                        .map(flags -> "a Java debugger is attached or may attach")),
        /** A preloaded library may stand between the benchmarks and the kernel. */
        PRELOAD("a preloaded library may answer socket calls in the kernel's place",
                "unset LD_PRELOAD",
                platform -> platform.entry(PlatformEntry.PRELOAD).map(names -> "LD_PRELOAD is set (" + names + ")")),
        /** Other programs are busy. */
        LOAD("other programs take CPU time and make figures larger and less steady",
                "wait until the machine is idle",
                Disturbance::load),
        /** A seccomp filter examines system calls. On WSL 2 it belongs to the platform, which asks Windows about ports so. */
        SECCOMP("the filter runs on every system call",
                SAME_FILTER,
                platform -> platform.entry(PlatformEntry.SECCOMP_MODE)
                        .filter(mode -> mode.equals("2") && platform.kind() != PlatformKind.WSL2)
                        .map(mode -> "a seccomp filter is on the process")),
        /** A control group limits CPU time. */
        CPU_QUOTA("the process is stopped whenever its CPU quota is spent, in the middle of a measurement too",
                "raise the container's CPU limit",
                platform -> platform.entry(PlatformEntry.CPU_QUOTA).filter(quota -> !quota.startsWith("max"))
                        .map(quota -> "CPU time is limited (cpu.max " + quota + ")")),
        /** CPUs have been slowed down by heat or power limits. */
        THROTTLED("a CPU that is slowed down by heat or by its power limit changes speed during a run",
                "let it cool, connect a laptop to power, and compare the controls of the run",
                platform -> platform.entry(PlatformEntry.CPU_THROTTLE_COUNT).filter(count -> !count.equals("0"))
                        .map(count -> "CPUs were throttled " + count + " times since the machine started")),
        /** The frequency follows the load. */
        GOVERNOR("the CPU changes its frequency with the load, so that the first iterations differ from the last",
                "set the governor to performance, for instance with: cpupower frequency-set -g performance",
                platform -> platform.entry(PlatformEntry.CPU_GOVERNOR).filter(governor -> !governor.equals("performance"))
                        .map(governor -> "the CPU frequency governor is " + governor)),
        /** Few ports for port 0. */
        FEW_EPHEMERAL_PORTS("port 0 gets slow and connects fail with EADDRNOTAVAIL as the range fills",
                "widen net.ipv4.ip_local_port_range, or read the results of port 0 with this in mind",
                platform -> platform.ephemeralPorts().filter(range -> range.size() <= SMALL_RANGE)
                        .map(range -> "the ephemeral range has only " + range.size() + " ports")),
        /** Unrelated processes hold most of the ports for port 0. */
        EPHEMERAL_PORTS_TAKEN("a search for a free port costs many times as much when most are taken",
                "wait for connections in TIME_WAIT to end, or stop the program that holds the ports",
                Disturbance::taken),
        /** Too few descriptors. */
        FEW_DESCRIPTORS("benchmarks that hold many sockets scale down to fit",
                "raise the limit, for instance with: ulimit -n 65536",
                platform -> limit(platform.fdSoftLimit(), DESCRIPTORS_NEEDED)
                        .map(limit -> "the limit of open files is " + limit)),
        /** Short accept queues. */
        SHORT_BACKLOG("accept benchmarks fill shorter queues, and bursts of connections overflow them",
                "raise net.core.somaxconn to 4096",
                platform -> limit(asLong(platform.somaxconn()), BACKLOG_NEEDED)
                        .map(limit -> "net.core.somaxconn is " + limit)),
        /** No IPv6 loopback. */
        NO_IPV6("what concerns AF_INET6 is reported as UNSUPPORTED and not measured",
                "enable IPv6 on the loopback interface",
                platform -> platform.ipv6Loopback() ? Optional.empty() : Optional.of("::1 is not available")),
        /** It cannot be told what platform this is. */
        UNKNOWN_PLATFORM("the results cannot be attributed to a kernel",
                "mount /proc, or name the platform with --label",
                platform -> platform.kind() == PlatformKind.UNKNOWN
                        ? Optional.of("nothing tells what kernel this is") : Optional.empty());

        private final String why;
        private final String remedy;
        private final Function<Platform, Optional<String>> finding;

        Disturbance(String why, String remedy, Function<Platform, Optional<String>> finding) {
            this.why = why;
            this.remedy = remedy;
            this.finding = finding;
        }

        /** The name in the entry {@code warnings}, such as {@code few-ephemeral-ports}. */
        public String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private static Optional<String> load(Platform platform) {
            double cpus = platform.entry(PlatformEntry.CPU_MACHINE_CORES).flatMap(Disturbance::number)
                    .orElse((double) platform.cores());
            Optional<String> average = platform.entry(PlatformEntry.LOAD_AVERAGE)
                    .filter(text -> number(text).filter(load -> load > cpus / 2).isPresent())
                    .map(text -> String.format(Locale.ROOT, "load average %s on %.0f CPUs", text, cpus));
            return average.or(() -> platform.entry(PlatformEntry.CPU_PRESSURE)
                    .filter(text -> number(text).filter(percent -> percent > MUCH_PRESSURE).isPresent())
                    .map(text -> "tasks waited for a CPU in " + text + " % of the last ten seconds"));
        }

        private static Optional<String> taken(Platform platform) {
            OptionalInt inUse = platform.ephemeralPortsInUse();
            return platform.ephemeralPorts().filter(range -> inUse.orElse(0) > range.size() / 2)
                    .map(range -> String.format(Locale.ROOT, "%,d of the %,d ephemeral ports are in use",
                            inUse.getAsInt(), range.size()));
        }

        private static Optional<Double> number(String text) {
            Matcher decimal = DECIMAL.matcher(text);
            return decimal.matches() ? Optional.of(Double.valueOf(text)) : Optional.empty();
        }

        private static Optional<Long> limit(OptionalLong limit, long needed) {
            return limit.isPresent() && limit.getAsLong() < needed ? Optional.of(limit.getAsLong()) : Optional.empty();
        }

        private static OptionalLong asLong(OptionalInt value) {
            return value.isPresent() ? OptionalLong.of(value.getAsInt()) : OptionalLong.empty();
        }
    }

    /** The warnings that a platform deserves, the most severe first. */
    static List<Warning> of(Platform platform) {
        return Stream.of(Disturbance.values())
                .flatMap(kind -> kind.finding.apply(platform).map(seen -> new Warning(kind, seen)).stream())
                .toList();
    }

    /** One sentence: what was found, why it matters, and what to do. */
    public String sentence() {
        return seen + ": " + kind.why + "; " + kind.remedy + ".";
    }
}
