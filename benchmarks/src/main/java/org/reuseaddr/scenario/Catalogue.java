package org.reuseaddr.scenario;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/** All scenarios that the suite checks, in an order that never changes within a version. */
public final class Catalogue {

    private Catalogue() {
    }

    /**
     * The names of the hand-written scenarios, those that repeat themselves, and the generated families, as Linux 6.18
     * has them.
     */
    public static List<CatalogueEntry> entries() {
        return Stream.of(HandWrittenScenarios.entries().stream(), RepeatedScenarios.entries(),
                        GeneratedScenarios.under(LinuxBindRules.REFERENCE))
                .flatMap(entries -> entries)
                .toList();
    }

    /** The scenarios of {@link #entries}, built, on all CPUs. */
    public static List<Scenario> scenarios() {
        return entries().parallelStream().map(CatalogueEntry::scenario).toList();
    }

    /** The ids of those scenarios that are generated from dimensions, and not written by hand. */
    public static Set<String> generatedIds() {
        return GeneratedScenarios.under(LinuxBindRules.REFERENCE).map(CatalogueEntry::id).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * The catalogue, and behind it what it leaves out of the full product of addresses, options, states, processes and
     * orders of listen, some 20,000 scenarios. None is built before it is asked for.
     */
    public static Stream<CatalogueEntry> full() {
        List<CatalogueEntry> entries = entries();
        Set<String> known = entries.stream().map(CatalogueEntry::id).collect(Collectors.toSet());
        return Stream.concat(entries.stream(), GeneratedScenarios.product(LinuxBindRules.REFERENCE)
                .filter(entry -> !known.contains(entry.id())));
    }
}
