package org.reuseaddr.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds out what machine this is, from the files below a root, the environment, the JVM, and, on WSL alone, from
 * programs with a time limit.
 */
final class PlatformProbe {

    /** Sysctls on which the cost or the result of bind, listen, accept and connect depends; the entry has the name. */
    private static final List<String> SYSCTLS = List.of(
            "net.core.somaxconn",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ip_nonlocal_bind",
            "net.ipv4.tcp_abort_on_overflow",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_max_syn_backlog",
            "net.ipv4.tcp_max_tw_buckets",
            "net.ipv4.tcp_migrate_req",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.tcp_tw_reuse",
            "net.ipv6.bindv6only",
            "net.ipv6.conf.all.disable_ipv6",
            "net.ipv6.conf.lo.disable_ipv6");

    /** Entries that are the text of a one-line file. */
    private static final Map<String, String> CPU_FILES = table(
            "cpu.online", "sys/devices/system/cpu/online",
            "cpu.smt_active", "sys/devices/system/cpu/smt/active",
            PlatformEntry.CPU_GOVERNOR, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
            "cpu.frequency_driver", "sys/devices/system/cpu/cpu0/cpufreq/scaling_driver",
            "cpu.no_turbo", "sys/devices/system/cpu/intel_pstate/no_turbo",
            "cpu.boost", "sys/devices/system/cpu/cpufreq/boost",
            "clocksource", "sys/devices/system/clocksource/clocksource0/current_clocksource");

    /** Entries that are the start, up to the first semicolon, of how a flaw is met whose cure makes calls more expensive. */
    private static final Map<String, String> MITIGATION_FILES = table(
            "mitigation.meltdown", "sys/devices/system/cpu/vulnerabilities/meltdown",
            "mitigation.spectre_v2", "sys/devices/system/cpu/vulnerabilities/spectre_v2",
            "mitigation.retbleed", "sys/devices/system/cpu/vulnerabilities/retbleed",
            "mitigation.mds", "sys/devices/system/cpu/vulnerabilities/mds");

    /** Entries that are a number of /proc/self/status, proc(5). */
    private static final Map<String, String> STATUS_FIELDS = table(
            PlatformEntry.SECCOMP_MODE, "Seccomp",
            "process.seccomp_filters", "Seccomp_filters",
            PlatformEntry.TRACER_PID, "TracerPid",
            "process.no_new_privs", "NoNewPrivs");

    /**
     * What WSL's own program is asked (WSL 2.0 and later have it) until it answers, and what its answer looks like. The version
     * was asked for by another option once.
     */
    private static final List<Map.Entry<String, List<String>>> WSLINFO_QUESTIONS = List.of(
            Map.entry(PlatformEntry.WSL_VERSION, List.of("--version", "--wsl-version")),
            Map.entry(PlatformEntry.WSL_NETWORKING_MODE, List.of("--networking-mode")));

    /** What the guest of a mirrored network has beside lo, and no other machine. */
    private static final String MIRRORED_INTERFACE = "sys/class/net/loopback0";
    private static final String MIRRORED = "mirrored";
    /** The size of the ephemeral range that Windows leaves to a guest whose ports it tracks. */
    private static final int TRACKED_RANGE = 4_096;
    private static final Pattern FILTERED = Pattern.compile("(?m)^Seccomp:\\s*(2)");

    private static final Pattern WSLINFO_ANSWER = Pattern.compile("[A-Za-z0-9.-]{1,40}");

    /** Windows' command processor: as PATH has it, or, where the user keeps Windows out of PATH, at its usual place. */
    private static final List<String> WINDOWS_SHELLS = List.of("cmd.exe", "/mnt/c/Windows/System32/cmd.exe");

    /** The answer of ver, in any language: {@code Microsoft Windows [Version 10.0.26100.4652]}. */
    private static final Pattern WINDOWS_VERSION =
            Pattern.compile("\\[[^\\[\\]]*?(\\d+\\.\\d+\\.(\\d+(?:\\.\\d+)?))\\]");

    private static final Pattern WSL1_BUILD = Pattern.compile("-(\\d+)-Microsoft");
    private static final Pattern RELEASE_IN_VERSION = Pattern.compile("^Linux version (\\S+)");

    /** Who built the kernel where: on a kernel of the user's own making, the user and the host. */
    private static final Pattern KERNEL_BUILDER = Pattern.compile("\\([^()\\s]*@[^()]*?\\) ?");

    /** How different architectures name the CPU, the most telling first. */
    private static final List<Pattern> CPU_MODELS = Stream
            .of("model name", "cpu model", "Model", "Hardware", "uarch", "cpu")
            .map(name -> Pattern.compile("(?m)^" + name + "[ \\t]*:[ \\t]*(.+)$")).toList();

