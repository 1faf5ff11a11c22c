package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.run.RunException;
import org.reuseaddr.run.UsageException;

/** Which commands an alternation runs, in which order; the commands are shell scripts that note how they were called. */
class AlternationTest {

    @TempDir
    Path directory;

    /** A command that notes its arguments and makes the run directory that follows --out, as a run does. */
    private String command(String name, int exitCode) throws IOException {
        Path script = directory.resolve(name + ".sh");
        Files.writeString(script, """
                echo "%s $*" >> %s/calls
                if [ "$2" = --out ]; then
                    mkdir -p "$3"
                    echo name,value > "$3/environment.csv"
                fi
                exit %d
                """.formatted(name, directory, exitCode));
        return "/bin/sh " + script;
    }

    private Alternation alternation(String one, String two, int passes) {
        return new Alternation(List.of(one, two), directory.resolve("out"), List.of("--profile", "quick", "a b"), passes, "CPU");
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(directory.resolve("calls")).stream()
                .map(call -> call.replace(directory.toAbsolutePath().toString(), "DIR")).toList();
    }

    @Test
    void passesAlternateAndTheSecondRunBeginsTheNextPass() throws IOException {
        assertThat(alternation(command("A", 0), command("B", 0), 3).run()).isZero();
        assertThat(calls()).containsExactly(
                "A run --out DIR/out/a --label a --profile quick a b -f 1", "B run --out DIR/out/b --label b --profile quick a b -f 1",
                "B run --resume DIR/out/b -f 2", "A run --resume DIR/out/a -f 2",
                "A run --resume DIR/out/a -f 3", "B run --resume DIR/out/b -f 3");
    }

    @Test
    void bothRunsAreOfOneSession() throws IOException {
        alternation(command("A", 0), command("B", 0), 2).run();
        Map<String, String> a = EnvironmentFile.read(directory.resolve("out/a/environment.csv"));
        assertThat(a).isEqualTo(EnvironmentFile.read(directory.resolve("out/b/environment.csv")))
                .containsOnlyKeys(RunEntry.SESSION, RunEntry.BOOT, RunEntry.SESSION_CPU).containsEntry(RunEntry.SESSION_CPU, "CPU");
        assertThat(a.get(RunEntry.BOOT)).hasSize(32)
                .doesNotContain(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).substring(0, 8));
    }

    @Test
    void violationIsRememberedAndWrongUsageEndsIt() throws IOException {
        assertThat(alternation(command("A", 0), command("B", ExitCode.VIOLATION), 2).run()).isEqualTo(ExitCode.VIOLATION);
        assertThat(calls()).hasSize(4);
        Files.delete(directory.resolve("calls"));
        Path other = directory.resolve("other");
        assertThat(new Alternation(List.of(command("A", 0), command("B", ExitCode.USAGE)), other, List.of(), 2, "CPU").run())
                .isEqualTo(ExitCode.USAGE);
        assertThat(calls()).hasSize(2);
    }

    @Test
    void whatCannotBeAlternatedIsRefused() throws IOException {
        assertThatThrownBy(() -> alternation("a", " ", 2)).isInstanceOf(UsageException.class).hasMessageContaining("two commands");
        assertThatThrownBy(() -> alternation("a", "b", 1)).isInstanceOf(UsageException.class).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> alternation("true", "true", 2).run()).isInstanceOf(RunException.class)
                .hasMessageContaining("'true' wrote no run");
        Files.createDirectories(directory.resolve("out/b"));
        assertThatThrownBy(() -> alternation("a", "b", 2)).isInstanceOf(UsageException.class).hasMessageContaining("exists already");
    }
}
