package org.reuseaddr.benchmarks;

import java.nio.ByteBuffer;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketCalls;
import org.reuseaddr.socket.SocketOption;

/** The bare calls: socket, setsockopt unless SO_REUSEADDR is to stay off, bind, listen, close. */
final class NativeCycle extends ListenerCycle {

    private final SocketCalls calls;
    private final int domain;
    private final int[] ports;
    private final boolean reuseAddress;
    private final NativeAddress address;
    private final ByteBuffer one = SocketCalls.allocate(Integer.BYTES).putInt(0, 1);
    private final long onePointer;

    NativeCycle(SocketCalls calls, Family family, int[] ports, boolean reuseAddress, Failures failures) {
        super(ports.length, failures);
        this.calls = calls;
        this.domain = family.number();
        this.ports = ports;
        this.reuseAddress = reuseAddress;
        address = NativeAddress.loopback(calls, family, 0);
        onePointer = calls.addressOf(one);
    }

    @Override
    void run() {
        address.setPort(ports[advance()]);
        int fd = calls.socket(domain, Linux.SOCK_STREAM, Linux.IPPROTO_TCP);
        if (fd < 0) {
            failures().count(-fd);
            return;
        }
        int result = reuseAddress
                ? calls.setsockopt(fd, Linux.SOL_SOCKET, SocketOption.SO_REUSEADDR.number(), onePointer, Integer.BYTES)
                : 0;
        if (result == 0) {
            result = calls.bind(fd, address.pointer, address.length);
        }
        if (result == 0) {
            result = calls.listen(fd, BACKLOG);
        }
        int closed = calls.close(fd);
        if (result < 0 || closed < 0) {
            failures().count(-Math.min(result, closed));
        }
    }
}
