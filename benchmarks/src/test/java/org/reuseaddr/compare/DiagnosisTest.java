package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.report.DiagnosisText;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.ReferenceRuns;
import org.reuseaddr.results.Sample;

class DiagnosisTest {

    /** The second half took no part in what is known of the costs. */
    static List<Path> honestRuns() {
        return Stream.of(ReferenceRuns.costs(), ReferenceRuns.HONEST).flatMap(List::stream).toList();
    }

    private static Collection<CellData> cells(Path run) {
        return new RunLoader().load(run).get(0).cells().values();
    }

    private static Collection<CellData> nativeRun() {
        return cells(ReferenceRuns.EARLIER_NATIVE);
    }

    /** Every fork of a cell costs so much more, in nanoseconds. */
    private static List<CellData> slowed(Collection<CellData> cells, ToDoubleFunction<Cell> added) {
        List<CellData> slowed = new ArrayList<>();
        for (CellData data : cells) {
            double more = added.applyAsDouble(data.cell());
            slowed.add(new CellData(data.cell(), data.units(), data.forks().stream().map(fork -> {
                SortedMap<String, Double> metrics = new TreeMap<>(fork.metrics());
                metrics.computeIfPresent(Sample.SCORE, (name, score) -> score + more);
                return new Fork(fork.number(), fork.iterations(), metrics, OptionalDouble.empty());
            }).toList()));
        }
        return slowed;
    }

    private static boolean calls(Cell cell, String... calls) {
        return Stream.of(calls).anyMatch(call -> cell.benchmark().equals("SyscallCost." + call));
    }

    @ParameterizedTest
    @MethodSource("honestRuns")
    void nothingIsNamedOnAPlatformThatIsKnownToBeAsItShouldBe(Path run) {
        Diagnosis diagnosis = Diagnosis.of(cells(run));
        assertThat(diagnosis.symptoms()).isEmpty();
        if (ReferenceRuns.HONEST.contains(run)) {
            assertThat(diagnosis.asOnLinux()).contains("bind", "listen", "close");
            assertThat(DiagnosisText.of(diagnosis)).hasSize(1).first().asString().startsWith("No call costs more");
        }
    }

    @Test
    void aTrackerIsNamedByTheCallsThatItHoldsUp() {
        assertThat(DiagnosisText.of(Diagnosis.of(cells(ReferenceRuns.TRACKER_BEFORE_FIX)))).extracting(line -> line.split(":")[0])
                .startsWith("bind is slow on this platform", "listen is slow on this platform")
                .contains("The next call pays").doesNotContain("accept is slow on this platform");
        for (Path run : List.of(ReferenceRuns.TRACKER, ReferenceRuns.TRACKER_REFUSING)) {
            assertThat(DiagnosisText.of(Diagnosis.of(cells(run))).get(0)).startsWith("bind is slow on this platform: ");
            assertThat(Diagnosis.of(cells(run)).asOnLinux()).contains("socket", "listen", "accept", "close").doesNotContain("bind");
        }
    }

    @Test
    void aSlowBindAndListenAreNamedWithTheirShares() {
        double wait = 10e6;
        Diagnosis diagnosis = Diagnosis.of(slowed(nativeRun(), cell -> calls(cell, "bind", "listen") ? wait
                : cell.benchmark().startsWith("ListenerLifecycle") ? 2 * wait : 0));

        List<String> lines = DiagnosisText.of(diagnosis);
        assertThat(lines.get(0)).startsWith("listen is slow on this platform: 10.0 ms").contains(" times what it is on Linux");
        assertThat(lines.get(1)).startsWith("bind is slow on this platform: 10.0 ms");
        assertThat(lines.get(2)).startsWith("Of the 20.0 ms").contains("bind 50 % (50 % to 50 %)", "listen 50 %", "all else");
        assertThat(lines.get(3)).isEqualTo("As on Linux, relative to socket and close: socket, setsockopt, getsockname, accept, close.");
        Symptom.Composition whole = (Symptom.Composition) diagnosis.symptoms().get(2);
        assertThat(whole.parts().stream().mapToDouble(Symptom.Part::share).sum() + whole.rest()).isCloseTo(1, within(1e-9));
    }

