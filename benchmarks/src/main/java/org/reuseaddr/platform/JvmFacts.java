package org.reuseaddr.platform;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What the JVM knows without any file of the kernel.
 *
 * @param osRelease uname(2)'s release
 * @param architecture the JVM's name of the CPU architecture, such as {@code amd64}
 * @param cores how many CPUs the JVM may use
 * @param memoryBytes main memory as the JVM sees it, 0 if not known
 * @param fdSoftLimit how many descriptors the process may have
 * @param ipv6Loopback whether ::1 can be bound
 * @param javaVersion system property java.version
 * @param vmName system property java.vm.name
 * @param vmVersion system property java.vm.version
 * @param vendor system property java.vendor
 * @param flags the JVM's arguments, as given
 * @param locale the default locale
 */
record JvmFacts(String osRelease, String architecture, int cores, long memoryBytes, OptionalLong fdSoftLimit,
        boolean ipv6Loopback, String javaVersion, String vmName, String vmVersion, String vendor, List<String> flags,
        Locale locale) {

    JvmFacts {
        flags = List.copyOf(flags);
    }

    /** What this process's JVM knows. */
    static JvmFacts ofThisProcess() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        OptionalLong descriptors = system instanceof UnixOperatingSystemMXBean unix
                ? OptionalLong.of(unix.getMaxFileDescriptorCount()) : OptionalLong.empty();
        return new JvmFacts(System.getProperty("os.version", ""), System.getProperty("os.arch", ""),
                Runtime.getRuntime().availableProcessors(), system.getTotalMemorySize(), descriptors,
                canBindIpv6Loopback(), System.getProperty("java.version"), System.getProperty("java.vm.name"),
                System.getProperty("java.vm.version"), System.getProperty("java.vendor"),
                ManagementFactory.getRuntimeMXBean().getInputArguments(), Locale.getDefault());
    }

    private static boolean canBindIpv6Loopback() {
        try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET6)) {
            channel.bind(new InetSocketAddress(InetAddress.getByName("::1"), 0));
            return true;
        } catch (IOException | UnsupportedOperationException noIpv6) {
            return false;
        }
    }
}
