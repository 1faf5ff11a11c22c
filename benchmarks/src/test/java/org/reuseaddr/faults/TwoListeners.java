package org.reuseaddr.faults;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;

/** Binds two ServerSocketChannels to one port of 127.0.0.1; prints {@code refused} or {@code permitted}. */
final class TwoListeners {

    private TwoListeners() {
    }

    public static void main(String[] arguments) throws IOException {
        try (ServerSocketChannel first = ServerSocketChannel.open(StandardProtocolFamily.INET);
                ServerSocketChannel second = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
            first.bind(new InetSocketAddress("127.0.0.1", 0));
            try {
                second.bind(first.getLocalAddress());
                System.out.println("permitted");
            } catch (BindException e) {
                System.out.println("refused");
            }
        }
    }
}
