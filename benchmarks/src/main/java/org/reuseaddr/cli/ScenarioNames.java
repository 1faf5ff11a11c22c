package org.reuseaddr.cli;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.scenario.Scenario;

/** Finds scenarios by id, prefix, regular expression or group. */
final class ScenarioNames {

    private static final int SUGGESTIONS = 3;
    private static final int CANDIDATES = 8;

    private final Map<String, CatalogueEntry> byId = new LinkedHashMap<>();

    private ScenarioNames(Stream<CatalogueEntry> entries) {
        entries.forEach(entry -> byId.put(entry.id(), entry));
    }

    static ScenarioNames ofCatalogue() {
        return new ScenarioNames(Catalogue.entries().stream());
    }

    /** The catalogue and what it leaves out of its dimensions' product: see {@link Catalogue#full}. */
    static ScenarioNames ofFullCatalogue() {
        return new ScenarioNames(Catalogue.full());
    }

    /**
     * The one scenario that has this id or this last part of an id, or else the only one that {@link #matching} finds.
     *
     * @throws UsageException if there is none, with ids that are like it, or several, with the first of them
     */
    Scenario only(String text) {
        CatalogueEntry exact = byId.get(text);
        if (exact != null) {
            return exact.scenario();
        }
        List<CatalogueEntry> ending = byId.values().stream().filter(entry -> entry.id().endsWith("/" + text)).toList();
        List<CatalogueEntry> found = ending.isEmpty() ? matching(text) : ending;
        if (found.size() > 1) {
            throw new UsageException(text + " can be any of " + found.size() + " scenarios: "
                    + found.stream().limit(CANDIDATES).map(CatalogueEntry::id).collect(Collectors.joining(", "))
                    + (found.size() > CANDIDATES ? " and others (check --list " + text + ")" : ""));
        }
        return found.get(0).scenario();
    }

    /**
     * The scenario of this id, or all whose ids begin with the text, or all in whose ids it is found as a regular
     * expression, in the catalogue's order.
     *
     * @throws UsageException if there is none, with ids that are like it
     */
    List<CatalogueEntry> matching(String text) {
        CatalogueEntry exact = byId.get(text);
        if (exact != null) {
            return List.of(exact);
        }
        List<CatalogueEntry> found = byId.values().stream().filter(entry -> entry.id().startsWith(text)).toList();
        if (!found.isEmpty()) {
            return found;
        }
        Pattern pattern = pattern(text);
        found = byId.values().stream().filter(entry -> pattern.matcher(entry.id()).find()).toList();
        if (found.isEmpty()) {
            throw unknown(text);
        }
        return found;
    }

    private Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new UsageException("no scenario is called " + text + ", and it is no regular expression: " + e.getDescription());
        }
    }

    /**
     * The scenarios of this group.
     *
     * @throws UsageException if there is none, with all groups
     */
    List<CatalogueEntry> inGroup(String group) {
        List<CatalogueEntry> found = byId.values().stream().filter(entry -> entry.group().equals(group)).toList();
        if (found.isEmpty()) {
            TreeSet<String> groups = new TreeSet<>();
            byId.values().forEach(entry -> groups.add(entry.group()));
            throw new UsageException("--group: expected one of " + String.join(", ", groups) + ", found " + group);
        }
        return found;
    }

    List<CatalogueEntry> all() {
        return List.copyOf(byId.values());
    }

    Set<String> ids() {
        return Collections.unmodifiableSet(byId.keySet());
    }

    private UsageException unknown(String id) {
        List<String> nearest = byId.keySet().stream()
                .sorted(Comparator.comparingInt(known -> distance(known, id))).limit(SUGGESTIONS).toList();
        return new UsageException("no scenario is called " + id + "; similar: " + String.join(", ", nearest)
                + " (check --list shows all)");
    }

    /** How many characters must be put in, taken out or changed (Levenshtein) to make one text of the other. */
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        for (int j = 0; j < before.length; j++) {
            before[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[before.length];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(before[j], row[j - 1]) + 1);
            }
            before = row;
        }
        return before[other.length()];
    }
}
