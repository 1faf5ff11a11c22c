package org.reuseaddr.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.CallRule;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.Reason;
import org.reuseaddr.model.Rule;
import org.reuseaddr.model.World;
import org.reuseaddr.scenario.RandomCalls;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.scenario.RandomStream;
import org.reuseaddr.scenario.StatePair;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * Random sequences of calls on real sockets, judged by the model: finds what no table of scenarios holds. A sequence
 * ends at the first call that Linux does not answer so; such a difference is repeated on other ports, and one that comes
 * again is made as small as possible. A quirk of released kernels that explains a difference is from then on expected of
 * the platform, so that one that shows it only sometimes is found as well.
 */
public final class Exploration {

    /** What a call may take, in milliseconds. */
    private static final int LIMIT_MILLIS = 2_000;
    /** How long a call is watched that Linux lets wait, in milliseconds. */
    private static final int WATCH_MILLIS = 5;
    /** The highest number that stands for this process; 0 where a sequence has no other. */
    private static final int OWN_PROCESS = 1;
    private static final int REPETITIONS = 3;
    /** One sequence in so many may leave connections behind: their ports rest for a minute. */
    private static final int LEAVES_TIME_WAIT = 64;
    /** One sequence in so many has several processes: a call in another process takes some thirty times longer. */
    private static final int SEVERAL_PROCESSES = 8;
    private static final Duration STUCK = Duration.ofSeconds(30);
    /** Sequences in a row whose helpers fail before the exploration does. */
    private static final int MOST_IN_A_ROW = 3;
    private static final Duration LOOK = Duration.ofMillis(100);
    /** The users of the catalogue's scenarios: nobody, and one that hardly a machine has. */
    private static final List<Integer> USERS = List.of(65_534, 65_533);
    private static final Set<String> RESOURCE_ERRORS = Set.of("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM");
    private static final List<Reason> RULES = Stream.<Reason>concat(Arrays.stream(Rule.values()),
            Arrays.stream(CallRule.values()).filter(CallRule::isOfKnownSockets)).toList();

    private final Bounds settings;
    private final ExplorationPorts ports;
    private final LongSupplier lostTimeWaits;
    private final Consumer<Difference> found;
    private final List<Family> families;
    private final Facilities facilities;
    private final AtomicLong next = new AtomicLong();
    private final LongAdder sequences = new LongAdder();
    private final LongAdder calls = new LongAdder();
    private final Map<Reason, LongAdder> decided = new ConcurrentHashMap<>();
    private final Map<StatePair, LongAdder> pairs = new ConcurrentHashMap<>();
    private final Map<Difference.Grouping, MetDifference> groups = new ConcurrentHashMap<>();
    private final Map<Difference.Grouping, LongAdder> unrepeated = new ConcurrentHashMap<>();
    private final Set<Quirk> quirks = Collections.synchronizedSet(EnumSet.noneOf(Quirk.class));
    private final AtomicReference<LinuxTcp> model = new AtomicReference<>(LinuxTcp.REFERENCE);
    private final AtomicReference<ReplayException> failure = new AtomicReference<>();
    /** Why processes cannot have other users; empty if they can, null as long as nobody has tried. */
    private final AtomicReference<Optional<String>> missingForUsers = new AtomicReference<>();
    private volatile boolean stopped;
    private volatile long started;

    /**
     * What to explore.
     *
     * @param seed the same seed makes the same sequences
     * @param count how many sequences at most; at least 1, {@link #UNCOUNTED} if only the time is a limit
     * @param time for how long at most
     * @param processes how many processes a sequence may have, 1 to {@link Replayer#MAX_PROCESSES}
     * @param threads how many sequences are made at the same time, at least 1
     * @param calls how many calls a sequence has, at least 1
     * @param lowPort the lowest port to take, at least 1024
     * @param highPort the highest port to take
     * @param ports how many different ports to take at most
     * @param endsAtFirst whether the first difference that no quirk explains ends the exploration
     */
    public record Bounds(long seed, long count, Duration time, int processes, int threads, int calls, int lowPort, int highPort,
            int ports, boolean endsAtFirst) {

        /** The count of sequences that has no limit. */
        public static final long UNCOUNTED = Long.MAX_VALUE;
    }

    /** A kind of difference, and how often it was met. */
    public static final class MetDifference {
        private final Difference smallest;
        private final Duration after;
        private final LongAdder times = new LongAdder();

