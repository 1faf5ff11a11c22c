package org.reuseaddr.replay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
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

    private final Sockets sockets = new Sockets();
    private final DescriptorTable table;
    private int newName;
    private int limitMillis;
    private int began;

    CallExecutor(DescriptorTable table) {
        this.table = table;
    }

    /** The descriptors of one process, shared by its threads. */
    static final class DescriptorTable {
        private static final int NOT_OPEN = -1;

        private final Map<Integer, Integer> open = new HashMap<>();
        private final Set<Integer> nonBlocking = new HashSet<>();
        private int nextAnonymous = Integer.MIN_VALUE;
        private int generation;

        private synchronized int descriptor(int name) {
            return open.getOrDefault(name, NOT_OPEN);
        }

        private synchronized boolean isNonBlocking(int descriptor) {
            return nonBlocking.contains(descriptor);
        }

        private synchronized boolean isFull() {
            return open.size() >= Replayer.MAX_DESCRIPTORS;
        }

        private synchronized int generation() {
            return generation;
        }

        /** False if everything has been closed since {@code began}: the call that made the descriptor was given up. */
        private synchronized boolean add(int began, int name, int descriptor, boolean isNonBlocking) {
            if (began != generation) {
                return false;
            }
            int key = name != SocketProcess.UNNAMED && !open.containsKey(name) ? name : nextAnonymous++;
            open.put(key, descriptor);
            if (isNonBlocking) {
                nonBlocking.add(descriptor);
            }
            return true;
        }

        private synchronized void remove(int name) {
            Integer descriptor = open.remove(name);
            if (descriptor != null) {
                nonBlocking.remove(descriptor);
            }
        }

        private synchronized Set<Integer> takeAll() {
            Set<Integer> all = new HashSet<>(open.values());
            open.clear();
            nonBlocking.clear();
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

    /** Closes every descriptor of the process, see {@link SocketProcess#closeAll}. */
    void closeAll() {
        for (int descriptor : table.takeAll()) {
            sockets.setLinger(descriptor, true, 0);
            sockets.close(descriptor);
        }
    }

    @Override
    public Outcome socket(Call.Socket call) {
        SyscallResult result = table.isFull() ? new SyscallResult.Failed(Errno.EMFILE)
                : sockets.socket(call.domain(), call.type() | Linux.SOCK_CLOEXEC, call.protocol());
        keep(result, (call.type() & Linux.SOCK_NONBLOCK) != 0);
        return new Outcome.Plain(result);
    }

    private void keep(SyscallResult result, boolean isNonBlocking) {
        if (result instanceof SyscallResult.Returned returned
                && !table.add(began, newName, returned.value(), isNonBlocking)) {
            sockets.close(returned.value());
        }
    }

    @Override
    public Outcome setOption(Call.SetOption call) {
        return new Outcome.Plain(sockets.setOption(table.descriptor(call.fd()), call.option(), call.value()));
    }

    @Override
    public Outcome setLinger(Call.SetLinger call) {
        return new Outcome.Plain(sockets.setLinger(table.descriptor(call.fd()), call.on(), call.seconds()));
    }

    @Override
    public Outcome getOption(Call.GetOption call) {
        Sockets.WithValue read = sockets.getOption(table.descriptor(call.fd()), call.option());
        return read.result() instanceof SyscallResult.Returned returned
                ? new Outcome.WithValue(returned, read.value())
                : new Outcome.Plain(read.result());
    }

    @Override
    public Outcome bind(Call.Bind call) {
        return new Outcome.Plain(sockets.bind(table.descriptor(call.fd()), call.address()));
    }

    @Override
    public Outcome listen(Call.Listen call) {
        return new Outcome.Plain(sockets.listen(table.descriptor(call.fd()), call.backlog()));
    }

    @Override
    public Outcome connect(Call.Connect call) {
        int descriptor = table.descriptor(call.fd());
        if (table.isNonBlocking(descriptor)) {
            return new Outcome.Plain(sockets.connect(descriptor, call.address()));
        }
        SyscallResult switched = sockets.setNonBlocking(descriptor, true);
        if (switched instanceof SyscallResult.Failed) {
            return new Outcome.Plain(switched);
        }
        SyscallResult result = sockets.connect(descriptor, call.address());
        if (result.failedWith(Errno.EINPROGRESS)) {
            if (!sockets.awaitReady(descriptor, Linux.POLLOUT, limitMillis)) {
                return new Outcome.TimedOut(limitMillis);
            }
            int error = sockets.getOption(descriptor, SocketOption.SO_ERROR).value();
            result = SyscallResult.of(-error);
            // A blocking connect takes in how it ended. Here the socket counts as connecting until connect is called
            // once more: on Linux that answers 0 or ECONNABORTED and, after a failure, makes the socket usable again.
            sockets.connect(descriptor, call.address());
        }
        sockets.setNonBlocking(descriptor, false);
        return new Outcome.Plain(result);
    }

    @Override
    public Outcome accept(Call.Accept call) {
        int descriptor = table.descriptor(call.fd());
        boolean waits = descriptor != DescriptorTable.NOT_OPEN && !table.isNonBlocking(descriptor);
        if (waits && !sockets.awaitReady(descriptor, Linux.POLLIN, limitMillis)) {
            return new Outcome.TimedOut(limitMillis);
        }
        if (table.isFull()) {
            return new Outcome.Plain(new SyscallResult.Failed(Errno.EMFILE));
        }
        Sockets.WithAddress accepted = sockets.accept(descriptor, call.flags() | Linux.SOCK_CLOEXEC);
        keep(accepted.result(), (call.flags() & Linux.SOCK_NONBLOCK) != 0);
        return withAddress(accepted);
    }

    @Override
    public Outcome getSockName(Call.GetSockName call) {
        return withAddress(sockets.getsockname(table.descriptor(call.fd())));
    }

    @Override
    public Outcome shutdown(Call.Shutdown call) {
        return new Outcome.Plain(sockets.shutdown(table.descriptor(call.fd()), call.how()));
    }

    @Override
    public Outcome close(Call.Close call) {
        SyscallResult result = sockets.close(table.descriptor(call.fd()));
        table.remove(call.fd());
        return new Outcome.Plain(result);
    }

    private static Outcome withAddress(Sockets.WithAddress answer) {
        return answer.result() instanceof SyscallResult.Returned returned
                ? new Outcome.WithAddress(returned, answer.address())
                : new Outcome.Plain(answer.result());
    }
}
