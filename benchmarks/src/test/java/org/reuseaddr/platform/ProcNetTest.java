package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcNetTest {

    @TempDir
    private Path root;

    @ParameterizedTest
    @EnumSource(value = StandardProtocolFamily.class, names = {"INET", "INET6"})
    void aListenerAndItsConnectionsAreSeen(StandardProtocolFamily family) throws IOException {
        InetAddress loopback = InetAddress.getByName(family == StandardProtocolFamily.INET ? "127.0.0.1" : "::1");
        try (ServerSocketChannel listener = ServerSocketChannel.open(family)) {
            listener.bind(new InetSocketAddress(loopback, 0));
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            try (SocketChannel client = SocketChannel.open(listener.getLocalAddress()); SocketChannel served = listener.accept()) {
                assertThat(served.isConnected()).isTrue();
                int clientPort = ((InetSocketAddress) client.getLocalAddress()).getPort();
                List<ListedSocket> sockets = ProcNet.ofThisProcess().tcpSockets();

                assertThat(sockets).filteredOn(socket -> socket.port() == port && socket.state() == ListedSocket.TcpState.LISTEN)
                        .singleElement().satisfies(socket -> {
                            assertThat(socket.local()).isEqualTo(loopback);
                            assertThat(socket.remote().isAnyLocalAddress()).isTrue();
                            assertThat(socket.remotePort()).isZero();
                            assertThat(socket.inode()).isPositive();
                        });
                assertThat(sockets).filteredOn(socket -> socket.port() == clientPort && socket.remotePort() == port)
                        .singleElement().extracting(ListedSocket::state).isEqualTo(ListedSocket.TcpState.ESTABLISHED);
                assertThat(HeldPorts.now()).contains(port, clientPort);
            }
        }
    }

    @Test
    void aMappedAddressStaysOneOfInet6() {
        ProcNet net = new ProcNet(CapturedPlatform.withoutAnyFile(root).file("proc/net/tcp6", """
                  sl  local_address remote_address st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0000000000000000FFFF00000100007F:DCD8 00000000000000000000000000000000:0000 0A 00000000:00000000 \
                00:00000000 00000000  1000        0 386945 1 00000000db3a096d 20 4 0 15 -1
                """).files());

        ListedSocket socket = net.tcpSockets().get(0);
        assertThat(socket.local()).isInstanceOf(Inet6Address.class);
        assertThat(socket.local().getAddress()).endsWith(127, 0, 0, 1);
        assertThat(socket).extracting(ListedSocket::port, ListedSocket::uid, ListedSocket::inode).containsExactly(0xDCD8, 1000, 386945L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "====", "  sl  local_address rem_address   st tx_queue rx_queue",
        "   0: 0100007F:0016 00000000:0000", "   0: 0100007F:0016 00000000:0000 FF 0:0 0:0 0 0 0 1 1",
        "   0: 0100007F:0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1 1"})
    void whatIsNoRowIsSkipped(String text) {
        assertThat(new ProcNet(CapturedPlatform.withoutAnyFile(root).file("proc/net/tcp", text + "\n").files()).tcpSockets())
                .isEmpty();
    }

    @Test
    void theRangeOfPortsIsThatOfTheKernelAndEmptyWhereItMakesNoSense() {
        assertThat(ranges("32768\t60999\n").ephemeralPorts()).contains(new PortRange(32_768, 60_999));
        for (String text : List.of("60999 32768", "0 99999", "many", "")) {
            assertThat(ranges(text).ephemeralPorts()).as(text).isEmpty();
        }
    }

    @Test
    void onlyASettingOfOneMakesNewSocketsV6Only() {
        for (String text : List.of("1\n", "0\n", "", "many")) {
            assertThat(new ProcNet(CapturedPlatform.withoutAnyFile(root).file("proc/sys/net/ipv6/bindv6only", text).files())
                    .isV6OnlyByDefault()).as(text).isEqualTo(text.startsWith("1"));
        }
        assertThat(new ProcNet(CapturedPlatform.withoutAnyFile(root).files()).isV6OnlyByDefault()).as("no such file").isFalse();
    }

    @Test
    void eachFamilyHasASettingOfItsOwnForAddressesThatNoInterfaceHas() {
        ProcNet none = new ProcNet(CapturedPlatform.withoutAnyFile(root).files());
        assertThat(none.isNonlocalBindAllowed(false) || none.isNonlocalBindAllowed(true)).isFalse();
        ProcNet six = new ProcNet(CapturedPlatform.withoutAnyFile(root).file("proc/sys/net/ipv4/ip_nonlocal_bind", "0\n")
                .file("proc/sys/net/ipv6/ip_nonlocal_bind", "1\n").files());
        assertThat(six.isNonlocalBindAllowed(false)).isFalse();
        assertThat(six.isNonlocalBindAllowed(true)).isTrue();
    }

    private ProcNet ranges(String text) {
        return new ProcNet(CapturedPlatform.withoutAnyFile(root).file("proc/sys/net/ipv4/ip_local_port_range", text).files());
    }
}
