package org.reuseaddr.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownFileTest {

    @TempDir
    private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("list.csv"), text);
    }

    @Test
    void aReviewedListIsReadWithItsQuotes() throws IOException {
        KnownFile.Content content = KnownFile.read(file("scenario,grade,observed,reference,comment\n"
                + "a/b,VIOLATION,\"0; of 8, the first \"\"got\"\" 3\",some/tracker#1,\"two\nlines, one comma\"\n"
                + "a/c,PASS,as promised,,\n"));

        assertThat(content.isRecord()).isFalse();
        assertThat(content.differences()).containsExactly(new KnownDifference("a/b", "VIOLATION", "0; of 8, the first \"got\" 3",
                "some/tracker#1", "two\nlines, one comma", "", OptionalDouble.empty()));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        List<KnownDifference> list = List.of(
                new KnownDifference("a", "VIOLATION", "-1 EINVAL", "", "=\"1\",#\n'", "bind(3)", OptionalDouble.of(0.25)),
                new KnownDifference("a", "TIMEOUT", "? TIMEOUT", "r", "", "", OptionalDouble.empty()));
        assertThat(KnownFile.read(file(KnownFile.text(list))).differences()).isEqualTo(list);
    }

    @Test
    void aRecordOfARunIsAList() {
        KnownFile.Content content = KnownFile.read(ReferenceRuns.GVISOR.resolve("semantics.csv"));
        assertThat(content.isRecord()).isTrue();
        assertThat(content.differences()).hasSize(494).allMatch(known -> !known.divergentCall().isEmpty());
    }

    @Test
    void aMalformedListIsToldWithItsLine() throws IOException {
        assertRefused("scenario,grade\n", ":1: expected a column observed");
        assertRefused("scenario,grade,observed\na,VIOLATION,0\nb,WRONG,0\n", ":3: column grade: expected one of VIOLATION, ");
        assertRefused("scenario,grade,observed\n,VIOLATION,0\n", ":2: column scenario: ");
        assertRefused("scenario,grade,observed,flaky\na,VIOLATION,0,1.5\n", ":2: column flaky: ");
        assertRefused("scenario,grade,observed,flaky\na,VIOLATION,0,often\n", ":2: column flaky: ");
        assertRefused("scenario,grade,observed\na,VIOLATION\n", ":2: expected 3 columns, found 2");
        assertRefused("scenario,grade,observed\na,VIOLATION,\"0\n", ":2: expected a closing quote");
        assertRefused("", "expected a header line");
    }

    private void assertRefused(String text, String problem) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> KnownFile.read(file)).isInstanceOf(InputException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining(problem);
    }
}
