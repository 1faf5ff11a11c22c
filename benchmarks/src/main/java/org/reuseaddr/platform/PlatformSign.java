package org.reuseaddr.platform;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One sign by which a platform gives itself away: a file or an environment variable.
 *
 * @param path the file, relative to the root; for a variable, {@code $NAME}
 * @param pattern what its text must contain; empty if it is enough that it exists
 * @param meaning what the sign means
 */
record PlatformSign<T>(String path, Pattern pattern, T meaning) {

    /**
     * Whose kernel it is, the first match counts. Emulations come first: they pass on the environment, and some files,
     * of the machine they run on.
     *
     * <p>gVisor reports the build time of Linux 4.4 at whatever release it claims; User-mode Linux names itself as CPU
     * vendor; WSL 1 has {@code -Microsoft} at the end of its release, with a capital. WSL 2 has {@code microsoft} in
     * the release unless the user built the kernel, and then still the interop handler, its directory or its variables.
     */
    static final List<PlatformSign<PlatformKind>> KINDS = List.of(
            of("proc/version", "Sun Jan 10 15:06:54 PST 2016|(?i:gvisor)", PlatformKind.GVISOR),
            of("proc/cmdline", "(?i:gvisor)", PlatformKind.GVISOR),
            of("proc/cpuinfo", "(?m)^vendor_id\\s*:\\s*User Mode Linux", PlatformKind.UML),
            of("proc/version", "\\d-Microsoft\\b", PlatformKind.WSL1),
            of("proc/sys/kernel/osrelease", "\\d-Microsoft\\b", PlatformKind.WSL1),
            of("proc/version", "(?i:microsoft|-WSL2)", PlatformKind.WSL2),
            of("proc/sys/kernel/osrelease", "(?i:microsoft|-WSL2)", PlatformKind.WSL2),
            of("proc/sys/fs/binfmt_misc/WSLInterop", "", PlatformKind.WSL2),
            of("proc/sys/fs/binfmt_misc/WSLInterop-late", "", PlatformKind.WSL2),
            of("run/WSL", "", PlatformKind.WSL2),
            of("$WSL_INTEROP", "", PlatformKind.WSL2),
            of("$WSL_DISTRO_NAME", "", PlatformKind.WSL2),
            of("proc/version", "^Linux version ", PlatformKind.LINUX));

    /** Which container it is, the first match counts. A WSL distribution calls itself one, and is none here. */
    static final List<PlatformSign<String>> CONTAINERS = List.of(
            of(".dockerenv", "", "docker"),
            of("run/.containerenv", "", "podman"),
            of("proc/self/cgroup", "kubepods", "kubernetes"),
            of("proc/self/cgroup", "[/-]docker[/-]", "docker"),
            of("proc/self/cgroup", "libpod", "podman"),
            of("proc/self/cgroup", "/lxc[./]", "lxc"),
            of("proc/1/environ", "(?:^|\\x00)container=lxc", "lxc"),
            of("proc/1/environ", "(?:^|\\x00)container=systemd-nspawn", "systemd-nspawn"),
            of("$container", "^(?!wsl$)", "other"),
            of("run/systemd/container", "^(?!wsl\\s*$)", "other"),
            of("run/host/container-manager", "", "other"));

    /** Whose virtual machine it is, the first match counts; the last line knows only that it is one. */
    static final List<PlatformSign<String>> VIRTUAL_MACHINES = List.of(
            of("sys/class/dmi/id/product_name", "(?i)virtualbox", "VirtualBox"),
            of("sys/class/dmi/id/sys_vendor", "(?i)vmware", "VMware"),
            of("sys/class/dmi/id/product_name", "Virtual Machine", "Hyper-V"),
            of("sys/class/dmi/id/sys_vendor", "Amazon EC2", "Amazon EC2"),
            of("sys/class/dmi/id/product_name", "Google Compute Engine", "Google Compute Engine"),
            of("sys/class/dmi/id/sys_vendor", "(?i)parallels", "Parallels"),
            of("sys/class/dmi/id/sys_vendor", "(?i)\\bxen\\b", "Xen"),
            of("sys/class/dmi/id/product_name", "(?i)\\bkvm\\b", "KVM"),
            of("sys/class/dmi/id/sys_vendor", "QEMU", "QEMU"),
            of("sys/hypervisor/type", "xen", "Xen"),
            of("sys/bus/vmbus", "", "Hyper-V"),
            of("sys/devices/system/clocksource/clocksource0/available_clocksource", "kvm-clock", "KVM"),
            of("sys/devices/system/clocksource/clocksource0/available_clocksource", "hyperv", "Hyper-V"),
            of("proc/cpuinfo", "(?m)^flags\\s*:.*\\bhypervisor\\b", "unknown hypervisor"));

    private static <T> PlatformSign<T> of(String path, String pattern, T meaning) {
        return new PlatformSign<>(path, Pattern.compile(pattern), meaning);
    }

    /** What the first tell that is present means. */
    static <T> Optional<T> first(List<PlatformSign<T>> tells, SystemFiles files, Map<String, String> environment) {
        return tells.stream().filter(tell -> tell.isPresent(files, environment)).map(PlatformSign::meaning).findFirst();
    }

    private boolean isPresent(SystemFiles files, Map<String, String> environment) {
        if (path.startsWith("$")) {
            String value = environment.getOrDefault(path.substring(1), "");
            return !value.isEmpty() && pattern.matcher(value).find();
        }
        return pattern.pattern().isEmpty() ? files.exists(path)
                : files.text(path).filter(text -> pattern.matcher(text).find()).isPresent();
    }
}
