package org.reuseaddr.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.reuseaddr.compare.Comparison;
import org.reuseaddr.compare.Group;
import org.reuseaddr.compare.RecordedScenario;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.compare.SyntheticRuns;
import org.reuseaddr.compare.Verdict;
import org.reuseaddr.report.chart.DisplayUnit;
import org.reuseaddr.results.Cell;

/**
 * What a comparison looks like. The golden files beside this class's resources are what the formats print today; after a
 * wanted change, the test's message holds the new text.
 */
class ComparisonFormatsTest {

    private static final Pattern NUMBER = Pattern.compile("(?<=,)[0-9]+\\.[0-9]+(E-?[0-9]+)?(?=[,\n])");
    private static final Map<String, String> NATIVE = Map.of("kind", "linux", "kernel.release", "6.18.44",
            "process.seccomp_filters", "0", "java.version", "17.0.15", "net.core.somaxconn", "4096");
    private static final Map<String, String> WSL = Map.of("kind", "wsl2", "kernel.release", "6.6.87",
            "process.seccomp_filters", "1", "java.version", "17.0.15", "net.core.somaxconn", "4096");

    private static Comparison comparison(String otherLabel) {
        SyntheticRuns runs = new SyntheticRuns(42, 5);
        Map<Cell, Double> base = new TreeMap<>(SyntheticRuns.costs(0));
        Map<Cell, Double> slow = new TreeMap<>(SyntheticRuns.costs(10e6));
        base.put(new Cell("AcceptThroughput.accept", "thrpt", 1, new TreeMap<>(Map.of("family", "INET"))), 28_000.0);
        slow.put(SyntheticRuns.cell("CrowdedBind.cycle", Map.of("held", "100")), 5000.0);
        RunData one = withScenarios(runs.run("native", base, NATIVE, 0), "PASS", "");
        RunData two = withScenarios(runs.run(otherLabel, slow, WSL, 0.1), "VIOLATION", "returned 0");
        return Comparison.of(List.of(new Group("native", List.of(one)), new Group(otherLabel, List.of(two))),
                Comparison.DEFAULT_MARGIN);
    }

    private static RunData withScenarios(RunData run, String grade, String observed) {
        SortedMap<String, RecordedScenario> scenarios = new TreeMap<>();
        for (String family : List.of("inet", "inet6")) {
            String id = family + "-loopback/listening/reuseaddr-both";
            scenarios.put(id, new RecordedScenario(id, "pairs", grade, "-1 EADDRINUSE", observed,
                    grade.equals("PASS") ? "" : "bind(4, {sa_family=AF_INET, …}, 16) = 0",
                    "no second listener on an overlapping address"));
        }
        return new RunData(run.run(), run.source(), run.cells(), run.environment(), scenarios);
    }