        private MetDifference(Difference smallest, Duration after) {
            this.smallest = smallest;
            this.after = after;
        }

        /** How long the exploration had taken when it had made the sequence small. */
        public Duration after() {
            return after;
        }

        /** The smallest sequence that ends so. */
        public Difference smallest() {
            return smallest;
        }

        /** How many random sequences ended so. */
        public long times() {
            return times.sum();
        }
    }

    /**
     * How far an exploration has come.
     *
     * @param sequences made so far
     * @param calls made so far
     * @param groups kinds of differences so far, the quirks of released kernels included
     * @param rules how many of {@link #rules()} have decided an outcome so far
     */
    public record Totals(long sequences, long calls, int groups, int rules, Duration elapsed) {
    }

    /**
     * @param heldPorts ports to keep away from
     * @param lostTimeWaits how often so far the kernel had no room for a connection in TIME_WAIT and freed its port at once
     * @param found is told of each kind of difference when it has been made small; called by several threads, one at a time
     * @throws ReplayException if no port is free, or the platform has no loopback address
     */
    public Exploration(Bounds settings, Set<Integer> heldPorts, LongSupplier lostTimeWaits, Consumer<Difference> found) {
        this.settings = settings;
        this.lostTimeWaits = lostTimeWaits;
        this.found = found;
        ports = new ExplorationPorts(settings.lowPort(), settings.highPort(), settings.ports(), heldPorts);
        facilities = facilities();
        families = List.copyOf(facilities.families());
    }

    /**
     * What the platform has.
     *
     * @throws ReplayException if it has no loopback address
     */
    static Facilities facilities() {
        try (LocalProcess probe = new LocalProcess(); LocalProcess client = new LocalProcess()) {
            Facilities facilities = Facilities.probe(probe, client);
            if (facilities.families().isEmpty()) {
                throw new ReplayException("the platform has neither 127.0.0.1 nor ::1: is the loopback interface up?");
            }
            return facilities;
        }
    }

