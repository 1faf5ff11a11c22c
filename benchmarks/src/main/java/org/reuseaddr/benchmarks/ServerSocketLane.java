package org.reuseaddr.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import org.reuseaddr.socket.Family;

/** ServerSocket. */
final class ServerSocketLane implements AcceptLane {

    private final ServerSocket listener;

    ServerSocketLane(Family family, int backlog) {
        ForkArguments.requireServerSocketOf(family);
        try {
            listener = new ServerSocket();
            listener.bind(ListenerCycle.loopback(family, new int[] {0})[0], backlog);
        } catch (IOException e) {
            throw new UncheckedIOException("no listener on loopback", e);
        }
    }

    @Override
    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public Acceptor acceptor(int slots) {
        return new SocketAcceptor(listener, new Socket[slots]);
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

    private static final class SocketAcceptor extends Acceptor {

        private final ServerSocket listener;
        private final Socket[] slots;

        SocketAcceptor(ServerSocket listener, Socket[] slots) {
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
            Socket connection = slots[slot];
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
    }
}
