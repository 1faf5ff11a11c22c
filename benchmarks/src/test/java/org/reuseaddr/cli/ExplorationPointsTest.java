package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.maven.plugin.surefire.log.api.NullConsoleLogger;
import org.apache.maven.plugins.surefire.report.ReportTestCase;
import org.apache.maven.plugins.surefire.report.TestSuiteXmlParser;
import org.junit.jupiter.api.Test;
import org.reuseaddr.compare.Baseline.Standing;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.model.CallRule;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.Reason;
import org.reuseaddr.model.Rule;
import org.reuseaddr.model.World;
import org.reuseaddr.replay.Difference;
import org.reuseaddr.replay.Exploration;
import org.reuseaddr.report.JunitReport;
import org.reuseaddr.report.KtapReport;
import org.reuseaddr.report.StepSummary;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.tap4j.model.TestSet;
import org.tap4j.parser.Tap13Parser;
import org.tap4j.util.StatusValues;

/** What explore prints for machines, read by parsers that others wrote, and its line for who waits. */
class ExplorationPointsTest {

    private static final String SOCKET = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = ";
    private static final String BIND = ", {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = ";
    private static final Set<Reason> DECIDED = Set.of(Rule.PORT_IS_FREE, CallRule.CLOSES, CallRule.NOT_MODELLED,
            Rule.LISTENER_EXCLUDES);

    private static Difference difference(Set<Quirk> quirks, String calls) {
        try {
            List<Step> steps = TranscriptParser.parse("test", calls).transcript().steps();
            World world = World.EMPTY;
            for (Step step : steps.subList(0, steps.size() - 1)) {
                world = LinuxTcp.REFERENCE.judge(world, step).after();
            }
            Step last = steps.get(steps.size() - 1);
            return new Difference(Map.of(), steps, LinuxTcp.REFERENCE.answers(world, last.process(), last.call()), 1, 3, 3, quirks);
        } catch (TranscriptException e) {
            throw new AssertionError(e);
        }
    }

    private static final Difference DUPLICATE = difference(Set.of(), SOCKET + "3\nbind(3" + BIND + "0\nlisten(3, 1) = 0\n" + SOCKET
            + "4\nbind(4" + BIND + "0\n");
    private static final Difference OF_A_RELEASE = difference(Set.of(Quirk.values()[0]), SOCKET + "3\nbind(3" + BIND + "0\n" + SOCKET
            + "4\nbind(4" + BIND + "0\n");
    private static final Difference NO_DOCUMENT = difference(Set.of(), SOCKET + "3\n"
            + "bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), "
            + "sin6_scope_id=0}, 28) = 0\n");
    private static final Difference SILENT = difference(Set.of(), SOCKET + "3\nconnect(3" + BIND + "? TIMEOUT (no answer in 2000 ms)\n");

    private static final List<Difference> ALL = List.of(DUPLICATE, OF_A_RELEASE, NO_DOCUMENT, SILENT);

    private static Standing standing(List<Standings> points, String name) {
        return points.stream().filter(point -> point.row().scenario().equals(name)).findFirst().orElseThrow().standing();
    }

    @Test
    void everyRuleWithoutADifferenceIsAPointAndEveryDifference() {
        List<Standings> points = ExplorationPoints.of(ALL, DECIDED, false);

        assertThat(points).hasSize(Exploration.rules().size() - 4 + 4).extracting(point -> point.row().scenario())
                .doesNotHaveDuplicates().doesNotContain("explore/listener-excludes", "explore/not-modelled");
        assertThat(standing(points, "explore/port-is-free")).isEqualTo(Standing.PASSED);
        assertThat(standing(points, "explore/listen-checks-again")).isEqualTo(Standing.SKIPPED);
        assertThat(standing(points, "explore/listener-excludes/bind-succeeds")).isEqualTo(Standing.FAILED);
        assertThat(standing(points, "explore/family-of-socket/bind-succeeds")).isEqualTo(Standing.FAILED);
        assertThat(standing(points, "explore/bound-excludes/bind-succeeds")).isEqualTo(Standing.EXPECTED);
        assertThat(standing(points, "explore/refused/connect-does-not-return")).isEqualTo(Standing.TIMED_OUT);
        assertThat(standing(ExplorationPoints.of(ALL, DECIDED, true), "explore/bound-excludes/bind-succeeds")).isEqualTo(Standing.FAILED);
    }

