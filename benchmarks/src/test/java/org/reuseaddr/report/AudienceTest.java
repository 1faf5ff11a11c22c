package org.reuseaddr.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Fork;
import org.reuseaddr.compare.RecordedScenario;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.platform.Redaction;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.Metric;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;

/** What each audience is asked and answered. */
class AudienceTest {

    private static final RunId ID = new RunId("run", "here", "here");
    private static final KnownScenarios SCENARIOS = KnownScenarios.load();
    private static final String KNOWN = "inet6-loopback/listening/reuseaddr-both";
    private static final String EVIDENCE = "  socket() = 3\n  setsockopt() = 0\n  bind(3) = 0\n  listen(3) = 0\n  socket() = 4\n"
            + "  setsockopt(4) = 0\n- bind(4) = -1 EADDRINUSE (Address already in use)\n+ bind(4) = 0\n";

    private static SemanticsRow row(String grade, String call, String expected, String observed) {
        return new SemanticsRow(ID, KNOWN, "address-pairs", "INET6", grade, expected, observed, call, "rule", "", 1,
                grade.equals("PASS") ? "" : EVIDENCE, 1);
    }

    private static final SemanticsRow TWO = row("VIOLATION", "bind(4)", "-1 EADDRINUSE (Address already in use)",
            "0; two listeners hold the port: of 8 connections the first listener got 8");
    private static final SemanticsRow REFUSED = row("VIOLATION", "listen(4)", "0", "-1 EINVAL (Invalid argument)");
    private static final SemanticsRow DEVIATES = row("DEVIATION", "bind(4)", "0", "-1 EINVAL (Invalid argument)");
    private static final SemanticsRow PASSES = row("PASS", "", "as promised", "as promised");
    private static final SemanticsRow UNCHECKED = row("ERROR", "", "as promised", "no free port");

    private static ReportedRun run(Map<String, String> environment, SemanticsRow... rows) {
        TreeMap<String, RecordedScenario> scenarios = new TreeMap<>();
        List.of(rows).forEach(row -> scenarios.put(row.scenario(), new RecordedScenario(row.scenario(), row.group(), row.grade(),
                row.expected(), row.observed(), row.divergentCall(), row.rule())));
        return new ReportedRun(new RunDirectory(Path.of("run")), new RunData(ID, Path.of("run"), new TreeMap<>(),
                new TreeMap<>(environment), scenarios), List.of(rows));
    }

    private static ReportModel model(ReportedRun run, ReportedRun baseline, Audience audience, OptionalInt cause) {
        return ReportModel.of(run, Optional.ofNullable(baseline), new Privacy(false, new Redaction("", "", ""), Set.of()), SCENARIOS,
                Optional.ofNullable(audience), cause);
    }

    private static ReportModel model(ReportedRun run) {
        return model(run, null, null, OptionalInt.empty());
    }

    @Test
    void theDefaultIsThePlatformsTracker() {
        assertThat(model(run(Map.of("kind", "wsl2"))).audience()).isEqualTo(Audience.WSL);
        assertThat(model(run(Map.of("kind", "gvisor"))).audience()).isEqualTo(Audience.GVISOR);
        assertThat(model(run(Map.of("kind", "linux", "kernel.release", "6.10.14-linuxkit"))).audience()).isEqualTo(Audience.DOCKER);
        assertThat(model(run(Map.of("kind", "linux", "kernel.release", "6.18.5"))).audience()).isEqualTo(Audience.PLAIN);
    }

    @Test
    void theHeadlineSaysWhatAnEngineerWouldSay() {
        assertThat(model(run(Map.of())).headline()).isEqualTo("here: no scenario was checked.");
        assertThat(model(run(Map.of(), PASSES, PASSES)).headline()).isEqualTo("here: all 2 scenarios pass.");
        assertThat(model(run(Map.of(), PASSES, UNCHECKED)).headline())
                .isEqualTo("here: no difference found; 1 of 2 scenarios could not be checked.");
        assertThat(model(run(Map.of(), UNCHECKED)).headline()).isEqualTo("here: 1 of 1 scenario could not be checked.");
        assertThat(model(run(Map.of(), PASSES, DEVIATES)).headline()).isEqualTo("here: no documented guarantee is violated; "
                + "1 of 2 scenarios differ from Linux where undocumented.");
        assertThat(model(run(Map.of(), REFUSED, REFUSED, TWO, DEVIATES, PASSES)).headline()).startsWith("here: two listeners"
                + " on one port: bind returns 0 instead of -1 EADDRINUSE. ").endsWith("3 of 5 scenarios violate a documented guarantee, "
                + "1 differ from Linux where undocumented.");
    }

