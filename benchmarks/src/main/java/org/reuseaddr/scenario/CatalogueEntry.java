package org.reuseaddr.scenario;

import java.util.function.Supplier;

/**
 * A scenario that the catalogue knows by name; its calls and their outcomes are worked out when they are asked for,
 * which takes some hundred times longer than naming it.
 */
public final class CatalogueEntry {

    private final String id;
    private final String group;
    private final Supplier<Scenario> build;

    CatalogueEntry(String id, String group, Supplier<Scenario> build) {
        this.id = id;
        this.group = group;
        this.build = build;
    }

    /** The scenario's id, unique in the catalogue: see {@link Scenario#id()}. */
    public String id() {
        return id;
    }

    /** The scenario's group: see {@link Scenario#group()}. */
    public String group() {
        return group;
    }

    /** Builds the scenario: each call builds it anew, and all are equal. */
    public Scenario scenario() {
        return build.get();
    }
}
