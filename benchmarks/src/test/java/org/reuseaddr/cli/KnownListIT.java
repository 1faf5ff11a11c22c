package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.faults.Fault;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.results.KnownDifference;
import org.reuseaddr.results.KnownFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;

/** {@code check --known} as a gate: what is listed is accepted, and each difference planted beside it is found and named. */
class KnownListIT {

    private static final Path SHIPPED = Path.of("..", "known");
    /** What the check says of a difference that is not accepted. */
    private static final String NEW = "new or answering otherwise: ";
    private static final int LIMIT_SECONDS = 600;
    private static final String FAULT = "duplicate-listener";
    /** Some of what the fault breaks and of what gVisor does otherwise, and some of neither. */
    private static final List<String> CHOSEN = List.of("original-report/", "calls/");

    @TempDir
    private Path temporary;

    private static JarRun check(Path list, String... more) {
        List<String> words = new ArrayList<>(List.of("check", "--known", list.toString()));
        words.addAll(List.of(more));
        words.addAll(CHOSEN);
        return JarRun.of(words.toArray(String[]::new)).within(LIMIT_SECONDS);
    }

    private static JarRun broken(JarRun run) {
        return run.with(FaultLibrary.compiled().environment(FAULT));
    }

    /** A list of what the faulty platform does, made as the documents say. */
    private Path listed() {
        Path list = temporary.resolve("list.csv");
        JarRun.Ended made = broken(check(list, "--update-known")).run();
        assertThat(made.exitCode()).as(made.everything()).isZero();
        assertThat(KnownFile.read(list).differences()).hasSizeGreaterThan(3);
        return list;
    }

    private Path planted(Path list, String id, UnaryOperator<KnownDifference> change) throws IOException {
        List<KnownDifference> rows = new ArrayList<>();
        for (KnownDifference row : KnownFile.read(list).differences()) {
            KnownDifference kept = row.scenario().equals(id) ? change.apply(row) : row;
            if (kept != null) {
                rows.add(kept);
            }
        }
        return Files.writeString(temporary.resolve("planted.csv"), KnownFile.text(rows));
    }

    private static List<String> named(JarRun.Ended ended) {
        return ended.out().lines().filter(line -> line.startsWith(NEW)).map(line -> line.substring(NEW.length())).toList();
    }

    /** Linux does none of what the lists have: nothing of it is new, and every entry that is always seen is reported as fixed. */
    @ParameterizedTest
    @CsvSource({"gvisor-20221219.csv, 493", "gvisor-20240729.csv, 489"})
    void theListsThatAreShippedAreReadAndNameScenariosOfThisVersion(String name, int rows) {
        List<KnownDifference> entries = KnownFile.read(SHIPPED.resolve(name)).differences();
        assertThat(entries).hasSize(rows).extracting(KnownDifference::scenario)
                .isSubsetOf(Catalogue.scenarios().stream().map(Scenario::id).collect(Collectors.toSet()));

        JarRun.Ended ended = check(SHIPPED.resolve(name)).run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains(": 0 differences accepted, 0 new or answering otherwise, ")
                .contains("fixed, please remove: calls/").doesNotContain("no scenario of this version", NEW);
        assertThat(check(SHIPPED.resolve(name), "--strict").run().exitCode()).isEqualTo(3);
    }

    /** gVisor refuses the second listener: that is not in its lists. */
    @Test
    void theListOfGvisorDoesNotAcceptADuplicateListener() {
        JarRun.Ended ended = broken(check(SHIPPED.resolve("gvisor-20240729.csv"))).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(named(ended)).anyMatch(line -> line.startsWith("original-report/two-terminals: VIOLATION, ")
                && line.endsWith("not listed"));
    }

    @Test
    void exactlyWhatIsListedIsAcceptedAndAnEntryThatIsMissingOrAnswersOtherwiseIsNamed() throws IOException {
        Path list = listed();
        int rows = KnownFile.read(list).differences().size();
        JarRun.Ended accepted = broken(check(list)).run();
        assertThat(accepted.exitCode()).as(accepted.everything()).isZero();
        assertThat(accepted.out()).contains(list + ": " + rows + " differences accepted, 0 new or answering otherwise, 0 fixed");

        String id = "original-report/two-terminals";
        JarRun.Ended removed = broken(check(planted(list, id, row -> null))).run();
        assertThat(removed.exitCode()).as(removed.everything()).isEqualTo(3);
        assertThat(named(removed)).singleElement().asString().startsWith(id + ": VIOLATION, [pid 1002] bind(").endsWith(" = 0; not listed");

        Path otherwise = planted(list, id, row -> new KnownDifference(id, row.grade(), "-1 EINVAL (Invalid argument)", "", "",
                row.divergentCall(), row.flaky()));
        JarRun.Ended changed = broken(check(otherwise)).run();
        assertThat(changed.exitCode()).as(changed.everything()).isEqualTo(3);
        assertThat(named(changed)).singleElement().asString().startsWith(id + ": VIOLATION, [pid 1002] bind(")
                .endsWith(" = 0; listed as VIOLATION -1 EINVAL (Invalid argument)");
    }

    /** A second defect, made by strace beside the one that is listed. */
    @Test
    void aFurtherFaultOfThePlatformIsFoundBesideWhatIsListed() {
        Tools.need("strace", "strace");
        Path list = listed();
        Set<String> accepted = KnownFile.read(list).differences().stream().map(KnownDifference::scenario).collect(Collectors.toSet());
        String injection = Fault.all().stream().filter(fault -> fault.id().equals("D14")).findFirst().orElseThrow().strace().orElseThrow();
        Path directory = temporary.resolve("both");
        JarRun.Ended both = broken(check(list, "--out", directory.toString())).under("strace", "-f", "-qq", "--seccomp-bpf", "-o",
                "/dev/null", "-e", "trace=bind", "-e", "inject=" + injection).run();

        assertThat(both.exitCode()).as(both.everything()).isEqualTo(3);
        List<String> unlisted = SemanticsFile.readAll(new RunDirectory(directory).semantics()).stream()
                .filter(row -> row.observed().startsWith("-1 EINTR")).map(SemanticsRow::scenario).toList();
        assertThat(unlisted).isNotEmpty();
        assertThat(unlisted).as("some of them were fine before").anyMatch(id -> !accepted.contains(id));
        assertThat(named(both)).filteredOn(line -> line.contains("EINTR")).extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactlyInAnyOrderElementsOf(unlisted);
    }

    @Test
    void aListedDifferenceThatPassesIsReportedAndFailsUnderStrictAlone() {
        Path list = listed();
        JarRun.Ended here = check(list).run();
        assertThat(here.exitCode()).as(here.everything()).isZero();
        assertThat(here.out()).contains("fixed, please remove: original-report/two-terminals\n");
        assertThat(check(list, "--strict").run().exitCode()).isEqualTo(3);
        assertThat(check(list, "--update-known").run().exitCode()).isZero();
        assertThat(KnownFile.read(list).differences()).isEmpty();
    }

    @Test
    void forMachinesWhatIsListedIsExpectedAndWhatIsPlantedFails() throws IOException {
        Path list = listed();
        Path planted = planted(list, "original-report/two-terminals", row -> null);
        JarRun.Ended ended = broken(check(planted, "--format", "ktap")).run();
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out().lines().filter(line -> line.startsWith("not ok ")).filter(line -> !line.contains(" # XFAIL ")))
                .singleElement().asString().endsWith("original-report/two-terminals # VIOLATION: not listed");
        assertThat(ended.err()).contains(NEW + "original-report/two-terminals: VIOLATION, ");
    }
}
