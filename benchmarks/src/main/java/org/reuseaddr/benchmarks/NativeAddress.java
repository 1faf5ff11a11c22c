package org.reuseaddr.benchmarks;

import java.nio.ByteBuffer;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketCalls;

/** A sockaddr in memory that the kernel reads, whose port is changed in place. */
final class NativeAddress {

    private static final int PORT_OFFSET = 2;

    private final ByteBuffer memory = SocketCalls.allocate(SockAddr.MAX_LENGTH);
    /** The address to hand to bind or connect. */
    final long pointer;
    /** The structure's size in bytes. */
    final int length;

    NativeAddress(SocketCalls calls, SockAddr address) {
        address.writeTo(memory);
        pointer = calls.addressOf(memory);
        length = address.length();
    }

    /** The loopback address of a family. */
    static NativeAddress loopback(SocketCalls calls, Family family, int port) {
        return new NativeAddress(calls, family.loopback(port));
    }

    /** Names another port, 0 to 65535. */
    void setPort(int port) {
        memory.put(PORT_OFFSET, (byte) (port >>> 8));
        memory.put(PORT_OFFSET + 1, (byte) port);
    }
}
