package org.reuseaddr.replay;

import java.util.OptionalInt;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketDiagnosis;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;

/**
 * Looks who holds a port. It asks sock_diag, and /proc/net where that has no answer or is known not to show every socket:
 * before Linux 6.8 no list shows a socket that is bound and neither listens nor is connected. Which kind of kernel this is
 * shows from a socket of our own that is bound and looked for, not from the version.
 */
final class PortWatch implements AutoCloseable {

    /** What a look at a port saw. */
    enum Seen {
        /** Some socket has the port. */
        HELD,
        /** No socket has the port; had one been bound to it, it would have been seen. */
        FREE,
        /** No socket was seen, but one that is only bound would not have been seen either. */
        NOTHING
    }

    private final Surroundings surroundings;
    private SocketDiagnosis diagnosis;
    private boolean showsBound;

    PortWatch(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Looks now. Opened at the first refusal: most checks never need it. */
    Seen look(int port) {
        if (diagnosis == null) {
            diagnosis = new SocketDiagnosis();
            showsBound = showsBound();
        }
        OptionalInt sockets = diagnosis.socketsOnPort(port);
        if (sockets.isPresent() && sockets.getAsInt() > 0) {
            return Seen.HELD;
        }
        if (sockets.isPresent() && showsBound) {
            return Seen.FREE;
        }
        return surroundings.portsInUse().get().contains(port) ? Seen.HELD : Seen.NOTHING;
    }

    private boolean showsBound() {
        Sockets sockets = new Sockets();
        if (!(sockets.socket(Family.INET) instanceof SyscallResult.Returned made)) {
            return false;
        }
        try {
            sockets.bind(made.value(), Family.INET.loopback(0));
            SockAddr name = sockets.getsockname(made.value()).address();
            return name != null && name.port() != 0 && diagnosis.socketsOnPort(name.port()).orElse(0) > 0;
        } finally {
            sockets.close(made.value());
        }
    }

    @Override
    public void close() {
        if (diagnosis != null) {
            diagnosis.close();
        }
    }
}
