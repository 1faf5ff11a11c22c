package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's pressure stall information. */
class CpuPressureTest {

    @TempDir
    Path root;

    @Test
    void timeInWhichSomeTaskWaitedIsRead() throws IOException {
        Path file = Files.createDirectories(root.resolve("proc/pressure")).resolve("cpu");
        Files.writeString(file, "some avg10=7.57 avg60=1.00 avg300=0.10 total=2000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n");
        assertThat(CpuPressure.read(new SystemFiles(root), 5)).contains(new CpuPressure(2000, 5));
        assertThat(CpuPressure.read(new SystemFiles(root.resolve("nothing")), 5)).isEmpty();
    }

    @Test
    void shareIsOfTheTimeThatPassed() {
        CpuPressure before = new CpuPressure(2_000, 0);
        assertThat(CpuPressure.share(before, new CpuPressure(2_250, 1_000_000))).hasValue(0.25);
        assertThat(CpuPressure.share(before, new CpuPressure(9_000, 1_000_000))).as("clocks differ a little").hasValue(1);
        assertThat(CpuPressure.share(before, before)).isEmpty();
    }
}
