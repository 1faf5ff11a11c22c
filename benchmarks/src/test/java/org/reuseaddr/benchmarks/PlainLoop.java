package org.reuseaddr.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * What ListenerLifecycle and AcceptDrain measure with {@code api=channel}, in loops without JMH and without the suite:
 * scripts/compare-with-c.sh holds the suite against them, to tell its own part from the JDK's. Slices of time, ns/op each,
 * after a second of warm-up.
 *
 * <pre>java PlainLoop.java INET|INET6 cycle|accept SLICES MILLISECONDS</pre>
 */
public final class PlainLoop {

    private static final int BACKLOG = 50;
    private static final int WAITING = 1024;
    private static final int BATCH = 64;
    private static final int WARM_UP_SLICES = 10;
    private static final long WARM_UP_NANOS = 100_000_000;

    private final StandardProtocolFamily family;
    private final InetAddress loopback;

    private PlainLoop(boolean four) throws IOException {
        family = four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        loopback = InetAddress.getByName(four ? "127.0.0.1" : "::1");
    }

    /** Prints the slices in the words in which JMH prints iterations. */
    public static void main(String[] arguments) throws IOException {
        PlainLoop loop = new PlainLoop(arguments[0].equals("INET"));
        boolean accept = arguments[1].equals("accept");
        int slices = Integer.parseInt(arguments[2]);
        long nanos = Long.parseLong(arguments[3]) * 1_000_000;
        for (int i = 1 - WARM_UP_SLICES; i <= slices; i++) {
            long length = i > 0 ? nanos : WARM_UP_NANOS;
            double cost = accept ? loop.accepts(length) : loop.cycles(length);
            if (i > 0) {
                System.out.println("Iteration " + i + ": " + cost + " ns/op");
            }
        }
    }

    private double cycles(long nanos) throws IOException {
        InetSocketAddress address = new InetSocketAddress(loopback, 0);
        long start = System.nanoTime();
        long end;
        int operations = 0;
        do {
            try (ServerSocketChannel listener = ServerSocketChannel.open(family)) {
                listener.bind(address, BACKLOG);
            }
            operations++;
            end = System.nanoTime();
        } while (end - start < nanos);
        return (double) (end - start) / operations;
    }

    private double accepts(long nanos) throws IOException {
        long measured = 0;
        long operations = 0;
        SocketChannel[] clients = new SocketChannel[WAITING];
        SocketChannel[] accepted = new SocketChannel[BATCH];
        try (ServerSocketChannel listener = ServerSocketChannel.open(family)) {
            listener.bind(new InetSocketAddress(loopback, 0), WAITING);
            long start = System.nanoTime();
            do {
                for (int i = 0; i < WAITING; i++) {
                    clients[i] = SocketChannel.open(family);
                    clients[i].setOption(StandardSocketOptions.SO_LINGER, 0);
                    clients[i].connect(listener.getLocalAddress());
                }
                for (int first = 0; first < WAITING; first += BATCH) {
                    long before = System.nanoTime();
                    for (int i = 0; i < BATCH; i++) {
                        accepted[i] = listener.accept();
                    }
                    measured += System.nanoTime() - before;
                    operations += BATCH;
                    for (int i = 0; i < BATCH; i++) {
                        clients[first + i].close();
                        accepted[i].close();
                    }
                }
            } while (System.nanoTime() - start < nanos);
        }
        return (double) measured / operations;
    }
}
