package org.reuseaddr.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TranscriptRoundTripTest {
    private static final List<String> FRAGMENTS = List.of("<unfinished ...>", "<... accept resumed>", "[pid 7] ",
            "7 ", "strace: Process 8 attached", "+++ exited with 0 +++", "--- SIGCHLD ---", "clone3(CLONE_FILES) = 9",
            "fork() = 8", "socket(AF_UNIX, SOCK_STREAM, 0) = 3", "\n", "...", "{", "}", "\"", "<", ">", "]>", "/*",
            "*/", "= ? ERESTARTSYS (x)", "-1 ", "0x", "99999999999999999999", "#", "# thread: 7 of 8\n",
            "\0", "\uFEFF", "\r",
            "inet_pton(AF_INET6, \"::1%eth0\", &sin6_addr)", "close(3 <unfinished ...>\n",
            "<... close resumed>) = 0\n");

    @Provide
    Arbitrary<Transcript> transcripts() {
        return TranscriptArbitraries.transcripts();
    }

    @Property
    void printedTranscriptIsReadBackAsItWas(@ForAll("transcripts") Transcript transcript) throws TranscriptException {
        Parsed parsed = TranscriptParser.parse("printed", TranscriptPrinter.print(transcript));

        assertThat(parsed.transcript()).isEqualTo(transcript);
        assertThat(parsed.transcript().headers().keySet()).containsExactlyElementsOf(transcript.headers().keySet());
        assertThat(parsed.skipped()).isEmpty();
        assertThat(parsed.impliedCloses()).isZero();
    }

    @Property
    void anyTextIsReadOrRefusedWithItsPlace(@ForAll String text) {
        readOrRefused(text.getBytes(StandardCharsets.UTF_8));
    }

    @Property
    void anyBytesAreReadOrRefusedWithTheirPlace(@ForAll byte[] bytes) {
        readOrRefused(bytes);
    }

    @Property(tries = 3000)
    void damagedTranscriptIsReadOrRefusedWithItsPlace(@ForAll("transcripts") Transcript transcript,
            @ForAll Random random) {
        readOrRefused(damaged(TranscriptPrinter.print(transcript), random).getBytes(StandardCharsets.UTF_8));
    }

    /** Recordings of strace in all its shapes, the corpus. */
    @Property(tries = 1000)
    void damagedRecordingIsReadOrRefusedWithItsPlace(@ForAll("recordings") String recording, @ForAll Random random) {
        readOrRefused(damaged(recording, random).getBytes(StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<String> recordings() throws IOException {
        List<String> recordings = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/org/reuseaddr/transcript"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".strace")).sorted().toList()) {
                recordings.add(Files.readString(file));
            }
        }
        return Arbitraries.of(recordings);
    }

    private static String damaged(String text, Random random) {
        StringBuilder damaged = new StringBuilder(text);
        for (int i = random.nextInt(6); i >= 0; i--) {
            int at = random.nextInt(damaged.length() + 1);
            int end = Math.min(damaged.length(), at + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> damaged.delete(at, end);
                case 1 -> damaged.insert(at, FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
                case 2 -> damaged.insert(random.nextInt(damaged.length() + 1), damaged.substring(at, end));
                default -> damaged.insert(at, (char) random.nextInt(0x250));
            }
        }
        return damaged.toString();
    }

    /** What was read must also print and read again; what was refused must name a place within the text. */
    private static void readOrRefused(byte[] bytes) {
        List<Transcript> read = new ArrayList<>();
        try {
            read.add(TranscriptParser.parse("damaged", new ByteArrayInputStream(bytes)).transcript());
        } catch (TranscriptException e) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            assertThat(e.line()).isBetween(1, text.split("\n", -1).length + 1);
            assertThat(e.column()).isPositive();
            assertThat(e).hasMessageStartingWith("damaged:" + e.line() + ":" + e.column() + ": expected ");
            assertThat(e.getMessage()).doesNotContain("\n");
        } catch (IOException e) {
            fail("memory does not fail", e);
        }
        for (Transcript transcript : read) {
            assertThatCode(() -> assertThat(TranscriptParser.parse("again", TranscriptPrinter.print(transcript))
                    .transcript()).isEqualTo(transcript)).doesNotThrowAnyException();
        }
    }
}
