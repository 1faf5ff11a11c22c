package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.platform.Warning.Disturbance;

class WarningTest {

    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource({
        "native,          throttled governor",
        "docker,          load seccomp cpu-quota",
        "wsl1,            few-descriptors short-backlog",
        "wsl2-nat,        none",
        "wsl2-mirrored,   few-ephemeral-ports",
        "gvisor,          short-backlog",
        "uml,             few-descriptors",
    })
    void capturedPlatformsAreWarnedOfWhatIsTrueOfThem(String name, String expected) {
        assertThat(CapturedPlatform.named(name, root).probe().entry("warnings")).contains(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "TRACED, proc/self/status, TracerPid:\t17",
        "LOAD, proc/loadavg, 2.60 1.00 1.00 1/300 4711",
        "LOAD, proc/pressure/cpu, some avg10=25.00 avg60=0.40 avg300=0.30 total=1",
        "CPU_QUOTA, sys/fs/cgroup/cpu.max, 50000 100000",
        "THROTTLED, sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count, 1",
        "GOVERNOR, sys/devices/system/cpu/cpu0/cpufreq/scaling_governor, schedutil",
        "FEW_EPHEMERAL_PORTS, proc/sys/net/ipv4/ip_local_port_range, 30000 30099",
        "EPHEMERAL_PORTS_TAKEN, proc/sys/net/ipv4/ip_local_port_range, 34000 34002",
        "FEW_DESCRIPTORS, proc/self/limits, Max open files            64                   64                   files",
        "SHORT_BACKLOG, proc/sys/net/core/somaxconn, 16",
        "NO_IPV6, proc/net/if_inet6, ''",
    })
    void aConditionThatSpoilsResultsIsNamed(Disturbance kind, String path, String text) {
        CapturedPlatform idle = CapturedPlatform.named("wsl2-nat", root)
                .file("proc/cpuinfo", "processor\t: 0\n".repeat(4));
        assertThat(warningsOf(idle)).doesNotContain(kind);

        assertThat(warningsOf(idle.file(path, text))).contains(kind);
    }

    /** On WSL 2 a filter is how the platform itself learns of ports, elsewhere somebody put it there. */
    @Test
    void aSeccompFilterIsNamedExceptOnWsl2() {
        assertThat(warningsOf(CapturedPlatform.named("native", root).file("proc/self/status", "Seccomp:\t2\n")))
                .contains(Disturbance.SECCOMP);
        assertThat(warningsOf(CapturedPlatform.named("wsl2-nat", root).file("proc/self/status", "Seccomp:\t2\n")))
                .doesNotContain(Disturbance.SECCOMP);
    }

    @Test
    void aPreloadedLibraryIsNamed() {
        List<Warning> warnings = CapturedPlatform.named("wsl2-nat", root).variable("LD_PRELOAD", "/tmp/fault.so")
                .probe().warnings();

        assertThat(warnings).singleElement().extracting(Warning::sentence).isEqualTo("LD_PRELOAD is set (fault.so): "
                + "a preloaded library may answer socket calls in the kernel's place; unset LD_PRELOAD.");
    }

    @Test
    void aDebuggersAgentIsNamed() {
        JvmFacts jvm = CapturedPlatform.JVM;
        JvmFacts debugged = new JvmFacts(jvm.osRelease(), jvm.architecture(), jvm.cores(), jvm.memoryBytes(),
                jvm.fdSoftLimit(), jvm.ipv6Loopback(), jvm.javaVersion(), jvm.vmName(), jvm.vmVersion(), jvm.vendor(),
                List.of("-agentlib:jdwp=transport=dt_socket,server=y"), jvm.locale());

        assertThat(warningsOf(CapturedPlatform.named("wsl2-nat", root).jvm(debugged))).containsExactly(Disturbance.DEBUGGER);
    }

    @Test
    void everyWarningOfThisMachineIsOneSentence() {
        assertThat(Platform.probe().warnings()).extracting(Warning::sentence)
                .allSatisfy(sentence -> assertThat(sentence).matches("[^\\n]+: [^\\n]+; [^\\n]+\\."));
    }

    private static List<Disturbance> warningsOf(CapturedPlatform captured) {
        return captured.probe().warnings().stream().map(Warning::kind).toList();
    }
}
