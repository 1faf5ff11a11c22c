package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateRecordTest {

    @Test
    void whatAForkRecordedIsReadBackAsItWas() throws IOException {
        List<ScenarioResult> results = Gate.checkThisJvm();

        assertThat(results).hasSize(4);
        assertThat(GateRecord.parse(GateRecord.print(results))).isEqualTo(results);
    }

    @Test
    void aRecordThatIsCutShortIsAnErrorAndNotFewerResults() {
        String text = GateRecord.print(Gate.checkThisJvm());
        int lastResult = text.lastIndexOf("\n\n", text.length() - 3) + 2;
        for (int length = lastResult + 1; length < text.length() - 1; length += 7) {
            String cut = text.substring(0, length);
            assertThatThrownBy(() -> GateRecord.parse(cut)).isInstanceOf(IOException.class);
        }
    }
}
