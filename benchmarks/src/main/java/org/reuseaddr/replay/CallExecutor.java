package org.reuseaddr.replay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.reuseaddr.platform.ProcNet;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * Makes one call on real sockets in the current thread. A call that would block waits in poll first, so that it
 * comes back within its limit on every platform whose poll does.
 */
final class CallExecutor implements Call.Handler<Outcome> {

    private static final SyscallResult ZERO = new SyscallResult.Returned(0);
    private static final Errno EALREADY = Errno.named("EALREADY");
    private static final long RETRY_NANOS = 1_000_000;
    private static final Outcome FULL = new Outcome.Plain(new SyscallResult.Failed(Errno.EMFILE));

    private final Sockets sockets = new Sockets();
    private final DescriptorTable table;
    private final boolean isV6OnlyByDefault = ProcNet.ofThisProcess().isV6OnlyByDefault();
    private int newName;
    private int limitMillis;
    private int began;

    CallExecutor(DescriptorTable table) {
        this.table = table;
    }

    /**
     * A real descriptor. Those that dup makes share one open file, and with it whether that is non-blocking.
     *
     * @param nonBlocking whether O_NONBLOCK is set, shared with the descriptors of the same open file
     */
    private record Open(int descriptor, AtomicBoolean nonBlocking) {
        private static final int NOT_OPEN = -1;

        private static Open none() {
            return new Open(NOT_OPEN, new AtomicBoolean());
        }

        private boolean exists() {
            return descriptor != NOT_OPEN;
        }
    }

    /** The descriptors of one process, shared by its threads. */
    static final class DescriptorTable {

        private final Map<Integer, Open> open = new HashMap<>();
        private int nextAnonymous = Integer.MIN_VALUE;
        private int generation;

        /** The descriptor of this name; one that is not open if there is none. */
        private synchronized Open named(int name) {
            Open named = open.get(name);
            return named == null ? Open.none() : named;
        }

        private synchronized boolean isFull() {
            return open.size() >= Replayer.MAX_DESCRIPTORS;
        }

        private synchronized int generation() {
            return generation;
        }

        /** False if everything has been closed since {@code began}: the call that made the descriptor was given up. */
        private synchronized boolean add(int began, int name, Open made) {
            if (began != generation) {
                return false;
            }
            int key = name != SocketProcess.UNNAMED && !open.containsKey(name) ? name : nextAnonymous++;
            open.put(key, made);
            return true;
        }

        private synchronized void remove(int name) {
            open.remove(name);
        }

        private synchronized List<Open> takeAll() {
            List<Open> all = List.copyOf(open.values());
            open.clear();
            generation++;
            return all;
        }
    }

    Outcome execute(Call call, int name, int limit) {
        newName = name;
        limitMillis = limit;
        began = table.generation();
        return call.dispatch(this);
    }

    private int descriptor(Call.OnDescriptor call) {
        return table.named(call.fd()).descriptor();
    }

    /** Closes every descriptor of the process, see {@link SocketProcess#closeAll}. */
    void closeAll() {
        for (Open open : table.takeAll()) {
            sockets.setLinger(open.descriptor(), true, 0);
            sockets.close(open.descriptor());
        }
    }

    @Override
    public Outcome socket(Call.Socket call) {
        if (table.isFull()) {
            return FULL;
        }
        SyscallResult result = sockets.socket(call.domain(), call.type() | Linux.SOCK_CLOEXEC, call.protocol());
        // A setting of the machine is no difference of the platform: transcripts and the model begin with its usual value.
        if (isV6OnlyByDefault && call.domain() == Family.INET6.number() && result instanceof SyscallResult.Returned made) {
            sockets.setOption(made.value(), SocketOption.IPV6_V6ONLY, 0);
        }
        keep(result, new AtomicBoolean((call.type() & Linux.SOCK_NONBLOCK) != 0));
        return new Outcome.Plain(result);
    }

    private void keep(SyscallResult result, AtomicBoolean nonBlocking) {
        if (result instanceof SyscallResult.Returned returned
                && !table.add(began, newName, new Open(returned.value(), nonBlocking))) {
            sockets.close(returned.value());
        }
    }

    @Override
    public Outcome setOption(Call.SetOption call) {
        return new Outcome.Plain(sockets.setOption(descriptor(call), call.option(), call.value()));
    }

    @Override
    public Outcome setLinger(Call.SetLinger call) {
        return new Outcome.Plain(sockets.setLinger(descriptor(call), call.on(), call.seconds()));
    }

    @Override
    public Outcome getOption(Call.GetOption call) {
        Sockets.ValueResult read = sockets.getOption(descriptor(call), call.option());
        return read.result() instanceof SyscallResult.Returned returned
                ? new Outcome.WithValue(returned, read.value())
                : new Outcome.Plain(read.result());
    }

    @Override
    public Outcome bind(Call.Bind call) {
        return new Outcome.Plain(sockets.bind(descriptor(call), call.address()));
    }

    @Override
    public Outcome listen(Call.Listen call) {
        return new Outcome.Plain(sockets.listen(descriptor(call), call.backlog()));
    }

