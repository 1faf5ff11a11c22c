package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TimedCommandsTest {

    @TempDir
    private Path directory;

    @Test
    void theOutputOfAProgramIsRead() throws IOException {
        String program = script("echo '  mirrored '; echo noise >&2");

        assertThat(commands(Duration.ofSeconds(30)).output(List.of(program))).contains("mirrored");
    }

    @Test
    @Timeout(20)
    void aProgramThatSleepsIsKilledWithItsChildren() throws IOException {
        String program = script("echo $$ >pid; sleep 60 & echo $! >child; wait");

        assertThat(commands(Duration.ofSeconds(1)).output(List.of(program))).isEmpty();

        assertThat(List.of("pid", "child")).allSatisfy(file -> assertThat(isGone(directory.resolve(file))).isTrue());
    }

    @Test
    @Timeout(20)
    void aProgramThatLeavesItsOutputOpenIsNotWaitedFor() throws IOException {
        String program = script("echo nat; sleep 60 & echo $! >child");

        try {
            assertThat(commands(Duration.ofSeconds(1)).output(List.of(program))).contains("nat");
        } finally {
            ProcessHandle.of(pid(directory.resolve("child"))).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void aProgramThatReadsFindsNoInput() throws IOException {
        String program = script("cat; echo done");

        assertThat(commands(Duration.ofSeconds(30)).output(List.of(program))).contains("done");
    }

    @Test
    void aProgramThatFailsOrDoesNotExistSaysNothing() throws IOException {
        assertThat(commands(Duration.ofSeconds(30)).output(List.of(script("echo half; exit 3")))).isEmpty();
        assertThat(commands(Duration.ofSeconds(30)).output(List.of("no-such-program-of-this-name"))).isEmpty();
    }

    @Test
    void endlessOutputIsCutAndDoesNotBlock() throws IOException {
        String program = script("head -c 1000000 /dev/zero | tr '\\0' x");

        assertThat(commands(Duration.ofSeconds(30)).output(List.of(program)).orElseThrow()).hasSize(64 << 10);
    }

    private TimedCommands commands(Duration limit) {
        return new TimedCommands(limit, directory);
    }

    private String script(String body) throws IOException {
        Path script = Files.writeString(directory.resolve("program"), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script.toString();
    }

    private static long pid(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /** Whether the process ended; a killed one that nobody has waited for yet is a zombie, and as good as gone. */
    private static boolean isGone(Path file) throws IOException {
        Path stat = Path.of("/proc/" + pid(file) + "/stat");
        while (Files.exists(stat)) {
            try {
                if (Files.readString(stat).contains(") Z ")) {
                    return true;
                }
            } catch (IOException ended) {
                return true;
            }
            Thread.onSpinWait();
        }
        return true;
    }
}
