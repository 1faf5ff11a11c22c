package org.reuseaddr.scenario;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/** All scenarios that the suite checks, in an order that never changes within a version. */
public final class Catalogue {

    private Catalogue() {
    }

    /** The hand-written scenarios, those that repeat themselves, and the generated families, as Linux 6.18 has them. */
    public static List<Scenario> scenarios() {
        return Stream.of(HandWrittenScenarios.all(), RepeatedScenarios.all(),
                        GeneratedScenarios.under(LinuxBindRules.LINUX_6_18))
                .flatMap(Collection::stream)
                .toList();
    }
}
