package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/** What the generated scenarios come to on kernels with a quirk. */
public final class QuirkScenarios {

    private final LinuxBindRules rules;
    private Map<String, CatalogueEntry> entries;
    private Map<String, CatalogueEntry> product;

    /** @param quirk the only one that these kernels have */
    public QuirkScenarios(Quirk quirk) {
        rules = new LinuxBindRules(Set.of(quirk));
    }

    /**
     * What a kernel with the quirk answers to the first call that it answers otherwise than the reference.
     *
     * @param scenario as the reference has it
     * @param divergent the index of that call
     * @param outcome the quirk's answer
     */
    public record Prediction(Scenario scenario, int divergent, Outcome outcome) {
    }

    /** Every scenario of the catalogue that the quirk touches, in the catalogue's order. Builds all of them: takes a second. */
    public List<Prediction> touched() {
        List<Prediction> touched = new ArrayList<>();
        Iterator<CatalogueEntry> reference = GeneratedScenarios.under(LinuxBindRules.REFERENCE).iterator();
        GeneratedScenarios.under(rules)
                .forEach(entry -> difference(reference.next().scenario(), entry.scenario()).ifPresent(touched::add));
        return touched;
    }

    /** What the quirk makes of one scenario of the catalogue or of the full product; empty if it leaves it as it is. */
    public Optional<Prediction> of(Scenario scenario) {
        if (entries == null) {
            entries = byId(GeneratedScenarios.under(rules));
        }
        CatalogueEntry entry = entries.get(scenario.id());
        if (entry == null) {
            if (product == null) {
                product = byId(GeneratedScenarios.product(rules));
            }
            entry = product.get(scenario.id());
        }
        return Optional.ofNullable(entry).flatMap(known -> difference(scenario, known.scenario()));
    }

    private static Map<String, CatalogueEntry> byId(Stream<CatalogueEntry> named) {
        return named.collect(Collectors.toMap(CatalogueEntry::id, Function.identity(), (first, same) -> first));
    }

    private static Optional<Prediction> difference(Scenario reference, Scenario quirk) {
        List<Step> expected = reference.transcript().steps();
        List<Step> predicted = quirk.transcript().steps();
        for (int i = 0; i < Math.min(expected.size(), predicted.size()); i++) {
            if (!expected.get(i).equals(predicted.get(i))) {
                return expected.get(i).call().equals(predicted.get(i).call())
                        ? Optional.of(new Prediction(reference, i, predicted.get(i).outcome())) : Optional.empty();
            }
        }
        return Optional.empty();
    }
}
