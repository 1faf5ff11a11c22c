package org.reuseaddr.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.TraceModel;
import org.reuseaddr.model.TraceModel.Possibility;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Parsed;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptPrinter;

class CatalogueTest {

    private final List<Scenario> scenarios = Catalogue.scenarios();

    @Test
    void everyFamilyHasTheSizeThatItsProductHas() {
        Map<String, Long> byGroup = GeneratedScenarios.under(LinuxBindRules.REFERENCE)
                .collect(Collectors.groupingBy(CatalogueEntry::group, TreeMap::new, Collectors.counting()));
        assertThat(byGroup).containsExactlyInAnyOrderEntriesOf(Map.of(
                "address-pairs", 64L * 4 * 2 * 2,
                "listen-order", 64L * 2,
                "reuseport", 64L * 3 * 2 * 2,
                "connections", 16L * 7 * 4 + 48L * 7,
                "option-timing", 8L * 2 * 2 * 4,
                "three-sockets", 4L * 8 * 4 * 2,
                "chosen-port", 8L * 4 * 2 + 3L * 8 * 4));
        assertThat(scenarios).hasSizeGreaterThan(2000);
    }

    /** A changed id loses the history of its scenario: recorded runs and lists of known failures name ids. */
    @Test
    void theIdsAndTheirOrderAreThoseThatRecordedRunsHave() throws NoSuchAlgorithmException {
        assertThat(scenarios).hasSize(3414);
        assertThat(sha256(scenarios.stream().map(Scenario::id)))
                .isEqualTo("61b5163a6b64c5fda8b69a1abd0a11adba18a4ada095bfe5f4a4b5914bd6d49e");
    }

    private static String sha256(Stream<String> lines) throws NoSuchAlgorithmException {
        String text = lines.map(line -> line + "\n").collect(Collectors.joining());
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void anEntryHasTheIdAndTheGroupOfTheScenarioThatItBuilds() {
        assertThat(Catalogue.entries()).hasSameSizeAs(scenarios).allSatisfy(entry -> {
            assertThat(entry.scenario().id()).isEqualTo(entry.id());
            assertThat(entry.scenario().group()).as(entry.id()).isEqualTo(entry.group());
            assertThat(entry.scenario().transcript().headers()).containsEntry("scenario", entry.id())
                    .containsEntry("group", entry.group()).containsEntry("family", entry.scenario().family());
        });
    }

    @Test
    void everyFileIsAScenarioOfTheIndex() throws IOException {
        Path directory = Path.of("src/main/resources/org/reuseaddr/scenario/scenarios");
        Set<String> named = HandWrittenScenarios.entries().stream().map(CatalogueEntry::id)
                .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> files = Files.walk(directory)) {
            Set<String> ids = files.filter(file -> file.toString().endsWith(".strace"))
                    .map(file -> directory.relativize(file).toString().replace(".strace", ""))
                    .flatMap(id -> named.contains(id) ? Stream.of(id) : Stream.of(id + "-inet", id + "-inet6"))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(ids).isEqualTo(named);
        }
    }

    @Test
    void theFullCatalogueIsTheProductOfTheDimensionsWithoutOrdersOfListenThatMakeNoDifference() {
        List<CatalogueEntry> product = GeneratedScenarios.product(LinuxBindRules.REFERENCE).toList();
        assertThat(product).hasSize(GeneratedScenarios.PRODUCT_SIZE).extracting(CatalogueEntry::id).doesNotHaveDuplicates();
        // In either order of listen only where both sockets are bound: the number of such cases is what remains of 64 × 16 × 2.
        long eitherOrder = product.stream().filter(entry -> entry.id().contains("/second-listens-first")).count();
        assertThat(product.size() - eitherOrder).isEqualTo(64 * 4 * 4 * 9 * 2);
        Map<String, CatalogueEntry> byId = product.stream().collect(Collectors.toMap(CatalogueEntry::id, entry -> entry));
        assertThat(product).filteredOn(entry -> entry.id().contains("/second-listens-first")).allSatisfy(entry ->
                assertThat(steps(entry)).isNotEqualTo(steps(byId.get(entry.id().replace("/second-listens-first", "")))));

        List<String> full = Catalogue.full().map(CatalogueEntry::id).toList();
        assertThat(full).doesNotHaveDuplicates().startsWith(scenarios.stream().map(Scenario::id).toArray(String[]::new))
                .containsAll(product.stream().map(CatalogueEntry::id).toList());
    }