    private static String golden(String name) throws IOException {
        try (InputStream stream = ComparisonFormatsTest.class.getResourceAsStream(name)) {
            return stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void textIsAsTheGoldenFile() throws IOException {
        assertThat(ComparisonText.render(comparison("wsl2"), ComparisonView.ALL, false)).isEqualTo(golden("comparison.txt"));
    }

    @Test
    void markdownIsAsTheGoldenFile() throws IOException {
        assertThat(ComparisonMarkdown.render(comparison("wsl2"), ComparisonView.ALL)).isEqualTo(golden("comparison.md"));
    }

    @Test
    void csvIsAsTheGoldenFile() throws IOException {
        assertThat(rounded(ComparisonCsv.render(comparison("wsl2"), ComparisonView.ALL)))
                .isEqualTo(rounded(golden("comparison.csv")));
    }

    @Test
    void benchfmtHasALineForEachFork() {
        List<String> lines = ComparisonBenchfmt.render(comparison("ws l2"), ComparisonView.ALL).lines().toList();
        assertThat(lines).contains("Unit ops/s better=higher", "label: native", "label: ws l2", "run: native-1");
        assertThat(lines.stream().filter(line -> line.startsWith("BenchmarkSyscallCost.bind/family=INET/port=fixed 5 "))).hasSize(10)
                .allMatch(line -> line.matches("\\S+ [0-9]+ [0-9.E]+ ns/op"));
    }

    @Test
    void smallerIsBetterHasTheOtherGroupsCosts() throws IOException {
        String json = SmallerIsBetterJson.render(comparison("wsl2"), ComparisonView.ALL);
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            int entries = 0;
            while (parser.nextToken() != null) {
                entries += parser.currentToken() == JsonToken.START_OBJECT ? 1 : 0;
            }
            assertThat(entries).isEqualTo(7);
        }
        assertThat(json).contains("\"name\" : \"SyscallCost.bind family=INET port=fixed\"", "\"unit\" : \"ns/op\"", "\"range\" : \"± ",
                "5 observations, slower ×7370 of the base");
    }

    /** Numbers with six digits: the last bits of exp and log differ between processors. */
    private static String rounded(String csv) {
        return NUMBER.matcher(csv).replaceAll(number ->
                new BigDecimal(number.group()).round(new MathContext(6, RoundingMode.HALF_EVEN)).toString());
    }

    @Test
    void numbersHaveADecimalPointInAGermanLocale() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            textIsAsTheGoldenFile();
            csvIsAsTheGoldenFile();
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void verdictsAreColouredOnATerminalAndColumnsStayAligned() {
        String plain = ComparisonText.render(comparison("wsl2"), ComparisonView.ALL, false);
        String coloured = ComparisonText.render(comparison("wsl2"), ComparisonView.ALL, true);
        assertThat(coloured).contains("\u001B[31mslower\u001B[0m");
        assertThat(coloured.replaceAll("\u001B\\[[0-9]+m", "")).isEqualTo(plain);
        assertThat(plain).doesNotContain("\u001B");
    }

    @Test
    void labelFromAFileCannotSteerTheTerminalOrTheMarkup() {
        Comparison hostile = comparison("\u001B[2J<script>|x|\u202E=1+1");
        assertThat(ComparisonText.render(hostile, ComparisonView.ALL, false)).doesNotContain("\u001B", "\u202E");
        assertThat(ComparisonMarkdown.render(hostile, ComparisonView.ALL)).doesNotContain("\u001B", "\u202E", "<script>")
                .contains("\\<script\\>\\|x\\|");
        assertThat(ComparisonCsv.render(comparison("=1+1"), ComparisonView.ALL)).contains("native,'=1+1,");
    }

    @Test
    void viewSortsFiltersAndFixesTheUnit() {
        ComparisonView view = new ComparisonView(cell -> cell.verdict() == Verdict.SLOWER, ComparisonView.Order.RATIO,
                Optional.of(DisplayUnit.MS));
        String text = ComparisonText.render(comparison("wsl2"), view, false);
        assertThat(text.lines().filter(line -> line.startsWith("SyscallCost") || line.startsWith("ListenerLifecycle")))
                .hasSize(3).first().asString().startsWith("SyscallCost.bind").contains(" ms");
        assertThat(text).doesNotContain(" ns ");
    }

    @Test
    void viewThatShowsNothingSaysSo() {
        ComparisonView nothing = new ComparisonView(cell -> false, ComparisonView.Order.NAME, Optional.empty());
        assertThat(ComparisonText.render(comparison("wsl2"), nothing, false)).contains("No benchmark matches the filter.");
        assertThat(ComparisonMarkdown.render(comparison("wsl2"), nothing)).contains("No benchmark matches the filter.");
    }

    @Test
    void figuresHaveThreeDigitsAndNoExponent() {
        assertThat(List.of(0.0, 0.000123456, 1.0, 12.345, 999.6, 1_234_567.0).stream().map(Figures::significant))
                .containsExactly("0", "0.000123", "1.00", "12.3", "1000", "1230000");
    }
}