    /** As in the quick profile, which measures the calls of one family and the cycles of both. */
    @Test
    void theSharesAreThoseOfACycleWhoseCallsWereMeasured() {
        List<CellData> cells = slowed(nativeRun(), cell -> calls(cell, "bind", "listen") ? 10e6
                : cell.benchmark().startsWith("ListenerLifecycle") ? cell.params().get("family").equals("INET6") ? 21e6 : 20e6 : 0);
        cells.removeIf(data -> Blames.isCall(data.cell()) && data.cell().params().get("family").equals("INET6"));
        assertThat(Diagnosis.of(cells).symptoms()).filteredOn(Symptom.Composition.class::isInstance).singleElement()
                .extracting(found -> ((Symptom.Composition) found).whole().params().get("family")).isEqualTo("INET");
    }

    @Test
    void aBindThatIsSlowWithPortZeroAloneIsNamedSo() {
        Diagnosis diagnosis = Diagnosis.of(slowed(nativeRun(), cell -> calls(cell, "bind")
                && cell.params().get("port").equals("ephemeral") ? 1e6 : 0));
        assertThat(DiagnosisText.of(diagnosis).get(0)).startsWith("bind is slow on this platform, with port=ephemeral only: 1.00 ms");
    }

    @Test
    void theBindOfUnixTellsWhetherEveryBindIsHeldUp() {
        Cell unix = new Cell("Control.unixBind", "avgt", 1, new TreeMap<>());
        for (boolean slow : List.of(true, false)) {
            List<CellData> cells = slowed(nativeRun(), cell -> calls(cell, "bind") ? 1e6 : 0);
            cells.removeIf(data -> data.cell().equals(unix));
            double cost = slow ? 1e6 : 2_500;
            cells.add(new CellData(unix, Map.of(Sample.SCORE, "ns/op"), List.of(new Fork(1, List.of(cost), new TreeMap<>(Map.of(
                    Sample.SCORE, cost, Metric.CONTROL_SOCKET_CLOSE, 1_500.0)), OptionalDouble.empty()))));
            assertThat(Diagnosis.of(cells).symptoms()).filteredOn(Symptom.UnixBind.class::isInstance).singleElement()
                    .extracting(found -> ((Symptom.UnixBind) found).everyBind()).isEqualTo(slow);
        }
    }

    private static CellData measured(String benchmark, String mode, int threads, Map<String, String> params, Map<String, Double> metrics) {
        SortedMap<String, Double> all = new TreeMap<>(Map.of(Metric.CONTROL_SOCKET_CLOSE, 1_500.0));
        all.putAll(metrics);
        return new CellData(new Cell(benchmark, mode, threads, new TreeMap<>(params)), Map.of(Sample.SCORE,
                mode.equals(Cell.THROUGHPUT) ? "ops/s" : "ns/op"), List.of(new Fork(1, List.of(1.0), all, OptionalDouble.empty())));
    }

    /** Sixteen threads on two processors, or the first call of a JVM, cost more than what the reference measured. */
    @Test
    void otherThreadsAndModesAreNotHeldAgainstAPlatform() {
        Map<String, String> params = Map.of("family", "INET", "port", "fixed");
        Map<String, Double> cost = Map.of(Sample.SCORE, 1e6);
        assertThat(Diagnosis.of(List.of(measured("SyscallCost.bind", "avgt", 16, params, cost),
                measured("SyscallCost.bind", "ss", 1, params, cost))).isClear()).isTrue();
        assertThat(Diagnosis.of(List.of(measured("SyscallCost.bind", "avgt", 1, params, cost))).isClear()).isFalse();
    }

    @Test
    void aServerThatClosesLateIsNoAttemptWithoutAnAnswer() {
        for (String close : List.of("serverFin", "clientReset")) {
            Diagnosis diagnosis = Diagnosis.of(List.of(measured("AcceptThroughput.connections", Cell.THROUGHPUT, 2,
                    Map.of("close", close), Map.of(Sample.SCORE, 1e4, "timeouts", 3.0))));
            assertThat(DiagnosisText.of(diagnosis)).isEqualTo(close.equals("serverFin") ? List.of()
                    : List.of("3 attempts to connect to a listener with accepting threads had no answer."));
        }
    }

