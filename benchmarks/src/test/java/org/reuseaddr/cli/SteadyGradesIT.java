package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/** A grade depends on the platform, and neither on the time nor on other checks. {@code scripts/checks-under-load.sh} does more of it. */
class SteadyGradesIT {

    private static final int CHECKS = 10;
    private static final int AT_ONCE = 4;
    private static final int LIMIT_SECONDS = 600;
    /** Those in which time has a part, and those that most people look at. */
    private static final String[] TIMED = {"original-report/", "race/", "pending-connections/", "backlog/", "free-port/", "churn/"};

    /** Few that the fault breaks: each difference is looked at twice, with connections to whoever listens, and takes seconds. */
    private static final String[] UNDER_FAULT = {"original-report/two-terminals", "pending-connections/", "backlog/", "calls/"};

    @TempDir
    private Path temporary;

    private JarRun check(String name, String... words) {
        List<String> whole = new ArrayList<>(List.of("check", "--out", temporary.resolve(name).toString()));
        whole.addAll(List.of(words));
        return JarRun.of(whole.toArray(String[]::new)).within(LIMIT_SECONDS);
    }

    private List<SemanticsRow> rows(String name) {
        return SemanticsFile.readAll(new RunDirectory(temporary.resolve(name)).semantics());
    }

    private Map<String, String> grades(String name) {
        return rows(name).stream().collect(Collectors.toMap(SemanticsRow::scenario, SemanticsRow::grade, (one, same) -> same,
                TreeMap::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "duplicate-listener"})
    void tenChecksGiveIdenticalGrades(String fault) {
        Map<String, String> environment = fault.isEmpty() ? Map.of() : FaultLibrary.compiled().environment(fault);
        Set<Map<String, String>> different = new HashSet<>();
        for (int i = 0; i < CHECKS; i++) {
            JarRun.Ended ended = check("check-" + i, fault.isEmpty() ? TIMED : UNDER_FAULT).with(environment).run();
            assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(fault.isEmpty() ? 0 : 3);
            different.add(grades("check-" + i));
        }

        Map<String, String> grades = different.iterator().next();
        assertThat(different).hasSize(1);
        assertThat(grades).hasSizeGreaterThan(fault.isEmpty() ? 30 : 10).containsValue("PASS");
        assertThat(Set.copyOf(grades.values())).isEqualTo(fault.isEmpty() ? Set.of("PASS") : Set.of("PASS", "VIOLATION"));
    }

    /** The same scenarios in all, so that each has a rival for its ports. An ERROR says of a port that others have it. */
    @Test
    void fourChecksAtOnceGiveNoFalseGrade() {
        List<JarRun.Started> started = IntStream.range(0, AT_ONCE).mapToObj(i -> check("one-of-four-" + i, "--shard", "1/3").start())
                .toList();
        List<JarRun.Ended> ended = started.stream().map(one -> one.await(LIMIT_SECONDS)).toList();

        for (int i = 0; i < AT_ONCE; i++) {
            assertThat(ended.get(i).exitCode()).as(ended.get(i).everything()).isIn(0, 1);
            assertThat(rows("one-of-four-" + i)).hasSizeGreaterThan(1_000).filteredOn(row -> !row.grade().equals("PASS"))
                    .allMatch(row -> row.grade().equals("ERROR") && row.observed().contains("is in use by others"));
        }
    }
}
