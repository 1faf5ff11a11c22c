package org.reuseaddr.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.reuseaddr.model.TcpSocket.Passage;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Step;

/**
 * Judges calls that several processes made at the same moment: what they answered is as on Linux if the model allows it in some
 * order of the calls, in which each process makes its own in their order (linearizability, Herlihy and Wing 1990). Pure.
 *
 * <p>Where no order of whole calls explains the answers, the calls that Linux does not make in one step are taken apart, see
 * {@link Overlap}.
 */
public final class RaceJudge {

    private final LinuxTcp linux;

    /** @param linux the model that says what a call may answer */
    public RaceJudge(LinuxTcp linux) {
        this.linux = linux;
    }

    /**
     * Calls with their answers, in three parts.
     *
     * @param before made one after the other
     * @param racing made at the same moment, a list for each process
     * @param after made one after the other, when all of {@code racing} had come back
     */
    public record ObservedRace(List<Step> before, List<List<Step>> racing, List<Step> after) {

        public ObservedRace {
            before = List.copyOf(before);
            racing = racing.stream().map(List::copyOf).toList();
            after = List.copyOf(after);
        }

        /** All calls: those before, those of one racer after those of another, those after. */
        public List<Step> steps() {
            List<Step> steps = new ArrayList<>(before);
            racing.forEach(steps::addAll);
            steps.addAll(after);
            return steps;
        }
    }

    /** A call that Linux makes in more than one step, which calls of other sockets can come between. */
    public enum Overlap {
        LISTEN("listen makes the socket a listener before it checks the port again: two that listen at once may refuse each other, "
                + "and a bind may be refused by a listen that fails in the end.", "kernel: inet_csk_listen_start"),
        STOP("close and shutdown end the listening before they give up the port and the queue; a connect that meets the listener just "
                + "then may get no answer.", "kernel: __tcp_close, tcp_disconnect, tcp_rcv_state_process (TCP_CLOSE)"),
        DELIVERY("what a connect has sent may be handled a moment later, where the CPU has much else to do: until then the connect is "
                + "under way, and nobody can accept it.", "kernel: invoke_softirq (ksoftirqd), process_backlog");

        private final String sentence;
        private final String source;

        Overlap(String sentence, String source) {
            this.sentence = sentence;
            this.source = source;
        }

        /** What Linux does, in one sentence. */
        public String sentence() {
            return sentence;
        }

        /** The functions of the kernel. */
        public String source() {
            return source;
        }
    }

    /**
     * A call of a racer in an order of the racing calls.
     *
     * @param racer its place among the racers, from 0
     * @param call its place among the racer's calls, from 0
     * @param begins whether this is only the beginning of the call, whose end is a later moment
     */
    public record RaceMoment(int racer, int call, boolean begins) {
    }

    /** What is said of the answers of a race. */
    public sealed interface RaceRuling {
    }

    /**
     * Linux may answer so.
     *
     * @param order an order of the racing calls in which it does
     * @param overlaps which calls had to be taken apart; empty if an order of whole calls explains the answers
     */
    public record Explained(List<RaceMoment> order, Set<Overlap> overlaps) implements RaceRuling {
        public Explained {
            order = List.copyOf(order);
            overlaps = Set.copyOf(overlaps);
        }
    }

    /**
     * No order explains the answers.
     *
     * @param divergent the call at which the orders fail that explain the most calls; of several, the one whose answer is promised
     * @param allowed what Linux allows to that call there, never empty
     */
    public record Unexplained(Step divergent, List<Allowed> allowed) implements RaceRuling {
        public Unexplained {
            allowed = List.copyOf(allowed);
        }

        /** Whether a document promises another answer. */
        public boolean promised() {
            return allowed.stream().allMatch(answer -> answer.reason().promised());
        }
    }

    /** Whether some order explains the answers. */
    public RaceRuling judge(ObservedRace observed) {
        Search whole = new Search(observed, false, false);
        if (whole.explains(World.EMPTY)) {
            return whole.explanation();
        }
        for (boolean delays : new boolean[] {false, true}) {
            Search apart = new Search(observed, true, delays);
            if (apart.explains(World.EMPTY)) {
                return apart.explanation();
            }
        }
        return whole.failure();
    }

    /**
     * The answers that Linux allows in any order of whole calls: one list for each way in which a race may end, with an answer for
     * each call in the order of {@link ObservedRace#steps()}.
     *
     * @param calls of their answers only the descriptors count that they name
     * @param most how many ways at most
     */
    public Set<List<Answer>> allowed(ObservedRace calls, int most) {
        Enumeration all = new Enumeration(calls, most);
        all.from(World.EMPTY);
        return all.found;
    }

