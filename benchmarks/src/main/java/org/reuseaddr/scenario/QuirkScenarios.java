package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/** What the generated scenarios come to on kernels with a quirk. Building them takes a second: ask where it matters. */
public final class QuirkScenarios {

    private QuirkScenarios() {
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

    /** Every scenario of the catalogue that the quirk touches, in the catalogue's order. */
    public static List<Prediction> touchedBy(Quirk quirk) {
        List<Prediction> touched = new ArrayList<>();
        Iterator<CatalogueEntry> reference = GeneratedScenarios.under(LinuxBindRules.REFERENCE).iterator();
        GeneratedScenarios.under(new LinuxBindRules(Set.of(quirk)))
                .forEach(entry -> difference(reference.next().scenario(), entry.scenario()).ifPresent(touched::add));
        return touched;
    }

    /** What the quirk makes of one scenario of the catalogue or of the full product; empty if it leaves it as it is. */
    public static Optional<Prediction> of(Quirk quirk, Scenario scenario) {
        LinuxBindRules rules = new LinuxBindRules(Set.of(quirk));
        return Stream.concat(GeneratedScenarios.under(rules), GeneratedScenarios.product(rules))
                .filter(entry -> entry.id().equals(scenario.id()))
                .findFirst()
                .flatMap(entry -> difference(scenario, entry.scenario()));
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
