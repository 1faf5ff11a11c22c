package org.reuseaddr.report;

import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.model.Grade;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Behaviour;
import org.reuseaddr.scenario.Scenario;

/**
 * What all scenarios of a run say together: the same words on a terminal and in reports.
 *
 * @param worst the most severe violation of a documented guarantee, in a sentence without its end; empty where none is
 *     violated
 * @param counts how many scenarios earned which grade, in a sentence without its end
 * @param behaviour which Linux the platform behaves like, in sentences; none where too little was checked
 */
public record SemanticsHeadline(Optional<String> worst, String counts, List<String> behaviour) {

    public SemanticsHeadline {
        behaviour = List.copyOf(behaviour);
    }

    /**
     * Reads what a run's directory has.
     *
     * @throws InputException if the record is damaged
     */
    public static SemanticsHeadline read(RunDirectory directory) {
        List<SemanticsRow> rows = Files.exists(directory.semantics()) ? SemanticsFile.readAll(directory.semantics()) : List.of();
        return of(rows, KnownScenarios.load().byId());
    }

    static SemanticsHeadline of(List<SemanticsRow> rows, Map<String, Scenario> known) {
        return new SemanticsHeadline(worst(Cause.of(rows, Map.of())), counts(rows), behaviour(rows, known));
    }

    /** {@link #counts} as a sentence. */
    String sentence() {
        return counts.substring(0, 1).toUpperCase(Locale.ROOT) + counts.substring(1) + ".";
    }

    /** The first cause, and two listeners on one port also where something else is more severe. */
    private static Optional<String> worst(List<Cause> causes) {
        List<Cause> broken = causes.stream().filter(Cause::isBroken).toList();
        if (broken.isEmpty()) {
            return Optional.empty();
        }
        long listeners = broken.stream().filter(Cause::isTwoListeners).mapToLong(cause -> cause.rows().size()).sum();
        String first = broken.get(0).happened();
        return Optional.of(listeners == 0 || broken.get(0).isTwoListeners() ? first
                : first + "; two listeners on one port in " + listeners + (listeners == 1 ? " scenario" : " scenarios"));
    }

    /** The grades' names with their numbers, the most severe first. */
    static SortedMap<String, Long> gradeCounts(List<SemanticsRow> rows) {
        SortedMap<String, Long> counts = new TreeMap<>(Comparator.comparingInt(Cause::severity).thenComparing(name -> name));
        rows.forEach(row -> counts.merge(row.grade(), 1L, Long::sum));
        return counts;
    }

    private static String counts(List<SemanticsRow> rows) {
        return rows.isEmpty() ? "no scenario was checked" : counts(gradeCounts(rows));
    }

    /**
     * Such as {@code no difference found; 43 of 3358 scenarios could not be checked}: what could not be checked is never
     * told as kept.
     *
     * @param counts at least one grade, the most severe first
     */
    public static String counts(SortedMap<String, Long> counts) {
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        long passed = counts.getOrDefault(Grade.PASS.name(), 0L);
        if (passed == all) {
            return all == 1 ? "the scenario passes" : "all " + all + " scenarios pass";
        }
        boolean broken = counts.keySet().stream().anyMatch(Grade::isBroken);
        String found = broken || passed == 0 ? ""
                : counts.containsKey(Grade.DEVIATION.name()) ? "no documented guarantee is violated; " : "no difference found; ";
        String[] scenarios = {" of " + all + (all == 1 ? " scenario " : " scenarios ")};
        return found + counts.entrySet().stream().filter(count -> !Grade.isPass(count.getKey())).map(count -> {
            String text = count.getValue() + scenarios[0] + Sentences.grade(count.getKey());
            scenarios[0] = " ";
            return text;
        }).collect(Collectors.joining(", "));
    }

    private static List<String> behaviour(List<SemanticsRow> rows, Map<String, Scenario> known) {
        Behaviour behaviour = new Behaviour();
        for (SemanticsRow row : rows) {
            Optional<Quirk> quirk = Stream.of(Quirk.values()).filter(any -> any.id().equals(row.quirk())).findFirst();
            Grade.SEVERITY.stream().filter(grade -> grade.name().equals(row.grade())).findFirst()
                    .ifPresent(grade -> behaviour.add(grade, Optional.ofNullable(known.get(row.scenario())), quirk));
        }
        return behaviour.sentences();
    }
}
