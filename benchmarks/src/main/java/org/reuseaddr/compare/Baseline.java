package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.reuseaddr.model.Grade;
import org.reuseaddr.results.DivergentCall;
import org.reuseaddr.results.KnownDifference;
import org.reuseaddr.results.SemanticsRow;

/**
 * What a check's results are held against: Linux alone, or Linux and a list of differences that the platform is known to
 * have.
 */
public final class Baseline {

    private final boolean listed;
    private final boolean strict;
    private final Map<String, List<KnownDifference>> byScenario = new LinkedHashMap<>();

    private Baseline(boolean listed, List<KnownDifference> differences, boolean strict) {
        this.listed = listed;
        this.strict = strict;
        differences.forEach(known -> byScenario.computeIfAbsent(known.scenario(), fresh -> new ArrayList<>()).add(known));
    }

    /**
     * Linux alone: broken guarantees fail, deviations and quirks of released kernels do not.
     *
     * @param strict whether quirks fail as well
     */
    public static Baseline linux(boolean strict) {
        return new Baseline(false, List.of(), strict);
    }

    /**
     * A list: differences that are in it do not fail, any other does, deviations included; quirks of released kernels do
     * not.
     *
     * @param strict whether quirks that are not listed and entries that are out of date fail as well
     */
    public static Baseline of(List<KnownDifference> differences, boolean strict) {
        return new Baseline(true, differences, strict);
    }

    /** Where a result stands; the words are for people. */
    public enum Standing {
        /** As on Linux. */
        PASSED(false),
        /** The platform lacks what it takes. */
        SKIPPED(false),
        /** A difference that is accepted: listed, a deviation without a list, or a quirk of released kernels. */
        EXPECTED(false),
        /** Passed, though a difference is listed that every check is to show. */
        FIXED(false),
        /** A difference that is not accepted. */
        FAILED(true),
        /** A call did not come back in time, which is not accepted either. */
        TIMED_OUT(true),
        /** The check itself failed. */
        NOT_CHECKED(false);

        private final boolean fails;

        Standing(boolean fails) {
            this.fails = fails;
        }
    }

    /**
     * A result and where it stands.
     *
     * @param why in a few words; empty where the row says it all
     */
    public record Standings(SemanticsRow row, Standing standing, String why) {
    }

    /** Whether a result is a difference that fails the check. */
    public boolean isFailedBy(SemanticsRow row) {
        return standing(row).standing.fails;
    }

    /** Whether a list is given. */
    public boolean isListed() {
        return listed;
    }

    /** Where a result stands. */
    public Standings standing(SemanticsRow row) {
        List<KnownDifference> known = byScenario.getOrDefault(row.scenario(), List.of());
        if (row.grade().equals(Grade.PASS.name())) {
            return known.isEmpty() || known.stream().anyMatch(entry -> entry.flaky().isPresent())
                    ? new Standings(row, Standing.PASSED, "")
                    : new Standings(row, Standing.FIXED, "passes; remove it from the list");
        }
        if (row.grade().equals(Grade.UNSUPPORTED.name())) {
            return new Standings(row, Standing.SKIPPED, row.observed());
        }
        if (row.grade().equals(Grade.ERROR.name())) {
            return known.stream().anyMatch(entry -> entry.grade().equals(row.grade()))
                    ? new Standings(row, Standing.EXPECTED, "listed") : new Standings(row, Standing.NOT_CHECKED, row.observed());
        }
        for (KnownDifference entry : known) {
            if (entry.isShownBy(row) && Grade.severityOf(entry.grade()) <= Grade.severityOf(row.grade())) {
                return new Standings(row, Standing.EXPECTED, entry.reference().isEmpty() ? "listed" : "listed, " + entry.reference());
            }
        }
        return unlisted(row, known);
    }

    private Standings unlisted(SemanticsRow row, List<KnownDifference> known) {
        if (row.grade().equals(Grade.KNOWN.name()) && !strict) {
            return new Standings(row, Standing.EXPECTED, row.quirk() + " of released Linux kernels");
        }
        if (row.grade().equals(Grade.DEVIATION.name()) && !listed) {
            return new Standings(row, Standing.EXPECTED, "no document guarantees it");
        }
        String why = !listed ? "" : known.isEmpty() ? "not listed"
                : "listed as " + known.stream().map(entry -> entry.grade() + " "
                        + DivergentCall.outcome(entry.observed())).collect(Collectors.joining(" or "));
        return new Standings(row, row.grade().equals(Grade.TIMEOUT.name()) ? Standing.TIMED_OUT : Standing.FAILED, why);
    }

    /** Whether a check with these results failed. */
    public boolean isBroken(List<Standings> results, Set<String> unknown) {
        return results.stream().anyMatch(result -> result.standing.fails || strict && result.standing == Standing.FIXED)
                || strict && !unknown.isEmpty();
    }

    /** The ids of the list that no scenario has. */
    public Set<String> unknown(Set<String> scenarios) {
        Set<String> unknown = new LinkedHashSet<>(byScenario.keySet());
        unknown.removeAll(scenarios);
        return unknown;
    }

    /**
     * The list as the results make it: what passed is taken out unless it is marked flaky, what answers otherwise is
     * changed and keeps its reference and comment, what is new comes last, and what was not checked stays. Quirks of
     * released kernels are taken in under {@code strict} alone, checks that failed themselves never.
     */
    public List<KnownDifference> updated(List<SemanticsRow> rows) {
        Map<String, List<KnownDifference>> updated = new LinkedHashMap<>(byScenario);
        for (SemanticsRow row : rows) {
            List<KnownDifference> known = byScenario.getOrDefault(row.scenario(), List.of());
            Standing standing = standing(row).standing;
            if (standing == Standing.FIXED) {
                updated.remove(row.scenario());
            } else if (standing.fails) {
                updated.put(row.scenario(), answering(row, known));
            }
        }
        return updated.values().stream().flatMap(List::stream).toList();
    }

    /** One that is marked flaky keeps the answers that it gave before. */
    private static List<KnownDifference> answering(SemanticsRow row, List<KnownDifference> known) {
        if (known.isEmpty()) {
            return List.of(KnownDifference.of(row));
        }
        List<KnownDifference> answers = new ArrayList<>(known.stream().filter(entry -> entry.flaky().isPresent()).toList());
        answers.add(known.get(0).nowAs(row));
        return answers;
    }
}
