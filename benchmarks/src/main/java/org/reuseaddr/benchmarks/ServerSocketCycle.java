package org.reuseaddr.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.reuseaddr.socket.Family;

/** ServerSocket, which has SO_REUSEADDR on from the start as ServerSocketChannel has. */
final class ServerSocketCycle extends ListenerCycle {

    private final InetSocketAddress[] addresses;
    private final boolean reuseAddress;

    ServerSocketCycle(Family family, int[] ports, boolean reuseAddress, Failures failures) {
        super(ports.length, failures);
        ForkArguments.requireServerSocketOf(family);
        this.addresses = loopback(family, ports);
        this.reuseAddress = reuseAddress;
    }

    @Override
    void run() {
        InetSocketAddress address = addresses[advance()];
        try (ServerSocket listener = new ServerSocket()) {
            if (!reuseAddress) {
                listener.setReuseAddress(false);
            }
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            failures().count(e);
        }
    }
}
