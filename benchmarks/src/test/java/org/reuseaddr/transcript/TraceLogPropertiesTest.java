package org.reuseaddr.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever bytes a log has: it is read, or refused with the place. */
class TraceLogPropertiesTest {

    private static final List<String> PARTS = List.of("[pid 7] ", "7 ", "12:00:00.1 ", "1700000000.5 ", "> ", "- ", "`", "```", "   ",
            "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3", "bind(3, {sa_family=AF_INET, sin_port=htons(1), "
                    + "sin_addr=inet_addr(\"127.0.0.1\")}, 16)", " = 0", " = -1 EADDRINUSE (Address already in use)", "listen(3, 1) = 0",
            "connect(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr(\"127.0.0.1\")}, 16 <unfinished ...>",
            "<... connect resumed>) = 0", "close(3", ") = 0", " <unfinished ...>", "<... close resumed>", "+++ exited with 0 +++",
            "clone(child_stack=NULL, flags=CLONE_FILES) = 8", "clone3({flags=0}, 88 <unfinished ...>", "<... clone3 resumed>) = 8",
            "dup2(3, 4) = 4", "close_range(3, 4294967295, 0) = 0", "execve(\"/x\", [], 0x1) = 0", "fcntl(3, F_DUPFD_CLOEXEC, 5) = 5",
            "fcntl(3, F_SETFD, FD_CLOEXEC) = 0", "sendmsg(4, {cmsg_type=SCM_RIGHTS, cmsg_data=[3]}, 0) = 1", "exit_group(0) = ?",
            "strace: Process 9 attached", "\u0000", "\uFEFF", "99999999999", "<", "=", "(");

    @Property(tries = 1000)
    void randomBytesAreReadOrRefused(@ForAll byte[] bytes) {
        readOrRefused(bytes);
    }

    @Property(tries = 2000)
    void linesOfPartsOfTracesAreReadOrRefused(@ForAll("texts") String text) {
        readOrRefused(text.getBytes(StandardCharsets.UTF_8));
        readOrRefused(text.getBytes(StandardCharsets.UTF_16));
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> line = Arbitraries.of(PARTS).list().ofMaxSize(5).map(parts -> String.join("", parts));
        return line.list().ofMaxSize(30).map(lines -> String.join("\n", lines));
    }

    private static void readOrRefused(byte[] bytes) {
        List<TraceEvent> events = new ArrayList<>();
        for (boolean isStream : new boolean[] {false, true}) {
            try {
                TraceLog.LogSummary summary = TraceLog.read("random", new ByteArrayInputStream(bytes), isStream, events::add);
                assertThat(summary.calls()).isLessThanOrEqualTo(2L * summary.lines());
            } catch (TranscriptException e) {
                assertThat(e.getMessage()).startsWith("random:").doesNotContain("\n");
            } catch (IOException e) {
                fail("memory does not fail", e);
            }
        }
    }
}
