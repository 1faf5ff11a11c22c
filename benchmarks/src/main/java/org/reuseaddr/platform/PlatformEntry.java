package org.reuseaddr.platform;

/**
 * The names of the platform record's entries that somebody beside the probe reads. They are the names in
 * {@code environment.csv} and a promise to its readers.
 */
public final class PlatformEntry {

    /** The suite's version. */
    public static final String SUITE_VERSION = "suite.version";
    /** The commit that the suite was built from. */
    public static final String SUITE_COMMIT = "suite.commit";
    /** {@link PlatformKind#label}. */
    public static final String KIND = "kind";
    /** uname(2)'s release. */
    public static final String KERNEL_RELEASE = "kernel.release";
    /** /proc/version without who built the kernel. */
    public static final String KERNEL_VERSION = "kernel.version";
    /** The distribution's name for itself. */
    public static final String DISTRIBUTION = "os.distribution";
    /** {@code 1} or {@code 2}, on WSL alone. */
    public static final String WSL_GENERATION = "wsl.generation";
    /** The version of WSL. */
    public static final String WSL_VERSION = "wsl.version";
    /** The networking mode of WSL 2, such as {@code nat} or {@code mirrored}: as wslinfo says, or as it can be seen. */
    public static final String WSL_NETWORKING_MODE = "wsl.networking_mode";
    /** What can be seen of a port tracker of WSL 2, separated by commas. */
    public static final String WSL_TRACKER_SIGNS = "wsl.tracker_signs";
    /** The version of Windows. */
    public static final String WINDOWS_VERSION = "windows.version";
    /** The build of Windows. */
    public static final String WINDOWS_BUILD = "windows.build";
    /** The kind of container, {@code none} outside of one. */
    public static final String CONTAINER = "container";
    /** The kind of virtual machine. */
    public static final String VIRTUAL_MACHINE = "virtual_machine";
    /** The CPU's architecture, as Java names it. */
    public static final String CPU_ARCHITECTURE = "cpu.architecture";
    /** The CPU's model. */
    public static final String CPU_MODEL = "cpu.model";
    /** How many CPUs the JVM may use. */
    public static final String CPU_CORES = "cpu.cores";
    /** How many CPUs the machine has. */
    public static final String CPU_MACHINE_CORES = "cpu.machine_cores";
    /** How the CPU's frequency is chosen. */
    public static final String CPU_GOVERNOR = "cpu.governor";
    /** How often a CPU was slowed down by heat or power limits. */
    public static final String CPU_THROTTLE_COUNT = "cpu.throttle_count";
    /** The control group's limit of CPU time. */
    public static final String CPU_QUOTA = "cgroup.cpu.max";
    /** Whether a seccomp filter is on the process: {@code 2} is a filter. */
    public static final String SECCOMP_MODE = "process.seccomp_mode";
    /** The process that traces this one, {@code 0} for none. */
    public static final String TRACER_PID = "process.tracer_pid";
    /** The names of preloaded libraries. */
    public static final String PRELOAD = "process.ld_preload";
    /** The load average over one minute. */
    public static final String LOAD_AVERAGE = "load.average_1min";
    /** The percentage of ten seconds in which some task waited for a CPU. */
    public static final String CPU_PRESSURE = "load.cpu_pressure_avg10";
    /** System property java.version. */
    public static final String JAVA_VERSION = "java.version";
    /** System property java.vm.name. */
    public static final String JAVA_VM_NAME = "java.vm.name";
    /** System property java.vm.version. */
    public static final String JAVA_VM_VERSION = "java.vm.version";
    /** The JVM's arguments. */
    public static final String JVM_FLAGS = "jvm.flags";

    private PlatformEntry() {
    }
}
