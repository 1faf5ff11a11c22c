package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is shown while a check runs, by a clock of the test's. */
class CheckProgressLineTest {

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private long now = Duration.ofDays(1).toNanos();

    /** A check of so many scenarios that take a second each. */
    private String shown(boolean live, int scenarios) {
        try (CheckProgressLine progress = new CheckProgressLine(
                new PrintStream(shown, true, StandardCharsets.UTF_8), live, () -> now)) {
            progress.planned(scenarios);
            for (int i = 0; i < scenarios; i++) {
                now += Duration.ofSeconds(1).toNanos();
                progress.replayed();
            }
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLogHasALineEveryFifteenSecondsWithTheTimeLeft() {
        assertThat(shown(false, 40)).isEqualTo("15 of 40 scenarios, 15 s elapsed, about 25 s left\n"
                + "30 of 40 scenarios, 30 s elapsed, about 10 s left\n");
    }

    @Test
    void theTimeLeftIsToldOnceItIsKnown() {
        assertThat(shown(false, 400)).startsWith("15 of 400 scenarios, 15 s elapsed\n"
                + "30 of 400 scenarios, 30 s elapsed, about 6 min 10 s left\n");
    }

    @Test
    void aShortCheckPrintsNothingIntoALog() {
        assertThat(shown(false, 14)).isEmpty();
    }

    @Test
    void aTerminalHasOneLineThatIsWipedAtTheEnd() {
        assertThat(shown(true, 3)).isEqualTo("\r\u001B[K1 of 3 scenarios, 1 s elapsed, about 2 s left"
                + "\r\u001B[K2 of 3 scenarios, 2 s elapsed, about 1 s left\r\u001B[K");
    }
}
