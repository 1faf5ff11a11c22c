package org.reuseaddr.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import org.reuseaddr.socket.Family;

/**
 * ServerSocketChannel, opened for a family. The JDK sets SO_REUSEADDR as it opens one: to have it costs nothing more, to
 * be without it costs a call that takes it away.
 */
final class ChannelCycle extends ListenerCycle {

    private final ProtocolFamily family;
    private final InetSocketAddress[] addresses;
    private final boolean reuseAddress;

    ChannelCycle(Family family, int[] ports, boolean reuseAddress, Failures failures) {
        super(ports.length, failures);
        this.family = family.protocolFamily();
        this.addresses = loopback(family, ports);
        this.reuseAddress = reuseAddress;
    }

    @Override
    void run() {
        InetSocketAddress address = addresses[advance()];
        try (ServerSocketChannel listener = ServerSocketChannel.open(family)) {
            if (!reuseAddress) {
                listener.setOption(StandardSocketOptions.SO_REUSEADDR, false);
            }
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            failures().count(e);
        }
    }
}
