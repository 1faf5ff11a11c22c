package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/** Writes the steps of a scenario of one family, each with its outcome. */
final class RepeatedSteps {

    private final Family family;
    private final List<Step> steps = new ArrayList<>();

    RepeatedSteps(Family family) {
        this.family = family;
    }

    /** The steps so far. */
    List<Step> steps() {
        return List.copyOf(steps);
    }

    /** socket(2) of this family; {@code flags} are SOCK_ flags. */
    RepeatedSteps socket(int process, int fd, int flags) {
        return step(process, new Call.Socket(family.number(), Linux.SOCK_STREAM | flags, Linux.IPPROTO_TCP),
                new Outcome.Plain(new SyscallResult.Returned(fd)));
    }

    RepeatedSteps socket(int fd) {
        return socket(Challenge.ONLY_PROCESS, fd, 0);
    }

    /** setsockopt(2) of an option to 1. */
    RepeatedSteps set(int fd, SocketOption option) {
        return succeed(Challenge.ONLY_PROCESS, new Call.SetOption(fd, option, 1));
    }

    /** SO_LINGER of 0 s: close resets the connection, which leaves nothing behind. */
    RepeatedSteps resetOnClose(int fd) {
        return succeed(Challenge.ONLY_PROCESS, new Call.SetLinger(fd, true, 0));
    }

    /** bind(2) to the loopback address. */
    RepeatedSteps bind(int process, int fd, int port) {
        return succeed(process, new Call.Bind(fd, family.loopback(port)));
    }

    RepeatedSteps bind(int fd, int port) {
        return bind(Challenge.ONLY_PROCESS, fd, port);
    }

    RepeatedSteps listen(int process, int fd, int backlog) {
        return succeed(process, new Call.Listen(fd, backlog));
    }

    /** A listener on {@link Script#PORT} of the loopback address. */
    RepeatedSteps listener(int fd, int backlog) {
        return socket(fd).bind(fd, Script.PORT).listen(Challenge.ONLY_PROCESS, fd, backlog);
    }

    /** connect(2) to {@link Script#PORT} of the loopback address, which succeeds. */
    RepeatedSteps connect(int fd) {
        return succeed(Challenge.ONLY_PROCESS, new Call.Connect(fd, target()));
    }

    /** connect(2) to {@link Script#PORT} of the loopback address, which fails. */
    RepeatedSteps connectFails(int fd, Errno errno) {
        return step(Challenge.ONLY_PROCESS, new Call.Connect(fd, target()),
                new Outcome.Plain(new SyscallResult.Failed(errno)));
    }

    /** connect(2) to {@link Script#PORT} of the loopback address, which waits for longer than the limit. */
    RepeatedSteps connectWaits(int fd, int limitMillis) {
        return step(Challenge.ONLY_PROCESS, new Call.Connect(fd, target()), new Outcome.TimedOut(limitMillis));
    }

    RepeatedSteps accept(int listener, int fd) {
        return step(Challenge.ONLY_PROCESS, new Call.Accept(listener, false, 0),
                new Outcome.WithAddress(new SyscallResult.Returned(fd), null));
    }

    /** getsockname(2) that shows the loopback address and this port. */
    RepeatedSteps showsPort(int process, int fd, int port) {
        return step(process, new Call.GetSockName(fd),
                new Outcome.WithAddress(new SyscallResult.Returned(0), family.loopback(port)));
    }

    RepeatedSteps close(int process, int fd) {
        return succeed(process, new Call.Close(fd));
    }

    RepeatedSteps close(int fd) {
        return close(Challenge.ONLY_PROCESS, fd);
    }

    private SockAddr target() {
        return family.loopback(Script.PORT);
    }

    private RepeatedSteps succeed(int process, Call call) {
        return step(process, call, new Outcome.Plain(new SyscallResult.Returned(0)));
    }

    private RepeatedSteps step(int process, Call call, Outcome outcome) {
        steps.add(new Step(process, call, outcome));
        return this;
    }
}
