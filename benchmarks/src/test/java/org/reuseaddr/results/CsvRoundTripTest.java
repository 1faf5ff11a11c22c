package org.reuseaddr.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is written is read back as it was, whatever it is made of. */
class CsvRoundTripTest {

    /** Quotes, separators, line ends, formula starters and anything else that is Unicode text and not NUL. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> nasty = Arbitraries.of("", "'", "''", "'=", "''=", "=1+1", "+1", "-", "@x", "\t", "\r", "\n", "\r\n",
                "\"", "\"\"", ",", "a,b", "-1.5", "\uFEFF", "\uFEFFx", "#x", " x ", "\u202Ex", "😀", "'\"");
        Arbitrary<String> any = Arbitraries.strings().all().excludeChars('\0').ofMaxLength(20)
                .filter(text -> text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF));
        return Arbitraries.oneOf(nasty, any, Combinators.combine(nasty, any).as(String::concat));
    }

    @Provide
    Arbitrary<Sample> samples() {
        Arbitrary<RunId> runs = Combinators.combine(texts(), texts(), texts()).as(RunId::new);
        Arbitrary<Cell> cells = Combinators.combine(texts(), texts(), Arbitraries.integers().between(1, 1 << 20),
                texts().filter(text -> !text.isEmpty())).as((benchmark, mode, threads, family) ->
                new Cell(benchmark, mode, threads, new TreeMap<>(Map.of("family", family))));
        Arbitrary<Double> values = Arbitraries.oneOf(Arbitraries.doubles(),
                Arbitraries.of(0.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, 0.1 + 0.2));
        return Combinators.combine(runs, cells, Arbitraries.integers().between(0, 1 << 20),
                Arbitraries.integers().between(0, 1 << 20), texts(), values, texts()).as(Sample::new);
    }

    @Property(tries = 300)
    void samplesAreReadBackAsTheyWereWritten(@ForAll("lists") List<Sample> samples) throws IOException {
        Path file = Files.createTempFile("samples", ".csv");
        try {
            try (SamplesFile writer = new SamplesFile(file, List.of("family"))) {
                samples.forEach(writer::append);
            }
            assertThat(SamplesFile.readAll(file)).isEqualTo(samples);
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<List<Sample>> lists() {
        return samples().list().ofMaxSize(5);
    }

    @Property(tries = 300)
    void environmentIsReadBackAsItWasWritten(@ForAll("entries") Map<String, String> entries) throws IOException {
        Path file = Files.createTempFile("environment", ".csv");
        try {
            EnvironmentFile.append(file, entries);
            assertThat(EnvironmentFile.read(file)).isEqualTo(new LinkedHashMap<>(entries));
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<Map<String, String>> entries() {
        return Arbitraries.maps(texts(), texts()).ofMaxSize(5);
    }

    @Property(tries = 300)
    void everyGuardedTextIsNoFormulaForASpreadsheet(@ForAll("texts") String text) {
        String cell = CsvText.line(List.of(text, ""));
        String shown = cell.startsWith("\"") ? cell.substring(1) : cell;
        if (!text.isEmpty() && !text.matches("[+-]?[0-9.]+([eE][+-]?[0-9]+)?")) {
            assertThat(shown).doesNotStartWith("=").doesNotStartWith("+").doesNotStartWith("-").doesNotStartWith("@");
        }
    }
}
