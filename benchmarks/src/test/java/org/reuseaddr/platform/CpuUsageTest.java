package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuUsageTest {

    private static final Offset<Double> ROUNDING = Offset.offset(1e-9);

    @TempDir
    private Path root;

    @Test
    void columnsOfProcStatAreAddedUp() {
        CapturedPlatform captured = CapturedPlatform.withoutAnyFile(root)
                .file("proc/stat", "cpu  1000 20 300 5000 60 7 8 9 500 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
                .file("proc/42/stat", "42 (a (b) c) S 1 42 42 0 -1 4194304 1 2 3 4 100 20 3 4 20 0 1 0 1 1 1\n");

        assertThat(CpuUsage.read(captured.files(), List.of(42L, 43L)))
                .contains(new CpuUsage(1000 + 20 + 300 + 5000 + 60 + 7 + 8 + 9, 1320, 9, 127));
    }

    @Test
    void theShareOfOthersIsWhatIsNotOurs() {
        CpuUsage before = new CpuUsage(1_000, 500, 10, 300);

        assertThat(CpuUsage.shareOfOthers(before, new CpuUsage(2_000, 1_000, 110, 500)).getAsDouble())
                .isEqualTo(0.4, ROUNDING);
        assertThat(CpuUsage.shareOfOthers(before, new CpuUsage(2_000, 700, 10, 550)).getAsDouble()).isZero();
        assertThat(CpuUsage.shareOfOthers(before, before)).isEmpty();
    }

    @Test
    void aKernelThatCountsNothingHasNoUsage() {
        assertThat(CpuUsage.read(CapturedPlatform.named("gvisor", root).files(), List.of())).isEmpty();
        assertThat(CpuUsage.read(new SystemFiles(root.resolve("nothing")), List.of())).isEmpty();
    }

    @Test
    void theTimeOfAChildThatEndedIsOurs() throws IOException, InterruptedException {
        CpuUsage before = CpuUsage.now().orElseThrow();
        Process child = new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done").start();
        assertThat(child.waitFor()).isZero();
        CpuUsage after = CpuUsage.now().orElseThrow();

        assertThat(after.own()).isGreaterThan(before.own());
        assertThat(after.total()).isGreaterThan(before.total());
        assertThat(CpuUsage.shareOfOthers(before, after).orElseThrow()).isBetween(0.0, 1.0);
    }
}
