package org.reuseaddr.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.reuseaddr.compare.Baseline.Standing;
import org.reuseaddr.results.KnownDifference;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;

class BaselineTest {

    private static final String BIND = "bind(4, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16)";
    private static final String TWO = "0; two listeners hold the port: of 8 connections the first listener got 3, the second 5";

    private static SemanticsRow row(String scenario, String grade, String observed, String call) {
        return new SemanticsRow(new RunId("run", "label", "linux"), scenario, "group", "INET", grade, "-1 EADDRINUSE", observed,
                call, "rule", "", 1, "", 1);
    }

    private static SemanticsRow pass(String scenario) {
        return row(scenario, "PASS", "as promised", "");
    }

    private static KnownDifference known(String scenario, String observed) {
        return new KnownDifference(scenario, "VIOLATION", observed, "some/tracker#1", "seen since May", BIND, OptionalDouble.empty());
    }

    private static KnownDifference flaky(String scenario) {
        return new KnownDifference(scenario, "VIOLATION", "0", "", "one in three", BIND, OptionalDouble.of(0.3));
    }

    private static Standing standing(SemanticsRow row, KnownDifference... list) {
        return Baseline.of(List.of(list), false).standing(row).standing();
    }

    @Test
    void aListedDifferenceIsAcceptedWhoeverGotTheConnections() {
        assertThat(standing(row("a", "VIOLATION", TWO.replace('3', '7'), BIND), known("a", TWO))).isEqualTo(Standing.EXPECTED);
        assertThat(standing(row("a", "VIOLATION", "0", BIND), known("a", TWO))).isEqualTo(Standing.EXPECTED);
    }

    @Test
    void aDifferenceThatIsNotListedOrAnswersOtherwiseFails() {
        assertThat(standing(row("b", "VIOLATION", TWO, BIND), known("a", TWO))).isEqualTo(Standing.FAILED);
        assertThat(standing(row("a", "VIOLATION", "-1 EINVAL (Invalid argument)", BIND), known("a", TWO))).isEqualTo(Standing.FAILED);
        assertThat(standing(row("a", "VIOLATION", "0", "listen(4, 1)"), known("a", TWO))).isEqualTo(Standing.FAILED);
        assertThat(standing(row("a", "TIMEOUT", "? TIMEOUT", BIND), known("a", TWO))).isEqualTo(Standing.TIMED_OUT);
        assertThat(standing(row("a", "DEVIATION", "0", BIND))).isEqualTo(Standing.FAILED);
    }

    @Test
    void aDifferenceThatGotWorseFailsAndOneThatGotBetterDoesNot() {
        KnownDifference deviation = new KnownDifference("a", "DEVIATION", "0", "", "", "", OptionalDouble.empty());
        assertThat(standing(row("a", "VIOLATION", TWO, BIND), deviation)).isEqualTo(Standing.FAILED);
        assertThat(standing(row("a", "DEVIATION", "0", BIND), known("a", "0"))).isEqualTo(Standing.EXPECTED);
    }

    @Test
    void portsThatTheKernelChoseAreNotCompared() {
        String name = "getsockname(3, {sa_family=AF_INET, sin_port=htons(40001), sin_addr=inet_addr(\"0.0.0.0\")}, [16])";
        KnownDifference listed = KnownDifference.of(row("a", "VIOLATION", "0", name));
        assertThat(standing(row("a", "VIOLATION", "0", name.replace("40001", "51234")), listed)).isEqualTo(Standing.EXPECTED);
        assertThat(standing(row("a", "VIOLATION", "0", name.replace("0.0.0.0", "127.0.0.1")), listed)).isEqualTo(Standing.FAILED);
    }

    @Test
    void whatPassesIsFixedUnlessItIsFlaky() {
        assertThat(standing(pass("a"), known("a", TWO))).isEqualTo(Standing.FIXED);
        assertThat(standing(pass("a"), flaky("a"))).isEqualTo(Standing.PASSED);
        assertThat(standing(row("a", "VIOLATION", "0", BIND), flaky("a"))).isEqualTo(Standing.EXPECTED);
        assertThat(standing(row("a", "UNSUPPORTED", "there is no ::1", ""), known("a", TWO))).isEqualTo(Standing.SKIPPED);
    }