    @Test
    void oneCauseIsReportedAlone() {
        ReportedRun run = run(Map.of(), REFUSED, REFUSED, TWO, DEVIATES);
        ReportModel second = model(run, null, Audience.PLAIN, OptionalInt.of(2));
        assertThat(second.headline()).startsWith("here: listen returns -1 EINVAL instead of 0. ");
        assertThat(MarkdownReport.of(second).text()).contains("listen returns -1 EINVAL").doesNotContain("two listeners", "DEVIATION");
        assertThat(MarkdownReport.of(model(run, null, Audience.PLAIN, OptionalInt.of(3))).text()).contains("```python");
        assertThatThrownBy(() -> model(run, null, Audience.PLAIN, OptionalInt.of(4))).isInstanceOf(InputException.class)
                .hasMessageEndingWith("--cause: expected 1 to 3, found 4");
    }

    @Test
    void anIssueOfWslIsOpenedWithItsTextFilledIn() {
        ReportModel report = model(run(Map.of("kind", "wsl1", "wsl.generation", "1", "kernel.release", "4.4.0-19041-Microsoft"), TWO));
        String text = MarkdownReport.of(report).text();
        assertThat(text).contains("0.0.0.0", "collect-wsl-logs.ps1 -LogProfile networking", "- [x] WSL 1");
        assertThat(text.indexOf("```python")).isLessThan(text.indexOf("```diff"));
        URI link = URI.create(report.link(text).orElseThrow());
        assertThat(link.toString()).startsWith("https://github.com/microsoft/WSL/issues/new?title=two%20listeners")
                .hasSizeLessThanOrEqualTo(IssueLink.MOST_CHARACTERS);
        assertThat(link.getQuery()).contains("body=", "#!/usr/bin/env python3", "4.4.0-19041-Microsoft");
        assertThat(report.link("x".repeat(100_000)).orElseThrow()).hasSizeLessThanOrEqualTo(IssueLink.MOST_CHARACTERS)
                .contains("python3");
    }

    @Test
    void aMailToNetdevIsPlainAndOnlyARegressionWhereAnEarlierKernelIsBetter() {
        ReportedRun older = run(Map.of("kind", "linux", "kernel.release", "6.17.0-5-amd64"), PASSES);
        ReportedRun newer = run(Map.of("kind", "linux", "kernel.release", "6.18.2"), TWO);
        String mail = NetdevMail.render(model(newer, older, Audience.NETDEV, OptionalInt.empty()));
        assertThat(mail).startsWith("To: netdev@vger.kernel.org\nCc: regressions@lists.linux.dev\nSubject: [REGRESSION] tcp: two listeners")
                .contains("\n#regzbot introduced: v6.17..v6.18.2\n", "#include", "int main").doesNotContain("```", "<b>", "&lt;");
        String other = NetdevMail.render(model(newer, null, Audience.NETDEV, OptionalInt.empty()));
        assertThat(other).startsWith("To: netdev@vger.kernel.org\nSubject: tcp: ").doesNotContain("REGRESSION", "regzbot");
        ReportedRun better = run(Map.of("kind", "linux", "kernel.release", "6.19"), PASSES);
        assertThat(NetdevMail.render(model(newer, better, Audience.NETDEV, OptionalInt.empty()))).doesNotContain("REGRESSION");
        assertThatThrownBy(() -> model(run(Map.of("kind", "wsl2"), TWO), null, Audience.NETDEV, OptionalInt.empty()))
                .isInstanceOf(InputException.class).hasMessageContaining("use --for wsl");
    }

    private static ReportedRun slowBind(Map<String, String> environment, SemanticsRow... rows) {
        Cell bind = new Cell("SyscallCost.bind", "avgt", 1, new TreeMap<>(Map.of("family", "INET", "port", "fixed")));
        CellData data = new CellData(bind, Map.of(Sample.SCORE, "ns/op"), List.of(new Fork(1, List.of(1e7), new TreeMap<>(
                Map.of(Sample.SCORE, 1e7, Metric.CONTROL_SOCKET_CLOSE, 2e3)), OptionalDouble.empty())));
        ReportedRun run = run(environment, rows);
        return new ReportedRun(run.directory(), new RunData(ID, Path.of("run"), new TreeMap<>(Map.of(bind, data)),
                run.data().environment(), run.data().scenarios()), run.scenarios());
    }

