package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The README's console blocks are run, and print what they say they print. */
@Measures
class ReadmeIT {

    private static final Path README = Path.of("..", "README.md");
    /** What is said of a busy machine's figures depends on the machine's load. */
    private static final String NOTES = "(?m)^unsteady: .*\\n";
    private static final String COMMAND = "$ scripts/run.sh ";
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```console\\n(.*?)^```$");

    @TempDir
    private Path temporary;

    @TestFactory
    List<DynamicTest> everyConsoleBlockPrintsWhatItShows() throws IOException {
        Map<String, List<String>> shown = new LinkedHashMap<>();
        BLOCK.matcher(Files.readString(README)).results().forEach(block -> {
            String command = null;
            for (String line : block.group(1).split("\n")) {
                if (line.startsWith(COMMAND)) {
                    command = line.substring(COMMAND.length());
                    shown.put(command, new ArrayList<>());
                } else {
                    shown.get(command).add(line);
                }
            }
        });
        assertThat(shown).hasSizeGreaterThanOrEqualTo(4);
        return shown.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> assertPrints(entry.getKey(), entry.getValue())))
                .toList();
    }

    /** The program of the README that needs no Java is what repro prints, and finds nothing here. */
    @Test
    void thePythonFileIsTheOneThatReproPrints() throws Exception {
        Path program = Path.of("..", "docs", "examples", "two-terminals.py");
        JarRun.Ended printed = JarRun.of("repro", "original-report/two-terminals", "--lang", "python").run();
        assertThat(printed.exitCode()).as(printed.everything()).isZero();
        assertThat(printed.out()).isEqualTo(Files.readString(program));
        Process python = new ProcessBuilder("python3", program.toString()).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(python.waitFor()).isZero();
    }

    private void assertPrints(String command, List<String> lines) throws IOException {
        Path results = temporary.resolve("run");
        List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ")));
        if (lines.stream().anyMatch(line -> line.startsWith("results go to"))) {
            arguments.add(0, results.toString());
            arguments.add(0, "--out");
        }
        JarRun.Ended ended = JarRun.of(arguments.toArray(String[]::new)).run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        List<String> printed = ended.out().replace(results.toString(), "results/linux-").replaceAll(NOTES, "").lines().toList();
        assertThat(printed).as(ended.everything()).hasSameSizeAs(lines);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(printed.get(i)).matches(pattern(lines.get(i)));
        }
    }

    /** An ellipsis stands for anything, blanks for any number of blanks. */
    private static String pattern(String line) {
        StringBuilder pattern = new StringBuilder();
        for (String part : line.split("…", -1)) {
            pattern.append(pattern.isEmpty() ? "" : ".*");
            pattern.append(Arrays.stream(part.strip().split("\\s+")).map(word -> word.isEmpty() ? "" : Pattern.quote(word))
                    .reduce((left, right) -> left + "\\s+" + right).orElse(""));
        }
        return "\\s*" + pattern + "\\s*";
    }
}