    /**
     * How many calls of each part have been made: part 0 is what comes before, the last part what comes after, and each part
     * between them a racer.
     */
    private static final class Progress {
        private final List<Step> steps;
        private final int[] first;
        private final int[] made;
        private int total;

        private Progress(ObservedRace race) {
            steps = race.steps();
            made = new int[race.racing().size() + 2];
            first = new int[made.length + 1];
            first[1] = race.before().size();
            for (int racer = 0; racer < race.racing().size(); racer++) {
                first[racer + 2] = first[racer + 1] + race.racing().get(racer).size();
            }
            first[made.length] = steps.size();
        }

        private boolean isDone() {
            return total == steps.size();
        }

        private boolean isDone(int part) {
            return made[part] == first[part + 1] - first[part];
        }

        /** Whether the next call of the part may be made now. */
        private boolean mayGoOn(int part) {
            return !isDone(part) && (isRacer(part) ? isDone(0) : total == place(part));
        }

        private boolean isRacer(int part) {
            return part > 0 && part < made.length - 1;
        }

        private int place(int part) {
            return first[part] + made[part];
        }

        private Step next(int part) {
            return steps.get(place(part));
        }

        private void count(int part, int by) {
            made[part] += by;
            total += by;
        }
    }

    /** How far a racer's call is that is taken apart. */
    private enum Stage {
        /** No call is under way. */
        WHOLE,
        /** The next call has begun. */
        BEGUN,
        /** The last call, a listen, has found that it is refused, and has not undone what it began with. */
        REFUSED
    }

    /** A search through the orders for one that explains the answers. */
    private final class Search {
        private final Progress progress;
        private final boolean takesApart;
        /** Whether what a connect has sent may be handled later. */
        private final boolean delays;
        /** How far each part is with a call that is taken apart. */
        private final Stage[] stages;
        private final List<RaceMoment> order = new ArrayList<>();
        private final Set<Overlap> overlaps = EnumSet.noneOf(Overlap.class);
        private final List<Unexplained> failures = new ArrayList<>();
        private int deepest;

        private Search(ObservedRace observed, boolean takesApart, boolean delays) {
            progress = new Progress(observed);
            this.takesApart = takesApart;
            this.delays = delays;
            stages = new Stage[progress.made.length];
            Arrays.fill(stages, Stage.WHOLE);
        }

        /** Whether what is left to be made can be explained from here; if so, {@link #order} says how. */
        private boolean explains(World world) {
            if (progress.isDone()) {
                return true;
            }
            for (int part = 0; part < stages.length; part++) {
                if (mayGoOn(part) && (ends(world, part) || begins(world, part)) || stages[part] == Stage.REFUSED && returns(world, part)) {
                    return true;
                }
            }
            return false;
        }

        /** All racing calls have returned before any call is made after them. */
        private boolean mayGoOn(int part) {
            return progress.mayGoOn(part) && stages[part] != Stage.REFUSED
                    && (part == 0 || progress.isRacer(part) || !Arrays.asList(stages).contains(Stage.REFUSED));
        }

        /** A listen that was refused gives up the state of a listener. */
        private boolean returns(World world, int part) {
            stages[part] = Stage.WHOLE;
            Step refused = progress.steps.get(progress.place(part) - 1);
            if (explains(with(world, named(world, refused).orElseThrow(), Passage.NONE))) {
                return true;
            }
            stages[part] = Stage.REFUSED;
            return false;
        }

        private boolean ends(World world, int part) {
            Step step = progress.next(part);
            Stage before = stages[part];
            // Others find a listener from its beginning until it has found that it is refused, and a moment longer.
            boolean isRefused = before == Stage.BEGUN && step.call() instanceof Call.Listen && !step.succeeded();
            World now = before == Stage.BEGUN && !isRefused ? with(world, named(world, step).orElseThrow(), Passage.NONE) : world;
            note(part, false);
            stages[part] = isRefused ? Stage.REFUSED : Stage.WHOLE;
            List<World> worlds = worldsAfter(now, step);
            progress.count(part, 1);
            if (worlds.stream().anyMatch(this::explains)) {
                return true;
            }
            if (delays && isUnderWay(step) && worlds.stream().anyMatch(after -> explains(undelivered(after, step)))) {
                overlaps.add(Overlap.DELIVERY);
                return true;
            }
            progress.count(part, -1);
            stages[part] = before;
            forget(part);
            return false;
        }

