package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/**
 * A run of which one file is damaged, given to {@code compare} and {@code report}: it is read, or refused with exit code 2
 * and one line that names the run. The corpus, a small real run and files that were refused once, is in the test tree.
 */
@Tag("slow")
class DamagedRunTest {

    private static final Path CORPUS = Path.of("src/test/resources/org/reuseaddr/corpus");
    private static final Path RUN = CORPUS.resolve("run");
    private static final List<String> FILES = List.of("samples.csv", "environment.csv", "semantics.csv", "jmh.json");
    private static final List<byte[]> FRAGMENTS = Stream.of("\"", "\"\"", ",", ",,,,", "\n", "\r", "\r\n\r\n", "\0", "\uFEFF", "'=1",
                    "-1", "0", "NaN", "Infinity", "1e999", "-0.0", "9".repeat(400), "2147483648", "0x1p3", "1,5", "[", "]", "{", "}",
                    "[[[[", "null", "\\u0000", "\\", "/*", "#", "PASS", "VIOLATION", "score", "us/op", "ops/s", "thrpt", "sample",
                    "param_", "param_family", "benchmark", "fork", "run_id", "<script>", "\u202E", "\uD83D\uDE00", "../../x", "%n%s")
            .map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();

    @Provide
    Arbitrary<String> files() {
        return Arbitraries.of(FILES);
    }

    @Property(tries = 400)
    void damagedFileIsReadOrRefusedInOneLine(@ForAll("files") String file, @ForAll Random random) throws IOException {
        assertReadOrRefused(file, Damage.to(Files.readAllBytes(RUN.resolve(file)), FRAGMENTS, random));
    }

    /** What chance has found is looked at for ever. */
    @Example
    void corpusIsReadOrRefusedInOneLine() throws IOException {
        int seen = 0;
        for (String file : FILES) {
            try (Stream<Path> damaged = Files.list(CORPUS.resolve("damaged"))) {
                for (Path path : damaged.filter(each -> each.getFileName().toString().endsWith(file)).sorted().toList()) {
                    assertReadOrRefused(file, Files.readAllBytes(path));
                    seen++;
                }
            }
        }
        assertThat(seen).isGreaterThan(FILES.size());
    }

    private static void assertReadOrRefused(String file, byte[] content) throws IOException {
        Path directory = Files.createTempDirectory("damaged");
        try {
            Path run = Files.createDirectory(directory.resolve("run"));
            for (String name : FILES) {
                Files.copy(RUN.resolve(name), run.resolve(name));
            }
            // jmh.json is read where there are no samples.
            if (file.equals("jmh.json")) {
                Files.delete(run.resolve("samples.csv"));
            }
            Files.write(run.resolve(file), content);
            assertClean(run.resolve(file), content, CommandAnswer.to(List.of("compare", RUN.toString(), run.toString())));
            assertClean(run.resolve(file), content, CommandAnswer.to(List.of("compare",
                    run.toString(), RUN.toString(), "--format", "markdown")));
            assertClean(run.resolve(file), content, CommandAnswer.to(List.of("compare", RUN.toString(), run.toString(),
                    "--format", "benchfmt")));
            assertClean(run.resolve(file), content, CommandAnswer.to(List.of("report", run.toString(), "--baseline", RUN.toString(),
                    "--out", directory.resolve("out").toString())));
        } finally {
            try (Stream<Path> below = Files.walk(directory)) {
                for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static void assertClean(Path file, byte[] content, CommandAnswer answer) throws IOException {
        try {
            answer.assertWithoutTrace();
            assertThat(answer.code()).as(answer.toString()).isIn(ExitCode.DONE, ExitCode.USAGE);
            if (answer.code() == ExitCode.USAGE) {
                answer.assertOneLine();
                assertThat(answer.err()).contains(file.getParent().toString());
            }
        } catch (AssertionError e) {
            // For the corpus.
            Files.write(Path.of("target", "found-" + Integer.toHexString(Arrays.hashCode(content)) + "-" + file.getFileName()), content);
            throw e;
        }
    }
}