    @Override
    public Outcome connect(Call.Connect call) {
        Open open = table.named(call.fd());
        if (open.nonBlocking().get()) {
            return new Outcome.Plain(sockets.connect(open.descriptor(), call.address()));
        }
        SyscallResult switched = sockets.setNonBlocking(open.descriptor(), true);
        if (switched instanceof SyscallResult.Failed) {
            return new Outcome.Plain(switched);
        }
        try {
            SyscallResult result = sockets.connect(open.descriptor(), call.address());
            return result.failedWith(Errno.EINPROGRESS) ? connected(open.descriptor(), call.address())
                    : new Outcome.Plain(result);
        } finally {
            sockets.setNonBlocking(open.descriptor(), false);
        }
    }

    /**
     * How a connect that is under way ends. A blocking connect takes in how it ended; here the socket counts as connecting
     * until connect is called once more: on Linux that answers 0 or ECONNABORTED and, after a failure, makes the socket
     * usable again. EALREADY means that it goes on, whatever poll says: of a socket that was shut down before, POLLHUP.
     */
    private Outcome connected(int descriptor, SockAddr address) {
        long deadline = System.nanoTime() + limitMillis * 1_000_000L;
        long remaining = limitMillis;
        while (remaining > 0 && sockets.awaitReady(descriptor, Linux.POLLOUT, (int) remaining)) {
            Sockets.ValueResult error = sockets.getOption(descriptor, SocketOption.SO_ERROR);
            if (!error.result().equals(ZERO)) {
                throw new ReplayException("how connect ended cannot be read: getsockopt(SO_ERROR) answered " + error.result());
            }
            SyscallResult again = sockets.connect(descriptor, address);
            if (error.value() != 0 || !again.failedWith(EALREADY)) {
                return new Outcome.Plain(SyscallResult.of(-error.value()));
            }
            LockSupport.parkNanos(RETRY_NANOS);
            remaining = (deadline - System.nanoTime()) / 1_000_000L;
        }
        return new Outcome.TimedOut(limitMillis);
    }

    @Override
    public Outcome accept(Call.Accept call) {
        Open listener = table.named(call.fd());
        if (table.isFull()) {
            return FULL;
        }
        Sockets.AddressedResult accepted = acceptOnce(listener, call);
        boolean waits = listener.exists() && !listener.nonBlocking().get() && accepted.result().failedWith(Errno.EAGAIN);
        if (waits) {
            if (!sockets.awaitReady(listener.descriptor(), Linux.POLLIN, limitMillis)) {
                return new Outcome.TimedOut(limitMillis);
            }
            accepted = acceptOnce(listener, call);
        }
        keep(accepted.result(), new AtomicBoolean((call.flags() & Linux.SOCK_NONBLOCK) != 0));
        return withAddress(accepted);
    }

    /** Does not wait, whether the listener is non-blocking or not: what cannot be accepted shows at once. */
    private Sockets.AddressedResult acceptOnce(Open listener, Call.Accept call) {
        boolean switched = listener.exists() && !listener.nonBlocking().get();
        if (switched) {
            sockets.setNonBlocking(listener.descriptor(), true);
        }
        try {
            return call.four() ? sockets.accept4(listener.descriptor(), call.flags() | Linux.SOCK_CLOEXEC)
                    : sockets.accept(listener.descriptor());
        } finally {
            if (switched) {
                sockets.setNonBlocking(listener.descriptor(), false);
            }
        }
    }

    @Override
    public Outcome getSockName(Call.GetSockName call) {
        return withAddress(sockets.getsockname(descriptor(call)));
    }

    @Override
    public Outcome getPeerName(Call.GetPeerName call) {
        return withAddress(sockets.getpeername(descriptor(call)));
    }

    @Override
    public Outcome shutdown(Call.Shutdown call) {
        return new Outcome.Plain(sockets.shutdown(descriptor(call), call.how()));
    }

    @Override
    public Outcome dup(Call.Dup call) {
        if (table.isFull()) {
            return FULL;
        }
        Open open = table.named(call.fd());
        SyscallResult result = sockets.dup(open.descriptor());
        keep(result, open.nonBlocking());
        return new Outcome.Plain(result);
    }

    @Override
    public Outcome setNonBlocking(Call.SetNonBlocking call) {
        Open open = table.named(call.fd());
        Outcome outcome = new Outcome.Plain(sockets.setNonBlocking(open.descriptor(), call.on()));
        if (call.succeedsWith(outcome)) {
            open.nonBlocking().set(call.on());
        }
        return outcome;
    }

    @Override
    public Outcome poll(Call.Poll call) {
        Open open = table.named(call.fd());
        // poll ignores negative descriptors; one that cannot be open is answered with POLLNVAL, as a closed one is.
        int descriptor = open.exists() ? open.descriptor() : Integer.MAX_VALUE;
        boolean bounded = call.timeoutMillis() >= 0 && call.timeoutMillis() <= limitMillis;
        Sockets.ValueResult polled = sockets.poll(descriptor, call.events(), bounded ? call.timeoutMillis() : limitMillis);
        if (polled.result() instanceof SyscallResult.Returned returned && returned.value() == 1) {
            return new Outcome.WithValue(returned, polled.value());
        }
        return polled.result().equals(ZERO) && !bounded ? new Outcome.TimedOut(limitMillis)
                : new Outcome.Plain(polled.result());
    }

    @Override
    public Outcome close(Call.Close call) {
        SyscallResult result = sockets.close(descriptor(call));
        table.remove(call.fd());
        return new Outcome.Plain(result);
    }

    private static Outcome withAddress(Sockets.AddressedResult answer) {
        return answer.result() instanceof SyscallResult.Returned returned
                ? new Outcome.WithAddress(returned, answer.address())
                : new Outcome.Plain(answer.result());
    }
}