        /** Makes only the beginning of a call that Linux does not make in one step. */
        private boolean begins(World world, int part) {
            if (!takesApart || stages[part] != Stage.WHOLE || !progress.isRacer(part)) {
                return false;
            }
            Step step = progress.next(part);
            Optional<TcpSocket> socket = named(world, step);
            Passage passage = socket.map(asked -> passage(asked, step.call())).orElse(Passage.NONE);
            if (passage == Passage.NONE) {
                return false;
            }
            note(part, true);
            stages[part] = Stage.BEGUN;
            if (explains(with(world, socket.get(), passage))) {
                overlaps.add(passage == Passage.STARTS_LISTENING ? Overlap.LISTEN : Overlap.STOP);
                return true;
            }
            stages[part] = Stage.WHOLE;
            forget(part);
            return false;
        }

        private void note(int part, boolean begins) {
            if (progress.isRacer(part)) {
                order.add(new RaceMoment(part - 1, progress.made[part], begins));
            }
        }

        private void forget(int part) {
            if (progress.isRacer(part)) {
                order.remove(order.size() - 1);
            }
        }

        /** The worlds after a call that was answered so; none if Linux does not answer so. */
        private List<World> worldsAfter(World world, Step step) {
            List<Allowed> answers = linux.answers(world, step.process(), step.call());
            List<World> worlds = answers.stream().filter(allowed -> allowed.answer().allows(step.call(), step.outcome()))
                    .map(allowed -> allowed.after(world, step.outcome())).toList();
            if (worlds.isEmpty() && progress.total >= deepest) {
                if (progress.total > deepest) {
                    failures.clear();
                }
                deepest = progress.total;
                failures.add(new Unexplained(step, answers));
            }
            return worlds;
        }

        private Explained explanation() {
            return new Explained(order, overlaps);
        }

        private Unexplained failure() {
            return failures.stream().min(Comparator.comparing((Unexplained failure) -> !failure.promised())
                    .thenComparing(failure -> failure.allowed().get(0).reason().toString())
                    .thenComparing(failure -> failure.divergent().call().name())
                    .thenComparing(failure -> failure.divergent().process())).orElseThrow();
        }
    }

    private static boolean isUnderWay(Step step) {
        return step.call() instanceof Call.Connect && step.outcome().failedWith(Errno.EINPROGRESS);
    }

    /** The world in which nothing is said of either end of the connection that is under way; that it has a port is. */
    private static World undelivered(World world, Step connect) {
        World.Draft draft = world.draft();
        named(world, connect).ifPresent(asked -> {
            TcpSocket client = draft.edit(asked.id);
            client.uncertain = true;
            if (client.peer != TcpSocket.NOBODY) {
                draft.edit(client.peer).uncertain = true;
            }
        });
        return draft.world();
    }

    private static Optional<TcpSocket> named(World world, Step step) {
        return step.call() instanceof Call.OnDescriptor on ? world.named(step.process(), on.fd()) : Optional.empty();
    }

    private static World with(World world, TcpSocket socket, Passage passage) {
        World.Draft draft = world.draft();
        draft.edit(socket.id).passage = passage;
        return draft.world();
    }

    /** What the call has done to the socket when it has begun and not ended. */
    private static Passage passage(TcpSocket socket, Call call) {
        if (call instanceof Call.Listen) {
            boolean starts = socket.phase == TcpSocket.Phase.CLOSED && socket.hasPort
                    && socket.attachment == TcpSocket.Attachment.UNCONNECTED;
            return starts ? Passage.STARTS_LISTENING : Passage.NONE;
        }
        boolean stops = call instanceof Call.Close && socket.descriptors == 1
                || call instanceof Call.Shutdown shutdown && shutdown.how() != Linux.SHUT_WR;
        return stops && socket.phase == TcpSocket.Phase.LISTENING ? Passage.STOPS_LISTENING : Passage.NONE;
    }

    /** Every order of whole calls with every answer. */
    private final class Enumeration {
        private final Set<List<Answer>> found = new HashSet<>();
        private final Progress progress;
        private final Answer[] answers;
        private final int most;

        private Enumeration(ObservedRace race, int most) {
            progress = new Progress(race);
            answers = new Answer[progress.steps.size()];
            this.most = most;
        }

        private void from(World world) {
            if (progress.isDone()) {
                found.add(List.of(answers));
                return;
            }
            for (int part = 0; part < progress.made.length && found.size() < most; part++) {
                if (progress.mayGoOn(part)) {
                    each(world, part);
                }
            }
        }

        private void each(World world, int part) {
            Step step = progress.next(part);
            int descriptor = step.outcome().returned().orElse(0);
            for (Allowed allowed : linux.answers(world, step.process(), step.call())) {
                answers[progress.place(part)] = allowed.answer();
                progress.count(part, 1);
                from(allowed.after(world, allowed.answer().example(step.call(), descriptor)));
                progress.count(part, -1);
            }
        }
    }
}
