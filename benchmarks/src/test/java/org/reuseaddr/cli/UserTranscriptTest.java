package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.model.Grade;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.Surroundings;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/** What becomes of a file of the user's before it is replayed. */
class UserTranscriptTest {

    private static final String BIND =
            ", {sa_family=AF_INET6, sin6_port=htons(23999), inet_pton(AF_INET6, \"::1\", &sin6_addr)}, 28) = ";
    private static final String SOCKET = "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3\n"
            + "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n";
    private static final String WSL = SOCKET + "bind(3" + BIND + "0\nlisten(3, 1) = 0\n";
    private static final String NATIVE = SOCKET + "bind(3" + BIND + "-1 EADDRINUSE (Address already in use)\n";
    private static final String REPORT = "# Two listeners on WSL\n\nThe second `bind(3, ...) = 0` succeeds.\n\n```\n" + WSL
            + "```\n\nOn native Linux:\n\n```\n" + NATIVE + "```\n";

    @TempDir
    private Path folder;
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setErr(before);
    }

    private List<Scenario> read(String text) throws IOException {
        return UserTranscript.read(Files.writeString(folder.resolve("report.md"), text), false);
    }

    private String file() {
        return folder.resolve("report.md").toString();
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private static List<String> lines(Scenario scenario) {
        return scenario.transcript().steps().stream().map(TranscriptPrinter::line).toList();
    }

    private static List<Grade> replayed(List<Scenario> scenarios) {
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine())) {
            return scenarios.stream().map(scenario -> replayer.replay(scenario).grade()).toList();
        }
    }

    @Test
    void fencedTranscriptsOfAReportAreScenariosOfTheirOwn() throws IOException {
        List<Scenario> scenarios = read(REPORT);

        assertThat(scenarios).extracting(Scenario::id).containsExactly(file(), file() + ":14");
        assertThat(lines(scenarios.get(0))).hasSize(4).noneMatch(line -> line.startsWith("close("));
        assertThat(said()).contains(file() + ": 2 fragments, each replayed alone; they begin at the lines 1, 14",
                "1 text that quotes a call");
        assertThat(replayed(scenarios)).containsExactly(Grade.PASS, Grade.PASS);
    }

    @Test
    void textBetweenBeginsAFragmentAndWithoutItADescriptorThatComesAgainWasClosed() throws IOException {
        assertThat(read(WSL + "and on Linux:\n" + NATIVE)).extracting(Scenario::id).containsExactly(file(), file() + ":6");
        assertThat(read(WSL + "close(7) = 0\n" + NATIVE)).hasSize(2);
        List<Scenario> one = read(WSL + WSL);
        assertThat(one).extracting(Scenario::id).containsExactly(file());
        assertThat(lines(one.get(0))).hasSize(9).contains("close(3) = 0");
    }

    @Test
    void aFragmentWithoutASocketIsLeftOut() throws IOException {
        assertThat(read("```\nclose(9) = 0\n```\nand\n```\n" + WSL + "```\n")).extracting(Scenario::id).containsExactly(file());
        assertThatThrownBy(() -> read("```\nclose(9) = 0\n```\nand\n```\nclose(8) = 0\n```\n")).isInstanceOf(UsageException.class)
                .hasMessageContaining("expected a call of a stream socket");
    }

    @Test
    void aRefusalThatNoSocketOfTheTranscriptExplainsIsProvidedWithOne() throws IOException {
        List<Scenario> scenarios = read(NATIVE);

        assertThat(lines(scenarios.get(0))).hasSize(7).first().asString().startsWith("[pid 1] socket(AF_INET6");
        assertThat(lines(scenarios.get(0)).get(6)).startsWith("bind(3, ").endsWith("= -1 EADDRINUSE (Address already in use)");
        assertThat(said()).contains(file() + ": a socket outside the transcript holds [::1]:23999 in the replay: ");
        assertThat(replayed(scenarios)).containsExactly(Grade.PASS);
    }

    /** As in two starts of one server: the original defect is that such a listener lets the other one in. */
    @Test
    void aSocketOutsideHasSoReuseaddrWhereTheRefusedOneHasIt() throws IOException {
        String option = "setsockopt(4, SOL_SOCKET, SO_REUSEADDR, ";
        assertThat(lines(read(NATIVE).get(0))).filteredOn(line -> line.contains(option))
                .containsExactly("[pid 1] " + option + "[1], 4) = 0");
        String without = NATIVE.replace("SO_REUSEADDR, [1]", "SO_REUSEADDR, [0]");
        assertThat(lines(read(without).get(0))).noneMatch(line -> line.contains(option))
                .anyMatch(line -> line.startsWith("[pid 1] listen(4"));
    }

    @Test
    void aSocketOutsideIsClosedBeforeTheBindThatSucceeds() throws IOException {
        String refused = "bind(3" + BIND + "-1 EADDRINUSE (x)\n";
        List<Scenario> scenarios = read(NATIVE + refused + "bind(3" + BIND + "0\nlisten(3, 1) = 0\n");

        assertThat(lines(scenarios.get(0)).get(8)).startsWith("[pid 1] close(");
        assertThat(replayed(scenarios)).containsExactly(Grade.PASS);
    }

    @Test
    void noSocketIsProvidedThatWouldChangeAnotherAnswerOrHasNoPort() throws IOException {
        List<Scenario> scenarios = read(WSL + "close(3) = 0\n" + SOCKET.replace("= 3", "= 4").replace("(3", "(4")
                + "bind(4" + BIND + "-1 EADDRINUSE (x)\n");

        assertThat(scenarios.get(0).transcript().steps()).extracting(Step::process).containsOnly(0);
        assertThat(said()).contains("with the sockets of the trace alone Linux answers 0").doesNotContain("a socket outside");
        assertThat(replayed(scenarios)).containsExactly(Grade.PASS);
        assertThat(read(NATIVE.replace("23999", "0")).get(0).transcript().steps()).extracting(Step::process).containsOnly(0);
    }

    @Test
    void callsAfterAReplacedResultThatAreNotReplayedAreCounted() throws IOException {
        String second = WSL.replace("(3", "(4").replace("= 3", "= 4");
        List<Scenario> scenarios = read(WSL + second + "accept(4, NULL, NULL) = 5\nclose(5) = 0\n");

        assertThat(lines(scenarios.get(0))).last().asString().startsWith("listen(4, 1) = ");
        assertThat(said()).contains("from accept(4, NULL, NULL) = 5 on 2 calls are not replayed: ");
    }
}
