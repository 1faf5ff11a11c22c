package org.reuseaddr.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Somebody else's program on the machine: takes ports at random where scenarios have theirs (10240 to 32767), on any
 * local address, with and without SO_REUSEADDR, mostly listens, and lets them go soon.
 */
public final class UnrelatedProcess implements AutoCloseable {

    private static final int LOW = 10_240;
    private static final int HIGH = 32_767;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final byte[][] ADDRESSES = {{0, 0, 0, 0}, {127, 0, 0, 1}, new byte[16],
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

    private final Random random = new Random();
    private final Queue<ServerSocketChannel> held = new ArrayDeque<>();
    private final int most;
    private final Thread thread = new Thread(this::disturb, "unrelated-process");
    private volatile boolean stopped;
    private final AtomicInteger binds = new AtomicInteger();

    /** @param most how many ports to hold at once */
    public UnrelatedProcess(int most) {
        this.most = most;
        thread.setDaemon(true);
        thread.start();
    }

    /** How many ports were taken so far. */
    public int binds() {
        return binds.get();
    }

    private void disturb() {
        long next = System.nanoTime();
        try {
            while (!stopped) {
                take();
                if (held.size() > most) {
                    held.remove().close();
                }
                next = Math.max(next + PAUSE_NANOS, System.nanoTime() - 100 * PAUSE_NANOS);
                LockSupport.parkNanos(next - System.nanoTime());
            }
            for (ServerSocketChannel channel : held) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take() throws IOException {
        byte[] address = ADDRESSES[random.nextInt(ADDRESSES.length)];
        ServerSocketChannel channel = ServerSocketChannel.open(
                address.length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, random.nextBoolean());
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(address), LOW + random.nextInt(HIGH - LOW + 1)), 8);
            held.add(channel);
            binds.incrementAndGet();
        } catch (BindException taken) {
            channel.close();
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Disturbs until standard input ends; {@code HELD} ports are held at once. */
    public static void main(String[] arguments) throws IOException {
        try (UnrelatedProcess other = new UnrelatedProcess(Integer.parseInt(arguments[0]))) {
            long start = System.nanoTime();
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
            System.out.printf("%d binds, %.0f a second%n", other.binds(),
                    other.binds() * 1e9 / (System.nanoTime() - start));
        }
    }
}
