package org.reuseaddr.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.RaceJudge.Unexplained;
import org.reuseaddr.replay.RaceHistogram.JudgedEnding;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.scenario.RandomRace;
import org.reuseaddr.scenario.RandomStream;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.transcript.Call;

/**
 * Random races on real sockets: processes that make a few calls at the same moment, thousands of rounds of each race. A round may
 * end as the model lets some order of the calls end; any other ending is forbidden. A forbidden ending is looked for once more on
 * other ports, and a race that has it again is made as small as possible.
 */
public final class RaceExploration {

    /** A race of few rounds may take so long too: on an emulated processor a round takes milliseconds. */
    private static final int LEAST_MILLIS = 2_000;
    /** How many times as many rounds a race gets that is made once more. */
    private static final int MORE_ROUNDS = 4;
    /** An ending that an unrelated process on the port could cause must come again so many times, each time on other ports. */
    private static final int REPETITIONS_OF_REFUSALS = 3;
    /** A race that is to be made smaller gets rounds enough to end so many times as it should. */
    private static final int EXPECTED_TIMES = 20;
    private static final int LEAST_ROUNDS = 500;
    /** Races in a row whose helpers fail before the exploration does. */
    private static final int MOST_IN_A_ROW = 3;

    private final RacePlan plan;
    private final ExplorationPorts ports;
    private final Consumer<RaceHistogram> made;
    private final Consumer<ForbiddenEnding> found;
    private final List<Family> families;
    private final Racers racers = new Racers();
    private final SocketProcess direct = new DirectProcess();
    private final List<HelperProcess> helpers = new ArrayList<>();
    private final Map<Difference.Grouping, ForbiddenEnding> groups = new LinkedHashMap<>();
    private final Map<Difference.Grouping, Unrepeated> unrepeated = new LinkedHashMap<>();
    private final Set<Quirk> quirks = EnumSet.noneOf(Quirk.class);
    /** Whether something was left on a port of the race that was made last: of it, or of an unrelated process. */
    private boolean wasDisturbed;
    private ReplayException failure;
    private volatile boolean stopped;
    private long started;
    private int races;
    private long rounds;
    private long endings;
    private long ways;
    private long waysSeen;
    private int interesting;

    /**
     * What to explore.
     *
     * @param seed the same seed makes the same races
     * @param count how many races at most; at least 1
     * @param time for how long at most
     * @param processes how many processes a race has at most, 2 or 3
     * @param rounds how many rounds of each race, at least 1
     * @param lowPort the lowest port to take, at least 1024
     * @param highPort the highest port to take
     * @param ports how many different ports to take at most
     * @param endsAtFirst whether the first forbidden ending that comes again ends the exploration
     */
    public record RacePlan(long seed, long count, Duration time, int processes, int rounds, int lowPort, int highPort, int ports,
            boolean endsAtFirst) {
    }

    /**
     * How far an exploration has come.
     *
     * @param races made so far
     * @param rounds of all of them
     * @param endings different ways in which the rounds of a race ended, over all races
     * @param interesting how many of those are {@link RaceGrade#INTERESTING}
     * @param ways in how many ways the model lets the races end
     * @param waysSeen how many of those were seen
     * @param forbidden kinds of forbidden endings that came again
     */
    public record RaceTotals(int races, long rounds, long endings, int interesting, long ways, long waysSeen, int forbidden,
            Duration elapsed) {
    }

    /** A kind of forbidden ending: the rule, the call and how it ended, at the call at which the orders fail that explain most. */
    public static final class ForbiddenEnding {
        private final RaceHistogram smallest;
        private final JudgedEnding ending;
        private int races = 1;

        private ForbiddenEnding(RaceHistogram smallest, JudgedEnding ending) {
            this.smallest = smallest;
            this.ending = ending;
        }

        /** The smallest race that ended so. */
        public RaceHistogram smallest() {
            return smallest;
        }

        /** The ending of it. */
        public JudgedEnding ending() {
            return ending;
        }

        /** The call at which the orders fail that explain the most calls. */
        public Unexplained unexplained() {
            return (Unexplained) ending.ruling();
        }

