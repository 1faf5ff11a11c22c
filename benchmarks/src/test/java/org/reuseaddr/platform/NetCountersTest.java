package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetCountersTest {

    @TempDir
    private Path root;

    @Test
    void aConnectionIsCountedAsOpenedOnBothSides() throws IOException {
        NetCounters before = NetCounters.now();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
            assertThat(client.isConnected()).isTrue();
        }
        Map<String, Long> since = NetCounters.now().since(before);

        assertThat(since.get("ActiveOpens")).isPositive();
        assertThat(since.get("PassiveOpens")).isPositive();
        assertThat(since).containsKeys("ListenOverflows", "ListenDrops", "TW");
    }

    @Test
    void countersComeByNameWhateverTheirColumn() {
        NetCounters counters = NetCounters.read(CapturedPlatform.withoutAnyFile(root)
                .file("proc/net/netstat", "TcpExt: ListenDrops X ListenOverflows\nTcpExt: 5 6 7\nIpExt: TW\nIpExt: 9\n")
                .file("proc/net/snmp", "Tcp: MaxConn ActiveOpens\nTcp: -1 3\n").files());

        assertThat(counters.values()).containsExactly(Map.entry("ActiveOpens", 3L), Map.entry("ListenOverflows", 7L),
                Map.entry("ListenDrops", 5L));
    }

    @Test
    void platformsWithoutCountersHaveNone() {
        assertThat(NetCounters.read(new SystemFiles(root)).values()).isEmpty();
        assertThat(NetCounters.read(CapturedPlatform.withoutAnyFile(root)
                .file("proc/net/netstat", "TcpExt: TW ListenDrops\n").files()).values()).isEmpty();
        assertThat(NetCounters.read(new SystemFiles(root)).since(NetCounters.now())).isEmpty();
    }

    @Test
    void aDifferenceIsNeverNegative() {
        assertThat(new NetCounters(Map.of("TW", 3L)).since(new NetCounters(Map.of("TW", 5L)))).containsEntry("TW", 0L);
    }
}
