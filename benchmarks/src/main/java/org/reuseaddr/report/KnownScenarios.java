package org.reuseaddr.report;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.reuseaddr.replay.Gate;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;

/**
 * The scenarios of this version of the suite, the gate's included.
 *
 * @param byId in the catalogue's order
 */
record KnownScenarios(Map<String, Scenario> byId) {

    KnownScenarios {
        byId = Collections.unmodifiableMap(new LinkedHashMap<>(byId));
    }

    /** Built once: it takes longer than to write a report. */
    private static final class Built {
        private static final KnownScenarios ALL = new KnownScenarios(byId());

        private static Map<String, Scenario> byId() {
            Map<String, Scenario> known = new LinkedHashMap<>();
            Stream.concat(Gate.beforeRun().stream(), Catalogue.scenarios().stream())
                    .forEach(scenario -> known.put(scenario.id(), scenario));
            return known;
        }
    }

    /** All of them. */
    static KnownScenarios load() {
        return Built.ALL;
    }

    /** What the suite itself says of its scenarios, each text as it stands in a cell of {@code semantics.csv}. */
    Set<String> texts() {
        Set<String> texts = new HashSet<>();
        byId.values().forEach(scenario -> texts.addAll(List.of(scenario.id(), scenario.group(),
                scenario.family(), scenario.rule(), scenario.source(), scenario.rule() + " (" + scenario.source() + ")",
                String.join(" ", scenario.references()))));
        return texts;
    }
}