        /** What the kind is. */
        public Difference.Grouping kind() {
            return RaceExploration.kind(ending);
        }

        /** How many random races ended so. */
        public int races() {
            return races;
        }
    }

    /**
     * A forbidden ending that did not come again.
     *
     * @param kind what it is
     * @param times in how many rounds of how many
     * @param race all that was seen in the race in which it came last
     */
    public record Unrepeated(Difference.Grouping kind, int times, RaceHistogram race) {
    }

    /**
     * @param heldPorts ports to keep away from
     * @param made is told of each random race
     * @param found is told of each kind of forbidden ending when its race has been made small
     * @throws ReplayException if no port is free, or the platform has no loopback address
     */
    public RaceExploration(RacePlan plan, Set<Integer> heldPorts, Consumer<RaceHistogram> made, Consumer<ForbiddenEnding> found) {
        this.plan = plan;
        this.made = made;
        this.found = found;
        ports = new ExplorationPorts(plan.lowPort(), plan.highPort(), plan.ports(), heldPorts);
        families = List.copyOf(Exploration.facilities().families());
    }

    /**
     * Explores until the time or the count is spent, or {@link #stop} is called.
     *
     * @param progress is told after each race
     * @return what was done until then, also where {@link #failure} ended it
     */
    public RaceTotals run(Consumer<RaceTotals> progress) {
        started = System.nanoTime();
        int failedInARow = 0;
        try {
            startHelpers();
            for (long number = 0; number < plan.count() && !isOver(); number++) {
                try {
                    explore(number);
                    failedInARow = 0;
                } catch (ReplayException e) {
                    // A helper that died or was stopped, as on a suspended machine, costs this race.
                    failedInARow++;
                    closeHelpers();
                    if (failedInARow == MOST_IN_A_ROW && !stopped) {
                        failure = e;
                        stopped = true;
                    }
                }
                progress.accept(totals());
            }
        } finally {
            closeHelpers();
            direct.close();
        }
        return totals();
    }

    /** Before the time of the exploration begins: a JVM takes the better part of a minute on an emulated processor. */
    private void startHelpers() {
        try {
            while (helpers.size() < plan.processes()) {
                helpers.add(HelperProcess.started(families.get(0), () -> stopped));
            }
        } catch (ReplayException e) {
            failure = e;
            stopped = true;
        }
        started = System.nanoTime();
    }

    private void closeHelpers() {
        helpers.forEach(HelperProcess::close);
        helpers.clear();
    }

    private boolean isOver() {
        return stopped || System.nanoTime() - started >= plan.time().toNanos();
    }

    private RaceTotals totals() {
        return new RaceTotals(races, rounds, endings, interesting, ways, waysSeen, groups.size(),
                Duration.ofNanos(System.nanoTime() - started));
    }

    /** Ends the exploration after the rounds that are being made. */
    public void stop() {
        stopped = true;
        racers.stop();
    }

    /** Why it ended early: helper processes fail. */
    public Optional<ReplayException> failure() {
        return Optional.ofNullable(failure);
    }

    /** The kinds of forbidden endings that came again, the most severe first. */
    public List<ForbiddenEnding> groups() {
        return groups.values().stream().sorted(Comparator
                .comparing((ForbiddenEnding group) -> !group.unexplained().promised())
                .thenComparing(group -> -group.races())).toList();
    }

    /** The kinds of forbidden endings that did not come again, each as it came last. */
    public List<Unrepeated> unrepeated() {
        return List.copyOf(unrepeated.values());
    }

    /** The quirks of released kernels that the platform shows. */
    public Set<Quirk> quirks() {
        return Set.copyOf(quirks);
    }

    /** How many different ports it took. */
    public int portsUsed() {
        return ports.used();
    }

    private void explore(long number) {
        SplittableRandom random = RandomStream.of(plan.seed(), number);
        CallRace race = RandomRace.of(random, plan.processes(), families);
        RaceHistogram histogram = make(race, number, plan.rounds());
        races++;
        rounds += histogram.rounds();
        endings += histogram.endings().size();
        interesting += (int) histogram.endings().stream().filter(ending -> histogram.grade(ending) == RaceGrade.INTERESTING).count();
        ways += histogram.ways();
        waysSeen += histogram.waysSeen();
        histogram.endings().forEach(ending -> quirks.addAll(ending.quirks()));
        made.accept(histogram);
        histogram.endings().stream().filter(JudgedEnding::isForbidden).map(RaceExploration::kind).distinct()
                .forEach(kind -> forbidden(histogram, kind));
    }