    /**
     * Explores until the time or the count is spent, or {@link #stop} is called.
     *
     * @param progress is told ten times a second, by this thread
     * @return what was done until then, also where {@link #failure} ended it
     */
    public Totals run(Consumer<Totals> progress) {
        started = System.nanoTime();
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < settings.threads(); i++) {
            Worker worker = new Worker();
            worker.setDaemon(true);
            workers.add(worker);
            worker.start();
        }
        while (workers.stream().anyMatch(Worker::isWorking)) {
            pause(workers);
            Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
            progress.accept(progress(elapsed));
            stopped |= elapsed.compareTo(settings.time()) >= 0;
            workers.forEach(Worker::watch);
        }
        return progress(Duration.ofNanos(System.nanoTime() - started));
    }

    private static void pause(List<Worker> workers) {
        try {
            for (Worker worker : workers) {
                if (worker.isWorking()) {
                    worker.join(LOOK.toMillis());
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted", e);
        }
    }

    private Totals progress(Duration elapsed) {
        return new Totals(sequences.sum(), calls.sum(), groups.size(), (int) rules().stream().filter(decided::containsKey).count(),
                elapsed);
    }

    /** Why it ended early: helper processes fail, or a call that Linux lets wait for a while has not come back in 30 s. */
    public Optional<ReplayException> failure() {
        return Optional.ofNullable(failure.get());
    }

    private void fail(ReplayException reason) {
        failure.compareAndSet(null, reason);
        stopped = true;
    }

    /** Ends the exploration after the sequences that are being made. */
    public void stop() {
        stopped = true;
    }

    /** The kinds of differences that repeat, the most severe first. */
    public List<MetDifference> groups() {
        return groups.values().stream().sorted(Comparator
                .comparing((MetDifference group) -> !group.smallest().quirks().isEmpty())
                .thenComparing(group -> !group.smallest().permits())
                .thenComparing(group -> !group.smallest().promised())
                .thenComparing(group -> -group.times())).toList();
    }

    /** Differences that did not come again when the calls were made once more, by kind, with how often each was met. */
    public Map<Difference.Grouping, LongAdder> unrepeated() {
        return Map.copyOf(unrepeated);
    }

    /** The rules that can decide what a sequence answers. */
    public static List<Reason> rules() {
        return RULES;
    }

    /** How often each rule decided an outcome that was as on Linux. */
    public Map<Reason, LongAdder> decided() {
        return Map.copyOf(decided);
    }

    /** How often each pair of states was met. */
    public Map<StatePair, LongAdder> pairs() {
        return Map.copyOf(pairs);
    }

    /** The quirks of released kernels that the platform shows. */
    public Set<Quirk> quirks() {
        return Set.copyOf(quirks);
    }

    /** What no sequence had since the platform does not have it, each in a sentence. */
    public List<String> leftOut() {
        List<String> leftOut = new ArrayList<>();
        Optional.ofNullable(missingForUsers.get()).flatMap(missing -> missing).ifPresent(missing ->
                leftOut.add("No sequence had processes of different users: the platform does not give this process " + missing + "."));
        if (!facilities.nonlocalBind().isEmpty()) {
            leftOut.add("No sequence bound an address of " + facilities.nonlocalBind().stream().sorted().map(Family::name)
                    .collect(Collectors.joining(" or ")) + " that is not the machine's own: sysctl ip_nonlocal_bind lets it.");
        }
        if (!facilities.localPortRange()) {
            leftOut.add("No sequence had IP_LOCAL_PORT_RANGE: the platform does not have the option.");
        }
        return leftOut;
    }

    /** How many different ports it took. */
    public int portsUsed() {
        return ports.used();
    }

    /** Makes one sequence after another. */
    private final class Worker extends Thread {
        private final SocketProcess direct = new DirectProcess();
        /** Looks at ports in the midst of a sequence. */
        private final SocketProcess looking = new DirectProcess();
        private final List<HelperProcess> helpers = new ArrayList<>();
        private volatile long since = System.nanoTime();
        private volatile Trial current;
        private volatile boolean isUnwatched;
        private volatile long number;
        private int failedInARow;
        private boolean isConfirming;
        /** Whether a helper has made a call since all helpers closed what they had. */
        private boolean asksHelpers;
        /** Written and read by who watches alone. */
        private boolean isLeftBehind;
        /** How often {@link #since} was seen unchanged, by who looks alone. */
        private long looks;
        private long lookedAt;

        private Worker() {
            super("explore");
        }

        @Override
        public void run() {
            try {
                for (long one = next.getAndIncrement(); one < settings.count() && !stopped; one = next.getAndIncrement()) {
                    if (!isLeftOut(one)) {
                        exploreIfHelpersDo(one);
                    }
                }
            } finally {
                direct.close();
                looking.close();
                helpers.forEach(HelperProcess::close);
            }
        }

        /** Where ports are scarce, those that make them scarcer are not waited for: each other sequence would wait as well. */
        private boolean isLeftOut(long one) {
            return leavesTimeWait(one) && settings.count() == Bounds.UNCOUNTED && ports.areScarce();
        }

        private static boolean leavesTimeWait(long one) {
            return one % LEAVES_TIME_WAIT == 0;
        }

        /**
         * A sequence whose helper fails says nothing, and the next one gets another helper: the process may have been stopped
         * (SIGSTOP, a suspended machine), so that a helper's time was over when both went on.
         */
        private void exploreIfHelpersDo(long one) {
            try {
                explore(one);
                failedInARow = helpers.isEmpty() ? failedInARow : 0;
            } catch (ReplayException e) {
                failedInARow++;
                // Once the time is over, a helper that has not started is no failure any more, nor is a port that is not free.
                if (failedInARow == MOST_IN_A_ROW && !stopped) {
                    fail(e);
                }
                direct.closeAll();
                helpers.forEach(HelperProcess::close);
                helpers.clear();
            }
        }

        /** Whether it may still end: a thread whose call never comes back is left behind. */
        private boolean isWorking() {
            return isAlive() && !isLeftBehind;
        }

        private void watch() {
            Trial trial = current;
            long moved = since;
            looks = moved == lookedAt ? looks + 1 : 0;
            lookedAt = moved;
            // Who looks gets as little of a busy machine as the call does: both must have had the time.
            boolean isStuck = System.nanoTime() - moved > STUCK.toNanos() && looks > STUCK.dividedBy(LOOK);
            if (isWorking() && trial != null && !isUnwatched && isStuck
                    && trial.pending().filter(made -> isOfHelper(trial, made)).isEmpty()) {
                isLeftBehind = true;
                stopped = true;
                doesNotReturn(trial);
            }
        }

        /** Such a call ends by a limit of its own; what it may wait for longer than that is the helper's start, on a slow machine. */
        private static boolean isOfHelper(Trial trial, Made made) {
            return made.process() > OWN_PROCESS || !trial.users().isEmpty();
        }

        /** A difference that cannot be repeated, since each time costs a thread; an error where Linux lets the call wait. */
        private void doesNotReturn(Trial trial) {
            List<Step> made = new ArrayList<>(trial.observed());
            Optional<Made> pending = trial.pending();
            pending.ifPresent(call -> made.add(new Step(call.process(), call.call(), new Outcome.TimedOut((int) STUCK.toMillis()))));
            boolean waits = trial.answers().stream().anyMatch(answer -> pending.isEmpty()
                    || answer.answer().allows(pending.get().call(), made.get(made.size() - 1).outcome()));
            if (pending.isEmpty() || waits) {
                String last = made.isEmpty() ? "" : (pending.isEmpty() ? ", after " : ": ")
                        + TranscriptPrinter.line(made.get(made.size() - 1));
                fail(new ReplayException("a call has not come back in " + STUCK.toSeconds() + " s" + last));
                return;
            }
            Exploration.this.record(new Difference(trial.users(), made, trial.answers(), number, 0, 0, Set.of()));
        }

        private void explore(long numberOfSequence) {
            number = numberOfSequence;
            SplittableRandom random = RandomStream.of(settings.seed(), number);
            int processes = number % SEVERAL_PROCESSES == 0 ? settings.processes() : 1;
            boolean leavesTimeWait = leavesTimeWait(number);
            RandomCalls generator = new RandomCalls(random, new RandomCalls.Scope(processes, processes > 1 ? users() : List.of(), families,
                    leavesTimeWait, facilities.localPortRange()));
            LinuxTcp judge = model.get();
            // Reading the counters takes longer than a sequence does: only one that may lose a TIME_WAIT needs them.
            long lostBefore = leavesTimeWait ? lostTimeWaits.getAsLong() : 0;
            Trial trial = trial(judge, generator.users());
            for (int i = 0; i < settings.calls() && !stopped; i++) {
                Made made = next(generator, trial.world());
                StatePair.metBy(trial.world(), made.process(), made.call())
                        .forEach(pair -> pairs.computeIfAbsent(pair, fresh -> new LongAdder()).increment());
                Optional<Allowed> allowed = make(trial, made);
                if (allowed.isEmpty() && isKnown(trial)) {
                    trial.goOn();
                    continue;
                }
                if (allowed.isEmpty()) {
                    end(trial);
                    sequences.increment();
                    if (!leavesTimeWait || lostTimeWaits.getAsLong() == lostBefore) {
                        differsInTime(number, trial, judge);
                    }
                    return;
                }
                decided.computeIfAbsent(allowed.get().reason(), reason -> new LongAdder()).increment();
            }
            end(trial);
            sequences.increment();
        }

        private Made next(RandomCalls generator, World world) {
            Made made = generator.next(world);
            while (facilities.missingRefusal(made.call()).isPresent()) {
                made = generator.next(world);
            }
            return made;
        }

        private Trial trial(LinuxTcp judge, Map<Integer, Integer> users) {
            Set<Integer> changed = new HashSet<>();
            current = new Trial(judge, users, users.isEmpty() ? this::process
                    : process -> ofUser(process, changed.add(process) ? OptionalInt.of(users.get(process)) : OptionalInt.empty()),
                    this::freePort, LIMIT_MILLIS, WATCH_MILLIS);
            return current;
        }

        private Optional<Allowed> make(Trial trial, Made made) {
            since = System.nanoTime();
            calls.increment();
            return trial.make(made);
        }

        private void end(Trial trial) {
            direct.closeAll();
            if (asksHelpers) {
                // Each closes by a round trip, which takes as long as a sequence without a helper.
                helpers.forEach(HelperProcess::closeAll);
                asksHelpers = false;
            }
            World world = trial.world();
            boolean maybe = world.hasRemnants() || world.hasUncertain();
            for (int port : trial.taken()) {
                ports.giveBack(port, maybe && isHeld(port));
            }
        }

        /** Whether anything is left on a port, connections in TIME_WAIT included: then it cannot be bound without SO_REUSEADDR. */
        private boolean isHeld(int port) {
            return ExplorationPorts.isHeld(direct, families, port);
        }

        /** A difference is repeated on ports that nothing holds: it may have been that of an unrelated process. */
        private int freePort() {
            return unwatched(() -> isConfirming ? ports.takeUnheld(() -> stopped, looking, families)
                    : ports.take(() -> stopped, port -> ExplorationPorts.isHeld(looking, families, port)));
        }

        /** Does what may take longer than any call: waits for a port that rests, or for a process that starts. */
        private <T> T unwatched(Supplier<T> action) {
            isUnwatched = true;
            try {
                return action.get();
            } finally {
                since = System.nanoTime();
                isUnwatched = false;
            }
        }

        private SocketProcess process(int number) {
            if (number <= OWN_PROCESS) {
                return direct;
            }
            asksHelpers = true;
            return helper(number - OWN_PROCESS);
        }

        private HelperProcess helper(int number) {
            while (helpers.size() < number) {
                helpers.add(unwatched(() -> HelperProcess.started(families.get(0), () -> stopped)));
            }
            return helpers.get(number - 1);
        }

        /**
         * A process that makes its calls as another user: a helper always, since this one keeps its user.
         *
         * @param user whose it becomes until all helpers close what they have; empty if it has become so in this sequence
         */
        private SocketProcess ofUser(int number, OptionalInt user) {
            asksHelpers = true;
            HelperProcess helper = helper(number);
            user.ifPresent(other -> unwatched(() -> helper.become(other)).ifPresent(missing -> {
                throw new ReplayException("the platform has ceased to give a helper process " + missing);
            }));
            return helper;
        }

        /** The users that processes may have; none where the platform does not let a process become another user. */
        private List<Integer> users() {
            if (missingForUsers.get() == null) {
                missingForUsers.set(missingForUsers(helper(1)));
            }
            return missingForUsers.get().isEmpty() ? USERS : List.of();
        }

        private Optional<String> missingForUsers(HelperProcess helper) {
            for (int user : USERS) {
                Optional<String> missing = unwatched(() -> helper.become(user));
                helper.closeAll();
                if (missing.isPresent()) {
                    return missing;
                }
            }
            return Optional.empty();
        }

        /** Counts a difference of a kind that has been made small already: the sequence goes on, it may hold others. */
        private boolean isKnown(Trial trial) {
            Optional<MetDifference> known = known(trial);
            known.ifPresent(group -> group.times.increment());
            return known.isPresent();
        }

        /** The kind of the difference that a trial has just met, if it has been made small before and no quirk explains it. */
        private Optional<MetDifference> known(Trial trial) {
            Step last = trial.observed().get(trial.observed().size() - 1);
            return Optional.ofNullable(groups.get(Difference.kind(last, trial.answers())))
                    .filter(group -> group.smallest().quirks().isEmpty());
        }

        /** A difference whose repetitions the end of the exploration cuts short is one that did not come again. */
        private void differsInTime(long number, Trial trial, LinuxTcp judge) {
            Difference.Grouping kind = Difference.kind(trial.observed().get(trial.observed().size() - 1), trial.answers());
            try {
                differs(number, trial, judge);
            } catch (ReplayException e) {
                if (!stopped) {
                    throw e;
                }
                unrepeated.computeIfAbsent(kind, fresh -> new LongAdder()).increment();
            }
        }

        private void differs(long number, Trial trial, LinuxTcp judge) {
            isConfirming = true;
            try {
                confirm(number, trial, judge);
            } finally {
                isConfirming = false;
            }
        }

        private void confirm(long number, Trial trial, LinuxTcp judge) {
            Difference first = new Difference(trial.users(), trial.observed(), trial.answers(), number, 0, 0, Set.of());
            if (first.last().outcome() instanceof Outcome.Plain plain && isResourceError(plain)) {
                throw new ReplayException("the machine has run out of what a sequence needs: " + TranscriptPrinter.line(first.last()));
            }
            int again = again(first, judge);
            if (again < required(first)) {
                unrepeated.computeIfAbsent(first.kind(), kind -> new LongAdder()).increment();
                return;
            }
            Difference shrunk = new Shrinker(candidate -> tryOut(candidate, judge), first.kind()).shrink(first);
            int shrunkAgain = again(shrunk, judge);
            boolean holds = shrunkAgain >= required(first);
            Difference small = holds ? shrunk : first;
            again = holds ? shrunkAgain : again;
            if (!isAllowed(small.users(), small.observed().subList(0, small.observed().size() - 1), judge)) {
                // It shows only behind another difference, whose calls nobody could distinguish from those of the other.
                return;
            }
            Set<Quirk> explanation = explanation(small);
            boolean explained = !explanation.contains(Quirk.LISTEN_HIDES_REFUSAL) || doesNotListen(small);
            record(new Difference(small.users(), small.observed(), small.allowed(), number, again, REPETITIONS,
                    explained ? explanation : Set.of()));
        }

        private int again(Difference difference, LinuxTcp judge) {
            CallSequence made = CallSequence.of(difference);
            int again = 0;
            for (int i = 0; i < REPETITIONS; i++) {
                again += tryOut(made, judge).filter(other -> other.kind().equals(difference.kind())).isPresent() ? 1 : 0;
            }
            return again;
        }

        /** Whether the socket of a listen that should have been refused does not listen, whatever listen returned. */
        private boolean doesNotListen(Difference difference) {
            if (!(difference.last().call() instanceof Call.Listen listen)) {
                return false;
            }
            Trial trial = trial(new LinuxTcp(EnumSet.of(Quirk.LISTEN_HIDES_REFUSAL)), difference.users());
            List<Made> calls = new ArrayList<>(CallSequence.of(difference).calls());
            calls.add(new Made(difference.last().process(), new Call.GetOption(listen.fd(), SocketOption.SO_ACCEPTCONN),
                    OptionalInt.empty()));
            boolean same = calls.stream().allMatch(made -> make(trial, made).isPresent());
            end(trial);
            return same;
        }

        private Optional<Difference> tryOut(CallSequence candidate, LinuxTcp judge) {
            Trial trial = trial(judge, candidate.users());
            Optional<Difference> difference = Optional.empty();
            for (Made made : candidate.calls()) {
                if (make(trial, made).isPresent()) {
                    continue;
                }
                if (known(trial).isEmpty()) {
                    difference = Optional.of(new Difference(trial.users(), trial.observed(), trial.answers(), 0, 0, 0, Set.of()));
                    break;
                }
                trial.goOn();
            }
            end(trial);
            return difference;
        }
    }

    /** How many repetitions must end alike: all where an unrelated process on the port could be the reason. */
    private static int required(Difference difference) {
        return difference.last().outcome().failedWith(Errno.EADDRINUSE) ? REPETITIONS : REPETITIONS - 1;
    }

    private static boolean isResourceError(Outcome.Plain plain) {
        return RESOURCE_ERRORS.stream().anyMatch(symbol -> plain.failedWith(Errno.named(symbol)));
    }

    private synchronized void record(Difference difference) {
        MetDifference known = groups.get(difference.kind());
        if (known == null || !known.smallest().quirks().isEmpty() && difference.quirks().isEmpty()) {
            known = new MetDifference(difference, Duration.ofNanos(System.nanoTime() - started));
            groups.put(difference.kind(), known);
            if (quirks.addAll(difference.quirks())) {
                model.set(new LinuxTcp(quirks));
            }
            found.accept(difference);
            stopped |= settings.endsAtFirst() && difference.quirks().isEmpty();
        }
        known.times.increment();
    }

    /** The fewest quirks, beside those that the platform is known to show, with which Linux answers so. */
    private Set<Quirk> explanation(Difference difference) {
        for (Set<Quirk> candidate : fewQuirks()) {
            Set<Quirk> together = new LinkedHashSet<>(quirks);
            together.addAll(candidate);
            if (isAllowed(difference.users(), difference.observed(), new LinuxTcp(together))) {
                return candidate;
            }
        }
        return Set.of();
    }

    /** Each quirk, then each two. */
    static List<Set<Quirk>> fewQuirks() {
        List<Set<Quirk>> few = new ArrayList<>();
        for (Quirk one : Quirk.values()) {
            few.add(EnumSet.of(one));
        }
        for (Quirk one : Quirk.values()) {
            for (Quirk other : Quirk.values()) {
                if (one.compareTo(other) < 0) {
                    few.add(EnumSet.of(one, other));
                }
            }
        }
        return few;
    }

    private static boolean isAllowed(Map<Integer, Integer> users, Collection<Step> observed, LinuxTcp linux) {
        World world = World.EMPTY.withUsers(users);
        for (Step step : observed) {
            LinuxTcp.Judged judged = linux.judge(world, step);
            if (judged.allowed().isEmpty()) {
                return false;
            }
            world = judged.after();
        }
        return true;
    }
}