    private static List<Step> steps(CatalogueEntry entry) {
        return entry.scenario().transcript().steps();
    }

    /** What the selection has of the full product is the same scenario there. */
    @Test
    void aScenarioOfTheSelectionIsTheSameInTheFullProduct() {
        Map<String, CatalogueEntry> product = GeneratedScenarios.product(LinuxBindRules.REFERENCE)
                .collect(Collectors.toMap(CatalogueEntry::id, entry -> entry));
        assertThat(scenarios).filteredOn(scenario -> product.containsKey(scenario.id()))
                .hasSize(64 * 4 * 2 * 2 + 64 * 2 + 64 * 3 * 2 * 2 + 16 * 7 * 4 + 48 * 7)
                .allSatisfy(scenario -> assertThat(product.get(scenario.id()).scenario()).isEqualTo(scenario));
    }

    @Test
    void everyScenarioHasAnIdOfItsOwnARuleAndASource() {
        assertThat(scenarios).extracting(Scenario::id).doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z0-9-]+(/[a-z0-9-]+)+"));
        assertThat(scenarios).allSatisfy(scenario -> {
            assertThat(scenario.rule()).as(scenario.id()).endsWith(".");
            assertThat(scenario.source()).as(scenario.id()).isNotBlank();
            assertThat(scenario.family()).as(scenario.id()).isIn("INET", "INET6", "mixed");
            assertThat(scenario.references()).as(scenario.id())
                    .allMatch(report -> report.matches("[\\w.-]+/[\\w.-]+#\\d+"));
        });
    }

    @Test
    void theOrderNeverChanges() {
        assertThat(Catalogue.scenarios()).isEqualTo(scenarios);
    }

    /** The scenario rows of the table of known defects. */
    @Test
    void everyKnownDefectOfBindAndListenIsLookedForWithAPromise() {
        Set<String> looked = scenarios.stream().filter(Scenario::promised).flatMap(s -> s.references().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(looked).contains("microsoft/WSL#2915", "microsoft/WSL#4407", "nodejs/node#28972",
                "rust-lang/rust#49367", "microsoft/WSL#1549", "microsoft/WSL#674", "microsoft/WSL#720",
                "microsoft/WSL#3909", "microsoft/WSL#460", "Parrot-Developers/libARController#2",
                "solana-labs/solana#1149", "microsoft/WSL#6619", "microsoft/WSL#2913", "microsoft/WSL#3951",
                "microsoft/WSL#41117", "microsoft/WSL#41039", "microsoft/WSL#14541", "microsoft/WSL#40984",
                "microsoft/WSL#12703", "microsoft/WSL#10855", "LostRuins/koboldcpp#2077", "microsoft/WSL#4851",
                "microsoft/WSL#40109", "microsoft/vscode-java-test#1854", "google/gvisor#3153", "google/gvisor#5637",
                "google/gvisor#6545", "google/gvisor#6209", "gramineproject/gramine#725");
    }

    @Test
    void theScenarioOfTheOriginalReportIsRefusedAtTheSecondBind() {
        Scenario original = scenarios.stream()
                .filter(scenario -> scenario.id().equals("original-report/two-terminals"))
                .findAny().orElseThrow();
        List<Outcome> outcomes = original.transcript().steps().stream().map(step -> step.outcome()).toList();
        assertThat(outcomes).hasSize(7);
        assertThat(outcomes.get(6)).isInstanceOfSatisfying(Outcome.Completed.class,
                outcome -> assertThat(outcome.result().failedWith(Errno.EADDRINUSE)).isTrue());
    }

    @Test
    void handWrittenFilesArePrintedAsTheyAreWritten() {
        assertThat(Stream.concat(HandWrittenScenarios.entries().stream(), RepeatedScenarios.entries())
                .map(CatalogueEntry::scenario))
                .allSatisfy(scenario -> assertThat(reread(scenario).transcript()).isEqualTo(scenario.transcript()));
    }

    @Test
    void everyGeneratedScenarioReadsBackFromItsText() {
        assertThat(generated(LinuxBindRules.REFERENCE)).allSatisfy(scenario -> {
            Parsed parsed = reread(scenario);
            assertThat(parsed.skippedLines()).isZero();
            assertThat(parsed.transcript()).isEqualTo(scenario.transcript());
        });
    }

    private static Parsed reread(Scenario scenario) throws AssertionError {
        try {
            return TranscriptParser.parse(scenario.id(), TranscriptPrinter.print(scenario.transcript()));
        } catch (TranscriptException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    @Test
    void eachQuirkOfReleasedKernelsTouchesTheScenariosOfItsKindAndNoOther() {
        assertThat(touchedBy(Quirk.REMEMBERS_REUSEADDR)).hasSize(8)
                .contains("inet-loopback/option-timing/reuseaddr-off-after-bind")
                .allMatch(id -> id.endsWith("/option-timing/reuseaddr-off-after-bind"));
        assertThat(touchedBy(Quirk.OVERLOOKS_MAPPED_WILDCARD)).hasSize(27)
                .contains("mapped-any-then-mapped-loopback/listening/reuseaddr-neither")
                .allMatch(id -> id.contains("mapped-any") && id.contains("mapped-loopback"));
        assertThat(touchedBy(Quirk.OVERLOOKS_MAPPED_HOLDER)).isNotEmpty()
                .allMatch(id -> id.contains("mapped-") && id.contains("inet-loopback"));
        assertThat(touchedBy(Quirk.V6ONLY_REFUSES_MAPPED)).isNotEmpty()
                .allMatch(id -> id.contains("inet6-any-v6only") && id.contains("mapped-loopback"));
        assertThat(touchedBy(Quirk.LISTEN_HIDES_REFUSAL)).isNotEmpty();
    }

    @Test
    void aQuirkThatRefusedBindsOfOneScenarioIsFoundByItsId() {
        Scenario scenario = scenarios.stream()
                .filter(candidate -> candidate.id().equals("mapped-any-then-mapped-loopback/listening/reuseaddr-neither"))
                .findAny().orElseThrow();
        assertThat(new QuirkScenarios(Quirk.OVERLOOKS_MAPPED_WILDCARD).of(scenario))
                .hasValueSatisfying(prediction -> assertThat(prediction.outcome())
                        .isEqualTo(new Outcome.Plain(new SyscallResult.Returned(0))));
        assertThat(new QuirkScenarios(Quirk.REMEMBERS_REUSEADDR).of(scenario)).isEmpty();
    }

    private static List<String> touchedBy(Quirk quirk) {
        return new QuirkScenarios(quirk).touched().stream().map(prediction -> prediction.scenario().id()).toList();
    }

    @Test
    void theModelOfTracesFindsNothingImpossibleInTheCatalogueAndEveryBindThatShouldHaveBeenRefused() {
        int found = 0;
        for (Scenario scenario : scenarios) {
            assertThat(judged(scenario.transcript().steps())).as(scenario.id()).doesNotContain(Possibility.IMPOSSIBLE, Possibility.QUIRK);
            List<Step> steps = new ArrayList<>(scenario.transcript().steps());
            int refused = IntStream.range(0, steps.size()).filter(i -> steps.get(i).call() instanceof Call.Bind
                    && steps.get(i).outcome() instanceof Outcome.Completed outcome
                    && outcome.result().failedWith(Errno.EADDRINUSE)).findFirst().orElse(-1);
            if (refused >= 0 && scenario.group().equals("address-pairs")) {
                steps.set(refused, new Step(steps.get(refused).process(), steps.get(refused).call(),
                        new Outcome.Plain(new SyscallResult.Returned(0))));
                assertThat(judged(steps.subList(0, refused + 1)).get(refused)).as(scenario.id())
                        .isIn(Possibility.IMPOSSIBLE, Possibility.QUIRK);
                found++;
            }
        }
        assertThat(found).isGreaterThan(300);
    }

    private static List<Possibility> judged(List<Step> steps) {
        TraceModel model = new TraceModel(false);
        return steps.stream().map(step -> model.next(step.process(), step).kind()).toList();
    }

    private static List<Scenario> generated(LinuxBindRules rules) {
        return GeneratedScenarios.under(rules).map(CatalogueEntry::scenario).toList();
    }
}