    @Test
    void theyAreTestsOfTap() {
        List<Standings> points = ExplorationPoints.of(ALL, DECIDED, false);
        String text = KtapReport.text(points);
        TestSet read = new Tap13Parser().parseTapStream(text.replace("KTAP version 1", "TAP version 13"));

        assertThat(read.getPlan().getLastTestNumber()).isEqualTo(points.size());
        assertThat(read.getTestResults()).hasSize(points.size());
        assertThat(read.getTestResults()).filteredOn(test -> test.getStatus() == StatusValues.NOT_OK).hasSize(4);
        assertThat(text).containsPattern("not ok \\d+ explore/listener-excludes/bind-succeeds # VIOLATION\n")
                .containsPattern("not ok \\d+ explore/bound-excludes/bind-succeeds # XFAIL KNOWN: Q1 of released Linux kernels\n")
                .containsPattern("not ok \\d+ explore/family-of-socket/bind-succeeds # DEVIATION\n")
                .containsPattern("not ok \\d+ explore/refused/connect-does-not-return # TIMEOUT\n")
                .contains("#   listen(3, 1) = 0\n", "# - bind(4" + BIND.replace(" = ", ": -1 EADDRINUSE"), "# + bind(4" + BIND + "0\n");
    }

    @Test
    void theyAreTestCasesOfSurefire() throws Exception {
        List<Standings> points = ExplorationPoints.of(ALL, DECIDED, false);
        byte[] document = JunitReport.text(points).getBytes(StandardCharsets.UTF_8);
        List<ReportTestCase> cases = new TestSuiteXmlParser(new NullConsoleLogger())
                .parse(new InputStreamReader(new ByteArrayInputStream(document), StandardCharsets.UTF_8)).stream()
                .flatMap(suite -> suite.getTestCases().stream()).toList();

        assertThat(cases).hasSize(points.size());
        assertThat(cases).filteredOn(ReportTestCase::hasFailure).extracting(ReportTestCase::getFailureType)
                .containsExactly("VIOLATION", "DEVIATION", "TIMEOUT");
        assertThat(cases).filteredOn(ReportTestCase::hasFailure).first().extracting(ReportTestCase::getFailureDetail).asString()
                .contains("listen(3, 1) = 0", "+ bind(4", "Nothing can be bound over an active listening socket");
    }

    @Test
    void theSummaryForGitHubCountsThem() {
        assertThat(StepSummary.text("Random sequences", "rules and differences", ExplorationPoints.of(ALL, DECIDED, false)))
                .startsWith("### Random sequences\n\n" + Exploration.rules().size() + " rules and differences: 2 passed, ")
                .contains("2 failed, 1 timed out", "| `explore/listener-excludes/bind-succeeds` | `VIOLATION` |");
    }

    @Test
    void theLineForWhoWaitsSaysHowManyRulesHaveDecided() {
        assertThat(ExploreCommand.progressLine(new Exploration.Totals(1_000, 12_000, 1, 41, Duration.ofSeconds(2)))).isEqualTo(
                "1,000 sequences, 12,000 calls, 500 sequences/s, 1 difference, 41 of " + Exploration.rules().size() + " rules decided");
    }

    @Test
    void wrongFormatsAreRefusedAndTheHelpSaysWhatASeedPromises() {
        CommandAnswer answer = CommandAnswer.to(List.of("explore", "--format", "tap"));
        assertThat(answer.code()).isEqualTo(ExitCode.USAGE);
        answer.assertOneLine();
        assertThat(CommandAnswer.to(List.of("explore", "--help")).out().replaceAll("\\s+", " ")).contains("--threads 1 with --count");
    }
}
