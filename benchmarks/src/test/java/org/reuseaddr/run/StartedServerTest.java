package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reuseaddr.socket.SocketCalls;

class StartedServerTest {

    /**
     * Leaves its parent behind, some time after the start has looked for its processes, and has nothing in its environment, as a
     * server that writes its title over it.
     */
    private static final List<String> DAEMON = List.of("sh", "-c", "sleep 0.3; env -i sleep 60 >/dev/null 2>&1 &");

    private final List<StartedServer> starts = new ArrayList<>();

    @AfterEach
    void endAll() {
        starts.forEach(StartedServer::close);
    }

    private StartedServer launched() throws InterruptedException {
        StartedServer server = StartedServer.start(DAEMON, Optional.empty(), starts);
        while (server.exitCode().isEmpty()) {
            Thread.sleep(1);
        }
        Thread.sleep(100); // Until env has become sleep.
        return server;
    }

    @Test
    void aDaemonThatNobodyHasSeenBelongsToTheLatestStart() throws InterruptedException {
        SocketCalls.open().adoptOrphans();
        StartedServer first = launched();
        assertThat(first.look()).hasSize(1);
        StartedServer second = launched();

        assertThat(first.look()).as("the first looks first").hasSize(1);
        assertThat(second.look()).hasSize(1).doesNotContainAnyElementsOf(first.look());
        second.close();
        assertThat(second.hasEnded()).isTrue();
        assertThat(first.hasEnded()).isFalse();
    }
}
