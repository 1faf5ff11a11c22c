package org.reuseaddr.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BulletList;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.platform.Redaction;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.transcript.Visible;

/** report.md as GitHub's kind of renderer reads it. */
class MarkdownReportTest {

    private static final RunId ID = new RunId("run", "wsl1-4.4", "wsl1-4.4");
    private static final List<Extension> GFM = List.of(TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(GFM).build();
    private static final KnownScenarios SCENARIOS = KnownScenarios.load();
    private static final String KNOWN = "inet6-loopback/listening/reuseaddr-both";

    private static SemanticsRow violation(String scenario, String rule, String evidence) {
        return new SemanticsRow(ID, scenario, "address-pairs", "INET6", "VIOLATION", "-1 EADDRINUSE", "0; the first got 8",
                "bind(4, …)", rule, "microsoft/WSL#2915 <b>", 1, evidence, 1);
    }

    @Example
    void aQuirkOfReleasedKernelsAccusesNobody() {
        SemanticsRow known = new SemanticsRow(ID, "mapped-any-then-mapped-loopback/listening/reuseaddr-neither", "address-pairs",
                "INET6", "KNOWN", "-1 EADDRINUSE", "0; two listeners", "bind(4, …)", "rule", "", 1, "- a\n+ b\n", 1, 0, "Q2");
        String text = report(Map.of(), List.of(known), false).text();

        assertThat(text).contains("1 of 1 scenario behave as native Linux of another release",
                "Behaves like native Linux 6.1.168 and later of 6.1 (Q2).",
                "Native Linux of these releases does the same: 6.1.168 and later of 6.1; it is not this platform's doing.")
                .doesNotContain("repro.py", "Differences from Linux", "instead of");
    }

    @Example
    void aPlatformWithoutQuirksIsSaidToBehaveLikeThePresentLinux() {
        SemanticsRow pass = new SemanticsRow(ID, "inet6-loopback/option-timing/reuseaddr-off-after-bind", "option-timing",
                "INET6", "PASS", "as promised", "as promised", "", "rule", "", 1, "", 1);
        assertThat(report(Map.of(), List.of(pass), false).text()).contains("Behaves like native Linux 6.8 and later.");
        assertThat(report(Map.of(), List.of(pass, violation(KNOWN, "rule", "- a\n+ b\n")), false).text())
                .contains("Behaves as no release of Linux.");
    }

    private static MarkdownReport report(Map<String, String> environment, List<SemanticsRow> rows, boolean includeHost) {
        Privacy privacy = new Privacy(includeHost, new Redaction("/home/someone", "someone", "secret-host"),
                SCENARIOS.texts());
        RunData data = new RunData(ID, Path.of("run"), new TreeMap<>(), privacy.environment(environment), new TreeMap<>());
        return MarkdownReport.of(ReportModel.of(new ReportedRun(new RunDirectory(Path.of("run")), data, rows),
                Optional.empty(), privacy, SCENARIOS, Optional.empty(), OptionalInt.empty()));
    }

    private static Map<String, String> wsl() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("kind", "wsl1");
        environment.put("wsl.generation", "1");
        environment.put("windows.version", "10.0.17134.48");
        environment.put("kernel.release", "4.4.0-17134-Microsoft");
        environment.put("java.vm.version", "17.0.15+6");
        environment.put("run.finished", "2026-11-22T00:00:00Z");
        return environment;
    }

