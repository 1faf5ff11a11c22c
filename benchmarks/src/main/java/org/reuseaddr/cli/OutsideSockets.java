package org.reuseaddr.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.model.TraceModel;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * The sockets that a transcript does not contain and that explain why its binds are refused. In a replay a further process
 * has them: it binds and listens before the transcript begins. They have SO_REUSEADDR where the refused socket has it, as in two
 * starts of one server: a platform that lets two such listeners hold a port shows it then.
 */
final class OutsideSockets {

    /** For how many addresses a listener is tried: each costs the time to ask the model about the whole transcript. */
    private static final int MAX_SOCKETS = 16;
    private static final int FIRST_DESCRIPTOR = 3;
    private static final Outcome DONE = new Outcome.Plain(new SyscallResult.Returned(0));

    /** The socket of a refused bind. */
    private record Asking(int domain, boolean reuseAddr) {
    }

    private OutsideSockets() {
    }

    /**
     * The transcript with such a listener for each refused bind that its own sockets do not explain. Where a later bind to the
     * address succeeds, the listener is closed before it. One is added only if Linux, with it, answers everything else as
     * without it or as the transcript has it. Each is said on standard error.
     *
     * @param id what sentences call the transcript
     * @param isHere whether this machine has an address
     */
    static Transcript provided(String id, Transcript transcript, Predicate<SockAddr> isHere) {
        if (processes(transcript) >= Replayer.MAX_PROCESSES) {
            return transcript;
        }
        int holder = unusedProcess(transcript);
        List<Step> steps = transcript.steps();
        List<Step> with = steps;
        List<Step> answers = answers(transcript, with);
        Set<SockAddr> tried = new HashSet<>();
        for (int index = 0; index < steps.size() && tried.size() < MAX_SOCKETS; index++) {
            Step step = steps.get(index);
            if (!isRefused(step) || answers.get(index).equals(step)) {
                continue;
            }
            SockAddr address = ((Call.Bind) step.call()).address();
            Optional<Asking> asking = asking(transcript, index);
            if (address.port() == 0 || asking.isEmpty() || !isHere.test(address) || !tried.add(address)) {
                continue;
            }
            List<Step> more = new ArrayList<>(with);
            int fd = FIRST_DESCRIPTOR + tried.size();
            freed(with, with.indexOf(step), address).ifPresent(end -> more.add(end, new Step(holder, new Call.Close(fd), DONE)));
            more.addAll(0, listener(holder, fd, asking.get(), address));
            if (explains(transcript, more, holder, answers, index)) {
                with = more;
                answers = answers(transcript, more).stream().filter(answer -> answer.process() != holder).toList();
                System.err.println(id + ": a socket outside the transcript holds " + address + " in the replay: no socket of it "
                        + "explains " + TranscriptPrinter.line(step));
            }
        }
        return new Transcript(transcript.headers(), with);
    }

    private static boolean isRefused(Step step) {
        return step.call() instanceof Call.Bind && step.outcome().failedWith(Errno.EADDRINUSE);
    }

    /** Before which step the address must be free again; none if no later bind to it succeeds. */
    private static Optional<Integer> freed(List<Step> steps, int refused, SockAddr address) {
        return IntStream.range(refused, steps.size()).boxed().filter(i -> steps.get(i).succeeded()
                && steps.get(i).call() instanceof Call.Bind later && later.address().equals(address)).findFirst();
    }

    private static List<Step> listener(int process, int fd, Asking like, SockAddr address) {
        List<Step> steps = new ArrayList<>(List.of(new Step(process, new Call.Socket(like.domain(), Linux.SOCK_STREAM,
                Linux.IPPROTO_TCP), new Outcome.Plain(new SyscallResult.Returned(fd)))));
        if (like.reuseAddr()) {
            steps.add(new Step(process, new Call.SetOption(fd, SocketOption.SO_REUSEADDR, 1), DONE));
        }
        steps.add(new Step(process, new Call.Bind(fd, address), DONE));
        steps.add(new Step(process, new Call.Listen(fd, 1), DONE));
        return steps;
    }

    /** Whether with {@code more} Linux refuses the bind of this index and answers every other call as it did or as it should. */
    private static boolean explains(Transcript transcript, List<Step> more, int holder, List<Step> before, int index) {
        List<Step> all = answers(transcript, more);
        List<Step> own = all.stream().filter(step -> step.process() != holder).toList();
        List<Step> traced = transcript.steps();
        return IntStream.range(0, all.size()).allMatch(i -> all.get(i).process() != holder || all.get(i).equals(more.get(i)))
                && own.get(index).equals(traced.get(index))
                && IntStream.range(0, own.size()).allMatch(i -> own.get(i).equals(before.get(i)) || own.get(i).equals(traced.get(i)));
    }

    private static List<Step> answers(Transcript transcript, List<Step> steps) {
        TraceModel linux = new TraceModel(true);
        transcript.users().forEach(linux::user);
        Map<Integer, Integer> threads = transcript.threads();
        return steps.stream().map(step -> linux.expected(threads.getOrDefault(step.process(), step.process()), step)).toList();
    }

    /** The socket that the bind of this index is made on; empty where no call shows how it was made. */
    private static Optional<Asking> asking(Transcript transcript, int index) {
        Map<Integer, Integer> threads = transcript.threads();
        Map<List<Integer>, Asking> sockets = new HashMap<>();
        for (Step step : transcript.steps().subList(0, index)) {
            int process = threads.getOrDefault(step.process(), step.process());
            if (step.call() instanceof Call.Socket made) {
                step.madeDescriptor().ifPresent(fd -> sockets.put(List.of(process, fd), new Asking(made.domain(), false)));
            } else if (step.call() instanceof Call.SetOption set && set.option() == SocketOption.SO_REUSEADDR && step.succeeded()) {
                sockets.computeIfPresent(List.of(process, set.fd()), (name, before) -> new Asking(before.domain(), set.value() != 0));
            }
        }
        Step bind = transcript.steps().get(index);
        return Optional.ofNullable(sockets.get(List.of(threads.getOrDefault(bind.process(), bind.process()),
                ((Call.Bind) bind.call()).fd())));
    }

    private static int processes(Transcript transcript) {
        Map<Integer, Integer> threads = transcript.threads();
        return (int) transcript.steps().stream().map(step -> threads.getOrDefault(step.process(), step.process())).distinct().count();
    }

    /** A number that no process and no thread of the transcript has. */
    private static int unusedProcess(Transcript transcript) {
        Map<Integer, Integer> threads = transcript.threads();
        return 1 + Stream.of(transcript.steps().stream().map(Step::process), threads.keySet().stream(), threads.values().stream(),
                transcript.users().keySet().stream()).flatMap(numbers -> numbers).max(Integer::compare).orElse(0);
    }
}