    @Test
    void aSlowCallComesWithAProgramThatMeasuresIt() {
        ReportModel report = model(slowBind(Map.of("kind", "wsl2"), PASSES));
        String text = MarkdownReport.of(report).text();
        assertThat(text).contains("```python\n#!/usr/bin/env python3\n\"\"\"The cost of socket, bind, listen and close")
                .doesNotContain("java -jar benchmarks.jar run");
        assertThat(text.substring(text.indexOf("### Actual Behavior"), text.indexOf("### Diagnostic Logs")))
                .contains("bind is slow on this platform: 10.0 ms");
        assertThat(URI.create(report.link("x".repeat(100_000)).orElseThrow()).getQuery()).contains("perf_counter");
        assertThat(MarkdownReport.of(model(run(Map.of("kind", "wsl2"), PASSES))).text()).contains("java -jar benchmarks.jar run")
                .doesNotContain("perf_counter");
    }

    @Test
    void aMailToNetdevHasTheCostsWhereTheyAreWrong() {
        Map<String, String> linux = Map.of("kind", "linux", "kernel.release", "6.18.2");
        String mail = NetdevMail.render(model(slowBind(linux, PASSES), null, Audience.NETDEV, OptionalInt.empty()));
        assertThat(mail).contains("bind is slow on this platform: 10.0 ms", "cost in 1 fork: no interval", "clock_gettime")
                .doesNotContain("REGRESSION", "```");
        assertThat(NetdevMail.render(model(run(linux, TWO), null, Audience.NETDEV, OptionalInt.empty())))
                .doesNotContain("clock_gettime(CLOCK_MONOTONIC, &time);\n    return time.tv_sec * 1e6", "cost in 1 fork");
        assertThat(mail.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(78));
    }

    @Test
    void aMailHasNoLineOfMoreThan78Characters() {
        ReportedRun run = run(Map.of("kind", "linux", "kernel.version", "Linux version 6.18.2 " + "(built by somebody) ".repeat(9)), TWO);
        assertThat(NetdevMail.render(model(run, null, Audience.NETDEV, OptionalInt.empty())).lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(78));
    }

    /** Every program of the catalogue's hand-written groups and one of each other: the compiler sees the same tokens. */
    @Test
    void aFoldedProgramIsTheSameProgram() {
        Set<String> groups = new HashSet<>();
        Catalogue.scenarios().stream().filter(scenario -> groups.add(scenario.group())).forEach(scenario -> {
            String program = Reproduction.c(scenario);
            String folded = Folded.c(program);
            assertThat(folded.lines()).as("but for the longest names of scenarios, each on a line of its own").allMatch(line ->
                    line.length() <= 78 || line.strip().equals("* " + scenario.id()));
            assertThat(joined(folded)).as(scenario.id()).isEqualTo(joined(program));
        });
        assertThat(groups).hasSizeGreaterThan(10);
        assertThat(Folded.c(Reproduction.callCostsInC())).isEqualTo(Reproduction.callCostsInC());
    }

    /** Without comments and blanks, literals that follow each other made one. */
    private static String joined(String program) {
        return program.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll(" *\\\\\n", " ").replaceAll("\"\\s*\n\\s*\"", "")
                .replaceAll("\\s+", "");
    }

    @Test
    void gvisorAndDockerDesktopAreAskedInTheirOrder() {
        assertThat(model(run(Map.of()), null, Audience.GVISOR, OptionalInt.empty()).form().sections())
                .extracting(BugForm.Section::name).containsExactly("Description", "Steps to reproduce", "runsc version",
                        "docker version (if using docker)", "uname", "kubectl (if using Kubernetes)",
                        "repo state (if built from source)", "runsc debug logs (if available)");
        assertThat(model(run(Map.of()), null, Audience.DOCKER, OptionalInt.empty()).form().sections())
                .extracting(BugForm.Section::name).containsExactly("Before reporting", "Diagnostics ID", "Actual behavior",
                        "Expected behavior", "Windows Version", "Docker Desktop Version", "WSL2 or Hyper-V backend?",
                        "Are you running inside a virtualized Windows e.g. on a cloud server or a VM", "Information",
                        "Steps to reproduce the behavior", "Measurements and platform");
        assertThat(MarkdownReport.of(model(run(Map.of()), null, Audience.DOCKER, OptionalInt.empty())).text())
                .contains("- [ ] I have uploaded Diagnostics");
    }
}
