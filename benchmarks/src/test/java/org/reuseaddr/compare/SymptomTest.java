package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.report.DiagnosisText;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.Sample;

/**
 * What a run says of its platform, on cells made for it. Costs are multiples of socket with close, which costs 1000 ns in each
 * fork: by honest-costs.csv the highest bind is 1.153 of them, the highest listen 1.18, native medians are 0.4024 and 0.3226.
 */
class SymptomTest {

    private static final double CONTROL = 1000;

    private static Cell cell(String benchmark, String... params) {
        TreeMap<String, String> map = new TreeMap<>();
        for (int i = 0; i < params.length; i += 2) {
            map.put(params[i], params[i + 1]);
        }
        return new Cell(benchmark, "avgt", 1, map);
    }

    private static CellData measured(Cell cell, Map<String, Double> more, double... costs) {
        List<Fork> forks = new ArrayList<>();
        for (double cost : costs) {
            TreeMap<String, Double> metrics = new TreeMap<>(Map.of(Sample.SCORE, cost * CONTROL, Metric.CONTROL_SOCKET_CLOSE, CONTROL));
            metrics.putAll(more);
            forks.add(new Fork(forks.size() + 1, List.of(cost * CONTROL, cost * CONTROL), metrics, OptionalDouble.empty()));
        }
        return new CellData(cell, Map.of(Sample.SCORE, cell.mode().equals(Cell.THROUGHPUT) ? "ops/s" : "ns/op"), forks);
    }

    private static CellData measured(Cell cell, double... costs) {
        return measured(cell, Map.of(), costs);
    }

    private static Cell call(String name, String family, String port) {
        return cell("SyscallCost." + name, "family", family, "port", port);
    }

    private static List<Symptom> symptoms(CellData... cells) {
        return Diagnosis.of(List.of(cells)).symptoms();
    }

    /** Five times 1.153 are 5.765. */
    @Test
    void aCallIsSlowWhereEachForkIsFiveTimesBeyondTheKnownPlatforms() {
        Cell bind = call("bind", "INET", "fixed");
        assertThat(symptoms(measured(bind, 5.8, 6))).singleElement().isInstanceOfSatisfying(Symptom.Slow.class, slow -> {
            assertThat(slow.what()).isEqualTo("bind");
            assertThat(slow.where()).isEmpty();
            assertThat(slow.cost().value()).isCloseTo(5900, within(1e-6));
            assertThat(slow.timesLinux()).as("5.9 / (0.4024 + 0.8568) × 2").isCloseTo(5.9 / 0.6296, within(0.01));
        });
        assertThat(symptoms(measured(bind, 5.7, 60, 60))).as("one fork is as elsewhere").isEmpty();
        assertThat(Diagnosis.of(List.of(measured(bind, 5.7))).asOnLinux()).containsExactly("bind");
        assertThat(Diagnosis.of(List.of(measured(bind, 5.7))).isClear()).isTrue();
        assertThat(Diagnosis.of(List.of(measured(bind, 5.8))).isClear()).isFalse();
        assertThat(Diagnosis.of(List.of(measured(bind, 5.8))).asOnLinux()).isEmpty();
        CellData withoutControl = measured(bind, Map.of(Metric.CONTROL_SOCKET_CLOSE, 0.0), 100);
        assertThat(symptoms(withoutControl)).isEmpty();
        CellData waited = new CellData(bind, Map.of(Sample.SCORE, "ns/op"), List.of(new Fork(1, List.of(9e4), new TreeMap<>(
                Map.of(Sample.SCORE, 9e4, Metric.CONTROL_SOCKET_CLOSE, CONTROL)), OptionalDouble.of(500))));
        assertThat(symptoms(waited)).as("it had no CPU").isEmpty();
        assertThat(symptoms(measured(cell("Unknown.benchmark"), 1e6))).isEmpty();
    }

    @Test
    void theSlowestCallComesFirstAndThoseThatAreNotSlowAreInTheirOrder() {
        Diagnosis diagnosis = Diagnosis.of(List.of(measured(call("bind", "INET", "fixed"), 10), measured(call("listen", "INET", "fixed"),
                1000),
                measured(call("close", "INET", "fixed"), 0.5), measured(call("socket", "INET", "fixed"), 0.5)));
        assertThat(diagnosis.symptoms()).extracting(symptom -> ((Symptom.Slow) symptom).what()).containsExactly("listen", "bind");
        assertThat(diagnosis.asOnLinux()).containsExactly("socket", "close");
    }

