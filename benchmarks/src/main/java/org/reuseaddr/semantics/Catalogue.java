package org.reuseaddr.semantics;

import java.util.ArrayList;
import java.util.List;

/** All scenarios that the suite checks, in an order that never changes within a version. */
public final class Catalogue {

    private Catalogue() {
    }

    /** The generated families, with what Linux 6.18 answers. */
    public static List<Scenario> scenarios() {
        return List.copyOf(new ArrayList<>(GeneratedScenarios.under(LinuxBindRules.LINUX_6_18)));
    }
}
