package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs of scenarios that are named in part, and of transcripts that the user has. */
class ReproCommandTest {

    private static final String SOCKET = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = ";
    private static final String ADDRESS = "{sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, 16)";

    @TempDir
    private Path directory;

    private static CommandAnswer repro(String... words) {
        return CommandAnswer.to(Stream.concat(Stream.of("repro"), Stream.of(words)).toList());
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, StandardCharsets.ISO_8859_1).toString();
    }

    private static void assertRefused(CommandAnswer answer, String... words) {
        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.USAGE);
        answer.assertOneLine();
        assertThat(answer.err()).contains(words);
        assertThat(answer.out()).isEmpty();
    }

    @Test
    void whatIsLeftOutForOneReasonIsOneLine() throws IOException {
        StringBuilder text = new StringBuilder(SOCKET + "9\nbind(9, " + ADDRESS + " = 0\nlisten(9, 1) = 0\n");
        for (int fd = 3; fd < 6; fd++) {
            text.append(SOCKET).append(fd).append("\nconnect(").append(fd).append(", ").append(ADDRESS.replace("12345", "2341" + fd))
                    .append(" = -1 ECONNREFUSED\n");
        }
        CommandAnswer answer = repro(file("clients.strace", text.toString()));

        assertThat(answer.code()).as(answer.toString()).isZero();
        assertThat(answer.err().lines().filter(line -> line.contains("left out"))).singleElement().asString()
                .contains("htons(23413)", "and 2 more: left out, with what is done to their sockets");
    }

    @Test
    void theLastPartOfAnIdIsEnoughWhereNoOtherHasIt() {
        CommandAnswer part = repro("two-terminals");
        assertThat(part.code()).as(part.toString()).isZero();
        assertThat(part.out()).isEqualTo(repro("original-report/two-terminals").out()).contains("original-report/two-terminals");
    }

    @Test
    void ofSeveralTheFirstAreNamed() {
        assertRefused(repro("reuseaddr-both"), "reuseaddr-both can be any of ", "/reuseaddr-both, ", " and others (check --list ");
        assertRefused(repro("original-report/two-terminal5"),
                "no scenario is called original-report/two-terminal5; similar: original-report/two-terminals");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "c"})
    void theTranscriptOfAScenarioGivesItsProgram(String language) throws IOException {
        for (String id : List.of("two-terminals", "inet6-loopback/listening/reuseaddr-first/other-process")) {
            String file = file("scenario.strace", repro(id, "--lang", "strace").out());
            CommandAnswer answer = repro(file, "--lang", language);
            assertThat(answer.code()).as(answer.toString()).isZero();
            assertThat(answer.out()).isEqualTo(repro(id, "--lang", language).out());
        }
    }

    @Test
    void theProgramExpectsWhatLinuxAnswersAndNamesNoDirectory() throws IOException {
        String file = file("wrong.strace", SOCKET + "3\nbind(3, " + ADDRESS + " = 0\nlisten(3, 1) = 0\n" + SOCKET + "4\nbind(4, " + ADDRESS
                + " = 0\n");
        CommandAnswer answer = repro(file);
        assertThat(answer.code()).as(answer.toString()).isZero();
        assertThat(answer.out()).contains("bind(4, " + ADDRESS + " = -1 EADDRINUSE (Address already in use)", "# Scenario: wrong.strace")
                .doesNotContain(directory.toString());
    }

    @Test
    void aHeaderCannotLeaveItsComment() throws IOException {
        String file = file("evil.strace", "# rule: a */ int x; /*\\\n# scenario: **/ /*/ y\n" + SOCKET + "3\n");
        String header = repro(file, "--lang", "c").out();
        assertThat(header.indexOf("*/")).isGreaterThan(header.indexOf("Exits with 0"));
        assertThat(header.substring(2, header.indexOf("*/"))).doesNotContain("/*", "\\");
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "c"})
    void aDirectionThatHasNoNameIsANumber(String language) throws IOException {
        String file = file("shutdown.strace", SOCKET + "3\nshutdown(3, 3) = -1 EINVAL (Invalid argument)\n");
        CommandAnswer answer = repro(file, "--lang", language);
        assertThat(answer.code()).as(answer.toString()).isZero();
        assertThat(answer.out()).contains(language.equals("c") ? "shutdown(fd[3], 3)" : ".shutdown(3)");
    }

    @Test
    void ofAReportWithSeveralTranscriptsNoneIsChosen() throws IOException {
        String one = "```\n" + SOCKET + "3\nbind(3, " + ADDRESS + " = 0\n```\n";
        CommandAnswer answer = repro(file("report.md", "On Linux:\n" + one + "On WSL:\n" + one));
        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.USAGE);
        assertThat(answer.err()).contains("begin at the lines 1, 7", "expected one transcript, found 2");
        assertThat(answer.out()).isEmpty();
    }

    @Test
    void anotherAddressNeedsPermission() throws IOException {
        String file = file("elsewhere.strace", SOCKET + "3\nbind(3, " + ADDRESS.replace("127.0.0.1", "192.0.2.1")
                + " = -1 EADDRNOTAVAIL (Cannot assign requested address)\n");
        assertRefused(repro(file), "192.0.2.1", "--allow-address");
        assertThat(repro(file, "--allow-address").out()).contains("bind((\"192.0.2.1\", ");
    }

    @Test
    void aFileThatIsNoTranscriptIsRefusedInOneLine() throws IOException {
        String processes = IntStream.rangeClosed(1, 9).mapToObj(i -> "[pid " + i + "] " + SOCKET + "3\n").collect(Collectors.joining());
        String calls = SOCKET + "3\n" + "listen(3, 1) = 0\n".repeat(10_000);
        Files.createDirectory(directory.resolve("directory.strace"));
        assertRefused(repro(directory.resolve("directory.strace").toString()), "it is a directory");
        assertRefused(repro(directory.resolve("missing.strace").toString()), "there is no such file");
        assertRefused(repro("/dev/zero"), "/dev/zero");
        assertRefused(repro(file("empty.strace", "")), "empty.strace");
        assertRefused(repro(file("bytes.strace", "\u00f5\u0000\u00ff")), "bytes.strace");
        assertRefused(repro(file("limit.strace", "# limit-ms: soon\n" + SOCKET + "3\n")), "limit-ms: expected milliseconds, found soon");
        assertRefused(repro(file("descriptor.strace", SOCKET + "1024\n"), "--lang", "c"),
                "expected descriptors from 0 to 1023, found 1024");
        assertRefused(repro(file("processes.strace", processes)), "expected 1 to 8 processes, found 9");
        assertRefused(repro(file("calls.strace", calls)), "expected 1 to 10000 calls, found 10001");
        assertRefused(repro(file("all.strace", SOCKET + "3\n"), "--all", "--lang", "c"), "a transcript or --all");
    }
}
