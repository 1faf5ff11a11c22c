package org.reuseaddr.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;

/** ServerSocketChannel: blocking, or non-blocking with a selector for each accepting thread. */
final class ChannelLane implements AcceptLane {

    /** The longest wait of one accept with a selector. */
    private static final int SELECT_LIMIT_MILLIS = 100;

    private final ServerSocketChannel listener;

    private ChannelLane(ServerSocketChannel listener) {
        this.listener = listener;
    }

    static ChannelLane blocking(Family family, int backlog) {
        return open(family, backlog, true);
    }

    static ChannelLane selecting(Family family, int backlog) {
        return open(family, backlog, false);
    }

    private static ChannelLane open(Family family, int backlog, boolean blocking) {
        try {
            ServerSocketChannel listener = ServerSocketChannel.open(family.protocolFamily());
            listener.bind(ListenerCycle.loopback(family, new int[] {0})[0], backlog);
            listener.configureBlocking(blocking);
            return new ChannelLane(listener);
        } catch (IOException e) {
            throw new UncheckedIOException("no listener on loopback", e);
        }
    }

    @Override
    public int port() {
        try {
            return ((InetSocketAddress) listener.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Acceptor acceptor(int slots) {
        return listener.isBlocking()
                ? new BlockingAcceptor(listener, new SocketChannel[slots])
                : new SelectingAcceptor(listener, new SocketChannel[slots]);
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int closeSlot(SocketChannel[] slots, int slot) {
        SocketChannel connection = slots[slot];
        if (connection == null) {
            return 0;
        }
        slots[slot] = null;
        try {
            connection.close();
            return 0;
        } catch (IOException e) {
            return -Failures.errnoOf(e);
        }
    }

    private static final class BlockingAcceptor extends Acceptor {

        private final ServerSocketChannel listener;
        private final SocketChannel[] slots;

        BlockingAcceptor(ServerSocketChannel listener, SocketChannel[] slots) {
            this.listener = listener;
            this.slots = slots;
        }

        @Override
        int accept(int slot) {
            try {
                slots[slot] = listener.accept();
                return 0;
            } catch (IOException e) {
                return -Failures.errnoOf(e);
            }
        }

        @Override
        int close(int slot) {
            return closeSlot(slots, slot);
        }
    }

    /** Asks for a connection first and waits only if there is none, as a server under load does. */
    private static final class SelectingAcceptor extends Acceptor {

        private final ServerSocketChannel listener;
        private final SocketChannel[] slots;
        private final Selector selector;

        SelectingAcceptor(ServerSocketChannel listener, SocketChannel[] slots) {
            this.listener = listener;
            this.slots = slots;
            try {
                selector = Selector.open();
                listener.register(selector, SelectionKey.OP_ACCEPT);
            } catch (IOException e) {
                throw new UncheckedIOException("no selector", e);
            }
        }

        @Override
        int accept(int slot) {
            try {
                SocketChannel connection = listener.accept();
                while (connection == null) {
                    int ready = selector.select(SELECT_LIMIT_MILLIS);
                    selector.selectedKeys().clear();
                    connection = listener.accept();
                    if (connection == null && ready == 0) {
                        return -Errno.EAGAIN.number();
                    }
                }
                slots[slot] = connection;
                return 0;
            } catch (IOException e) {
                return -Failures.errnoOf(e);
            }
        }

        @Override
        int close(int slot) {
            return closeSlot(slots, slot);
        }

        /** Without this the kernel would keep the listener, closed as it is, for as long as the selector knows it. */
        @Override
        void release() {
            try {
                selector.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
