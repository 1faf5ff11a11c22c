package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessUserTest {

    @TempDir
    private Path root;

    @Test
    void theEffectiveUserIsTheSecondNumber() throws IOException {
        SystemFiles files = new SystemFiles(root);
        assertThat(ProcessUser.effective(files)).as("no /proc").isEmpty();
        Path status = Files.createDirectories(root.resolve("proc/self")).resolve("status");
        Files.writeString(status, "Name:\tjava\nUid:\t0\t65534\t7\t65534\nGid:\t1\t2\t3\t4\n");
        assertThat(ProcessUser.effective(files)).hasValue("65534");
    }
}
