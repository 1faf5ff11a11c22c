package org.reuseaddr.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.reuseaddr.compare.CellComparison;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Versus;
import org.reuseaddr.results.Unit;

/**
 * What the groups that are compared with the base cost, as github-action-benchmark reads it with the tool
 * {@code customSmallerIsBetter}: an array of objects with name, unit, value, range and extra. A rate is written as its
 * reciprocal, in ns/op, so that smaller is better everywhere.
 */
public final class SmallerIsBetterJson {

    private static final double NANOS_PER_SECOND = 1e9;

    private SmallerIsBetterJson() {
    }

    /** The cells that the view shows; their names begin with the group's label where there are several groups. */
    public static String render(Comparison comparison, ComparisonView view) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartArray();
            for (Versus versus : comparison.others()) {
                String prefix = comparison.others().size() == 1 ? "" : PlainText.text(versus.other().label()) + ": ";
                for (CellComparison cell : view.rows(versus)) {
                    entry(json, prefix, cell);
                }
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot be written", e);
        }
        return text + "\n";
    }

    private static void entry(JsonGenerator json, String prefix, CellComparison cell) throws IOException {
        Estimate estimate = cell.other();
        boolean rate = estimate.unit().equals(Unit.RATE);
        double value = rate ? NANOS_PER_SECOND / estimate.value() : estimate.value();
        json.writeStartObject();
        json.writeStringField("name", prefix + PlainText.text(cell.cell().toString()));
        json.writeStringField("unit", rate ? Unit.NANOS : PlainText.text(estimate.unit()));
        json.writeNumberField("value", value);
        if (estimate.precision().isPresent()) {
            json.writeStringField("range", "± " + Figures.significant(estimate.precision().getAsDouble() * value));
        }
        json.writeStringField("extra", estimate.replicates() + (estimate.replicates() == 1 ? " observation, " : " observations, ")
                + cell.verdict().displayName()
                + cell.ratio().map(ratio -> " " + Figures.ratio(ratio.value()) + " of the base").orElse(""));
        json.writeEndObject();
    }
}
