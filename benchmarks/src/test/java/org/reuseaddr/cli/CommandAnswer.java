package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the command line answered in this process: to these words, this exit code and this on standard error and output. */
record CommandAnswer(List<String> words, int code, String err, String out) {

    static CommandAnswer to(List<String> words) {
        PrintStream before = System.err;
        PrintStream out = System.out;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
            int code = Main.execute(words.toArray(String[]::new));
            return new CommandAnswer(words, code, err.toString(StandardCharsets.UTF_8), written.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
            System.setOut(out);
        }
    }

    void assertWithoutTrace() {
        assertThat(err).as(toString()).doesNotContain("\tat ", "defect of the suite");
    }

    /** But for warnings, which may come before it. */
    void assertOneLine() {
        assertThat(err.lines().filter(line -> !line.startsWith("warning:"))).as(toString()).hasSize(1);
    }
}