    /** Seen on an idle native Linux: the queue was full, and Linux does what it does then. */
    @Test
    void anAttemptThatMeetsAFullQueueHasNoAnswerOnLinuxEither() {
        assertThat(DiagnosisText.of(throughput(3, 3))).isEmpty();
        assertThat(DiagnosisText.of(throughput(3, 5))).isEmpty();
        assertThat(DiagnosisText.of(throughput(3, 1)))
                .containsExactly("2 attempts to connect to a listener with accepting threads had no answer.");
    }

    private static Diagnosis throughput(double timeouts, double overflows) {
        return Diagnosis.of(List.of(measured("AcceptThroughput.connections", Cell.THROUGHPUT, 2, Map.of("close", "clientReset"),
                Map.of(Sample.SCORE, 1e4, "timeouts", timeouts, "listen_overflows", overflows))));
    }

    @Test
    void newListenersThatNobodyReachedAreCounted() {
        Diagnosis diagnosis = Diagnosis.of(List.of(measured("TimeToFirstAccept.listenConnectAccept", "sample", 1,
                Map.of("family", "INET", "port", "ephemeral"), Map.of(Sample.SCORE, 1e4, "timeouts", 2.0))));
        assertThat(DiagnosisText.of(diagnosis)).first().isEqualTo("2 new listeners with port=ephemeral could not be reached within 2 s.");
    }

    @Test
    void aCallThatIsFastAfterAPauseLetsTheNextOnePay() {
        List<CellData> cells = slowed(nativeRun(), cell -> calls(cell, "bind") ? 10e6 : 0);
        cells.add(measured("AfterPause.bind", "avgt", 1, Map.of("family", "INET", "port", "fixed"), Map.of(Sample.SCORE, 3e5)));
        assertThat(DiagnosisText.of(Diagnosis.of(cells)))
                .anyMatch(line -> line.startsWith("The next call pays: bind after a pause costs 300 µs, behind another call 10.0 ms"));
    }

    @Test
    void aRunWithoutControlsSaysNothing() {
        List<CellData> bare = nativeRun().stream().map(data -> new CellData(data.cell(), data.units(), data.forks().stream()
                .map(fork -> new Fork(fork.number(), fork.iterations(), new TreeMap<>(Map.of(Sample.SCORE, 1e9)),
                        OptionalDouble.empty())).toList())).toList();
        assertThat(DiagnosisText.of(Diagnosis.of(bare))).isEmpty();
    }

    @Test
    void aMachineOnWhichEverythingIsSlowerIsNotNamed() {
        List<CellData> slower = nativeRun().stream().map(data -> new CellData(data.cell(), data.units(), data.forks().stream()
                .map(fork -> {
                    SortedMap<String, Double> metrics = new TreeMap<>(fork.metrics());
                    metrics.replaceAll((name, value) -> name.equals(Sample.SCORE) || name.startsWith(Metric.CONTROL_PREFIX)
                            ? value * 50 : value);
                    return new Fork(fork.number(), fork.iterations(), metrics, OptionalDouble.empty());
                }).toList())).toList();
        assertThat(Diagnosis.of(slower).symptoms()).isEmpty();
    }

    /** The resource is what the script made of the committed runs; computed here once more, by other code. */
    @Test
    void theResourceIsWhatTheReferenceRunsMeasured() {
        HonestCosts resource = new HonestCosts();
        Map<String, List<Double>> ratios = new TreeMap<>();
        for (Path run : ReferenceRuns.costs()) {
            for (CellData data : cells(run)) {
                if (data.unit().equals("ns/op")) {
                    data.forks().forEach(fork -> ratios.computeIfAbsent(HonestCosts.kind(data.cell()), kind -> new ArrayList<>())
                            .add(fork.metrics().get(Sample.SCORE) / fork.controls().get(Metric.CONTROL_SOCKET_CLOSE)));
                }
            }
        }
        assertThat(resource.rows().keySet()).isEqualTo(ratios.keySet());
        ratios.forEach((kind, values) -> {
            double highest = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
            assertThat(resource.rows().get(kind).stream().mapToDouble(HonestCosts.Row::highest).max()).as(kind)
                    .hasValueCloseTo(highest, within(highest * 1e-3));
        });
    }
}
