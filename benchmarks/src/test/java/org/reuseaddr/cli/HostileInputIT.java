package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files that nobody should have, given to the jar with 64 MiB of memory: exit 2 and one line that names the file. */
class HostileInputIT {

    private static final int GIBIBYTE = 1 << 30;

    @TempDir
    private Path temporary;

    private record Input(String name, Maker maker) {
    }

    private interface Maker {
        void make(Path file) throws IOException;
    }

    private static Maker text(String text, Charset charset) {
        return file -> Files.writeString(file, text, charset);
    }

    private static final String COLUMNS = IntStream.range(0, 1_000_000).mapToObj(i -> "c" + i).collect(Collectors.joining(","));

    private static final List<Input> INPUTS = List.of(
            new Input("gigabyte-of-nul.csv", HostileInputIT::sparse),
            new Input("gigabyte-of-nul.json", HostileInputIT::sparse),
            new Input("gigabyte-of-nul.strace", HostileInputIT::sparse),
            new Input("million-columns.csv", text(COLUMNS + "\n", StandardCharsets.UTF_8)),
            new Input("million-arrays.json", text("[".repeat(1_000_000), StandardCharsets.UTF_8)),
            new Input("million-objects.json", text("[{\"params\":".repeat(1_000_000), StandardCharsets.UTF_8)),
            new Input("ten-million-digits.json", text("[{\"forks\":" + "1".repeat(10_000_000) + "}]", StandardCharsets.UTF_8)),
            new Input("latin-1.csv", text("run_id,\u00e9\n", StandardCharsets.ISO_8859_1)),
            new Input("utf-16.csv", text("run_id,label\n", StandardCharsets.UTF_16)),
            new Input("utf-16.json", text("[]", StandardCharsets.UTF_16)),
            new Input("utf-16.strace", text("close(3) = 0\n", StandardCharsets.UTF_16)),
            new Input("open-quote.csv", text("run_id,\"" + "x\n".repeat(2_000_000), StandardCharsets.UTF_8)),
            new Input("empty.json", text("", StandardCharsets.UTF_8)),
            new Input("directory.csv", Files::createDirectory));

    private static void sparse(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(GIBIBYTE);
        }
    }

    private static JarRun reading(Path file) {
        JarRun run = file.toString().endsWith(".strace")
                ? JarRun.of("check", file.toString())
                : JarRun.of("compare", file.toString(), file.toString());
        return run.jvm("-Xmx64m").within(60);
    }

    private static void assertRefused(Path file, JarRun.Ended ended) {
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(2);
        assertThat(ended.err()).contains(file.getFileName().toString()).hasLineCount(1).hasSizeLessThan(1_000);
        assertThat(ended.out()).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> isRefusedInOneLine() {
        return INPUTS.stream().map(input -> DynamicTest.dynamicTest(input.name(), () -> {
            Path file = temporary.resolve(input.name());
            input.maker().make(file);
            assertRefused(file, reading(file).run());
        }));
    }

    /** A line that never ends comes through a pipe: reading stops by itself. */
    @TestFactory
    Stream<DynamicTest> endlessLineIsRefusedInOneLine() {
        return Stream.of("csv", "json", "strace").map(kind -> DynamicTest.dynamicTest(kind, () -> {
            Path pipe = temporary.resolve("endless." + kind);
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
            Thread writer = new Thread(() -> writeForever(pipe));
            writer.setDaemon(true);
            writer.start();
            assertRefused(pipe, reading(pipe).run());
        }));
    }

    private static void writeForever(Path pipe) {
        byte[] line = new byte[1 << 16];
        Arrays.fill(line, (byte) 'a');
        try (OutputStream out = Files.newOutputStream(pipe)) {
            while (true) {
                out.write(line);
            }
        } catch (IOException readerGone) {
            // The reader has had enough, as it should.
            assertThat(readerGone).hasMessageContaining("pipe");
        }
    }
}