    private static <T extends Node> List<T> nodes(String markdown, Class<T> type) {
        List<T> found = new ArrayList<>();
        PARSER.parse(markdown).accept(new AbstractVisitor() {
            @Override
            protected void visitChildren(Node parent) {
                for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
                    if (type.isInstance(child)) {
                        found.add(type.cast(child));
                    }
                }
                super.visitChildren(parent);
            }
        });
        return found;
    }

    private static String text(Node node) {
        return TextContentRenderer.builder().extensions(GFM).build().render(node).strip();
    }

    @Example
    void aReportOfWslHasEveryFieldOfTheFormInItsOrder() {
        String text = report(wsl(), List.of(violation(KNOWN, "rule", "+ bind(4) = 0")), false).text();
        assertThat(nodes(text, Heading.class).stream().filter(heading -> heading.getLevel() == 3).map(MarkdownReportTest::text))
                .containsExactly("Windows Version", "WSL Version", "Are you using WSL 1 or WSL 2?", "Kernel Version",
                        "Distro Version", "Other Software", "Repro Steps", "Expected Behavior", "Actual Behavior",
                        "Diagnostic Logs");
        assertThat(text).contains("Microsoft Windows \\[Version 10.0.17134.48\\]", "- [ ] WSL 2", "- [x] WSL 1",
                "4.4.0-17134-Microsoft", "Reporter, please fill in: `cat /etc/os-release`");
    }

    @Example
    void whatHappenedIsInTheFirstTwoLines() {
        assertThat(report(wsl(), List.of(violation(KNOWN, "rule", "+ bind(4) = 0")), false).text().lines().limit(2))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith(
                                "**wsl1-4.4: bind returns 0 instead of -1 EADDRINUSE. ")
                                .endsWith("1 of 1 scenario violate a documented guarantee.**"),
                        second -> assertThat(second).isEqualTo("No benchmark was run."));
    }

    @Example
    void codeIsInBlocksThatNothingInItEnds() {
        String evidence = "+ ```\n+ ````\n# no heading\n";
        String text = report(wsl(), List.of(violation(KNOWN, "rule", evidence)), false).text();
        assertThat(nodes(text, FencedCodeBlock.class)).extracting(FencedCodeBlock::getInfo).containsExactly("python", "diff");
        assertThat(nodes(text, FencedCodeBlock.class).get(1).getLiteral()).isEqualTo(evidence);
        assertThat(nodes(text, TableBlock.class)).hasSize(1);
    }

    @Example
    void aReportIsNeverLongerThanAnIssueMayBe() {
        List<SemanticsRow> rows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            rows.add(violation("unknown/" + i, "rule " + i + " " + "<word> ".repeat(40), "+ line\n".repeat(100)));
        }
        MarkdownReport many = report(wsl(), rows, false);
        assertThat(many.text().length()).isLessThanOrEqualTo(MarkdownReport.MOST_CHARACTERS);
        assertThat(many.text()).endsWith("The rest is cut off: an issue is limited to 65,536 characters.\n");

        MarkdownReport one = report(wsl(), List.of(violation(KNOWN, "rule", "+ line\n".repeat(10_000))), false);
        assertThat(one.text().length()).isLessThanOrEqualTo(MarkdownReport.MOST_CHARACTERS);
        assertThat(one.attachments()).containsOnlyKeys("evidence-1.diff");
        assertThat(one.text()).contains("see the attached file `evidence-1.diff`", "and attached: `evidence-1.diff`.");
    }

    @Example
    void whatIdentifiesTheReporterIsLeftOutUnlessAskedFor() {
        Map<String, String> environment = wsl();
        environment.put("jvm.flags", "-Djava.io.tmpdir=/home/someone/tmp on secret-host at 192.0.2.7");
        String without = report(environment, List.of(), false).text();
        assertThat(without).doesNotContain("someone", "secret-host", "192.0.2.7").contains("10.0.17134.48")
                .contains("Left out: addresses that are not loopback (1 place), home directories (1 place), host names (1 place).");
        assertThat(report(environment, List.of(), true).text()).contains("/home/someone/tmp", "secret-host", "192.0.2.7",
                "Nothing was left out for privacy");
    }

    @Property(tries = 500)
    void anyTextIsShownAsItIsAndNothingElse(@ForAll @StringLength(max = 30)
            @Chars({'a', 'w', '.', '1', '0', ' ', '@', '#', '<', '>', '&', ';', '|', '`', '*', '_', '[', ']', '(', ')', '!', '\\',
                '-', '+', '=', '~', ':', '/', '$', '\n', '\u202E', '"', '{', '}'}) @CharRange(from = 'x', to = 'z') String text) {
        String markdown = MarkdownOutput.escape(text);
        Node document = PARSER.parse(markdown);
        String shown = Visible.line(text).strip();
        if (shown.isEmpty()) {
            assertThat(document.getFirstChild()).isNull();
            return;
        }
        assertThat(document.getFirstChild()).as(markdown).isInstanceOf(Paragraph.class);
        assertThat(document.getFirstChild().getNext()).isNull();
        assertThat(nodes(markdown, BulletList.class)).isEmpty();
        assertThat(text(document).replace("\u200B", "")).isEqualTo(shown);
        assertThat(HtmlRenderer.builder().build().render(document)).matches("(?s)<p>[^<]*</p>\n");
        assertThat(markdown).doesNotContainPattern("@\\w|#\\d|[^\\\\]://");
    }

    @Property(tries = 200)
    void aCellOfATableStaysACell(@ForAll @StringLength(max = 20) @Chars({'|', '\\', '`', 'a', '-', '\n'}) String text) {
        String markdown = Markdown.table(List.of("one", "two"), List.of(List.of(text, "b"), List.of("c", text)));
        assertThat(nodes(markdown, TableBlock.class)).hasSize(1);
        assertThat(nodes(markdown, TableCell.class)).hasSize(6);
        assertThat(PARSER.parse(markdown).getFirstChild().getNext()).isNull();
    }
}
