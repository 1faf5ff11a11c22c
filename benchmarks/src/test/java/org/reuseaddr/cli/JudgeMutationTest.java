package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.model.TraceModel;
import org.reuseaddr.model.TraceModel.Judgement;
import org.reuseaddr.model.TraceModel.Kind;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TraceLog;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptPrinter;

/** judge finds nothing in what correct kernels did, and finds a bind or listen whose result was changed. */
class JudgeMutationTest {

    private static final int SAMPLE = 300;
    /** One of so many changed results may be left undecided: with connections, chosen ports and SO_REUSEPORT. */
    private static final int MOST_UNDECIDED = 13;
    private static final String OTHER = "other";

    /** A result of one step of the catalogue that Linux does not give. */
    private record Mutant(Scenario scenario, int index, Step changed) {

        private String text() {
            List<Step> steps = new ArrayList<>(scenario.transcript().steps().subList(0, index));
            steps.add(changed);
            return TranscriptPrinter.print(new Transcript(scenario.transcript().headers(), steps));
        }
    }

    private static Step with(Step step, SyscallResult result) {
        return new Step(step.process(), step.call(), new Outcome.Plain(result));
    }

    private static List<Step> changed(Step step) {
        SyscallResult refused = new SyscallResult.Failed(Errno.EADDRINUSE);
        SyscallResult done = new SyscallResult.Returned(0);
        return List.of(step.succeeded() ? with(step, refused) : with(step, done),
                with(step, new SyscallResult.Failed(Errno.EINTR)), with(step, new SyscallResult.Returned(2_147_014_848)));
    }

    private static boolean isFound(Kind kind) {
        return kind == Kind.IMPOSSIBLE || kind == Kind.QUIRK;
    }

    /** Why the model of traces leaves a result open. */
    private static String reason(Scenario scenario, Step step, Judgement unchanged) {
        boolean portChosen = step.call() instanceof Call.Bind bind && bind.address().port() == 0;
        return portChosen ? "the kernel chooses the port"
                : scenario.transcript().steps().stream().anyMatch(any -> any.call() instanceof Call.SetOption set
                        && set.option().name().equals("SO_REUSEPORT") && set.value() != 0) ? "SO_REUSEPORT"
                : scenario.transcript().steps().stream().anyMatch(any -> any.call() instanceof Call.Connect) ? "connections"
                : unchanged.kind() == Kind.NOT_JUDGED ? "another errno, a second bind or no address"
                : scenario.transcript().steps().stream().anyMatch(
                        any -> leavesThePortToTheKernel(any, scenario.transcript().steps()))
                        ? "a port that no call shows" : OTHER;
    }

    private static boolean leavesThePortToTheKernel(Step step, List<Step> steps) {
        return step.call() instanceof Call.Bind bind && bind.address().port() == 0
                || step.call() instanceof Call.Listen listen && steps.stream().noneMatch(
                        any -> any.call() instanceof Call.Bind bind && bind.fd() == listen.fd());
    }

    @Test
    void everyChangedResultIsFoundThatTheModelDecides() {
        Map<String, Integer> undecided = new TreeMap<>();
        List<Mutant> found = new ArrayList<>();
        int mutants = 0;
        for (Scenario scenario : Catalogue.scenarios()) {
            TraceModel model = new TraceModel(true);
            Map<Integer, Integer> threads = scenario.transcript().threads();
            List<Step> steps = scenario.transcript().steps();
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                int process = threads.getOrDefault(step.process(), step.process());
                if (step.call() instanceof Call.Bind || step.call() instanceof Call.Listen) {
                    Judgement unchanged = model.weigh(process, step);
                    assertThat(isFound(unchanged.kind())).as(scenario.id() + ": " + TranscriptPrinter.line(step)).isFalse();
                    for (Step changed : changed(step)) {
                        mutants++;
                        if (isFound(model.weigh(process, changed).kind())) {
                            found.add(new Mutant(scenario, i, changed));
                        } else {
                            undecided.merge(reason(scenario, step, unchanged), 1, Integer::sum);
                        }
                    }
                }
                model.next(process, step);
            }
        }
        int open = undecided.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(undecided).doesNotContainKey(OTHER);
        assertThat(mutants).isGreaterThan(40_000);
        assertThat(open).as(mutants + " changed results, undecided: " + undecided).isLessThan(mutants / MOST_UNDECIDED);
        judgeFinds(found);
    }

    /** The command itself, on a sample. */
    private static void judgeFinds(List<Mutant> found) {
        long seed = new Random().nextLong();
        Collections.shuffle(found, new Random(seed));
        for (Mutant mutant : found.subList(0, SAMPLE)) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            TraceJudge judge = new TraceJudge("mutant", true, 1, new PrintStream(said, true, StandardCharsets.UTF_8));
            read(mutant.text().getBytes(StandardCharsets.UTF_8), judge);
            assertThat(said.toString(StandardCharsets.UTF_8)).as(seed + ": " + mutant.text()).containsAnyOf("impossible on every release",
                    "possible on some releases");
        }
    }

    private static void read(byte[] text, TraceJudge judge) {
        try {
            judge.end(TraceLog.read("mutant", new ByteArrayInputStream(text), false, judge));
        } catch (IOException | TranscriptException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "node", "nginx", "redis", "java-httpserver"})
    void nothingIsImpossibleInTwoStartsOfARealServer(String server) throws IOException, TranscriptException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        TraceJudge judge = new TraceJudge(server, false, 1, new PrintStream(said, true, StandardCharsets.UTF_8));
        try (InputStream trace = TraceLog.class.getResourceAsStream("real/" + server + ".strace")) {
            assertThat(judge.end(TraceLog.read(server, trace, false, judge))).as(said.toString(StandardCharsets.UTF_8)).isTrue();
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("Linux can have answered so")
                .doesNotContain("unreadable", "possible if a socket", "some releases", " 0 binds", " 1 binds", " 2 binds");
    }

    /** The second start of a real server is found out if it is not refused. */
    @ParameterizedTest
    @ValueSource(strings = {"python", "node", "nginx", "redis", "java-httpserver"})
    void theSecondStartOfARealServerMustBeRefused(String server) throws IOException, TranscriptException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        TraceJudge judge = new TraceJudge(server, false, 1, new PrintStream(said, true, StandardCharsets.UTF_8));
        try (InputStream trace = TraceLog.class.getResourceAsStream("real/" + server + ".strace")) {
            String text = new String(trace.readAllBytes(), StandardCharsets.UTF_8);
            String permitted = text.replaceFirst("= -1 EADDRINUSE \\(Address already in use\\)", "= 0");
            assertThat(permitted).isNotEqualTo(text);
            byte[] bytes = permitted.getBytes(StandardCharsets.UTF_8);
            assertThat(judge.end(TraceLog.read(server, new ByteArrayInputStream(bytes), false, judge))).isFalse();
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("listens on ");
    }
}
