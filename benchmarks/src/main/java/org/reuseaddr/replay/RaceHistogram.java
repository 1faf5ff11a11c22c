package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.RaceJudge;
import org.reuseaddr.model.RaceJudge.Explained;
import org.reuseaddr.model.RaceJudge.RaceRuling;
import org.reuseaddr.model.RaceJudge.Unexplained;
import org.reuseaddr.scenario.CallRace;
import org.reuseaddr.transcript.Step;

/**
 * How the rounds of a race ended, and what the model says of it.
 *
 * @param race the calls
 * @param number of the random race
 * @param rounds how many there were
 * @param endings each way in which a round ended, the most frequent first
 * @param ways in how many ways the model lets it end, in an order of whole calls
 * @param waysSeen how many of those were seen
 */
public record RaceHistogram(CallRace race, long number, int rounds, List<JudgedEnding> endings, int ways, int waysSeen) {

    /** What is rarer than one in so many rounds is interesting. */
    private static final int RARE = 1_000;
    /** In so many ways a race may end before the model stops counting them. */
    private static final int MOST_WAYS = 1_000;

    public RaceHistogram {
        endings = endings.stream().sorted(Comparator.comparing(ending -> -ending.times())).toList();
    }

    /**
     * A way in which rounds ended.
     *
     * @param times in how many rounds
     * @param observed the calls with their answers
     * @param ruling what the model without quirks says
     * @param quirks of released kernels that explain it where the model without them does not
     */
    public record JudgedEnding(int times, RaceJudge.ObservedRace observed, RaceRuling ruling, Set<Quirk> quirks) {
        public JudgedEnding {
            quirks = Set.copyOf(quirks);
        }

        /** Whether no order explains it, and no quirk. */
        public boolean isForbidden() {
            return ruling instanceof Unexplained && quirks.isEmpty();
        }
    }

    /** Judges what was counted, with the fewest quirks beside those that the platform is known to show. */
    static RaceHistogram of(CallRace race, long number, RaceRounds.RoundCounts counted, Set<Quirk> known) {
        RaceJudge reference = new RaceJudge(LinuxTcp.REFERENCE);
        List<JudgedEnding> endings = new ArrayList<>();
        for (RaceRounds.RoundEnding ending : counted.endings()) {
            RaceJudge.ObservedRace observed = race.observed(ending.outcomes());
            RaceRuling ruling = reference.judge(observed);
            endings.add(new JudgedEnding(ending.times(), observed, ruling,
                    ruling instanceof Unexplained ? explanation(observed, known) : Set.of()));
        }
        Set<List<Answer>> ways = reference.allowed(race.unmade(), MOST_WAYS);
        int seen = (int) ways.stream().filter(way -> endings.stream().anyMatch(ending -> isOf(way, ending.observed()))).count();
        return new RaceHistogram(race, number, counted.rounds(), endings, ways.size(), seen);
    }

    private static boolean isOf(List<Answer> way, RaceJudge.ObservedRace observed) {
        List<Step> steps = observed.steps();
        return IntStream.range(0, steps.size())
                .allMatch(call -> way.get(call).allows(steps.get(call).call(), steps.get(call).outcome()));
    }

    private static Set<Quirk> explanation(RaceJudge.ObservedRace observed, Set<Quirk> known) {
        for (Set<Quirk> candidate : Exploration.fewQuirks()) {
            Set<Quirk> together = new HashSet<>(known);
            together.addAll(candidate);
            if (new RaceJudge(new LinuxTcp(together)).judge(observed) instanceof Explained) {
                return candidate;
            }
        }
        return Set.of();
    }

    /** The grade of one of its endings. */
    public RaceGrade grade(JudgedEnding ending) {
        if (ending.ruling() instanceof Explained explained) {
            boolean isRare = (long) ending.times() * RARE < rounds;
            return isRare || !explained.overlaps().isEmpty() ? RaceGrade.INTERESTING : RaceGrade.ACCEPTABLE;
        }
        return ending.quirks().isEmpty() ? RaceGrade.FORBIDDEN : RaceGrade.KNOWN;
    }
}
