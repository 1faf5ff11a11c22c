package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;
import org.reuseaddr.faults.FaultLibrary;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/** Reports of real runs, opened in a real browser and used as people use them. */
@Measures
class ReportIT {

    private static final String[] SHORT = {"ListenerLifecycle", "-p", "family=INET,INET6", "-p", "port=ephemeral", "-p",
        "api=native", "-p", "reuseAddress=true", "-f", "2", "-wi", "0", "-i", "2", "-r", "50ms"};
    private static final String HOSTILE = "\"><script>document.title='owned'</script></template><img src=x onerror=alert(1)>"
            + "`|@everyone #1 \u202Ereversed\u202C \u0007 =HYPERLINK(\"http://example.invalid\") שלום";
    private static final Pattern PYTHON = Pattern.compile("(?ms)^(`{3,})python\n(.*?)^\\1$");

    @TempDir
    private static Path temporary;

    private static Browser browser;

    @BeforeAll
    static void makeRuns() throws IOException {
        Path downloads = Files.createDirectories(temporary.resolve("downloads"));
        JarRun.Ended healthy = run("native", "SyscallCost.bind$").run();
        assertThat(healthy.exitCode()).as(healthy.everything()).isZero();
        JarRun.Ended faulted = run("faulted", "--on-violation", "continue", "--label", "broken")
                .with(FaultLibrary.compiled().environment("duplicate-listener")).run();
        assertThat(faulted.exitCode()).as(faulted.everything()).isEqualTo(ExitCode.VIOLATION);
        cutShort();
        hostile();
        for (String name : List.of("native", "cut", "hostile")) {
            report(name, name);
        }
        report("faulted", "faulted", "--baseline", run("native", temporary).toString(), "--bundle");
        browser = new Browser(downloads);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    private static Path run(String name, Path in) {
        return in.resolve("run-" + name);
    }

    private static JarRun run(String name, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--out", run(name, temporary).toString()));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of(SHORT));
        return JarRun.of(arguments.toArray(String[]::new));
    }

    /** A run that was killed as soon as something of it was on disk. */
    private static void cutShort() {
        Path samples = new RunDirectory(run("cut", temporary)).samples();
        JarRun.Started started = run("cut").start();
        started.until("a sample", () -> Files.exists(samples) && SamplesFile.readAll(samples).size() > 5);
        started.process().descendants().forEach(ProcessHandle::destroyForcibly);
        started.process().destroyForcibly();
        started.await(20);
    }

    /** A run whose every text is an attack. */
    private static void hostile() throws IOException {
        RunDirectory directory = new RunDirectory(Files.createDirectories(run("hostile", temporary)));
        RunId id = new RunId(HOSTILE, HOSTILE, HOSTILE);
        EnvironmentFile.append(directory.environment(), Map.of("kind", HOSTILE, "os.distribution", HOSTILE, HOSTILE, HOSTILE,
                "run.finished", HOSTILE));
        try (SemanticsFile semantics = new SemanticsFile(directory.semantics())) {
            for (String scenario : List.of(HOSTILE, "inet-loopback/listening/reuseaddr-both")) {
                semantics.append(new SemanticsRow(id, scenario, HOSTILE, HOSTILE, "VIOLATION", HOSTILE, HOSTILE + "; " + HOSTILE,
                        HOSTILE, HOSTILE, HOSTILE, 1, "+ " + HOSTILE + "\n- ```\n", 1));
            }
            semantics.append(new SemanticsRow(id, HOSTILE + 2, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE,
                    HOSTILE, 1, HOSTILE, 1));
        }
        Cell cell = new Cell(HOSTILE, HOSTILE, 1, new TreeMap<>(Map.of("family", HOSTILE)));
        try (SamplesFile samples = new SamplesFile(directory.samples(), List.of("family"))) {
            for (int fork = 1; fork <= 3; fork++) {
                samples.append(new Sample(id, cell, fork, 1, Sample.SCORE, fork, HOSTILE));
            }
        }
    }

    private static JarRun.Ended report(String name, String out, String... more) {
        List<String> arguments = new ArrayList<>(List.of("report", run(name, temporary).toString(), "--out",
                temporary.resolve(out).toString()));
        arguments.addAll(List.of(more));
        JarRun.Ended ended = JarRun.of(arguments.toArray(String[]::new)).run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        return ended;
    }

    private static Path page(String name) {
        return temporary.resolve(name).resolve("report.html");
    }

    private static String markdown(String name) throws IOException {
        return Files.readString(temporary.resolve(name).resolve("report.md"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "faulted", "cut", "hostile"})
    void aPageOpensWithoutComplaintAsksForNothingAndIsAccessible(String name) throws IOException {
        browser.requests();
        browser.complaints();
        browser.open(page(name));
        browser.script("document.querySelectorAll('details').forEach(element => { element.open = true; });");
        for (String scheme : List.of("light", "dark")) {
            browser.emulate(scheme);
            browser.resize(1280, height());
            assertThat(browser.accessibilityViolations()).as(scheme).isEmpty();
            browser.screenshot(Path.of("target", "screenshots", name + "-" + scheme + ".png"));
        }
        browser.resize(390, 844);
        for (String scheme : List.of("dark", "light")) {
            browser.emulate(scheme);
            assertThat((Long) browser.script("return document.documentElement.scrollWidth;")).isLessThanOrEqualTo(390);
            assertThat(browser.accessibilityViolations()).as("phone, " + scheme).isEmpty();
        }
        browser.screenshot(Path.of("target", "screenshots", name + "-phone.png"));
        browser.resize(1280, 1400);
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests()).isEmpty();
    }

    private static int height() {
        return (int) Math.min(9000, (Long) browser.script("return document.documentElement.scrollHeight;"));
    }

    @Test
    void verdictsAreSortedAndFilteredWithTheKeyboard() {
        browser.open(page("faulted"));
        String rows = "#costs-1 tbody tr td:nth-child(4)";
        List<String> before = browser.texts(rows);
        assertThat(before).hasSize(2);
        WebElement head = browser.one("#costs-1 thead th:nth-child(4) button");
        head.sendKeys(Keys.ENTER);
        List<Double> ascending = values(rows);
        assertThat(ascending).isSorted();
        assertThat(browser.one("#costs-1 thead th:nth-child(4)").getAttribute("aria-sort")).isEqualTo("ascending");
        head.sendKeys(Keys.SPACE);
        assertThat(values(rows)).isSortedAccordingTo(Comparator.reverseOrder());

        browser.one("#costs-1-filter").sendKeys("family=INET6");
        assertThat(browser.texts("#costs-1 tbody tr td:nth-child(2)")).hasSize(1).allMatch(text -> text.contains("INET6"));
        assertThat(browser.one("#announce").getDomProperty("textContent")).isEqualTo("1 row shown");
        new Select(browser.one("#costs-1-verdict")).selectByVisibleText("same");
        assertThat(browser.texts("#costs-1 tbody tr")).allMatch(text -> text.contains("same"));
    }

    private static List<Double> values(String selector) {
        return browser.all(selector).stream().map(cell -> Double.valueOf(cell.getAttribute("data-value"))).toList();
    }

    @Test
    void aCellOfTheMatrixOpensTheTranscriptsBehindIt() {
        browser.open(page("faulted"));
        WebElement cell = browser.one("button[data-pair='inet6-loopback inet6-loopback']");
        assertThat(cell.getAttribute("data-grade")).isEqualTo("VIOLATION");
        assertThat(cell.getAttribute("data-differs")).isEqualTo("true");
        cell.sendKeys(Keys.ENTER);
        browser.until("the dialog", () -> browser.one("#cell").isDisplayed());
        assertThat(browser.one("#cell-title").getText()).startsWith("inet6-loopback then inet6-loopback: VIOLATION");
        assertThat(browser.one("#cell-text .expected").getText()).startsWith("-").contains("-1 EADDRINUSE");
        assertThat(browser.one("#cell-text .observed").getText()).startsWith("+").endsWith("= 0");
        assertThat(browser.one("#cell-grade").getText()).contains("on the baseline PASS");
        assertThat(browser.accessibilityViolations()).isEmpty();
        browser.one("#cell-close").sendKeys(Keys.ENTER);
        assertThat(browser.one("#cell").isDisplayed()).isFalse();

        WebElement passed = browser.one("button[data-pair='inet-loopback inet-loopback2']");
        assertThat(passed.getAttribute("data-grade")).isEqualTo("PASS");
        passed.click();
        browser.until("the dialog", () -> browser.one("#cell").isDisplayed());
        assertThat(browser.one("#cell-text").getText()).contains("bind(3, {sa_family=AF_INET");
        browser.one("#cell-close").click();

        new Select(browser.one("#matrix-group")).selectByValue("listen-order");
        browser.until("the group", () -> browser.one("button[data-pair='inet-loopback inet-loopback2']").getText().equals("0 / 2"));
    }

    /** In the run of the test before every address has a difference; in this one a single pair. */
    @Test
    void addressesWithoutDifferencesAreFoldedAwayUntilTheyAreAskedFor() {
        browser.open(page("hostile"));
        WebElement uniform = browser.one("button[data-pair='inet6-any inet6-any']");
        assertThat(browser.one("button[data-pair='inet-loopback inet-loopback']").isDisplayed()).isTrue();
        assertThat(uniform.isDisplayed()).isFalse();
        browser.one("#matrix-fold").sendKeys(Keys.ENTER);
        assertThat(uniform.isDisplayed()).isTrue();
        assertThat(browser.accessibilityViolations()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "hostile"})
    void theTablesAreDownloadedAsTheyAre(String name) throws IOException {
        Path directory = run(name, temporary);
        browser.open(page(name));
        Path downloads = temporary.resolve("downloads");
        for (String file : List.of("samples.csv", "semantics.csv")) {
            Files.deleteIfExists(downloads.resolve(file));
            browser.all("button[data-name='" + file + "']").get(0).click();
            assertThat(browser.downloaded(file)).hasSameTextualContentAs(directory.resolve(file), StandardCharsets.UTF_8);
        }
    }

    @Test
    void nothingOfAHostileFileBecomesMarkup() throws IOException {
        browser.open(page("hostile"));
        browser.all("button[data-pair]").stream().filter(cell -> !cell.getAttribute("data-grade").equals("none")).findFirst()
                .orElseThrow().click();
        browser.until("the dialog", () -> browser.one("#cell").isDisplayed());
        assertThat(browser.script("return document.title;").toString()).startsWith("reuseaddr-benchmarks: ");
        assertThat(browser.all("body img")).isEmpty();
        assertThat(browser.all("script")).hasSize(1);
        assertThat(browser.script("return document.documentElement.textContent;").toString())
                .contains("⟨U+202E⟩", "⟨U+0007⟩").doesNotContain("\u202E", "\u0007");
        assertThat(browser.complaints()).isEmpty();
        assertThat(markdown("hostile")).contains("⟨U+202E⟩").doesNotContain("\u202E", "\u0007");
    }

    @Test
    void aRunThatWasCutShortSaysSo() throws IOException {
        assertThat(markdown("cut").lines().limit(2)).anyMatch(line -> line.contains("was interrupted"));
        assertThat(markdown("native").lines().limit(2)).first().asString().containsPattern("all \\d+ scenarios pass");
    }

    @Test
    void thePythonBlockOfTheReportAloneReproducesTheFailure() throws Exception {
        Matcher block = PYTHON.matcher(markdown("faulted"));
        assertThat(block.find()).isTrue();
        Path program = Files.writeString(temporary.resolve("repro.py"), block.group(2));
        List<String> command = List.of("python3", program.toString());
        assertThat(exit(new ProcessBuilder(command))).isZero();
        assertThat(exit(FaultLibrary.compiled().process("duplicate-listener", "", command))).isEqualTo(1);
    }

    private static int exit(ProcessBuilder builder) throws Exception {
        Process process = builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor();
    }

    @Test
    void theBundleIsSmallAndAlwaysTheSame() throws IOException {
        byte[] first = Files.readAllBytes(temporary.resolve("faulted/report.zip"));
        report("faulted", "again", "--baseline", run("native", temporary).toString(), "--bundle");
        assertThat(Files.readAllBytes(temporary.resolve("again/report.zip"))).isEqualTo(first);
        assertThat(first.length).isLessThan(5_000_000);
    }

    @Test
    void aComparisonIsAPageOfItsOwn() throws IOException {
        JarRun.Ended ended = JarRun.of("compare", run("native", temporary).toString(), run("faulted", temporary).toString(),
                "--format", "html").run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        browser.complaints();
        browser.open(Files.writeString(temporary.resolve("comparison.html"), ended.out()));
        browser.one("#costs-1 thead th:nth-child(5) button").sendKeys(Keys.ENTER);
        assertThat(values("#costs-1 tbody tr td:nth-child(5)")).isSorted().hasSize(2);
        assertThat(browser.accessibilityViolations()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void platformsAndRulesAreAPageWhoseCellsOpenTranscripts() throws IOException {
        JarRun.Ended ended = JarRun.of("compare", "--matrix", "--format", "html", run("native", temporary).toString(),
                run("faulted", temporary).toString()).run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        browser.complaints();
        browser.open(Files.writeString(temporary.resolve("platforms.html"), ended.out()));
        browser.one(".platforms details summary").click();
        assertThat(browser.one(".platforms details[open] pre").getText()).contains("bind(", "\n+ ");
        assertThat(browser.accessibilityViolations()).isEmpty();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void chartsAreThereAsFiles() throws IOException {
        try (Stream<Path> files = Files.list(temporary.resolve("native/charts"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("ListenerLifecycle-estimates.svg", "ListenerLifecycle-estimates.png", "calls.svg", "calls.png");
        }
    }

    @Test
    void withoutFontsTheReportHasNoChartsAndSaysWhy() throws IOException {
        Path none = Files.writeString(temporary.resolve("fonts.conf"), "<fontconfig/>");
        JarRun.Ended ended = JarRun.of("report", run("native", temporary).toString(), "--out",
                temporary.resolve("fontless").toString()).under("unshare", "--mount", "sh", "-c",
                        "mount -t tmpfs none /usr/share/fonts && exec env FONTCONFIG_FILE=" + none + " \"$@\"", "sh").run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.err().lines()).singleElement().asString().startsWith("no charts: this Java has no fonts");
        assertThat(page("fontless")).exists();
    }

    @Test
    void whatIsNoRunIsRefusedInOneLine() {
        JarRun.Ended ended = JarRun.of("report", temporary.resolve("nowhere").toString()).run();
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.err().lines()).singleElement().asString().endsWith("nowhere: no such file or directory");
    }
}