    private static final Pattern CPU_ENTRY = Pattern.compile("(?m)^processor\\s*:");
    private static final Pattern MEMORY_TOTAL = Pattern.compile("(?m)^MemTotal:\\s+(\\d+) kB");
    private static final Pattern FD_LIMITS =
            Pattern.compile("(?m)^Max open files\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)");
    private static final Pattern PRETTY_NAME = Pattern.compile("(?m)^PRETTY_NAME=[\"']?([^\"'\\n]+)");
    private static final Pattern PRESSURE = Pattern.compile("(?m)^some avg10=(\\S+)");
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\S+)\\]");
    private static final String CGROUP_ROOT = "sys/fs/cgroup";
    private static final Pattern CGROUP = Pattern.compile("(?m)^0::(/.*)$");
    private static final Pattern THROTTLED_PERIODS = Pattern.compile("(?m)^nr_throttled (\\d+)");
    private static final String IPV6_LOOPBACK = "00000000000000000000000000000001";

    private final SystemFiles files;
    private final ProcNet net;
    private final Map<String, String> environment;
    private final Commands commands;
    private final JvmFacts jvm;
    private final Redaction redaction;
    private final Instant start;

    PlatformProbe(SystemFiles files, Map<String, String> environment, Commands commands, JvmFacts jvm,
            Redaction redaction, Instant start) {
        this.files = files;
        this.net = new ProcNet(files);
        this.environment = Map.copyOf(environment);
        this.commands = commands;
        this.jvm = jvm;
        this.redaction = redaction;
        this.start = start;
    }

    /** The probe of the machine this process runs on. */
    static PlatformProbe ofThisMachine() {
        // A Windows program started in a directory that Windows does not have complains, naming the directory.
        Path windowsDrive = Path.of("/mnt/c");
        Path directory = Files.isDirectory(windowsDrive) ? windowsDrive : Path.of("/");
        return new PlatformProbe(SystemFiles.ofThisMachine(), System.getenv(),
                new TimedCommands(Duration.ofSeconds(2), directory), JvmFacts.ofThisProcess(),
                Redaction.ofThisProcess(), Instant.now());
    }

    /** Finds everything out. */
    Platform probe() {
        PlatformKind kind = PlatformSign.first(PlatformSign.KINDS, files, environment).orElse(PlatformKind.UNKNOWN);
        Optional<String> container = PlatformSign.first(PlatformSign.CONTAINERS, files, environment);
        Optional<String> virtualMachine = PlatformSign.first(PlatformSign.VIRTUAL_MACHINES, files, environment);
        String release = kernelRelease();
        Optional<PortRange> ephemeral = net.ephemeralPorts();
        OptionalInt ephemeralInUse = ephemeral.map(this::portsInUse).orElse(OptionalInt.empty());
        OptionalInt somaxconn = net.somaxconn();
        OptionalLong softLimit = fdLimit(1).map(OptionalLong::of).orElse(jvm.fdSoftLimit());
        OptionalLong hardLimit = fdLimit(2).map(OptionalLong::of).orElse(OptionalLong.empty());
        Optional<String> interfaces = files.text("proc/net/if_inet6");
        boolean ipv6Loopback = interfaces.map(text -> text.contains(IPV6_LOOPBACK)).orElse(jvm.ipv6Loopback());
        boolean ipv6 = interfaces.map(text -> !text.isBlank()).orElse(jvm.ipv6Loopback());

        Entries entries = new Entries(new LinkedHashMap<>());
        entries.add("started", start.truncatedTo(ChronoUnit.SECONDS).toString());
        suite(entries);
        entries.add(PlatformEntry.KIND, kind.label());
        entries.add(PlatformEntry.KERNEL_RELEASE, Optional.of(release).filter(text -> !text.isEmpty()));
        entries.add(PlatformEntry.KERNEL_VERSION, files.value("proc/version")
                .map(text -> KERNEL_BUILDER.matcher(text).replaceAll("")));
        entries.add(PlatformEntry.DISTRIBUTION, Stream.of("etc/os-release", "usr/lib/os-release")
                .flatMap(path -> files.match(path, PRETTY_NAME).stream()).findFirst());
        if (kind.isWsl()) {
            windows(kind, release, entries);
        }
        entries.add(PlatformEntry.CONTAINER, container.orElse("none"));
        entries.add(PlatformEntry.VIRTUAL_MACHINE, virtualMachine.orElse("none found"));
        cpu(entries);
        entries.add("memory.total_bytes", memoryBytes());
        entries.add("memory.transparent_hugepage", files.match("sys/kernel/mm/transparent_hugepage/enabled", CHOSEN));
        SYSCTLS.forEach(name -> entries.add(name,
                files.value(sysctlFile(name)).map(text -> text.replaceAll("\\s+", " "))));
        ephemeral.ifPresent(range -> entries.add("ephemeral_ports.size", Integer.toString(range.size())));
        ephemeralInUse.ifPresent(count -> entries.add("ephemeral_ports.in_use", Integer.toString(count)));
        entries.add("ipv6.available", Boolean.toString(ipv6));
        entries.add("ipv6.loopback", Boolean.toString(ipv6Loopback));
        softLimit.ifPresent(limit -> entries.add("fd_limit.soft", limitText(limit)));
        hardLimit.ifPresent(limit -> entries.add("fd_limit.hard", limitText(limit)));
        process(entries);
        load(entries);
        java(entries);

        Platform platform = new Platform(kind, release, container.isPresent(), virtualMachine.isPresent(), ephemeral,
                ephemeralInUse, somaxconn, softLimit, hardLimit, jvm.cores(), ipv6, ipv6Loopback, entries.known());
        List<String> warnings = platform.warnings().stream().map(warning -> warning.kind().id()).toList();
        return platform.withEntry("warnings", warnings.isEmpty() ? "none" : String.join(" ", warnings));
    }

    private String kernelRelease() {
        return files.value("proc/sys/kernel/osrelease")
                .or(() -> files.match("proc/version", RELEASE_IN_VERSION))
                .orElse(jvm.osRelease());
    }

    private void windows(PlatformKind kind, String release, Entries entries) {
        entries.add(PlatformEntry.WSL_GENERATION, kind == PlatformKind.WSL1 ? "1" : "2");
        WSLINFO_QUESTIONS.forEach(question -> entries.add(question.getKey(), question.getValue().stream()
                .flatMap(option -> commands.output(List.of("wslinfo", option)).stream())
                .filter(answer -> WSLINFO_ANSWER.matcher(answer).matches()).findFirst()));
        if (kind == PlatformKind.WSL2) {
            guessedNetworkingMode(entries);
        }
        Optional<Matcher> version = WINDOWS_SHELLS.stream()
                .flatMap(shell -> commands.output(List.of(shell, "/c", "ver")).stream())
                .map(WINDOWS_VERSION::matcher).filter(Matcher::find).findFirst();
        entries.add(PlatformEntry.WINDOWS_VERSION, version.map(found -> found.group(1)));
        Matcher build = WSL1_BUILD.matcher(release);
        entries.add(PlatformEntry.WINDOWS_BUILD, version.map(found -> found.group(2))
                .or(() -> build.find() ? Optional.of(build.group(1)) : Optional.empty()));
    }

    /** In a container there is no wslinfo to ask; what the guest of a mirrored or tracked network looks like can be seen. */
    private void guessedNetworkingMode(Entries entries) {
        List<String> signs = new ArrayList<>();
        if (files.exists(MIRRORED_INTERFACE)) {
            signs.add("interface loopback0");
        }
        if (net.ephemeralPorts().filter(range -> range.size() == TRACKED_RANGE).isPresent()) {
            signs.add("ephemeral range of 4096 ports");
        }
        if (files.match("proc/self/status", FILTERED).isPresent()) {
            signs.add("seccomp filter");
        }
        if (!signs.isEmpty()) {
            entries.add(PlatformEntry.WSL_TRACKER_SIGNS, String.join(", ", signs));
        }
        if (!entries.known().containsKey(PlatformEntry.WSL_NETWORKING_MODE) && files.exists(MIRRORED_INTERFACE)) {
            entries.add(PlatformEntry.WSL_NETWORKING_MODE, MIRRORED);
        }
    }

    private void cpu(Entries entries) {
        entries.add(PlatformEntry.CPU_ARCHITECTURE, Optional.of(jvm.architecture()).filter(text -> !text.isEmpty()));
        entries.add(PlatformEntry.CPU_MODEL, CPU_MODELS.stream()
                .flatMap(pattern -> files.match("proc/cpuinfo", pattern).stream())
                .filter(model -> !model.equals("unknown")).findFirst());
        entries.add(PlatformEntry.CPU_CORES, Integer.toString(jvm.cores()));
        entries.add(PlatformEntry.CPU_MACHINE_CORES, files.text("proc/cpuinfo")
                .map(text -> CPU_ENTRY.matcher(text).results().count())
                .filter(count -> count > 0).map(Object::toString));
        CPU_FILES.forEach((name, path) -> entries.add(name, files.value(path)));
        String cgroup = cgroupDirectory();
        entries.add(PlatformEntry.CPU_QUOTA, files.value(cgroup + "/cpu.max"));
        entries.add("cgroup.cpu.throttled_periods", files.match(cgroup + "/cpu.stat", THROTTLED_PERIODS));
        entries.add(PlatformEntry.CPU_THROTTLE_COUNT, throttleCount());
        MITIGATION_FILES.forEach((name, path) -> entries.add(name, files.value(path).map(text -> text.split(";")[0])));
    }

    /** Where the limits of this process's control group are: version 2 names it; in a container it is the root. */
    private String cgroupDirectory() {
        return files.match("proc/self/cgroup", CGROUP).map(path -> CGROUP_ROOT + path)
                .filter(directory -> files.exists(directory + "/cpu.max")).orElse(CGROUP_ROOT);
    }

    /** How often any CPU was slowed down since the machine started because it was too hot or drew too much. */
    private Optional<String> throttleCount() {
        List<Long> counts = files.list("sys/devices/system/cpu", "cpu[0-9]*").stream()
                .flatMap(cpu -> files.value(cpu + "/thermal_throttle/core_throttle_count").stream())
                .filter(text -> text.matches("\\d{1,18}"))
                .map(Long::valueOf).toList();
        return counts.isEmpty() ? Optional.empty()
                : Optional.of(Long.toString(counts.stream().mapToLong(Long::longValue).sum()));
    }

    private Optional<String> memoryBytes() {
        return files.match("proc/meminfo", MEMORY_TOTAL).filter(text -> text.length() < 16)
                .map(kibibytes -> Long.toString(Long.parseLong(kibibytes) * 1024))
                .or(() -> jvm.memoryBytes() > 0 ? Optional.of(Long.toString(jvm.memoryBytes())) : Optional.empty());
    }

    /** How many ports of the range some TCP socket of this network namespace is bound to. */
    private OptionalInt portsInUse(PortRange range) {
        return net.showsSockets()
                ? OptionalInt.of((int) net.localPorts().filter(range::contains).distinct().count()) : OptionalInt.empty();
    }

    private Optional<Long> fdLimit(int column) {
        return files.text("proc/self/limits").map(FD_LIMITS::matcher).filter(Matcher::find)
                .map(found -> found.group(column))
                .map(text -> text.length() > 18 || text.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(text));
    }

    private void process(Entries entries) {
        STATUS_FIELDS.forEach((name, field) -> entries.add(name,
                files.match("proc/self/status", Pattern.compile("(?m)^" + field + ":\\s*(\\d+)"))));
        String libraries = Stream.of(environment.getOrDefault("LD_PRELOAD", "").split("[\\s:]+"))
                .filter(path -> !path.isEmpty())
                .map(path -> path.substring(path.lastIndexOf('/') + 1)).collect(Collectors.joining(" "));
        entries.add(PlatformEntry.PRELOAD, Optional.of(libraries).filter(text -> !text.isEmpty()).map(redaction::apply));
    }

    private void load(Entries entries) {
        entries.add(PlatformEntry.LOAD_AVERAGE, files.value("proc/loadavg").map(text -> text.split("\\s+")[0]));
        entries.add(PlatformEntry.CPU_PRESSURE, files.match("proc/pressure/cpu", PRESSURE));
    }

    private void java(Entries entries) {
        entries.add(PlatformEntry.JAVA_VERSION, jvm.javaVersion());
        entries.add(PlatformEntry.JAVA_VM_NAME, jvm.vmName());
        entries.add(PlatformEntry.JAVA_VM_VERSION, jvm.vmVersion());
        entries.add("java.vendor", jvm.vendor());
        entries.add(PlatformEntry.JVM_FLAGS, jvm.flags().isEmpty() ? "none" : redaction.flags(jvm.flags()));
        entries.add("locale", jvm.locale().toLanguageTag());
    }

    private static void suite(Entries entries) {
        SuiteBuild build = SuiteBuild.ofThisJar();
        entries.add(PlatformEntry.SUITE_VERSION, build.version());
        entries.add(PlatformEntry.SUITE_COMMIT, build.commit());
    }

    private static String sysctlFile(String name) {
        return "proc/sys/" + name.replace('.', '/');
    }

    private static String limitText(long limit) {
        return limit == Long.MAX_VALUE ? "unlimited" : Long.toString(limit);
    }

    private static Map<String, String> table(String... namesAndValues) {
        Map<String, String> table = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            table.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Collections.unmodifiableMap(table);
    }

    /** What is known so far, in order. */
    private record Entries(Map<String, String> known) {

        void add(String name, String value) {
            known.put(name, value);
        }

        void add(String name, Optional<String> value) {
            value.ifPresent(text -> known.put(name, text));
        }
    }
}
