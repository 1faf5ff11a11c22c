package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateRecordTest {

    @TempDir
    private Path directory;

    @Test
    void whatAForkRecordedIsReadBackAsItWas() throws IOException {
        List<ScenarioResult> results = Gate.checkThisJvm();
        Path file = directory.resolve("record");
        GateRecord.write(file, results);

        assertThat(results).hasSize(4);
        assertThat(GateRecord.read(file)).isEqualTo(results);
    }

    @Test
    void aRecordThatIsCutShortIsAnErrorAndNotFewerResults() throws IOException {
        Path file = directory.resolve("record");
        GateRecord.write(file, Gate.checkThisJvm());
        String text = Files.readString(file);
        for (int length = text.length() - 1; length > text.lastIndexOf("\n\n", text.length() - 3) + 2; length -= 7) {
            Files.writeString(file, text.substring(0, length));
            assertThatThrownBy(() -> GateRecord.read(file)).isInstanceOf(IOException.class);
        }
    }
}
