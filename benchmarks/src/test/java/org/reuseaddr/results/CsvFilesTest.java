package org.reuseaddr.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CSV files of a run, and what hostile or broken ones are answered. */
class CsvFilesTest {

    private static final String HEADER = "run_id,label,platform,benchmark,mode,threads,param_family,fork,iteration,metric,"
            + "value,unit\n";
    private static final RunId RUN = new RunId("r1", "native", "linux-6.18");
    private static final SortedMap<String, String> INET = new TreeMap<>(Map.of("family", "INET"));

    @TempDir
    Path directory;

    private static Sample sample(int iteration, double value) {
        return new Sample(RUN, new Cell("ListenerLifecycle.cycle", "avgt", 1, INET), 1, iteration, Sample.SCORE, value,
                "ns/op");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("samples.csv"), content);
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> SamplesFile.readAll(file)).isInstanceOf(InputException.class)
                .hasMessageContaining(message).hasMessageStartingWith(file.toString())
                .message().hasLineCount(1).hasSizeLessThan(1000);
    }

    @Test
    void rowsAreOnDiskAsSoonAsTheyAreAppended() {
        Path file = directory.resolve("samples.csv");
        try (SamplesFile samples = new SamplesFile(file, List.of("family"))) {
            samples.append(sample(1, 1.5));
            assertThat(SamplesFile.readAll(file)).containsExactly(sample(1, 1.5));
            samples.append(sample(2, 1e-300));
            assertThat(SamplesFile.readAll(file)).containsExactly(sample(1, 1.5), sample(2, 1e-300));
        }
    }

    @Test
    void resumedFileHasOneHeader() {
        Path file = directory.resolve("samples.csv");
        for (int iteration = 1; iteration <= 2; iteration++) {
            try (SamplesFile samples = new SamplesFile(file, List.of("family"))) {
                samples.append(sample(iteration, iteration));
            }
        }
        assertThat(SamplesFile.readAll(file)).containsExactly(sample(1, 1), sample(2, 2));
    }

    @Test
    void valuesHaveADecimalPointInAGermanLocale() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        Path file = directory.resolve("samples.csv");
        try (SamplesFile samples = new SamplesFile(file, List.of("family"))) {
            samples.append(sample(1, 1234.5));
        } finally {
            Locale.setDefault(before);
        }
        assertThat(Files.readString(file)).endsWith(",score,1234.5,ns/op\n");
    }

    @Test
    void decimalCommaIsRefusedWithLineAndColumn() throws IOException {
        Path file = file(HEADER + "r1,n,l,B.m,avgt,1,INET,1,1,score,\"1234,5\",ns/op\n");
        assertRefused(file, "samples.csv:2: column value: expected a number with a decimal point, found \"1234,5\"");
    }

    @Test
    void missingColumnIsNamed() throws IOException {
        assertRefused(file("run_id,label\n"), "samples.csv:1: expected a column platform");
    }

    @Test
    void columnsOfNewerVersionsAreSkipped() throws IOException {
        Path file = file(HEADER.replace("unit", "unit,mood").replace("\n", "\n")
                + "r1,native,linux-6.18,ListenerLifecycle.cycle,avgt,1,INET,1,1,score,1.5,ns/op,fine\n");
        assertThat(SamplesFile.readAll(file)).containsExactly(sample(1, 1.5));
    }

    @Test
    void theMarkThatEditorsOfWindowsPutFirstIsNoPartOfTheFirstColumn() throws IOException {
        Path file = file("\uFEFF" + HEADER + "r1,native,linux-6.18,ListenerLifecycle.cycle,avgt,1,INET,1,1,score,1.5,ns/op\n");
        assertThat(SamplesFile.readAll(file)).containsExactly(sample(1, 1.5));
    }

    @Test
    void textBehindAClosingQuoteIsRefused() throws IOException {
        assertRefused(file(HEADER + "r1,\"n\"x,l,B.m,avgt,1,INET,1,1,score,1,ns/op\n"), "expected CSV as RFC 4180 writes it: ");
    }

    @Test
    void lastLineCutShortIsRefusedWithItsNumber() throws IOException {
        Path file = file(HEADER + "r1,n,l,B.m,avgt,1,INET,1,1,score,1,ns/op\nr1,n,l,B.m,avgt,1,INET,1,2,sco");
        assertRefused(file, "samples.csv:3: expected a line end, found the end of the file");
    }

    @Test
    void lastLineCutShortInsideItsValueIsRefusedThoughItsCellsAreAllThere() throws IOException {
        Path file = file(HEADER + "r1,n,l,B.m,avgt,1,INET,1,1,score,1,ns/op\nr1,n,l,B.m,avgt,1,INET,1,2,score,12.5,ns");
        assertRefused(file, "samples.csv:3: expected a line end");
    }

    @Test
    void rowWithTooFewCellsIsRefusedWithItsLine() throws IOException {
        assertRefused(file(HEADER + "r1,n\n"), "samples.csv:2: expected 12 columns, found 2");
    }

    @Test
    void nulByteIsRefusedWithItsLine() throws IOException {
        assertRefused(file(HEADER + "r1,n,l,B.m,avgt,1,INET,1,1,sc\0re,1,ns/op\n"), "samples.csv:2: expected text");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws IOException {
        Path file = directory.resolve("samples.csv");
        Files.write(file, HEADER.getBytes(StandardCharsets.UTF_8));
        Files.write(file, new byte[] {'r', (byte) 0xFF, (byte) 0xFE, '\n'}, StandardOpenOption.APPEND);
        assertRefused(file, "expected UTF-8 text");
    }

    @Test
    void millionColumnsAreRefused() throws IOException {
        assertRefused(file("c,".repeat(400_000) + "c\n"), "expected at most 1000 columns");
    }

    /** Eight times as long as a row may be. */
    @Test
    void lineWithoutEndIsRefusedBeforeItFillsTheMemory() throws IOException {
        assertRefused(file("x".repeat(8 << 20)), "samples.csv:1: expected rows of at most 1048576 characters");
    }

    @Test
    void quoteThatIsNeverClosedIsRefusedBeforeItFillsTheMemory() throws IOException {
        assertRefused(file(HEADER + '"' + "r1,n,l\n".repeat(1 << 20)),
                "samples.csv:2: expected rows of at most 1048576 characters with every quote closed");
    }

    @Test
    void quoteThatIsNotClosedIsRefusedWithItsLine() throws IOException {
        assertRefused(file(HEADER + "r1,\"n,l\n"), "samples.csv:2: expected a closing quote");
    }

    @Test
    void emptyFileDirectoryAndMissingFileAreRefused() throws IOException {
        assertRefused(file(""), "expected a header line, found an empty file");
        assertRefused(directory, "found a directory");
        assertRefused(directory.resolve("none.csv"), "no such file");
    }

    @Test
    void columnNamedTwiceIsRefused() throws IOException {
        assertRefused(file(HEADER.replace("param_family", "unit")), "samples.csv:1: expected each column once");
    }

    @Test
    void infinityIsRefusedAndNotANumberIsRead() throws IOException {
        String row = "r1,n,l,B.m,avgt,1,INET,1,1,score,%s,ns/op\n";
        assertRefused(file(HEADER + String.format(row, "Infinity")), "expected a number");
        assertRefused(file(HEADER + String.format(row, "1e999")), "expected a finite number");
        assertThat(SamplesFile.readAll(file(HEADER + String.format(row, "NaN"))).get(0).value()).isNaN();
    }

    @Test
    void javaNumberSuffixesAndHexadecimalsAreRefused() throws IOException {
        for (String odd : List.of("1d", "0x1p3", "1f", " 1")) {
            assertRefused(file(HEADER + "r1,n,l,B.m,avgt,1,INET,1,1,score," + odd + ",ns/op\n"), "column value");
        }
    }

    @Test
    void carriageReturnsOfWindowsEditorsAreRead() throws IOException {
        Path file = file((HEADER + "r1,native,linux-6.18,ListenerLifecycle.cycle,avgt,1,INET,1,1,score,1.5,ns/op\n")
                .replace("\n", "\r\n"));
        assertThat(SamplesFile.readAll(file)).containsExactly(sample(1, 1.5));
    }

    @Test
    void fullDiskIsNamedAndLeavesWholeRows() {
        assertThatThrownBy(() -> new SamplesFile(Path.of("/dev/full"), List.of()))
                .isInstanceOf(OutputException.class).hasMessageContaining("/dev/full").message().hasLineCount(1);
    }

    @Test
    void laterEntryOfAResumedEnvironmentCounts() {
        Path file = directory.resolve("environment.csv");
        EnvironmentFile.append(file, Map.of("kernel", "6.1"));
        EnvironmentFile.append(file, Map.of("kernel", "6.18"));
        assertThat(EnvironmentFile.read(file)).containsExactly(Map.entry("kernel", "6.18"));
    }

    @Test
    void evidenceOfManyLinesSurvivesInSemantics() {
        Path file = directory.resolve("semantics.csv");
        SemanticsRow row = new SemanticsRow(RUN, "inet/x", "g", "INET", "VIOLATION", "-1 EADDRINUSE", "0",
                "bind(4, {sa_family=AF_INET, \"x\"}, 16) = 0", "=rule", "microsoft/WSL#1", 12, "line 1\n-> line 2\r\n\"q\"\n", 3, 2, "Q1");
        try (SemanticsFile semantics = new SemanticsFile(file)) {
            semantics.append(row);
        }
        assertThat(SemanticsFile.readAll(file)).containsExactly(row);
    }

    @Test
    void aTableOfAnOlderVersionIsReadAndNotAddedTo() throws IOException {
        Path file = directory.resolve("semantics.csv");
        Files.writeString(file, """
                run_id,label,platform,scenario,group,family,grade,expected,observed,divergent_call,rule,references,duration_us
                r,l,p,inet/x,g,INET,PASS,as promised,as promised,,a rule,,12
                """);

        assertThat(SemanticsFile.readAll(file)).containsExactly(new SemanticsRow(new RunId("r", "l", "p"), "inet/x", "g",
                "INET", "PASS", "as promised", "as promised", "", "a rule", "", 12, "", 0));
        assertThatThrownBy(() -> new SemanticsFile(file).close()).isInstanceOf(OutputException.class)
                .hasMessageContaining("semantics.csv").hasMessageContaining("other columns");
    }

    @Test
    void aColumnOfANewerVersionIsSkipped() throws IOException {
        Path file = directory.resolve("semantics.csv");
        try (SemanticsFile semantics = new SemanticsFile(file)) {
            assertThat(semantics).isNotNull();
        }
        String header = Files.readString(file).strip();
        assertThat(header).endsWith(",evidence,attempts,unexplained,quirk");
        Files.writeString(file, header + ",later\nr,l,p,s,g,INET,KNOWN,e,o,,rule,,12,,2,1,Q1,1\n");

        assertThat(SemanticsFile.readAll(file)).extracting(SemanticsRow::attempts).containsExactly(2);
        assertThat(SemanticsFile.readAll(file)).extracting(SemanticsRow::quirk).containsExactly("Q1");
    }

    @Test
    void linesAreCountedAcrossQuotedLineBreaks() throws IOException {
        Path file = file(HEADER + "\"r\n1\",n,l,B.m,avgt,1,INET,1,1,score,1,ns/op\nr1,n,l,B.m,avgt,1,INET,x,1,score,1,ns/op\n");
        assertRefused(file, "samples.csv:4: column fork: expected a whole number, found \"x\"");
    }

    @Test
    void claimedDirectoryIsRefusedToASecondRun() {
        RunDirectory run = new RunDirectory(directory);
        try (RunDirectory.Claim claim = run.claim()) {
            assertThat(claim).isNotNull();
            assertThatThrownBy(run::claim).isInstanceOf(OutputException.class).hasMessageContaining("another run");
        }
        List<RunDirectory.Claim> again = new ArrayList<>();
        again.add(run.claim());
        again.forEach(RunDirectory.Claim::close);
        assertThat(directory).isEmptyDirectory();
    }
}
