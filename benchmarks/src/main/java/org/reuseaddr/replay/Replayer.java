package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * Replays scenarios on real sockets and grades them.
 *
 * <p>Every literal port of a transcript is mapped to a free one. A difference that an unrelated process on that port could
 * explain (EADDRINUSE where something else is promised, a connection where a refusal is) is tried again on other ports
 * and counts only if it stays; so is a call that did not come back, once, and every other violation, once: the result says
 * so if the second attempt ends otherwise. Every call is bounded; every descriptor is closed when the scenario ends.
 */
public final class Replayer implements AutoCloseable {

    /** The limit of a call in milliseconds, unless the transcript's header {@code limit-ms} says otherwise. */
    public static final int DEFAULT_LIMIT_MILLIS = 2_000;

    /** The largest limit of a call in milliseconds. */
    public static final int MAX_LIMIT_MILLIS = 10_000;

    /** How many processes a transcript may have. */
    public static final int MAX_PROCESSES = 8;

    /** How many threads each process of a transcript may have, its first included. */
    public static final int MAX_THREADS = 32;

    /** How many sockets each process of a transcript may have open: fewer than any usual limit of descriptors. */
    public static final int MAX_DESCRIPTORS = 512;

    /** What all calls of a transcript together may take, in seconds. */
    public static final int MAX_SECONDS = 60;

    /** Attempts on other ports where unrelated processes could explain a difference: enough should they hold two ports of three. */
    private static final int MAX_ATTEMPTS = 48;
    /**
     * Violations that ended alike in both attempts before later ones are believed at once: a platform with hundreds of
     * violations must not take twice the time of its check.
     */
    private static final int MOST_REPEATED = 20;
    /** The same once a scenario has used up all of those: then it is the platform that refuses. */
    private static final int FEW_ATTEMPTS = 6;
    /**
     * The same once {@link #MOST_REPEATED} scenarios were refused, in all of their attempts, ports that were seen to be free. A look
     * at a port takes milliseconds where the kernel has a large table of connections, and a platform that refuses every bind has
     * thousands of scenarios refused.
     */
    private static final int FEWEST_ATTEMPTS = 2;
    /** A process that was stopped (SIGSTOP, a suspended machine) finds its calls' time spent when it goes on. */
    private static final int TIMEOUT_ATTEMPTS = 2;
    /** Calls that did not come back before the rest is given less time: a platform that hangs must not hang the check. */
    private static final int PATIENCE = 20;
    private static final int IMPATIENT_LIMIT_MILLIS = 200;
    private static final List<String> REFUSAL_REPORTS =
            List.of("microsoft/WSL#40984", "microsoft/WSL#40597", "microsoft/WSL#41085", "microsoft/WSL#12703");
    /** {@code # signals: 1000 100 3}: microseconds between signals, rounds of calls, and in how many processes at once. */
    private static final String SIGNALS = "signals";
    private static final Pattern SIGNALS_VALUE = Pattern.compile("(\\d{2,6}) (\\d{1,4}) ([1-8])");
    private static final int SIGNALS_MILLIS = 4_000;
    private static final int PORTS_UNDER_SIGNALS = 4;
    /** The upper half of an HRESULT that stands for an error of Win32: FACILITY_WIN32, with the bit for a failure. */
    private static final int WIN32_FACILITY = 0x8007;
    private static final Set<String> RESOURCE_ERRORS = Set.of("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM");

    private final PortPool ports;
    private final SocketProcess local;
    private final LocalProcess client;
    private final Supplier<HelperProcess> newHelper;
    private final CallWatch watched;
    /** Replays under watch; null once it was given up. */
    private ExecutorService replaying;
    private final List<HelperProcess> helpers = new ArrayList<>();
    private final Facilities facilities;
    private final Surroundings surroundings;
    private final PortWatch watch;
    private final RefusalLedger ledger;
    private long lostBefore;
    private int timeouts;
    private int attemptsAmongOthers = MAX_ATTEMPTS;
    private int refusedThroughout;
    private int repeatable = MOST_REPEATED;

    /**
     * Finds out what the platform has at all.
     *
     * @param surroundings what is looked up about the machine meanwhile
     */
    public Replayer(Surroundings surroundings) {
        this(surroundings, new CallWatch());
    }

