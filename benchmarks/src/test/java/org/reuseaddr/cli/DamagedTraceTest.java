package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Damaged traces and lists of known differences: whatever is left of them is judged, or refused in one line. For as long as one
 * likes: {@code mvn test -Dtest=DamagedTraceTest -Djqwik.tries.default=1000000}.
 */
class DamagedTraceTest {

    private static final Path RESOURCES = Path.of("src/test/resources/org/reuseaddr");
    private static final List<byte[]> PARTS_OF_TRACES = Stream.of("[pid 7] ", "7 ", "12:00:00.1 ", "1700000000.5 ", "> ", "```\n",
                    "\n", " = 0",
                    " = -1 EADDRINUSE (Address already in use)", " = ?", "<unfinished ...>\n", "<... bind resumed>) = 0\n",
                    "+++ exited with 0 +++\n", "+++ killed by SIGKILL +++\n", "--- SIGALRM {si_signo=SIGALRM} ---\n",
                    "clone(child_stack=NULL, flags=CLONE_FILES) = 8\n", "fork() = 3\n", "vfork( <unfinished ...>\n", "dup2(3, 4) = 4\n",
                    "close_range(3, 4294967295, 0) = 0\n", "execve(\"/x\", [], 0x1) = 0\n", "setuid(0) = 0\n",
                    "unshare(CLONE_NEWNET) = 0\n",
                    "socket(AF_INET6, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\n",
                    "bind(3, {sa_family=AF_INET, sin_port=htons(0)", "}, 16)",
                    "setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [1], 4) = 0\n", "listen(3, -1) = 0\n", "accept4(3, NULL, NULL, 0) = 4\n",
                    "# user: 65534 of 8\n", "# thread: 8 of 7\n", "# scenario: x\n", "...", "99999999999999999999", "-1", "0x",
                    "\0", "\uFEFF",
                    "\u202E", "\r", "\t", "\"", "\\", "{", "}", "[", "]", "(", ")", "<", ">", "=", "%n%s")
            .map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    private static final List<byte[]> PARTS_OF_LISTS = Stream.of("\"", ",", "\n", "\r", "'", "PASS", "KNOWN", "VIOLATION",
                    "FLAKY", "5%", "100 %",
                    "scenario", "grade", "observed", "calls/backlog-negative-inet", "-1 EADDRINUSE", "0", "-1", "NaN", "\0",
                    "\uFEFF", "#",
                    "1e999", "..", "*", "[", "(")
            .map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();

    @Provide
    Arbitrary<Path> traces() throws IOException {
        return Arbitraries.of(in(RESOURCES.resolve("transcript/real"), RESOURCES.resolve("transcript"),
                RESOURCES.resolve("model/conversations")));
    }

    @Provide
    Arbitrary<Path> lists() throws IOException {
        return Arbitraries.of(in(Path.of("..", "known")));
    }

    private static List<Path> in(Path... directories) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path directory : directories) {
            try (Stream<Path> found = Files.list(directory)) {
                found.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
        }
        return files;
    }

    /** Not the whole of a long trace each time: what is damaged is a window of it. */
    private static byte[] part(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = Math.min(bytes.length, 40_000);
        int from = random.nextInt(bytes.length - length + 1);
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    @Property
    void damagedTraceIsJudgedOrRefusedInOneLine(@ForAll("traces") Path trace, @ForAll Random random) throws IOException {
        byte[] damaged = Damage.to(part(trace, random), PARTS_OF_TRACES, random);
        List<String> command = switch (random.nextInt(5)) {
            case 0 -> List.of("judge", "--instances", "2");
            case 1 -> List.of("judge", "--closed");
            case 2 -> List.of("repro");
            default -> List.of("judge");
        };
        assertReadOrRefused(damaged, trace.getFileName().toString(), command, List.of());
    }

    @Property(tries = 200)
    void damagedListIsReadOrRefusedInOneLine(@ForAll("lists") Path list, @ForAll Random random) throws IOException {
        assertReadOrRefused(Damage.to(Files.readAllBytes(list), PARTS_OF_LISTS, random), list.getFileName().toString(),
                List.of("check", "--known"), List.of("calls/backlog-negative-inet"));
    }

    /** What was found once is looked at for ever. */
    @Example
    void corpusIsReadOrRefusedInOneLine() throws IOException {
        for (Path file : in(RESOURCES.resolve("corpus/traces"))) {
            for (List<String> command : List.of(List.of("judge"), List.of("judge", "--instances", "2"), List.of("judge", "--closed"),
                    List.of("repro"))) {
                assertReadOrRefused(Files.readAllBytes(file), file.getFileName().toString(), command, List.of());
            }
        }
    }

    private static void assertReadOrRefused(byte[] content, String name, List<String> before, List<String> after) throws IOException {
        Path directory = Files.createTempDirectory("damaged");
        Path file = directory.resolve(name);
        try {
            Files.write(file, content);
            CommandAnswer answer = CommandAnswer.to(Stream.of(before, List.of(file.toString()), after).flatMap(List::stream).toList());
            try {
                answer.assertWithoutTrace();
                assertThat(answer.code()).as(answer.toString()).isIn(ExitCode.DONE, ExitCode.USAGE, ExitCode.VIOLATION);
                if (answer.code() == ExitCode.USAGE) {
                    // repro says first what it leaves out of a log.
                    List<String> lines = answer.err().lines().toList();
                    assertThat(lines.get(lines.size() - 1)).as(answer.toString()).contains(name);
                    assertThat(lines).as(answer.toString()).hasSizeLessThanOrEqualTo(before.equals(List.of("repro")) ? lines.size() : 1);
                }
            } catch (AssertionError e) {
                // For the corpus.
                Files.write(Path.of("target", "found-" + Integer.toHexString(Arrays.hashCode(content)) + "-" + name), content);
                throw e;
            }
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
    }
}
