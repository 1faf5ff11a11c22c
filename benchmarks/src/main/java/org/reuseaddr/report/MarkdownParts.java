package org.reuseaddr.report;

import gg.jte.Content;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.transcript.Visible;

/**
 * The parts of a Markdown report that may grow long, each with the file that it moves to when the report would be too long.
 *
 * @param blocks the parts by the name of their file
 * @param attached the files that are not part of the report itself
 */
record MarkdownParts(Map<String, Block> blocks, Set<String> attached) {

    private static final String CALL_COSTS = "call-costs.py";
    private static final String SHORT_COSTS = "costs.md";
    private static final String MEASUREMENTS = "measurements.md";
    private static final String FINDINGS = "findings.md";
    private static final String DEVIATIONS = "deviations.md";
    private static final String ENVIRONMENT = "environment.md";

    /**
     * A part.
     *
     * @param inline as Markdown
     * @param file as the content of a file of its own
     */
    record Block(String inline, String file) {
    }

    /** Everything in its place. */
    static MarkdownParts of(ReportModel report) {
        Map<String, Block> blocks = new LinkedHashMap<>();
        for (int i = 0; i < report.featured().size(); i++) {
            Cause cause = report.featured().get(i);
            Optional<String> program = cause.program();
            String none = "This version of the suite does not know the scenario, and has no program for it.\n";
            blocks.put(pythonFile(i), program.map(text -> code("python", text)).orElse(new Block(none, none)));
            blocks.put(evidenceFile(i), code("diff", cause.example().evidence()));
        }
        if (report.hasSlowCall()) {
            blocks.put(CALL_COSTS, code("python", Reproduction.callCostsInPython()));
        }
        blocks.put(DEVIATIONS, markdown(Markdown.table(
                List.of("grade", "scenarios", "call", "Linux", "observed", "rule", "such as"),
                report.deviating().stream().map(MarkdownParts::row).toList())));
        blocks.put(SHORT_COSTS, markdown(shortCosts(report)));
        blocks.put(MEASUREMENTS, markdown(measurements(report)));
        blocks.put(FINDINGS, markdown(Markdown.list(report.findings())));
        blocks.put(ENVIRONMENT, markdown(Markdown.table(List.of("platform record", "value"),
                report.run().data().environment().entrySet().stream()
                        .map(entry -> List.of(entry.getKey(), entry.getValue())).toList())));
        return new MarkdownParts(blocks, Set.of());
    }

    private static Block code(String language, String text) {
        return new Block(Markdown.fence(language, text), Visible.text(text));
    }

    private static Block markdown(String text) {
        return new Block(text, text);
    }

    private static String pythonFile(int index) {
        return "repro-" + (index + 1) + ".py";
    }

    private static String evidenceFile(int index) {
        return "evidence-" + (index + 1) + ".diff";
    }

    private static List<String> row(Cause cause) {
        return List.of(cause.grade(), Integer.toString(cause.rows().size()), cause.call(), cause.expected(),
                cause.observed(), (cause.rule() + " " + cause.source()).strip(), cause.example().scenario());
    }

    private static String shortCosts(ReportModel report) {
        CostTable costs = report.shortCosts();
        int more = report.costs().rows().size() - costs.rows().size();
        String table = costs.rows().isEmpty() ? "" : Markdown.table(
                Stream.concat(Stream.of(costs.caption()), costs.families().stream()).toList(), costs.rows().stream()
                        .map(row -> Stream.concat(Stream.of(row.label()), row.figures().stream()).toList()).toList());
        return table + (more == 0 ? "" : "\n" + more + " more below.\n")
                + costs.controlLine().map(line -> "\n" + MarkdownOutput.escape(line) + "\n").orElse("");
    }

    private static String measurements(ReportModel report) {
        if (report.comparison().isPresent()) {
            return ComparisonMarkdown.render(report.comparison().get(), ComparisonView.ALL);
        }
        return report.measurements().isEmpty() ? "No benchmark was run.\n"
                : "Medians over " + report.replicates() + " with 95 % intervals from " + report.replicates() + ":\n\n"
                + Markdown.table(List.of("benchmark", "parameters", "median", "95 % interval", report.replicates()),
                        report.measurements().stream().map(line -> List.of(line.cell().benchmark(), line.cell().paramText(),
                                line.value(), line.interval(), Integer.toString(line.estimate().replicates()))).toList());
    }

    /**
     * The longest parts that are still in their place moved to their files, as many as it takes; empty if none is left.
     *
     * @param excess how many characters the report has too many
     */
    Optional<MarkdownParts> shorterBy(int excess) {
        Set<String> more = new TreeSet<>(attached);
        int[] left = {excess};
        blocks.entrySet().stream().filter(block -> !attached.contains(block.getKey()))
                .sorted(Comparator.comparingInt(block -> -block.getValue().inline().length()))
                .takeWhile(block -> left[0] > 0)
                .forEach(block -> {
                    more.add(block.getKey());
                    left[0] -= block.getValue().inline().length();
                });
        return more.size() == attached.size() ? Optional.empty() : Optional.of(new MarkdownParts(blocks, more));
    }

    /** The contents of the attached files by their names. */
    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        attached.forEach(name -> files.put(name, blocks.get(name).file()));
        return files;
    }

    /** The names of the attached files, for a sentence. */
    Content attachedNames() {
        return output -> {
            List<String> names = new ArrayList<>(attached);
            for (int i = 0; i < names.size(); i++) {
                output.writeUnsafeContent(i == 0 ? "" : ", ");
                Markdown.code(names.get(i)).writeTo(output);
            }
        };
    }

    /** The program that reproduces the cause of this index. */
    Content python(int index) {
        return block(pythonFile(index));
    }

    /** The program that measures the calls, for a report that has a slow one. */
    Content callCosts() {
        return block(CALL_COSTS);
    }

    /** The transcript of the cause of this index. */
    Content evidence(int index) {
        return block(evidenceFile(index));
    }

    /** The table of differences that violate no documented guarantee. */
    Content deviations() {
        return block(DEVIATIONS);
    }

    /** The most telling costs. */
    Content shortCosts() {
        return block(SHORT_COSTS);
    }

    /** The table of measurements or the comparison. */
    Content measurements() {
        return block(MEASUREMENTS);
    }

    /** What the reader should know about the measurements. */
    Content findings() {
        return block(FINDINGS);
    }

    /** The platform record. */
    Content environment() {
        return block(ENVIRONMENT);
    }

    private Content block(String file) {
        return output -> output.writeUnsafeContent(attached.contains(file)
                ? "Too long for here: see the attached file `" + file + "`.\n" : blocks.get(file).inline());
    }
}
