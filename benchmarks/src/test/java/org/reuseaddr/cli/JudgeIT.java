package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** judge on a trace of the suite itself: thousands of socket calls of several processes that a correct kernel answered. */
class JudgeIT {

    @TempDir
    private Path folder;

    @Test
    void nothingIsImpossibleInACheckThatWasTraced() {
        Tools.need("strace", "strace");
        Path trace = folder.resolve("check.strace");
        // In a network of its own: --closed says that the trace shows all sockets, so no other test may have a port here.
        JarRun.Ended check = JarRun.of("check", "--shard", "1/6")
                .under("unshare", "--net", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh",
                        "strace", "-f", "-qq", "-o", trace.toString(), "-e", "trace=network,desc,process,%creds").run();
        assertThat(check.exitCode()).as(check.everything()).isZero();

        assertNothingImpossible(JarRun.of("judge", trace.toString()).run());
        assertNothingImpossible(JarRun.of("judge", "--closed", trace.toString()).run());
    }

    private static void assertNothingImpossible(JarRun.Ended judge) {
        assertThat(judge.exitCode()).as(judge.everything()).isZero();
        assertThat(judge.out()).contains("Linux can have answered so").containsPattern("[0-9]{4} binds and listens and [0-9]{4,} other");
    }
}
