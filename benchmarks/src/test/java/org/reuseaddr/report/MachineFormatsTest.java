package org.reuseaddr.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.maven.plugin.surefire.log.api.NullConsoleLogger;
import org.apache.maven.plugins.surefire.report.ReportTestCase;
import org.apache.maven.plugins.surefire.report.ReportTestSuite;
import org.apache.maven.plugins.surefire.report.TestSuiteXmlParser;
import org.junit.jupiter.api.Test;
import org.reuseaddr.compare.Baseline;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.results.KnownDifference;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;
import org.tap4j.model.TestSet;
import org.tap4j.parser.Tap13Parser;
import org.tap4j.util.DirectiveValues;
import org.tap4j.util.StatusValues;

/** What check prints for machines, read by parsers that others wrote. */
class MachineFormatsTest {

    /** What no XML can hold, what ends a section of it, a directive of TAP, a line of it, and a half of a character. */
    private static final String HOSTILE = "x\u0000\u001b[2J]]>&<!--\nok 99 # SKIP \ud800 \uffff \u202e é 🙂";

    private static SemanticsRow row(String group, String scenario, String grade, String observed) {
        boolean passed = grade.equals("PASS");
        return new SemanticsRow(new RunId("run", "label", "linux"), scenario, group, "INET", grade, "-1 EADDRINUSE", observed,
                passed ? "" : "bind(4, …)", "rule", "some/tracker#1", 1_500, passed ? "" : "- bind = -1\n+ bind = 0", 1);
    }

    private static final List<Standings> EVERY_STANDING = standings();

    private static List<Standings> standings() {
        Baseline baseline = Baseline.of(List.of(
                new KnownDifference("two/listed", "VIOLATION", "0", "a/b#2", "", "", OptionalDouble.empty()),
                new KnownDifference("two/fixed", "VIOLATION", "0", "", "", "", OptionalDouble.empty())), false);
        return List.of(row("one", "one/passed", "PASS", "as promised"), row("one", "one/new", "VIOLATION", "0"),
                row("one", "one/slow", "TIMEOUT", "? TIMEOUT"), row("two", "two/listed", "VIOLATION", "0"),
                row("two", "two/fixed", "PASS", "as promised"), row("two", "two/missing", "UNSUPPORTED", "there is no ::1"),
                row("two", "two/error", "ERROR", HOSTILE), row(HOSTILE, HOSTILE, "DEVIATION", HOSTILE)).stream()
                .map(baseline::standing).toList();
    }

    @Test
    void everyResultIsATestOfTap() {
        String text = KtapReport.text(EVERY_STANDING);
        assertThat(text).startsWith("KTAP version 1\n1..8\n");
        TestSet read = new Tap13Parser().parseTapStream(text.replace("KTAP version 1", "TAP version 13"));

        assertThat(read.getPlan().getLastTestNumber()).isEqualTo(8);
        assertThat(read.getTestResults()).hasSize(8).extracting(test -> test.getTestNumber())
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(read.getTestResults()).extracting(test -> test.getStatus()).containsExactly(StatusValues.OK,
                StatusValues.NOT_OK, StatusValues.NOT_OK, StatusValues.NOT_OK, StatusValues.OK, StatusValues.OK,
                StatusValues.NOT_OK, StatusValues.NOT_OK);
        assertThat(read.getTestResults().get(5).getDirective().getDirectiveValue()).isEqualTo(DirectiveValues.SKIP);
        assertThat(read.getTestResults().get(5).getDirective().getReason()).isEqualTo("there is no ::1");
        assertThat(read.getTestResults()).filteredOn(test -> test.getDirective() != null).hasSize(1);
        assertThat(text.lines().filter(line -> !line.startsWith("#"))).contains("not ok 3 one/slow # TIMEOUT not listed",
                "not ok 4 two/listed # XFAIL VIOLATION: listed, a/b#2", "ok 5 two/fixed # passes; remove it from the list")
                .hasSize(10).noneMatch(line -> line.startsWith("ok 99"));
    }

    @Test
    void everyResultIsATestCaseOfSurefire() throws Exception {
        byte[] document = JunitReport.text(EVERY_STANDING).getBytes(StandardCharsets.UTF_8);
        List<ReportTestSuite> suites = new TestSuiteXmlParser(new NullConsoleLogger())
                .parse(new InputStreamReader(new ByteArrayInputStream(document), StandardCharsets.UTF_8));

        assertThat(suites).hasSizeGreaterThanOrEqualTo(3);
        List<ReportTestCase> cases = suites.stream().flatMap(suite -> suite.getTestCases().stream()).toList();
        assertThat(cases).extracting(ReportTestCase::getName).startsWith("one/passed", "one/new", "one/slow", "two/listed",
                "two/fixed", "two/missing", "two/error").hasSize(8);
        assertThat(cases.stream().map(test -> test.hasFailure() ? "failure" : test.hasError() ? "error"
                : test.hasSkipped() ? "skipped" : "passed")).containsExactly("passed", "failure", "failure", "skipped", "passed",
                "skipped", "error", "failure");
        assertThat(cases.get(1).getFailureType()).isEqualTo("VIOLATION");
        assertThat(cases.get(1).getFailureDetail()).contains("+ bind = 0", "some/tracker#1");
        assertThat(cases.get(7).getName()).contains("⟨U+0000⟩⟨U+001B⟩[2J]]>&<!-- ok 99", "é 🙂");
    }

    @Test
    void theSummaryForGitHubCountsAndShowsWhatIsNew() {
        String text = StepSummary.text(EVERY_STANDING);
        assertThat(text).contains("8 scenarios: 1 passed, 1 skipped, 1 expected, 1 fixed, 2 failed, 1 timed out, 1 not checked",
                "| `one/new` | `VIOLATION` | `bind(4, …)` | `0` | `-1 EADDRINUSE` |").doesNotContain("two/listed", "one/passed");
        assertThat(text.lines().filter(line -> line.startsWith("| ")).toList()).hasSize(6)
                .allMatch(line -> line.replace("\\|", "").chars().filter(c -> c == '|').count() == 6);
    }
}