    private void forbidden(RaceHistogram histogram, Difference.Grouping kind) {
        ForbiddenEnding known = groups.get(kind);
        if (known != null) {
            known.races++;
            return;
        }
        Optional<RaceHistogram> again = Optional.of(histogram);
        for (int i = isRefusal(kind) ? REPETITIONS_OF_REFUSALS : 1; i > 0 && again.isPresent(); i--) {
            again = stopped ? Optional.empty() : again(histogram.race(), histogram.number(), plan.rounds() * MORE_ROUNDS, kind);
        }
        if (again.isEmpty()) {
            unrepeated.put(kind, new Unrepeated(kind, times(histogram, kind), histogram));
            return;
        }
        RaceHistogram repeated = again.get();
        long enough = (long) repeated.rounds() * EXPECTED_TIMES / times(repeated, kind);
        int tried = (int) Math.max(LEAST_ROUNDS, Math.min(enough, (long) plan.rounds() * MORE_ROUNDS));
        RaceHistogram small = new RaceShrinker(candidate -> stopped ? Optional.empty()
                : again(candidate, histogram.number(), tried, kind)).shrink(repeated);
        ForbiddenEnding group = new ForbiddenEnding(small, of(small, kind).orElseThrow());
        groups.put(kind, group);
        found.accept(group);
        stopped |= plan.endsAtFirst();
    }

    private Optional<RaceHistogram> again(CallRace race, long number, int times, Difference.Grouping kind) {
        return Optional.of(make(race, number, times))
                .filter(histogram -> of(histogram, kind).isPresent() && !(wasDisturbed && isRefusal(kind)));
    }

    /** Whether an unrelated process on the port could be the reason. */
    private static boolean isRefusal(Difference.Grouping kind) {
        return kind.ended().endsWith(Errno.EADDRINUSE.symbol());
    }

    /** The most frequent forbidden ending of a kind. */
    private static Optional<JudgedEnding> of(RaceHistogram histogram, Difference.Grouping kind) {
        return histogram.endings().stream().filter(ending -> ending.isForbidden() && kind(ending).equals(kind)).findFirst();
    }

    private static int times(RaceHistogram histogram, Difference.Grouping kind) {
        return histogram.endings().stream().filter(ending -> ending.isForbidden() && kind(ending).equals(kind))
                .mapToInt(JudgedEnding::times).sum();
    }

    private static Difference.Grouping kind(JudgedEnding forbidden) {
        Unexplained unexplained = (Unexplained) forbidden.ruling();
        return Difference.kind(unexplained.divergent(), unexplained.allowed());
    }

    private RaceHistogram make(CallRace race, long number, int times) {
        while (helpers.size() < race.racing().size()) {
            helpers.add(HelperProcess.started(families.get(0), () -> stopped));
        }
        Map<Integer, Integer> taken = new HashMap<>();
        try {
            race.calls().stream().map(Made::call).filter(Call.Addressed.class::isInstance)
                    .mapToInt(call -> ((Call.Addressed) call).address().port()).filter(port -> port != 0).distinct()
                    .forEach(port -> taken.put(port, ports.takeUnheld(() -> stopped, direct, families)));
            int maxMillis = Math.max(LEAST_MILLIS, times);
            RaceRounds.RoundCounts counted = racers.race(helpers.subList(0, race.racing().size()), RaceRounds.MEMORY,
                    (helper, racer, shared) -> helper.race(new HelperProtocol.Request.Rounds(race, taken, racer, times, maxMillis,
                            shared.toString())));
            return RaceHistogram.of(race, number, counted, quirks);
        } finally {
            wasDisturbed = false;
            for (int port : taken.values()) {
                boolean isHeld = ExplorationPorts.isHeld(direct, families, port);
                wasDisturbed |= isHeld;
                ports.giveBack(port, isHeld);
            }
        }
    }
}
