package org.reuseaddr.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.reuseaddr.model.Grade;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;
import org.reuseaddr.transcript.Visible;

/**
 * Scenarios by the kinds of the two addresses that meet in them.
 *
 * @param kinds the kinds, in the catalogue's order
 * @param rows by the address of the first socket
 * @param groups the groups of scenarios, for looking at one alone
 * @param grades the grades that occur, the most severe first
 * @param base64 the scenarios with their transcripts, see {@link Packed}
 */
record Matrix(List<Kind> kinds, List<Row> rows, List<String> groups, List<String> grades, String base64) {

    private static final String PAIRS_GROUP = "address-pairs";
    private static final String SEPARATOR = "-then-";
    private static final String NONE = "none";

    /**
     * A kind of address.
     *
     * @param slug its name in scenario ids
     * @param address such as {@code 127.0.0.1}
     */
    record Kind(String slug, String address) {
    }

    /** The pairs whose first address is of one kind. */
    record Row(Kind kind, List<Pair> pairs) {
    }

    /**
     * A cell.
     *
     * @param name both kinds, for the script
     * @param grade the most severe of its scenarios
     * @param count how many did not pass, of how many
     * @param label what a screen reader says
     * @param differs whether a scenario has another grade on the baseline
     * @param second the address of the second socket
     */
    record Pair(String name, String grade, String count, String label, boolean differs, Kind second) {

        /** Whether nothing in it is worth a look: everything passes, as on the baseline. */
        boolean isUniform() {
            return !differs && (grade.equals(NONE) || grade.equals(Grade.PASS.name()));
        }
    }

    /** Of the scenarios of a run; empty if none of them is about a pair of addresses. */
    static Optional<Matrix> of(ReportModel report) {
        Map<String, Kind> kinds = kinds(report.scenarios());
        Map<String, String> baseline = report.baseline().map(base -> base.scenarios().stream().collect(
                Collectors.toMap(SemanticsRow::scenario, SemanticsRow::grade, (one, two) -> two))).orElse(Map.of());
        Map<String, List<SemanticsRow>> byPair = new LinkedHashMap<>();
        report.run().scenarios().stream().sorted(Comparator.comparingInt(row -> Cause.severity(row.grade()))).forEach(row ->
                pair(row.scenario(), kinds).ifPresent(name -> byPair.computeIfAbsent(name, any -> new ArrayList<>()).add(row)));
        if (byPair.isEmpty()) {
            return Optional.empty();
        }
        List<Row> rows = kinds.values().stream().map(first -> new Row(first, kinds.values().stream()
                .map(second -> cell(first, second, byPair, baseline)).toList())).toList();
        TreeSet<String> groups = new TreeSet<>();
        TreeSet<String> grades = new TreeSet<>(
                Comparator.comparingInt((String grade) -> Cause.severity(grade)).thenComparing(name -> name));
        byPair.values().forEach(members -> members.forEach(row -> {
            groups.add(row.group());
            grades.add(row.grade());
        }));
        return Optional.of(new Matrix(List.copyOf(kinds.values()), rows, List.copyOf(groups), List.copyOf(grades),
                Packed.base64(json(byPair, baseline, report.scenarios()))));
    }

    /** Whether no pair with this first address has a difference. */
    boolean isUniformFirst(Row row) {
        return row.pairs().stream().allMatch(Pair::isUniform);
    }

    /** Whether no pair with this second address has a difference. */
    boolean isUniformSecond(Kind kind) {
        return rows.stream().flatMap(row -> row.pairs().stream()).filter(pair -> pair.second().equals(kind))
                .allMatch(Pair::isUniform);
    }

    /** Whether no pair has a difference. */
    boolean isUniform() {
        return rows.stream().allMatch(this::isUniformFirst);
    }

    /** Whether there are rows or columns without a difference. */
    boolean folds() {
        return rows.stream().anyMatch(row -> isUniformFirst(row) || isUniformSecond(row.kind()));
    }

    private static Map<String, Kind> kinds(Map<String, Scenario> scenarios) {
        Map<String, Kind> kinds = new LinkedHashMap<>();
        scenarios.values().stream().filter(scenario -> scenario.group().equals(PAIRS_GROUP)).forEach(scenario -> {
            String slug = firstSegment(scenario.id());
            if (!slug.contains(SEPARATOR)) {
                kinds.computeIfAbsent(slug, fresh -> new Kind(fresh, address(scenario)));
            }
        });
        return kinds;
    }

    private static String address(Scenario scenario) {
        return scenario.transcript().steps().stream().map(Step::call).filter(Call.Bind.class::isInstance)
                .map(call -> ((Call.Bind) call).address().host()).findFirst().orElse("");
    }

    private static String firstSegment(String id) {
        int slash = id.indexOf('/');
        return slash < 0 ? id : id.substring(0, slash);
    }

    private static Optional<String> pair(String id, Map<String, Kind> kinds) {
        String[] slugs = firstSegment(id).split(SEPARATOR);
        boolean known = slugs.length <= 2 && List.of(slugs).stream().allMatch(kinds::containsKey);
        return known ? Optional.of(name(slugs[0], slugs[slugs.length - 1])) : Optional.empty();
    }

    private static String name(String first, String second) {
        return first + " " + second;
    }

    private static Pair cell(Kind first, Kind second, Map<String, List<SemanticsRow>> byPair, Map<String, String> baseline) {
        String name = name(first.slug(), second.slug());
        List<SemanticsRow> rows = byPair.getOrDefault(name, List.of());
        long failed = rows.stream().filter(row -> !row.grade().equals(Grade.PASS.name())).count();
        String grade = rows.isEmpty() ? NONE : rows.get(0).grade();
        boolean differs = rows.stream().anyMatch(row ->
                !baseline.getOrDefault(row.scenario(), row.grade()).equals(row.grade()));
        return new Pair(name, grade, rows.isEmpty() ? "–" : failed + " / " + rows.size(),
                Visible.line(first.slug() + " then " + second.slug() + ": " + grade + ", " + failed + " of " + rows.size()
                        + " did not pass"), differs, second);
    }

    private static byte[] json(Map<String, List<SemanticsRow>> byPair, Map<String, String> baseline,
            Map<String, Scenario> scenarios) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("scenarios");
            for (Map.Entry<String, List<SemanticsRow>> pair : byPair.entrySet()) {
                for (SemanticsRow row : pair.getValue()) {
                    json.writeStartObject();
                    json.writeStringField("id", Visible.line(row.scenario()));
                    json.writeStringField("pair", pair.getKey());
                    json.writeStringField("group", row.group());
                    json.writeStringField("grade", Visible.line(row.grade()));
                    json.writeStringField("base", Visible.line(baseline.getOrDefault(row.scenario(), "")));
                    json.writeStringField("rule", Visible.line(row.rule()));
                    json.writeStringField("text", Visible.text(text(row, Optional.ofNullable(scenarios.get(row.scenario())))));
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /** What happened: the evidence, or the transcript of the scenario where nothing differs. */
    private static String text(SemanticsRow row, Optional<Scenario> scenario) {
        if (!row.evidence().isEmpty()) {
            return row.evidence().stripTrailing();
        }
        return scenario.map(known -> known.transcript().steps().stream().map(step -> "  " + TranscriptPrinter.line(step))
                .collect(Collectors.joining("\n"))).orElse(row.observed());
    }
}
