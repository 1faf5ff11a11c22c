package org.reuseaddr.replay;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/**
 * The running JVM's own listeners, ServerSocketChannel, as a process of a transcript: the gate of a fork asks the API
 * and the flags that are about to be measured. The JDK binds and listens in one step, so that bind here does both; a
 * bind that the JDK refuses for another reason than the address in use is reported as EINVAL with the JDK's words lost.
 */
final class JdkProcess implements SocketProcess, Call.Handler<Outcome> {

    private static final Outcome DONE = new Outcome.Plain(new SyscallResult.Returned(0));
    private static final int BACKLOG = 8;

    private final Map<Integer, ServerSocketChannel> listeners = new HashMap<>();
    private int newName;
    private int limitMillis;

    @Override
    public Outcome execute(int thread, Call call, int name, int limit) {
        newName = name;
        limitMillis = limit;
        return call.dispatch(this);
    }

    @Override
    public Outcome socket(Call.Socket call) {
        try {
            Family family = call.domain() == Family.INET.number() ? Family.INET : Family.INET6;
            ServerSocketChannel listener = ServerSocketChannel.open(family.protocolFamily());
            listener.configureBlocking(false);
            listeners.put(newName, listener);
            return DONE;
        } catch (IOException | UnsupportedOperationException e) {
            return new Outcome.Plain(new SyscallResult.Failed(Errno.EAFNOSUPPORT));
        }
    }

    @Override
    public Outcome setOption(Call.SetOption call) {
        if (call.option() != SocketOption.SO_REUSEADDR) {
            throw unsupported(call);
        }
        try {
            listeners.get(call.fd()).setOption(StandardSocketOptions.SO_REUSEADDR, call.value() != 0);
            return DONE;
        } catch (IOException e) {
            return new Outcome.Plain(new SyscallResult.Failed(Errno.EINVAL));
        }
    }

    @Override
    public Outcome bind(Call.Bind call) {
        try {
            listeners.get(call.fd()).bind(address(call.address()), BACKLOG);
            return DONE;
        } catch (BindException e) {
            boolean unavailable = String.valueOf(e.getMessage()).contains("assign requested address");
            return new Outcome.Plain(new SyscallResult.Failed(unavailable ? Errno.EADDRNOTAVAIL : Errno.EADDRINUSE));
        } catch (IOException e) {
            return new Outcome.Plain(new SyscallResult.Failed(Errno.EINVAL));
        }
    }

    private static InetSocketAddress address(SockAddr target) throws IOException {
        byte[] octets = target instanceof SockAddr.Inet4 four ? four.octets() : ((SockAddr.Inet6) target).octets();
        return new InetSocketAddress(InetAddress.getByAddress(octets), target.port());
    }

    @Override
    public Outcome listen(Call.Listen call) {
        return DONE;
    }

    @Override
    public Outcome accept(Call.Accept call) {
        long deadline = System.nanoTime() + limitMillis * 1_000_000L;
        try {
            do {
                SocketChannel accepted = listeners.get(call.fd()).accept();
                if (accepted != null) {
                    accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
                    accepted.close();
                    return DONE;
                }
            } while (System.nanoTime() < deadline);
            return new Outcome.TimedOut(limitMillis);
        } catch (IOException e) {
            return new Outcome.Plain(new SyscallResult.Failed(Errno.EINVAL));
        }
    }

    @Override
    public Outcome close(Call.Close call) {
        ServerSocketChannel listener = listeners.remove(call.fd());
        if (listener != null) {
            close(listener);
        }
        return DONE;
    }

    @Override
    public Outcome setLinger(Call.SetLinger call) {
        return DONE;
    }

    /** The JDK shows neither SO_ACCEPTCONN nor IPV6_V6ONLY. */
    @Override
    public Outcome getOption(Call.GetOption call) {
        return new Outcome.Plain(new SyscallResult.Failed(Errno.named("ENOPROTOOPT")));
    }

    @Override
    public Outcome connect(Call.Connect call) {
        throw unsupported(call);
    }

    @Override
    public Outcome getSockName(Call.GetSockName call) {
        throw unsupported(call);
    }

    @Override
    public Outcome getPeerName(Call.GetPeerName call) {
        throw unsupported(call);
    }

    @Override
    public Outcome dup(Call.Dup call) {
        throw unsupported(call);
    }

    @Override
    public Outcome setNonBlocking(Call.SetNonBlocking call) {
        throw unsupported(call);
    }

    @Override
    public Outcome poll(Call.Poll call) {
        throw unsupported(call);
    }

    @Override
    public Outcome shutdown(Call.Shutdown call) {
        throw unsupported(call);
    }

    private static ReplayException unsupported(Call call) {
        return new ReplayException("the gate through the JDK does not make the call " + call.name());
    }

    private static void close(ServerSocketChannel listener) {
        try {
            listener.close();
        } catch (IOException e) {
            throw new ReplayException("a listener could not be closed: " + e.getMessage(), e);
        }
    }

    @Override
    public void closeAll() {
        listeners.values().forEach(JdkProcess::close);
        listeners.clear();
    }

    @Override
    public void close() {
        closeAll();
    }
}
