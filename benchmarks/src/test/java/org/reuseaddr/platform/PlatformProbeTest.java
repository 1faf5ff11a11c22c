package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reuseaddr.platform.Warning.Disturbance;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformProbeTest {

    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource({
        "native,          LINUX,  linux-6.12, linux-6.12, false, false",
        "docker,          LINUX,  linux-6.8,  linux-6.8,  true,  true",
        "wsl1,            WSL1,   wsl1-4.4,   wsl1-4.4,   false, false",
        "wsl2-nat,        WSL2,   wsl2-6.6,   wsl2-6.6,   false, true",
        "wsl2-mirrored,   WSL2,   wsl2-6.6,   wsl2-6.6,   false, true",
        "wsl2-own-kernel, WSL2,   wsl2-6.18,  wsl2-6.18,  false, true",
        "gvisor,          GVISOR, gvisor-4.4, gvisor-4.4, false, true",
        "gvisor-2025,     GVISOR, gvisor-4.19, gvisor-4.19, false, true",
        "uml,             UML,    uml-6.1,    uml-6.1,    false, true",
    })
    void everyCapturedPlatformIsNamedRightly(String name, PlatformKind kind, String shortName, String label,
            boolean container, boolean virtualMachine) {
        Platform platform = CapturedPlatform.named(name, root).probe();

        assertThat(platform.kind()).isEqualTo(kind);
        assertThat(platform.shortName()).isEqualTo(shortName);
        assertThat(platform.defaultLabel()).isEqualTo(label);
        assertThat(platform.container()).isEqualTo(container);
        assertThat(platform.virtualMachine()).isEqualTo(virtualMachine);
        assertThat(platform.entries()).containsEntry("kind", kind.label());
    }

    @ParameterizedTest
    @CsvSource({
        "native, memory.total_bytes, 16708005888",
        "native, os.distribution, Debian GNU/Linux 13 (trixie)",
        "native, cpu.model, Intel(R) Core(TM) i7-1185G7 @ 3.00GHz",
        "native, cpu.governor, powersave",
        "native, cpu.throttle_count, 7",
        "native, cpu.machine_cores, 8",
        "native, mitigation.spectre_v2, Mitigation: Enhanced / Automatic IBRS",
        "native, memory.transparent_hugepage, madvise",
        "native, clocksource, tsc",
        "native, virtual_machine, none found",
        "native, net.ipv4.ip_local_port_range, 32768 60999",
        "native, net.core.somaxconn, 4096",
        "native, net.ipv6.bindv6only, 0",
        "native, ephemeral_ports.size, 28232",
        "native, ephemeral_ports.in_use, 2",
        "native, load.average_1min, 0.10",
        "native, load.cpu_pressure_avg10, 0.50",
        "native, started, 2026-03-04T05:06:07Z",
        "native, locale, de-DE",
        "native, java.version, 17.0.15",
        "docker, container, docker",
        "docker, virtual_machine, Hyper-V",
        "docker, cgroup.cpu.max, 150000 100000",
        "docker, cgroup.cpu.throttled_periods, 7",
        "docker, process.seccomp_mode, 2",
        "docker, process.seccomp_filters, 1",
        "uml, cpu.model, UML",
        "uml, kernel.release, 6.1.176",
        "gvisor, kernel.version, Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016",
        "gvisor, net.ipv4.ip_local_port_range, 16000 65535",
    })
    void entriesAreReadFromTheFiles(String name, String entry, String value) {
        assertThat(CapturedPlatform.named(name, root).probe().entries()).containsEntry(entry, value);
    }

    @Test
    void typedFactsAreThoseOfTheEntries() {
        Platform platform = CapturedPlatform.named("wsl2-mirrored", root).probe();

        assertThat(platform.ephemeralPorts()).contains(new PortRange(44620, 48715));
        assertThat(platform.ephemeralPorts().orElseThrow().size()).isEqualTo(4096);
        assertThat(platform.ephemeralPortsInUse()).isEqualTo(OptionalInt.of(2));
        assertThat(platform.somaxconn()).isEqualTo(OptionalInt.of(4096));
        assertThat(platform.fdSoftLimit()).isEqualTo(OptionalLong.of(10_240));
        assertThat(platform.fdHardLimit()).isEqualTo(OptionalLong.of(1_048_576));
        assertThat(platform.cores()).isEqualTo(8);
        assertThat(platform.ipv6Available()).isTrue();
        assertThat(platform.ipv6Loopback()).isTrue();
    }

    @Test
    void wsl2TellsTheFieldsOfTheBugForm() {
        Platform platform = CapturedPlatform.named("wsl2-mirrored", root)
                .program("2.6.1.0", "wslinfo", "--wsl-version")
                .program("mirrored", "wslinfo", "--networking-mode")
                .program("Microsoft Windows [Version 10.0.26100.4652]", "cmd.exe", "/c", "ver")
                .probe();

        assertThat(platform.entries())
                .containsEntry("wsl.generation", "2")
                .containsEntry("wsl.version", "2.6.1.0")
                .containsEntry("wsl.networking_mode", "mirrored")
                .containsEntry("windows.version", "10.0.26100.4652")
                .containsEntry("windows.build", "26100.4652")
                .containsEntry("kernel.release", "6.6.87.2-microsoft-standard-WSL2")
                .containsEntry("os.distribution", "Ubuntu 24.04.3 LTS");
        assertThat(platform.defaultLabel()).isEqualTo("wsl2-6.6-mirrored");
    }

    @Test
    void theVersionOfWslIsAskedForInBothWays() {
        assertThat(CapturedPlatform.named("wsl2-nat", root).program("2.9.3.0", "wslinfo", "--version").probe().entries())
                .containsEntry("wsl.version", "2.9.3.0");
        assertThat(CapturedPlatform.named("wsl2-nat", root).program("2.0.9.0", "wslinfo", "--wsl-version")
                .program("wslinfo: unknown option --version", "wslinfo", "--version").probe().entries())
                .containsEntry("wsl.version", "2.0.9.0");
    }

    @Test
    void whereWslinfoDoesNotAnswerTheNetworkIsKnownByWhatCanBeSeen() {
        Platform mirrored = CapturedPlatform.named("wsl2-mirrored", root)
                .file("sys/class/net/loopback0/operstate", "unknown").probe();
        assertThat(mirrored.entries()).containsEntry("wsl.networking_mode", "mirrored")
                .containsEntry("wsl.tracker_signs", "interface loopback0, ephemeral range of 4096 ports, seccomp filter");
        assertThat(mirrored.defaultLabel()).isEqualTo("wsl2-6.6-mirrored");
    }

    @Test
    void whatWslinfoSaysCountsMoreThanWhatCanBeSeen() {
        Platform told = CapturedPlatform.named("wsl2-nat", root).file("sys/class/net/loopback0/operstate", "unknown")
                .program("virtioproxy", "wslinfo", "--networking-mode").probe();
        assertThat(told.entries()).containsEntry("wsl.networking_mode", "virtioproxy")
                .containsEntry("wsl.tracker_signs", "interface loopback0");
    }

    @Test
    void aRangeOrAFilterAloneDoesNotSayWhichNetworkItIs() {
        assertThat(CapturedPlatform.named("wsl2-mirrored", root).probe().entries())
                .containsEntry("wsl.tracker_signs", "ephemeral range of 4096 ports, seccomp filter")
                .doesNotContainKey("wsl.networking_mode");
    }

    @Test
    void aMachineThatIsNoWslHasNoTrackerHoweverItsInterfacesAreCalled() {
        assertThat(CapturedPlatform.named("native", root).file("sys/class/net/loopback0/operstate", "unknown").probe().entries())
                .doesNotContainKeys("wsl.networking_mode", "wsl.tracker_signs");
    }

    @Test
    void windowsIsFoundWhereItIsNotInPathAndSpeaksAnotherLanguage() {
        Platform platform = CapturedPlatform.named("wsl2-nat", root)
                .program("Microsoft Windows [versie 10.0.19045.6575]", "/mnt/c/Windows/System32/cmd.exe", "/c", "ver")
                .probe();

        assertThat(platform.entries()).containsEntry("windows.version", "10.0.19045.6575");
    }

    @Test
    void wsl1NamesTheWindowsBuildInItsRelease() {
        assertThat(CapturedPlatform.named("wsl1", root).probe().entries())
                .containsEntry("wsl.generation", "1")
                .containsEntry("windows.build", "19041")
                .doesNotContainKeys("windows.version", "wsl.version", "wsl.networking_mode");
    }

    @Test
    void whatProgramsSayBeyondTheExpectedIsNotRecorded() {
        Platform platform = CapturedPlatform.named("wsl2-nat", root)
                .program("wslinfo: /home/alice: no such mode", "wslinfo", "--networking-mode")
                .program("'\\\\wsl.localhost\\Ubuntu\\home\\alice' is no directory", "cmd.exe", "/c", "ver")
                .probe();

        assertThat(platform.entries()).doesNotContainKeys("wsl.networking_mode", "windows.version");
    }

    @Test
    void programsAreAskedOnWslAlone() {
        Platform platform = CapturedPlatform.named("native", root)
                .program("nat", "wslinfo", "--networking-mode")
                .program("Microsoft Windows [Version 10.0.26100.4652]", "cmd.exe", "/c", "ver")
                .probe();

        assertThat(platform.entries().keySet()).noneMatch(name -> name.startsWith("wsl") || name.startsWith("windows"));
    }

    @Test
    void wslWithAnOwnKernelIsKnownByItsVariables() {
        Platform platform = CapturedPlatform.named("native", root).variable("WSL_DISTRO_NAME", "Debian").probe();

        assertThat(platform.kind()).isEqualTo(PlatformKind.WSL2);
    }

    @Test
    void emulationsOnWslAreNotTakenForIt() {
        Platform platform = CapturedPlatform.named("gvisor", root).variable("WSL_DISTRO_NAME", "Debian").probe();

        assertThat(platform.kind()).isEqualTo(PlatformKind.GVISOR);
    }

    @Test
    void wsl1DoesNotClaimToKnowThatNoPortIsInUse() {
        assertThat(CapturedPlatform.named("wsl1", root).probe().ephemeralPortsInUse()).isEmpty();
    }

    @Test
    void withoutAnyFileThereIsStillARecord() {
        Platform platform = CapturedPlatform.withoutAnyFile(root).probe();

        assertThat(platform.kind()).isEqualTo(PlatformKind.UNKNOWN);
        assertThat(platform.shortName()).isEqualTo("unknown-6.12");
        assertThat(platform.fdSoftLimit()).isEqualTo(OptionalLong.of(4096));
        assertThat(platform.ephemeralPorts()).isEmpty();
        assertThat(platform.ipv6Loopback()).isTrue();
        assertThat(platform.entries()).containsEntry("memory.total_bytes", "17179869184")
                .containsEntry("kernel.release", "6.12.48").doesNotContainValue(null);
        assertThat(kinds(platform)).containsExactly(Disturbance.UNKNOWN_PLATFORM);
    }

    @ParameterizedTest
    @CsvSource({
        "proc/sys/net/ipv4/ip_local_port_range, 60999 32768",
        "proc/sys/net/ipv4/ip_local_port_range, 0 99999",
        "proc/sys/net/ipv4/ip_local_port_range, many",
        "proc/sys/net/core/somaxconn, 99999999999999999999",
        "proc/self/limits, Max open files  soft  hard  files",
        "proc/net/tcp, ====",
        "proc/meminfo, MemTotal:  99999999999999999999999 kB",
        "proc/loadavg, x",
        "proc/cpuinfo, ''",
    })
    void filesThatMakeNoSenseAreNotKnownInsteadOfAnError(String path, String text) {
        Platform platform = CapturedPlatform.named("native", root).file(path, text).probe();

        assertThat(platform.kind()).isEqualTo(PlatformKind.LINUX);
    }

    @Test
    void machinesWithoutIpv6AreKnown() {
        Platform off = CapturedPlatform.named("native", root).file("proc/net/if_inet6", "").probe();
        assertThat(off.ipv6Available()).isFalse();
        assertThat(off.ipv6Loopback()).isFalse();

        Platform withoutLoopback = CapturedPlatform.named("native", root)
                .file("proc/net/if_inet6", "fe800000000000000215a4fffe95c3b1 02 40 20 80     eth0\n").probe();
        assertThat(withoutLoopback.ipv6Available()).isTrue();
        assertThat(withoutLoopback.ipv6Loopback()).isFalse();
        assertThat(kinds(withoutLoopback)).contains(Disturbance.NO_IPV6);
    }

    @Test
    void nothingNamesTheUserTheHostOrAnAddress() {
        JvmFacts jvm = CapturedPlatform.JVM;
        for (String name : List.of("native", "uml", "wsl2-own-kernel")) {
            Platform platform = CapturedPlatform.named(name, root)
                    .variable("LD_PRELOAD", "/home/alice/lib/libfault.so:/usr/lib/libc-extra.so")
                    .variable("HOSTNAME", "alices-laptop")
                    .jvm(new JvmFacts(jvm.osRelease(), jvm.architecture(), jvm.cores(), jvm.memoryBytes(),
                            jvm.fdSoftLimit(), jvm.ipv6Loopback(), jvm.javaVersion(), jvm.vmName(), jvm.vmVersion(),
                            jvm.vendor(), List.of("-Xmx1g", "-Xlog:gc:/home/alice/gc.log", "-Dhttp.proxyHost=10.1.2.3",
                            "-Djava.rmi.server.hostname=192.168.7.8"), Locale.ROOT))
                    .probe();

            assertThat(platform.toString()).doesNotContain("alice", "10.1.2.3", "192.168.7.8");
            assertThat(platform.entries())
                    .containsEntry("process.ld_preload", "libfault.so libc-extra.so")
                    .containsEntry("jvm.flags", "-Xmx1g -Xlog:gc:~/gc.log -Dhttp.proxyHost=<value>"
                            + " -Djava.rmi.server.hostname=<address>");
        }
    }

    @Test
    void callersAddEntriesAtTheEnd() {
        Platform platform = CapturedPlatform.named("native", root).probe().withEntry("native.binding", "JNA 5.18.1");

        assertThat(List.copyOf(platform.entries().keySet())).endsWith("warnings", "native.binding");
        assertThat(platform.entry("native.binding")).contains("JNA 5.18.1");
        assertThat(platform.kind()).isEqualTo(PlatformKind.LINUX);
    }

    @Test
    void thisMachineIsRecordedWithoutNamingItsHost() {
        Platform platform = Platform.probe();

        assertThat(platform.cores()).isPositive();
        assertThat(platform.entries()).containsKeys("started", "suite.version", "suite.commit", "kind",
                "kernel.release", "os.distribution", "container", "virtual_machine", "cpu.cores",
                "memory.total_bytes", "java.version", "jvm.flags", "fd_limit.soft", "warnings");
        assertThat(platform.entries().get("suite.version")).doesNotContain("${");
        assertThat(platform.entries().get("suite.commit")).matches("unknown|[0-9a-f]{7,40}(-dirty)?");
        assertThat(platform.defaultLabel()).matches("[A-Za-z0-9.-]+");
        assertThat(platform.shortName()).startsWith(platform.kind().label());
        assertThat(platform.entries().get("jvm.flags")).doesNotContain(System.getProperty("user.home") + "/");
    }

    private static List<Disturbance> kinds(Platform platform) {
        return platform.warnings().stream().map(Warning::kind).toList();
    }
}
