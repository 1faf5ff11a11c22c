package org.reuseaddr.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kill or a full disk leaves at the end of a file, and what is appended to a file that is there. */
class CsvCutRowTest {

    private static final String WHOLE = "a,b\n1,2\n";

    @TempDir
    private Path directory;

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("rows.csv"), content);
    }

    /** A line feed between quotation marks is part of a cell, and two quotation marks are one of its text. */
    @ParameterizedTest
    @ValueSource(strings = {"3", "3,4", "3,\"4", "3,\"4\n", "3,\"4\"\"\n5\n", "\"3\n4\n", "3,\"4\""})
    void whatFollowsTheLastWholeRowIsTakenAway(String cut) throws IOException {
        Path file = file(WHOLE + cut);
        assertThat(CsvFile.dropCutRow(file)).isTrue();
        assertThat(Files.readString(file)).isEqualTo(WHOLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a,b\n", WHOLE, WHOLE + "3,\"4\n5\"\n", WHOLE + "3,\"4\"\"\"\n"})
    void wholeRowsStay(String whole) throws IOException {
        Path file = file(whole);
        assertThat(CsvFile.dropCutRow(file)).isFalse();
        assertThat(Files.readString(file)).isEqualTo(whole);
    }

    @Test
    void aRowThatIsCutFarBehindTheFirstPartThatIsReadIsTakenAway() throws IOException {
        String rows = WHOLE + "1,2\n".repeat(40_000);
        Path file = file(rows + "3");
        assertThat(CsvFile.dropCutRow(file)).isTrue();
        assertThat(Files.size(file)).isEqualTo(rows.length());
    }

    @Test
    void rowsAreAppendedBehindTheSameHeaderAlone() throws IOException {
        Path file = file(WHOLE);
        try (CsvFile.Writer rows = new CsvFile.Writer(file, List.of("a", "b"))) {
            rows.append(List.of("=3", "-4"));
        }
        assertThat(Files.readString(file)).isEqualTo(WHOLE + CsvText.line(List.of("=3", "-4"))).endsWith("'=3,-4\n");
        assertThatThrownBy(() -> new CsvFile.Writer(file, List.of("a", "c"))).isInstanceOf(OutputException.class)
                .hasMessageContaining("it has other columns than this version writes");
    }
}
