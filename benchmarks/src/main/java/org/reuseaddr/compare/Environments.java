package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The platform records of two groups: what differs and matters, first what could explain most. */
final class Environments {

    /**
     * What could explain a difference in cost or behaviour, by the words of an entry's name, the most telling first.
     */
    private static final List<Pattern> EXPLAINS = patterns("^kind|wsl|windows", "kernel", "seccomp|tracer|preload",
            "container|virtual_machine", "networking", "port_range|ephemeral|reserved_ports|unprivileged_port",
            "governor|frequency|boost|turbo|smt|cgroup|throttle", "^cpu", "mitigation|clocksource", "^net\\.|ipv6",
            "native\\.binding", "^java|^jvm", "memory|fd_limit|process", "distribution", "load|warnings", "suite|profile");
    /** What differs between any two runs and explains nothing. */
    private static final Pattern TRIVIAL = Pattern.compile(
            "(?i)(^run\\.|^session\\.|started|finished|time$|date|run_id|label|\\bout\\b|directory|uptime|seed|(?<!tracer_)pid)");

    private Environments() {
    }

    private static List<Pattern> patterns(String... expressions) {
        return List.of(expressions).stream().map(expression -> Pattern.compile("(?i)" + expression)).toList();
    }

    static List<EnvironmentDifference> differences(Group base, Group other) {
        if (isUnknown(base) || isUnknown(other)) {
            return List.of();
        }
        TreeSet<String> names = new TreeSet<>();
        base.runs().forEach(run -> names.addAll(run.environment().keySet()));
        other.runs().forEach(run -> names.addAll(run.environment().keySet()));
        List<EnvironmentDifference> differences = new ArrayList<>();
        for (String name : names) {
            EnvironmentDifference pair = new EnvironmentDifference(name, values(base, name), values(other, name));
            if (!pair.base().equals(pair.other()) && !TRIVIAL.matcher(name).find()) {
                differences.add(pair);
            }
        }
        differences.sort(Comparator.comparingInt((EnvironmentDifference difference) -> rank(difference.name()))
                .thenComparing(EnvironmentDifference::name));
        return differences;
    }

    private static boolean isUnknown(Group group) {
        return group.runs().stream().allMatch(run -> run.environment().isEmpty());
    }

    private static int rank(String name) {
        for (int i = 0; i < EXPLAINS.size(); i++) {
            if (EXPLAINS.get(i).matcher(name).find()) {
                return i;
            }
        }
        return EXPLAINS.size();
    }

    private static String values(Group group, String name) {
        return group.runs().stream().map(run -> run.environment().getOrDefault(name, "")).distinct().sorted()
                .collect(Collectors.joining(" | "));
    }
}