    @ParameterizedTest
    @CsvSource({
        "INET,  ephemeral, INET,  fixed,     port=ephemeral",
        "INET6, fixed,     INET,  fixed,     family=INET6",
        "INET6, ephemeral, INET,  fixed,     port=ephemeral"})
    void theParameterThatMakesTheDifferenceIsNamed(String family, String port, String otherFamily, String otherPort, String where) {
        assertThat(symptoms(measured(call("bind", family, port), 10), measured(call("bind", otherFamily, otherPort), 0.5)))
                .extracting(symptom -> ((Symptom.Slow) symptom).where()).containsExactly(Optional.of(where));
    }

    @Test
    void whereNoParameterMakesTheDifferenceTheSlowCellsAreNamed() {
        assertThat(symptoms(measured(call("bind", "INET", "fixed"), 10), measured(call("bind", "INET6", "ephemeral"), 20),
                measured(call("bind", "INET", "ephemeral"), 0.5), measured(call("bind", "INET6", "fixed"), 0.5)))
                .singleElement().isInstanceOfSatisfying(Symptom.Slow.class, slow -> {
                    assertThat(slow.where()).hasValue("family=INET port=fixed; family=INET6 port=ephemeral");
                    assertThat(slow.cost().value()).as("the slowest").isEqualTo(20_000);
                });
    }

    @Test
    void theBindOfUnixIsLookedAtWhereThatOfTcpIsSlow() {
        CellData bind = measured(call("bind", "INET", "fixed"), 10);
        assertThat(symptoms(bind, measured(cell("Control.unixBind"), 100)).get(1)).isInstanceOfSatisfying(Symptom.UnixBind.class, unix -> {
            assertThat(unix.everyBind()).isTrue();
            assertThat(unix.cost().value()).isEqualTo(100_000);
        });
        assertThat(symptoms(bind, measured(cell("Control.unixBind"), 1)).get(1)).isInstanceOfSatisfying(Symptom.UnixBind.class,
                unix -> assertThat(unix.everyBind()).isFalse());
        assertThat(symptoms(measured(call("bind", "INET", "fixed"), 0.5), measured(cell("Control.unixBind"), 1))).isEmpty();
    }

    /** Paused a call costs so much: five times less than in a row it must be. */
    @Test
    void aCallThatIsFiveTimesFasterAfterAPauseLetsTheNextPay() {
        CellData bind = measured(call("bind", "INET", "fixed"), 100);
        assertThat(symptoms(bind, measured(cell("AfterPause.bind", "family", "INET", "port", "fixed"), 19))).hasSize(2).last()
                .isInstanceOfSatisfying(Symptom.NextCallPays.class, pays -> {
                    assertThat(pays.call()).isEqualTo("bind");
                    assertThat(pays.afterPause().value()).isEqualTo(19_000);
                    assertThat(pays.inRow().value()).isEqualTo(100_000);
                });
        assertThat(symptoms(bind, measured(cell("AfterPause.bind", "family", "INET", "port", "fixed"), 20))).hasSize(1);
        assertThat(symptoms(bind, measured(cell("AfterPause.listen", "family", "INET", "port", "fixed"), 1))).hasSize(1);
        assertThat(symptoms(bind, measured(cell("AfterPause.bind", "family", "INET6", "port", "fixed"), 1))).as("another family")
                .hasSize(1);
        assertThat(symptoms(bind, measured(cell("AfterPause.bind", "family", "INET", "port", "fixed"), 1),
                measured(cell("AfterPause.bindOther", "family", "INET", "port", "fixed"), 1))).as("once").hasSize(2);
    }

    private static CellData[] cycleAndCalls(double cycle, double bind) {
        return new CellData[] {
            measured(cell("ListenerLifecycle.cycle", "api", "native", "family", "INET", "port", "fixed"), cycle),
            measured(call("socket", "INET", "fixed"), 1), measured(call("setsockopt", "INET", "fixed"), 1),
            measured(call("bind", "INET", "fixed"), bind, bind), measured(call("listen", "INET", "fixed"), 1),
            measured(call("close", "INET", "fixed"), 1)};
    }

