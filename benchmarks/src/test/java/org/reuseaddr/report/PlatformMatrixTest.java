package org.reuseaddr.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.reuseaddr.report.PlatformMatrix.PlatformCell;
import org.reuseaddr.report.PlatformMatrix.PlatformRow;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;

/** Which rules differ on which platform, worst first. */
class PlatformMatrixTest {

    private static SemanticsRow row(String label, String scenario, String group, String grade, String rule, String quirk) {
        return new SemanticsRow(new RunId(label + "-1", label, label), scenario, group, "INET", grade, "0", "-1 EINVAL", "listen(3, 8)",
                rule, "", 1, grade.equals("PASS") ? "" : "- listen(3, 8) = 0", 1, 0, quirk);
    }

    private static SemanticsRow row(String label, String scenario, String grade, String rule) {
        return row(label, scenario, "group", grade, rule, grade.equals("KNOWN") ? "Q1" : "");
    }

    private static final List<SemanticsRow> NATIVE = List.of(row("native", "a", "PASS", "exclusive"),
            row("native", "b", "PASS", "exclusive"), row("native", "c", "PASS", "repeated"), row("native", "d", "PASS", "kept"));
    private static final List<SemanticsRow> OLD = List.of(row("old", "a", "PASS", "exclusive"), row("old", "b", "PASS", "exclusive"),
            row("old", "c", "KNOWN", "repeated"), row("old", "d", "PASS", "kept"));
    private static final List<SemanticsRow> SANDBOX = List.of(row("sandbox", "a", "VIOLATION", "exclusive"),
            row("sandbox", "b", "DEVIATION", "exclusive"), row("sandbox", "c", "DEVIATION", "repeated"),
            row("sandbox", "/home/alice/x.log", "file", "VIOLATION", "the user's own", ""));

    @Test
    void theRuleThatIsBrokenMostSeverelyComesFirst() {
        PlatformMatrix matrix = PlatformMatrix.of(List.of(NATIVE, OLD, SANDBOX));

        assertThat(matrix.platforms()).containsExactly("native", "old", "sandbox");
        assertThat(matrix.differing()).extracting(PlatformRow::rule).containsExactly("exclusive", "repeated");
        assertThat(matrix.kept()).extracting(PlatformRow::rule).containsExactly("kept");
        assertThat(matrix.differing().get(0).cells()).extracting(PlatformCell::text).containsExactly("2", "2", "2 of 2 VIOLATION");
        assertThat(matrix.differing().get(1).cells()).extracting(PlatformCell::text)
                .containsExactly("1", "1 of 1 KNOWN (Q1)", "1 of 1 DEVIATION");
        assertThat(matrix.kept().get(0).cells()).extracting(PlatformCell::text).containsExactly("1", "1", "–");
        assertThat(matrix.differing().get(0).cells().get(2).example()).map(SemanticsRow::scenario).hasValue("a");
    }

    @Test
    void theMarkdownHasALineForEachRuleThatDiffersAndCountsTheOthers() {
        assertThat(PlatformMatrix.of(List.of(NATIVE, OLD, SANDBOX)).markdown().lines()).containsExactly(
                "2 of 3 rules are broken or not supported somewhere. A cell has the number of scenarios that pass, or how many of them "
                        + "did not and the most severe grade.",
                "", "| rule | native | old | sandbox |", "|---|---|---|---|", "| exclusive | 2 | 2 | 2 of 2 VIOLATION |",
                "| repeated | 1 | 1 of 1 KNOWN (Q1) | 1 of 1 DEVIATION |", "", "1 further rules are kept by every platform that was asked "
                        + "about them.");
    }

    @Test
    void ofAScenarioThatWasCheckedAgainTheLastResultCounts() {
        List<SemanticsRow> again = List.of(row("native", "a", "ERROR", "exclusive"), row("native", "a", "PASS", "exclusive"));
        PlatformMatrix matrix = PlatformMatrix.of(List.of(again, NATIVE));
        assertThat(matrix.differing()).isEmpty();
        assertThat(matrix.rows().get(0).cells()).extracting(PlatformCell::text).containsExactly("1", "2");
    }

    @Test
    void eachQuirkOfACellIsNamedWithItsNumber() {
        List<SemanticsRow> old = List.of(row("old", "a", "group", "KNOWN", "rule", "Q2"), row("old", "b", "group", "KNOWN", "rule", "Q1"),
                row("old", "c", "group", "KNOWN", "rule", "Q1"), row("old", "d", "group", "PASS", "rule", ""));
        assertThat(PlatformMatrix.of(List.of(old)).rows().get(0).cells()).extracting(PlatformCell::text)
                .containsExactly("3 of 4 KNOWN (Q1 in 2, Q2 in 1)");
        List<SemanticsRow> worse = List.of(row("worse", "a", "group", "VIOLATION", "rule", ""),
                row("worse", "b", "group", "KNOWN", "rule", "Q1"));
        assertThat(PlatformMatrix.of(List.of(worse)).rows().get(0).cells()).extracting(PlatformCell::text)
                .containsExactly("2 of 2 VIOLATION (Q1 in 1)");
    }

    @Test
    void runsOfOneLabelAreToldApartByTheirNames() {
        List<SemanticsRow> second = List.of(new SemanticsRow(new RunId("native-2", "native", "native"), "a", "group", "INET",
                "PASS",                "", "", "", "exclusive", "", 1, "", 1));
        assertThat(PlatformMatrix.of(List.of(NATIVE, second)).platforms()).containsExactly("native-1", "native-2");
    }

    @Test
    void whatAPlatformWritesIsShownAndNotInterpreted() {
        List<SemanticsRow> hostile = List.of(row("<b>|`", "a", "VIOLATION", "<script>alert(1)</script> | `x`"));
        PlatformMatrix matrix = PlatformMatrix.of(List.of(NATIVE, hostile));
        assertThat(matrix.html()).doesNotContain("<script>alert").doesNotContain("<b>|");
        assertThat(matrix.markdown()).doesNotContain("<script>").doesNotContain("| `x`");
    }
}