    @Test
    void withoutAListDeviationsAndQuirksDoNotFail() {
        assertThat(Baseline.linux(false).isFailedBy(row("a", "VIOLATION", "0", BIND))).isTrue();
        assertThat(Baseline.linux(false).isFailedBy(row("a", "TIMEOUT", "0", BIND))).isTrue();
        assertThat(Baseline.linux(false).isFailedBy(row("a", "DEVIATION", "0", BIND))).isFalse();
        assertThat(Baseline.linux(false).isFailedBy(row("a", "KNOWN", "0", BIND))).isFalse();
        assertThat(Baseline.linux(true).isFailedBy(row("a", "KNOWN", "0", BIND))).isTrue();
    }

    /** The words say why a result stands where it does. */
    @Test
    void aStandingSaysWhy() {
        Baseline list = Baseline.of(List.of(known("a", TWO), flaky("b"),
                new KnownDifference("error", "ERROR", "no port", "", "", "", OptionalDouble.empty())), false);
        assertThat(list.isListed()).isTrue();
        assertThat(Baseline.linux(false).isListed()).isFalse();
        assertThat(list.standing(row("a", "VIOLATION", TWO, BIND)).why()).isEqualTo("listed, some/tracker#1");
        assertThat(list.standing(row("b", "VIOLATION", "0", BIND)).why()).isEqualTo("listed");
        assertThat(list.standing(row("a", "VIOLATION", "1", BIND)).why()).isEqualTo("listed as VIOLATION 0");
        assertThat(list.standing(row("c", "VIOLATION", "1", BIND)).why()).isEqualTo("not listed");
        assertThat(Baseline.linux(false).standing(row("c", "VIOLATION", "1", BIND)).why()).isEmpty();
        assertThat(list.standing(row("error", "ERROR", "no port", "")).standing()).isEqualTo(Standing.EXPECTED);
        assertThat(list.standing(row("a", "ERROR", "no port", "")).standing()).as("listed as another grade")
                .isEqualTo(Standing.NOT_CHECKED);
        assertThat(list.standing(row("a", "ERROR", "no port", "")).why()).isEqualTo("no port");
    }

    @Test
    void entriesThatAreOutOfDateFailUnderStrictAlone() {
        for (boolean strict : new boolean[] {false, true}) {
            Baseline baseline = Baseline.of(List.of(known("a", TWO)), strict);
            assertThat(baseline.isBroken(List.of(baseline.standing(pass("a"))), Set.of())).isEqualTo(strict);
            assertThat(baseline.isBroken(List.of(), baseline.unknown(Set.of("b")))).isEqualTo(strict);
        }
    }

    @Test
    void theNextListHasNoFixedOnesAndKeepsWhatWasWritten() {
        Baseline baseline = Baseline.of(List.of(known("fixed", TWO), known("other", TWO), flaky("flaky"), known("unasked", TWO)),
                false);
        List<SemanticsRow> rows = List.of(row("new", "DEVIATION", TWO, BIND), pass("fixed"), pass("flaky"), pass("fine"),
                row("other", "VIOLATION", "-1 EINVAL", BIND), row("error", "ERROR", "no port", ""), row("quirk", "KNOWN", "0", BIND));

        List<KnownDifference> updated = baseline.updated(rows);

        assertThat(updated).containsExactly(
                new KnownDifference("other", "VIOLATION", "-1 EINVAL", "some/tracker#1", "seen since May", BIND, OptionalDouble.empty()),
                flaky("flaky"), known("unasked", TWO),
                new KnownDifference("new", "DEVIATION", "0", "", "", BIND, OptionalDouble.empty()));
        assertThat(Baseline.of(updated, false).isBroken(rows.stream().map(Baseline.of(updated, false)::standing).toList(), Set.of()))
                .isFalse();
    }
}