    @Test
    void aSlowCycleConsistsOfItsCalls() {
        assertThat(symptoms(cycleAndCalls(100, 76))).hasSize(2).last().isInstanceOfSatisfying(Symptom.Composition.class, whole -> {
            assertThat(whole.cost().value()).isEqualTo(100_000);
            assertThat(whole.parts()).extracting(Symptom.Part::call).startsWith("bind").hasSize(5);
            assertThat(whole.parts()).extracting(Symptom.Part::share).startsWith(0.76, 0.01);
            assertThat(whole.parts().get(0).interval().orElseThrow().low()).isCloseTo(0.76, within(1e-9));
            assertThat(whole.rest()).isCloseTo(0.2, within(1e-9));
        });
        assertThat(symptoms(cycleAndCalls(100, 196)).get(1)).as("together they cost 200")
                .isInstanceOfSatisfying(Symptom.Composition.class, whole -> {
            assertThat(whole.parts().get(0).share()).isCloseTo(0.98, within(1e-9));
            assertThat(whole.parts().get(0).interval().orElseThrow().high()).isLessThanOrEqualTo(1);
            assertThat(whole.rest()).isCloseTo(0, within(1e-9));
        });
        List<CellData> incomplete = new ArrayList<>(List.of(cycleAndCalls(100, 76)));
        incomplete.remove(5);
        assertThat(Diagnosis.of(incomplete).symptoms()).as("close was not measured alone").hasSize(1);
        incomplete.add(measured(cell("ListenerLifecycle.cycle", "api", "native", "family", "INET6", "port", "fixed"), 1000));
        incomplete.add(measured(call("close", "INET", "fixed"), 1));
        assertThat(Diagnosis.of(incomplete).symptoms()).as("the slower cycle's calls were not measured").last()
                .isInstanceOfSatisfying(Symptom.Composition.class, whole -> assertThat(whole.cost().value()).isEqualTo(100_000));
    }

    @Test
    void whatNoSingleCallExplainsIsNamedForItself() {
        CellData cycle = measured(cell("ListenerLifecycle.cycle", "api", "native", "family", "INET", "port", "fixed"), 100);
        assertThat(symptoms(cycle)).singleElement().isInstanceOfSatisfying(Symptom.Slow.class,
                slow -> assertThat(slow.what()).isEqualTo("ListenerLifecycle.cycle"));
        assertThat(symptoms(cycle, measured(call("bind", "INET", "fixed"), 100))).extracting(symptom -> ((Symptom.Slow) symptom).what())
                .containsExactly("bind");
    }

    private static CellData binders(int binders, double cpus, double... costs) {
        return measured(cell("ConcurrentBind.bind", "family", "INET", "port", "fixed", "binders", Integer.toString(binders)),
                Map.of("cpus", cpus), costs);
    }

    /** A slow bind costs 100 here, and each of the others is waited for once. */
    @Test
    void bindsThatWaitForOneAnotherAreNamedWithTheMostBinders() {
        assertThat(symptoms(binders(1, 2, 100, 110), binders(2, 2, 200, 210), binders(4, 2, 390, 410))).singleElement()
                .isInstanceOfSatisfying(Symptom.OneAtATime.class, serial -> {
                    assertThat(serial.binders()).isEqualTo(4);
                    assertThat(serial.together().value()).isEqualTo(400_000);
                    assertThat(serial.alone().value()).isEqualTo(105_000);
                });
        assertThat(DiagnosisText.of(Diagnosis.of(List.of(binders(1, 2, 100), binders(2, 2, 200)))))
                .containsExactly("Binds wait for one another: 200 µs while another thread binds, 100 µs alone.");
    }

