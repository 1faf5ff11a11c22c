package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that never end are refused, by every command that reads one. */
@Timeout(120)
class EndlessInputTest {

    @TempDir
    private Path directory;

    @Test
    void aPipeADeviceAndAFileOfTheKernelAreRefused() throws IOException, InterruptedException {
        Path pipe = directory.resolve("pipe.strace");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        for (Path endless : List.of(pipe, Path.of("/dev/zero"), Path.of("/proc/kmsg"))) {
            for (List<String> words : List.of(List.of("check"), List.of("check", "--known"), List.of("compare", "--matrix"),
                    List.of("compare"), List.of("judge"))) {
                List<String> more = words.get(0).equals("compare") ? List.of(endless.toString(), directory.toString())
                        : List.of(endless.toString());
                CommandAnswer answer = CommandAnswer.to(Stream.concat(words.stream(), more.stream()).toList());
                assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.USAGE);
                assertThat(answer.err()).as(answer.toString()).hasLineCount(1).contains(endless.toString());
            }
        }
    }
}
