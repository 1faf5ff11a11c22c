package org.reuseaddr.scenario;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.World;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * The sequences that explore makes with a seed and one process, as {@code src/test/c/sequences.c} reads them:
 * scripts/explore-with-c.sh holds explore against them. It opens no socket: each call answers what the model says first.
 *
 * <pre>java -cp benchmarks.jar PlainSequences.java SEED COUNT CALLS</pre>
 *
 * <p>A line is a call: its name, descriptor, the name of the descriptor it makes, two numbers of its own, an address in
 * hexadecimal digits and its port, whether it may wait, and whether it succeeds. A blank line ends a sequence.
 */
public final class PlainSequences implements Call.Handler<String> {

    /** As in {@code Exploration}. */
    private static final int LEAVES_TIME_WAIT = 64;

    private final int name;

    private PlainSequences(int name) {
        this.name = name;
    }

    /** Prints the sequences. */
    public static void main(String[] arguments) {
        long seed = Long.parseLong(arguments[0]);
        long count = Long.parseLong(arguments[1]);
        int calls = Integer.parseInt(arguments[2]);
        try (PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8)) {
            for (long number = 0; number < count; number++) {
                print(out, new RandomCalls(RandomStream.of(seed, number), new RandomCalls.Scope(1, List.of(),
                        List.of(Family.values()), number % LEAVES_TIME_WAIT == 0, true)), calls);
            }
        }
    }

    private static void print(PrintWriter out, RandomCalls generator, int calls) {
        World world = World.EMPTY;
        int chosen = RandomCalls.FIRST_CHOSEN_PORT;
        for (int i = 0; i < calls; i++) {
            Made made = generator.next(world);
            List<Allowed> answers = LinuxTcp.REFERENCE.answers(world, made.process(), made.call());
            int name = made.call() instanceof Call.MakesDescriptor ? RandomCalls.nextDescriptor(world, made.process()) : -1;
            Answer first = answers.get(0).answer();
            Outcome outcome = first instanceof Answer.Anything ? new Outcome.Plain(new SyscallResult.Failed(Errno.EAGAIN))
                    : first.example(made.call(), name);
            boolean learns = first instanceof Answer.Shows shows && shows.chosen();
            if (learns) {
                outcome = new Outcome.WithAddress(Answer.RETURNED_ZERO,
                        ((Answer.Shows) first).address().withPort(chosen));
            }
            boolean waits = answers.stream().anyMatch(answer -> answer.answer() instanceof Answer.Waits
                    || answer.answer() instanceof Answer.Anything);
            Step step = new Step(made.process(), made.call(), outcome);
            out.printf(Locale.ROOT, "%s %d %d %d%n", made.call().dispatch(new PlainSequences(name)), learns ? chosen++ : 0,
                    waits ? 1 : 0, step.succeeded() ? 1 : 0);
            world = LinuxTcp.REFERENCE.judge(world, step).after();
        }
        out.println();
    }

    private String line(String call, int fd, int first, int second) {
        return String.format(Locale.ROOT, "%s %d %d %d %d - 0", call, fd, name, first, second);
    }

    private String line(String call, int fd, SockAddr address) {
        byte[] octets = address instanceof SockAddr.Inet4 four ? four.octets() : ((SockAddr.Inet6) address).octets();
        return String.format(Locale.ROOT, "%s %d %d 0 0 %s %d", call, fd, name, HexFormat.of().formatHex(octets), address.port());
    }

    @Override
    public String socket(Call.Socket call) {
        return line("socket", -1, call.domain(), call.type());
    }

    @Override
    public String setOption(Call.SetOption call) {
        return line("setsockopt", call.fd(), call.option().level() << 16 | call.option().number(), call.value());
    }

    @Override
    public String setLinger(Call.SetLinger call) {
        return line("linger", call.fd(), call.on() ? 1 : 0, call.seconds());
    }

    @Override
    public String getOption(Call.GetOption call) {
        return line("getsockopt", call.fd(), call.option().level() << 16 | call.option().number(), 0);
    }

    @Override
    public String bind(Call.Bind call) {
        return line("bind", call.fd(), call.address());
    }

    @Override
    public String listen(Call.Listen call) {
        return line("listen", call.fd(), call.backlog(), 0);
    }

    @Override
    public String connect(Call.Connect call) {
        return line("connect", call.fd(), call.address());
    }

    @Override
    public String accept(Call.Accept call) {
        return line("accept", call.fd(), call.flags(), 0);
    }

    @Override
    public String getSockName(Call.GetSockName call) {
        return line("getsockname", call.fd(), 0, 0);
    }

    @Override
    public String getPeerName(Call.GetPeerName call) {
        return line("getpeername", call.fd(), 0, 0);
    }

    @Override
    public String shutdown(Call.Shutdown call) {
        return line("shutdown", call.fd(), call.how(), 0);
    }

    @Override
    public String dup(Call.Dup call) {
        return line("dup", call.fd(), 0, 0);
    }

    @Override
    public String setNonBlocking(Call.SetNonBlocking call) {
        return line("nonblock", call.fd(), call.on() ? 1 : 0, 0);
    }

    @Override
    public String poll(Call.Poll call) {
        return line("poll", call.fd(), call.events(), call.timeoutMillis());
    }

    @Override
    public String close(Call.Close call) {
        return line("close", call.fd(), 0, 0);
    }
}
