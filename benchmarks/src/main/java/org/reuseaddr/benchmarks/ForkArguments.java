package org.reuseaddr.benchmarks;

import java.util.List;
import java.util.Map;
import org.reuseaddr.socket.Family;

/**
 * JVM arguments without which a combination of parameters would not measure what its row says.
 *
 * <p>A ServerSocket is an AF_INET6 socket, bound to {@code ::ffff:127.0.0.1}, unless the JVM was started with
 * {@code java.net.preferIPv4Stack}; there is no way to ask for a family, and JMH's own connection to its parent has
 * settled the matter before a benchmark could set the property. So {@code api=socket family=INET} needs a fork of its
 * own kind. (The ServerSocket that {@code ServerSocketChannel.open(INET).socket()} returns is an adaptor around the
 * channel, not the implementation that programs get from {@code new ServerSocket()}.)
 */
public final class ForkArguments {

    private static final String PREFER_IPV4 = "java.net.preferIPv4Stack";

    private ForkArguments() {
    }

    /**
     * The arguments that the fork of a benchmark needs.
     *
     * @param parameters the benchmark's parameters by name, as JMH's {@code -p} takes them
     * @return arguments to append to those of the fork, mostly none
     */
    public static List<String> of(Map<String, String> parameters) {
        boolean ipv4Socket = "socket".equals(parameters.get("api")) && "INET".equals(parameters.get("family"));
        return ipv4Socket ? List.of("-D" + PREFER_IPV4 + "=true") : List.of();
    }

    /**
     * Refuses to measure a ServerSocket under the name of a family that it does not have.
     *
     * @throws IllegalStateException if a ServerSocket of this JVM is a socket of the other family
     */
    static void requireServerSocketOf(Family family) {
        boolean ipv4 = Boolean.getBoolean(PREFER_IPV4);
        if (ipv4 != (family == Family.INET)) {
            throw new IllegalStateException("api=socket with family=" + family + " needs a JVM "
                    + (ipv4 ? "without" : "with") + " -D" + PREFER_IPV4 + "=true (JMH's option -jvmArgsAppend), since "
                    + "a ServerSocket is an " + (ipv4 ? "AF_INET" : "AF_INET6") + " socket here");
        }
    }
}
