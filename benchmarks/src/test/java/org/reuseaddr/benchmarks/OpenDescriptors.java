package org.reuseaddr.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.ServerApi;
import org.reuseaddr.socket.Family;

/** The sockets that this process holds, by inode, from /proc/self/fd. */
final class OpenDescriptors {

    private final Set<String> before;

    OpenDescriptors() {
        // The JDK keeps a pair of sockets of its own from the first channel on.
        ServerApi server = Api.CHANNEL.open(Family.INET6, 1, true);
        server.close();
        before = sockets();
    }

    /** Fails if there is a socket that was not there when this object was made. */
    void assertNoneLeaked() {
        assertThat(sockets()).isSubsetOf(before);
    }

    private static Set<String> sockets() {
        Set<String> sockets = new TreeSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            descriptors.forEach(descriptor -> {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:")) {
                        sockets.add(target);
                    }
                } catch (IOException closedMeanwhile) {
                    assertThat(descriptor).doesNotExist();
                }
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return sockets;
    }
}