    private Replayer(Surroundings surroundings, CallWatch watched) {
        this(surroundings, watched, new LocalProcess(watched), () -> new HelperProcess(watched));
    }

    /** For scenarios without TIME_WAIT that meet no crowd: the gate within a fork. */
    Replayer() {
        this(Surroundings.unknown());
    }

    /** @param local makes the calls of a scenario's first process */
    Replayer(Surroundings surroundings, SocketProcess local) {
        this(surroundings, local, HelperProcess::new);
    }

    /** @param newHelper makes another process, which does not start before it is needed */
    Replayer(Surroundings surroundings, SocketProcess local, Supplier<HelperProcess> newHelper) {
        this(surroundings, new CallWatch(), local, newHelper);
    }

    /** @param watched watches the calls that processes make which have it, if this replays */
    Replayer(Surroundings surroundings, CallWatch watched, SocketProcess local, Supplier<HelperProcess> newHelper) {
        this.surroundings = surroundings;
        this.watched = watched;
        replaying = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = watched.over(new Thread(task, "replay"));
            daemon.setDaemon(true);
            return daemon;
        });
        client = new LocalProcess(watched);
        this.newHelper = newHelper;
        this.local = local;
        watch = new PortWatch(surroundings);
        ledger = new RefusalLedger(surroundings);
        lostBefore = surroundings.lostTimeWaits().getAsLong();
        ports = new PortPool(surroundings.portsInUse(), surroundings.ephemeralPorts());
        // Asked of the process that makes the calls: a JVM with java.net.preferIPv4Stack has no AF_INET6 of its own.
        facilities = Facilities.probe(local, client);
    }

    /** A replayer that lets the JDK's own listeners make the calls of a scenario's first process, as the gate wants it. */
    static Replayer throughTheJdk() {
        return new Replayer(Surroundings.unknown(), new JdkProcess());
    }

    /**
     * Begins to start a process for those scenarios that have several, and does not wait for it: a JVM takes about as long as
     * what a check does before its first scenario.
     */
    public void startHelper() {
        helper(0).begin();
    }

    /** Whether {@link #replay} would not wait for a helper process that is still starting. */
    public boolean isReadyFor(Scenario scenario) {
        return helpers.stream().noneMatch(HelperProcess::isStarting) || !needsHelper(scenario);
    }

    /** Whether other processes than this one make calls of the scenario. */
    public static boolean needsHelper(Scenario scenario) {
        Transcript transcript = scenario.transcript();
        Map<Integer, Integer> threads = transcript.threads();
        return !transcript.users().isEmpty() || transcript.headers().containsKey(SIGNALS) || RaceReplay.isRace(transcript)
                || transcript.steps().stream().map(step -> threads.getOrDefault(step.process(), step.process())).distinct().count() > 1;
    }

    /** The families whose loopback address can be bound. */
    public Set<Family> families() {
        return facilities.families();
    }

    /**
     * Replays one scenario; never throws for what the platform does, and never takes longer than its calls' limits.
     *
     * @throws ReplayException if this thread is interrupted
     */
    public ScenarioResult replay(Scenario scenario) {
        if (replaying == null) {
            return replayHere(scenario);
        }
        Future<ScenarioResult> result = replaying.submit(() -> replayHere(scenario));
        while (true) {
            try {
                return result.get(CallWatch.LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (watched.givesUp()) {
                    goOnUnwatched();
                    return replayHere(scenario);
                }
            } catch (ExecutionException e) {
                throw ReplayException.of("a replay", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ReplayException("interrupted in a replay", e);
            }
        }
    }

    /**
     * On a platform where a call does not come back, each call of this process gets a thread that may be left behind, and each
     * of a helper one that waits for it. What the thread that was given up had open is closed.
     */
    private void goOnUnwatched() {
        replaying.shutdownNow();
        replaying = null;
        endHelpers();
        local.closeAll();
        client.closeAll();
    }

    private ScenarioResult replayHere(Scenario scenario) {
        long start = System.nanoTime();
        Optional<String> missing;
        try {
            missing = facilities.missingFor(scenario.transcript()).or(() -> missingUser(scenario.transcript()));
        } catch (ReplayException e) {
            return new ScenarioResult(scenario, Grade.ERROR, List.of(), -1, e.getMessage(), false, 1, System.nanoTime() - start);
        }
        if (missing.isPresent()) {
            return new ScenarioResult(scenario, Grade.UNSUPPORTED, List.of(), -1, missing.get(), false, 0, 0);
        }
        Optional<ScenarioResult> sampled = sampled(scenario, start).or(() -> signalled(scenario, start))
                .or(() -> new RaceReplay(this::helper, ports, ledger).replay(scenario, start));
        if (sampled.isPresent()) {
            return sampled.get();
        }
        Settled first = settle(scenario);
        // A violation is believed when it has been seen twice; what other processes could explain, settle has repeated.
        if (first.made().grade() != Grade.VIOLATION || first.made().worth() > 1 || repeatable == 0) {
            return result(scenario, first, first.made().detail(), start);
        }
        Settled second = settle(scenario);
        repeatable -= first.made().endsAs(second.made()) ? 1 : 0;
        String detail = first.made().endsAs(second.made()) ? first.made().detail()
                : Stream.of(first.made().detail(), "1 of 2 attempts: in the other " + second.made().inWords())
                        .filter(part -> !part.isEmpty()).collect(Collectors.joining("; "));
        return result(scenario, new Settled(first.made(), first.attempts() + second.attempts(),
                first.unexplained() + second.unexplained(), first.refused().or(second::refused)), detail, start);
    }

    /**
     * Why the platform does not let the calls of a transcript be made as its users; empty if it does.
     *
     * @throws ReplayException if that cannot be found out
     */
    private Optional<String> missingUser(Transcript transcript) {
        for (int user : Set.copyOf(transcript.users().values())) {
            Optional<String> missing = helper(0).become(user);
            if (missing.isPresent()) {
                return missing.map(right -> "the platform does not give this process " + right);
            }
            helper(0).closeAll();
        }
        return Optional.empty();
    }

    /** The result of a scenario that is about many ports at once; empty for any other. */
    private Optional<ScenarioResult> sampled(Scenario scenario, long start) {
        try {
            Transcript transcript = scenario.transcript();
            Optional<PortSurvey.Found> found = PortSurvey.of(transcript, local, watch, ledger, surroundings,
                    limitMillis(transcript)).map(survey -> survey.run(transcript));
            return found.map(survey -> sampled(scenario, survey, start));
        } catch (ReplayException e) {
            return Optional.of(new ScenarioResult(scenario, Grade.ERROR, List.of(), -1, e.getMessage(), false, 1,
                    System.nanoTime() - start));
        }
    }

    private ScenarioResult sampled(Scenario scenario, PortSurvey.Found found, long start) {
        Step last = found.steps().get(1);
        boolean refused = last.outcome().failedWith(Errno.EADDRINUSE);
        boolean differs = !last.outcome().equals(scenario.transcript().steps().get(1).outcome())
                && (!refused || found.refusals().isViolation());
        ledger.settle(differs);
        return new ScenarioResult(scenario, differs ? grade(scenario, last.outcome()) : Grade.PASS,
                differs ? found.steps() : scenario.transcript().steps(), differs ? 1 : -1, differs ? found.words() : "", false,
                Optional.empty(), 1, found.unexplained(), System.nanoTime() - start);
    }

    /** The result of a scenario whose calls are made under a signal; empty for any other. */
    private Optional<ScenarioResult> signalled(Scenario scenario, long start) {
        String header = scenario.transcript().headers().get(SIGNALS);
        if (header == null) {
            return Optional.empty();
        }
        try {
            Matcher numbers = SIGNALS_VALUE.matcher(header.strip());
            if (!numbers.matches()) {
                throw new ReplayException("header " + SIGNALS + ": expected MICROSECONDS ROUNDS PROCESSES, found " + header);
            }
            Interruptions counted = signalled(scenario, Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)),
                    Integer.parseInt(numbers.group(3)));
            return Optional.of(signalled(scenario, counted, start));
        } catch (ReplayException e) {
            Grade grade = String.valueOf(e.getMessage()).contains(SignalledCalls.IMPOSSIBLE) ? Grade.UNSUPPORTED : Grade.ERROR;
            return Optional.of(new ScenarioResult(scenario, grade, List.of(), -1, e.getMessage(), false, 1,
                    System.nanoTime() - start));
        }
    }

    /** In helper processes at the same time: a signal must not reach what else this process does. */
    private Interruptions signalled(Scenario scenario, int micros, int rounds, int processes) {
        Family family = Family.valueOf(scenario.family());
        ExecutorService asking = Executors.newFixedThreadPool(processes);
        try {
            List<Future<Interruptions>> counts = new ArrayList<>();
            List<Integer> named = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                HelperProcess helper = helper(i);
                List<Integer> own = Stream.generate(ports::take).limit(PORTS_UNDER_SIGNALS).toList();
                named.addAll(own);
                counts.add(asking.submit(() -> helper.signalled(
                        new HelperProtocol.Request.Signal(family, own, rounds, micros, SIGNALS_MILLIS))));
            }
            Interruptions sum = Interruptions.none();
            for (Future<Interruptions> count : counts) {
                sum = sum.plus(count.get());
            }
            ledger.made(named, sum.calls().get(0));
            return sum;
        } catch (ExecutionException e) {
            throw ReplayException.of("calls under a signal", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplayException("interrupted among calls under a signal", e);
        } finally {
            asking.shutdownNow();
        }
    }

    private static ScenarioResult signalled(Scenario scenario, Interruptions counted, long start) {
        List<Step> steps = scenario.transcript().steps();
        int first = counted.first();
        int divergent = first < 0 ? -1 : IntStream.range(0, steps.size())
                .filter(i -> steps.get(i).call().name().equals(Interruptions.CALLS.get(first))).findFirst()
                .orElseThrow(() -> new ReplayException("the transcript has no " + Interruptions.CALLS.get(first)));
        if (divergent < 0) {
            return new ScenarioResult(scenario, Grade.PASS, steps, -1, "", false, 1, System.nanoTime() - start);
        }
        List<Step> observed = new ArrayList<>(steps.subList(0, divergent));
        observed.add(new Step(steps.get(divergent).process(), steps.get(divergent).call(),
                new Outcome.Plain(new SyscallResult.Failed(Errno.EINTR))));
        return new ScenarioResult(scenario, scenario.promised() ? Grade.VIOLATION : Grade.DEVIATION, observed, divergent,
                counted.words(), false, 1, System.nanoTime() - start);
    }

    private ScenarioResult result(Scenario scenario, Settled settled, String detail, long start) {
        Attempt made = settled.made();
        boolean graded = made.isRefusal() && made.grade() != Grade.ERROR;
        ledger.settle(graded);
        ScenarioResult result = new ScenarioResult(scenario, made.grade(), made.observed(), made.divergent(), detail,
                made.twoListeners(), Optional.empty(), settled.attempts(), settled.unexplained(), System.nanoTime() - start);
        settled.refused().filter(refused -> !graded).ifPresent(refused -> ledger.keepExample(new ScenarioResult(scenario, Grade.VIOLATION,
                refused.observed(), refused.divergent(), "", false, settled.attempts(), result.durationNanos())));
        return result;
    }

    /**
     * An attempt that is to be believed.
     *
     * @param attempts how many it took
     * @param unexplained how many of them ended with a refusal that nobody explains
     * @param refused the first of these
     */
    private record Settled(Attempt made, int attempts, int unexplained, Optional<Attempt> refused) {
    }

    private Settled settle(Scenario scenario) {
        int unexplained = 0;
        Optional<Attempt> refused = Optional.empty();
        for (int attempt = 1; ; attempt++) {
            Attempt made = withoutLostTimeWaits(attempt(scenario));
            if (made.seen().filter(seen -> seen != PortWatch.Seen.HELD).isPresent()) {
                unexplained++;
                refused = refused.or(() -> Optional.of(made));
            }
            boolean alwaysFree = made.seen().filter(seen -> seen == PortWatch.Seen.FREE).isPresent()
                    && unexplained == attempt && attempt >= (refusedThroughout < MOST_REPEATED ? FEW_ATTEMPTS : FEWEST_ATTEMPTS);
            refusedThroughout += alwaysFree ? 1 : 0;
            if (attempt >= made.worth() || alwaysFree) {
                attemptsAmongOthers = attempt == MAX_ATTEMPTS ? FEW_ATTEMPTS : attemptsAmongOthers;
                return new Settled(made, attempt, unexplained, refused);
            }
        }
    }

    /**
     * One replay of a scenario.
     *
     * @param worth how many attempts must come to such an end before it is believed
     * @param suspect a port that the kernel chose and an unrelated process may hold
     * @param refusedPort the port of a bind or listen that was refused where it should not have been
     * @param seen who was seen to hold that port once everything of the scenario was closed
     */
    private record Attempt(Grade grade, List<Step> observed, int divergent, String detail, boolean twoListeners, int worth,
            OptionalInt suspect, OptionalInt refusedPort, Optional<PortWatch.Seen> seen) {

        private Attempt(Grade grade, List<Step> observed, int divergent, String detail, int worth) {
            this(grade, observed, divergent, detail, false, worth, OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
        }

        private Attempt failed(String reason) {
            return new Attempt(Grade.ERROR, observed, divergent, reason, false, worth, OptionalInt.empty(), refusedPort, seen);
        }

        private Attempt seen(PortWatch.Seen holder) {
            return new Attempt(grade, observed, divergent, detail, twoListeners, worth, suspect, refusedPort,
                    Optional.of(holder));
        }

        /** Whether it ended with a refusal. */
        private boolean isRefusal() {
            return divergent >= 0 && observed.get(divergent).outcome().failedWith(Errno.EADDRINUSE);
        }

        /** Whether the other attempt ended at the same call in the same way; ports and meaningless values aside. */
        private boolean endsAs(Attempt other) {
            return grade == other.grade && divergent == other.divergent && twoListeners == other.twoListeners
                    && symptom().equals(other.symptom());
        }

        private List<Object> symptom() {
            Step last = observed.get(divergent);
            if (last.outcome() instanceof Outcome.WithAddress shown && shown.address() != null) {
                return List.of(last.succeeded(), shown.address().withPort(0));
            }
            if (last.outcome() instanceof Outcome.WithValue read) {
                return List.of(last.succeeded(), read.value());
            }
            return last.outcome().returned().isPresent() ? List.of(last.succeeded()) : List.of(last.outcome());
        }

        private String inWords() {
            return switch (grade) {
                case PASS -> "every call ended as on Linux";
                case ERROR, UNSUPPORTED -> grade + ": " + detail;
                default -> TranscriptPrinter.line(observed.get(divergent)) + (detail.isEmpty() ? "" : ", " + detail);
            };
        }
    }

    private static Attempt failed(ReplayException e) {
        return new Attempt(Grade.ERROR, List.of(), -1, e.getMessage(), 1);
    }

    /**
     * A difference says nothing about the platform if the kernel freed ports before their time since the last look. The
     * last look may be long ago, so that only a second attempt tells.
     */
    private Attempt withoutLostTimeWaits(Attempt made) {
        boolean excusable = (made.grade() == Grade.VIOLATION || made.grade() == Grade.DEVIATION) && made.detail().isEmpty();
        if (!excusable) {
            return made;
        }
        long lostSoFar = surroundings.lostTimeWaits().getAsLong();
        boolean lost = lostSoFar != lostBefore;
        lostBefore = lostSoFar;
        return lost ? new Attempt(Grade.ERROR, made.observed(), made.divergent(), "the kernel had no room for connections in "
                + "TIME_WAIT meanwhile (TCPTimeWaitOverflow); raise net.ipv4.tcp_max_tw_buckets", false, FEW_ATTEMPTS,
                OptionalInt.empty(), made.refusedPort(), made.seen()) : made;
    }

    private Attempt attempt(Scenario scenario) {
        Map<Integer, SocketProcess> processes = new LinkedHashMap<>();
        Attempt made;
        try {
            made = attempt(scenario, processes);
        } catch (ReplayException e) {
            made = failed(e);
        }
        for (SocketProcess process : processes.values()) {
            try {
                process.closeAll();
            } catch (ReplayException e) {
                made = failed(e);
            }
        }
        if (made.refusedPort().isPresent()) {
            int port = made.refusedPort().getAsInt();
            made = made.seen(watch.look(port));
            ledger.refused(port, made.seen().orElseThrow());
        }
        return withoutUnrelated(made);
    }

    /**
     * connect takes ports that others have in TIME_WAIT, which bind then may not have: after thousands of connections
     * nearly every port it takes is one. With everything of the scenario closed, whoever holds the port is an unrelated process.
     */
    private Attempt withoutUnrelated(Attempt made) {
        return made.suspect().isPresent() && surroundings.portsInUse().get().contains(made.suspect().getAsInt())
                ? made.failed("the port that the kernel chose, " + made.suspect().getAsInt() + ", is in use by others, such as "
                        + "connections in TIME_WAIT; try again in a minute")
                : made;
    }

    private Attempt attempt(Scenario scenario, Map<Integer, SocketProcess> processes) {
        Transcript transcript = scenario.transcript();
        int limitMillis = limitMillis(transcript);
        Map<Integer, Integer> users = transcript.users();
        Replay replay = new Replay(transcript, number -> processes.computeIfAbsent(number,
                fresh -> users.isEmpty() ? process(processes.size()) : ofUser(processes.size(), users.get(number))), ports,
                timeouts < PATIENCE ? limitMillis : Math.min(limitMillis, IMPATIENT_LIMIT_MILLIS), MAX_SECONDS);
        int divergent = replay.run();
        ledger.made(replay);
        if (divergent < 0) {
            ports.giveBack(replay.pooled());
            return new Attempt(Grade.PASS, replay.observed(), -1, "", 1);
        }
        Step promised = transcript.steps().get(divergent);
        Outcome observed = replay.observed().get(divergent).outcome();
        timeouts += observed instanceof Outcome.TimedOut ? 1 : 0;
        if (isOdd(promised.call(), observed)) {
            return new Attempt(Grade.VIOLATION, replay.observed(), divergent,
                    promised.call().name() + " returned " + oddValue(observed.returned().getAsInt()), 1);
        }
        Optional<DuplicateListeners.SecondSocket> found =
                permits(promised, observed) ? examine(replay, processes, promised) : Optional.empty();
        boolean twoListeners = found.filter(DuplicateListeners.SecondSocket::twoListeners).isPresent();
        return new Attempt(twoListeners ? Grade.VIOLATION : grade(scenario, observed), replay.observed(), divergent,
                found.map(DuplicateListeners.SecondSocket::words).orElse(""), twoListeners,
                twoListeners ? 1 : worth(promised.outcome(), observed),
                observed.failedWith(Errno.EADDRINUSE) ? replay.chosenPortOf(promised) : OptionalInt.empty(),
                observed.failedWith(Errno.EADDRINUSE) ? replay.realPortOf(promised) : OptionalInt.empty(), Optional.empty());
    }

    private int worth(Outcome promised, Outcome observed) {
        if (observed instanceof Outcome.TimedOut) {
            return timeouts < PATIENCE ? TIMEOUT_ATTEMPTS : 1;
        }
        return couldBeUnrelated(promised, observed) ? attemptsAmongOthers : 1;
    }

    /** Whether a bind or listen succeeded that should have been refused. */
    private static boolean permits(Step promised, Outcome observed) {
        return (promised.call() instanceof Call.Bind || promised.call() instanceof Call.Listen)
                && promised.outcome().failedWith(Errno.EADDRINUSE) && promised.call().succeedsWith(observed);
    }

    /** Whether a call returned what it cannot return: bind(2) anything but 0. */
    private static boolean isOdd(Call call, Outcome observed) {
        return observed.returned().isPresent() && !call.succeedsWith(observed);
    }

    /** Where the port tracker of WSL 2 is refused by Windows, it hands on minus the HRESULT of a Win32 error as the result. */
    private static String oddValue(int value) {
        String meaning = value + ", which means neither success nor failure";
        return -value >>> Short.SIZE == WIN32_FACILITY ? meaning + String.format(Locale.ROOT,
                ": minus the HRESULT 0x%08X, Windows' error %d", -value, -value & 0xFFFF) : meaning;
    }

    private Optional<DuplicateListeners.SecondSocket> examine(Replay replay, Map<Integer, SocketProcess> processes, Step promised) {
        int fd = ((Call.OnDescriptor) promised.call()).fd();
        return new DuplicateListeners(replay, processes::get, client)
                .examine(new Replay.SocketName(replay.processOfThread(promised.process()), fd));
    }

    /** What became of the binds of all scenarios so far. */
    public Refusals refusals() {
        return ledger.refusals(ports.size());
    }

    /**
     * The finding that binds were refused though nobody held the port, more of them than unrelated processes can explain: a
     * violation like that of any scenario, with the first refusal as its evidence.
     */
    public Optional<ScenarioResult> unexplainedRefusals() {
        Refusals refusals = refusals();
        return ledger.example().filter(example -> refusals.isViolation()).map(example -> {
            Scenario shown = example.scenario();
            Scenario scenario = new Scenario(Refusals.SCENARIO, "refusals", shown.family(),
                    "bind succeeds if no socket holds the port", "bind(2), EADDRINUSE; ip(7)", true, REFUSAL_REPORTS,
                    shown.transcript());
            return new ScenarioResult(scenario, Grade.VIOLATION, example.observed(), example.divergent(), refusals.words(),
                    false, Optional.empty(), 1, (int) Math.min(Integer.MAX_VALUE, refusals.unexplained()),
                    example.durationNanos());
        });
    }

    private SocketProcess process(int index) {
        requireFew(index);
        return index == 0 ? local : helper(index - 1);
    }

    private static void requireFew(int index) {
        if (index >= MAX_PROCESSES) {
            throw new ReplayException("a transcript may have at most " + MAX_PROCESSES + " processes");
        }
    }

    /** This process keeps its user: where there are users, all processes are helpers. */
    private SocketProcess ofUser(int index, Integer user) {
        requireFew(index);
        HelperProcess process = helper(index);
        if (user != null) {
            process.become(user).ifPresent(missing -> {
                throw new ReplayException("the platform does not give a helper process " + missing);
            });
        }
        return process;
    }

    private HelperProcess helper(int index) {
        while (helpers.size() <= index) {
            helpers.add(newHelper.get());
        }
        return helpers.get(index);
    }

    /** What a call of this transcript may take, in milliseconds, 1 to 10,000. */
    public static int limitMillis(Transcript transcript) {
        String limit = transcript.headers().get("limit-ms");
        if (limit == null) {
            return DEFAULT_LIMIT_MILLIS;
        }
        try {
            return Math.min(Math.max(Integer.parseInt(limit), 1), MAX_LIMIT_MILLIS);
        } catch (NumberFormatException e) {
            throw new ReplayException("header limit-ms: expected milliseconds, found " + limit, e);
        }
    }

    /** The grade of an outcome that is not the promised one. */
    static Grade grade(Scenario scenario, Outcome observed) {
        if (observed instanceof Outcome.TimedOut) {
            return Grade.TIMEOUT;
        }
        if (((Outcome.Completed) observed).result() instanceof SyscallResult.Failed failed
                && RESOURCE_ERRORS.contains(failed.errno().symbol())) {
            return Grade.ERROR;
        }
        return scenario.promised() ? Grade.VIOLATION : Grade.DEVIATION;
    }

    private static boolean couldBeUnrelated(Outcome promised, Outcome observed) {
        return observed.failedWith(Errno.EADDRINUSE)
                || promised.failedWith(Errno.ECONNREFUSED) && !observed.failedWith(Errno.ETIMEDOUT);
    }

    /** Ends the helper processes, of which a later replay starts new ones: nothing of a check shall be there when costs are measured. */
    public void endHelpers() {
        helpers.forEach(HelperProcess::close);
        helpers.clear();
    }

    /** Ends the helper processes and closes what may still be open. */
    @Override
    public void close() {
        if (replaying != null) {
            replaying.shutdownNow();
        }
        endHelpers();
        client.close();
        local.close();
        watch.close();
    }
}