    /** Half of what waiting for each of the others would add, and half more than what too few CPUs may add. */
    @ParameterizedTest
    @CsvSource({
        "4, 8, 100, 260, true",
        "4, 8, 100, 250, false",
        "4, 2, 100, 310, true",
        "4, 2, 100, 300, false",
        "4, 1, 100, 590, false",
        "2, 8, 100, 160, true",
        "2, 8, 100, 150, false",
        "4, 8, 5,   20,  false"})
    void whatCompetingForCpusExplainsAndAFastBindAreNotNamed(int binders, double cpus, double alone, double together, boolean named) {
        assertThat(symptoms(binders(1, cpus, alone), binders(binders, cpus, together))).hasSize(named ? 1 : 0);
    }

    @Test
    void bindersAreComparedWithinOneFamilyAndKindOfPort() {
        CellData other = measured(cell("ConcurrentBind.bind", "family", "INET6", "port", "fixed", "binders", "4"),
                Map.of("cpus", 8.0), 400);
        assertThat(symptoms(binders(1, 8, 100), other)).isEmpty();
        assertThat(symptoms(binders(1, 8, 100, 5), binders(4, 8, 400, 400))).as("a fork in which a bind is as elsewhere").isEmpty();
        assertThat(symptoms(binders(4, 8, 400))).as("none alone").isEmpty();
    }

    private static CellData crowded(String held, String family, double cost) {
        return measured(cell("CrowdedBind.ephemeralPort", "family", family, "held", held, "where", "ephemeral"), cost);
    }

    @Test
    void aBindThatGrowsWithTheListenersIsNamedWithTheMost() {
        assertThat(symptoms(crowded("0", "INET", 3), crowded("100", "INET", 100), crowded("1000", "INET", 300))).singleElement()
                .isInstanceOfSatisfying(Symptom.Grows.class, grows -> {
                    assertThat(grows.held()).isEqualTo(1000);
                    assertThat(grows.cost().value()).isEqualTo(300_000);
                    assertThat(grows.without().value()).isEqualTo(3000);
                });
        assertThat(symptoms(crowded("0", "INET6", 3), crowded("1000", "INET", 300))).as("another family").isEmpty();
        assertThat(symptoms(crowded("0", "INET", 300), crowded("1000", "INET", 300))).as("it is slow without listeners too").isEmpty();
    }

    @Test
    void attemptsWithoutAnAnswerAreSummedOverForksAndIterations() {
        Cell first = new Cell("TimeToFirstAccept.listenConnectAccept", "sample", 1, new TreeMap<>(Map.of("port", "fixed")));
        Cell other = new Cell("TimeToFirstAccept.listenConnectAccept", "sample", 1, new TreeMap<>(Map.of("port", "ephemeral")));
        assertThat(symptoms(measured(first, Map.of("timeouts", 1.5), 5, 5), measured(other, Map.of("timeouts", 0.0), 5)))
                .containsExactly(new Symptom.Unreachable("fixed", 6));
        Cell rate = new Cell("AcceptThroughput.connections", Cell.THROUGHPUT, 2, new TreeMap<>(Map.of("close", "clientReset")));
        Cell late = new Cell("AcceptThroughput.connections", Cell.THROUGHPUT, 2, new TreeMap<>(Map.of("close", "serverFin")));
        assertThat(symptoms(measured(rate, Map.of("timeouts", 2.0), 5), measured(late, Map.of("timeouts", 7.0), 5)))
                .containsExactly(new Symptom.Unanswered(4));
        assertThat(symptoms(measured(rate, 5))).isEmpty();
    }

    /** Families and kinds of ports are one kind of cell, threads and modes are not. */
    @Test
    void costsAreKnownByKindOfCell() {
        HonestCosts costs = new HonestCosts();
        assertThat(costs.highest(call("bind", "INET6", "fresh"))).hasValue(1.153);
        assertThat(costs.highest(new Cell("SyscallCost.bind", "avgt", 2, new TreeMap<>()))).isEmpty();
        assertThat(costs.onLinux(call("bind", "INET", "fixed"))).as("quiet and loaded").hasValueCloseTo((0.4024 + 0.8568) / 2,
                within(1e-9));
        assertThat(HonestCosts.kind(cell("B.m", "family", "INET", "port", "fixed", "reuseAddress", "true", "api", "native")))
                .isEqualTo("B.m api=native");
        assertThat(costs.rows()).containsKey("AfterPause.bind");
    }
}
