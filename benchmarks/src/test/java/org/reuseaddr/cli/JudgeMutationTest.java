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
import org.reuseaddr.model.TraceModel.Possibility;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TraceLog;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptPrinter;

/** judge finds nothing in what correct kernels did, and finds a call whose result was changed. */
class JudgeMutationTest {

    private static final int SAMPLE = 300;
    /** One of so many changed results may be possible as well. */
    private static final int MOST_UNDECIDED = 35;
    private static final String OTHER = "other";
    private static final SyscallResult.Returned RETURNED_ZERO = new SyscallResult.Returned(0);

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

    private static Step failed(Step step, String errno) {
        return with(step, new SyscallResult.Failed(Errno.named(errno)));
    }

    /** What the call may not have answered: other results, values and addresses. */
    private static List<Step> changed(Step step) {
        List<Step> changed = new ArrayList<>();
        Call call = step.call();
        if (call instanceof Call.Bind || call instanceof Call.Listen) {
            changed.add(step.succeeded() ? failed(step, "EADDRINUSE") : with(step, RETURNED_ZERO));
            changed.add(failed(step, "EINTR"));
            changed.add(with(step, new SyscallResult.Returned(2_147_014_848)));
        } else if (call instanceof Call.ShowsAddress) {
            changed.add(failed(step, call instanceof Call.Accept && !step.outcome().failedWith(Errno.EAGAIN) ? "EAGAIN" : "EINVAL"));
            SyscallResult.Returned success = call instanceof Call.Accept ? new SyscallResult.Returned(99) : RETURNED_ZERO;
            SockAddr shown = step.outcome() instanceof Outcome.WithAddress with ? with.address() : null;
            if (shown != null) {
                changed.add(new Step(step.process(), call, new Outcome.WithAddress(success, shown.withPort(shown.port() ^ 1))));
            } else if (!step.succeeded()) {
                changed.add(new Step(step.process(), call, new Outcome.WithAddress(success, null)));
            }
        } else if (step.outcome() instanceof Outcome.WithValue value) {
            changed.add(new Step(step.process(), call, new Outcome.WithValue(value.result(), value.value() ^ 1)));
        } else if (!(call instanceof Call.MakesDescriptor) && !(call instanceof Call.GetOption) && !(call instanceof Call.Poll)) {
            changed.add(step.succeeded() ? failed(step, call instanceof Call.Connect ? "ECONNREFUSED" : "EINVAL")
                    : with(step, RETURNED_ZERO));
        }
        return changed;
    }

    private static boolean isFound(Possibility kind) {
        return kind == Possibility.IMPOSSIBLE || kind == Possibility.QUIRK;
    }

    /** Why a changed result may be one of Linux as well. */
    private static String reason(Scenario scenario, int index, Step changed) {
        List<Step> steps = scenario.transcript().steps();
        Step step = steps.get(index);
        if (changed.outcome().failedWith(Errno.EADDRINUSE) && hasPortThatNoCallShows(scenario)) {
            return "a port that no call shows may be this one";
        }
        if (changed.outcome().failedWith(Errno.EADDRINUSE) && steps.stream().anyMatch(any -> any.call() instanceof Call.SetOption set
                && set.option() == SocketOption.SO_REUSEPORT && set.value() != 0)) {
            return "a group of SO_REUSEPORT of another user";
        }
        if (!changed.succeeded()) {
            return OTHER;
        }
        boolean hasConnections = steps.stream().anyMatch(any -> any.call() instanceof Call.Connect);
        return step.call() instanceof Call.GetSockName || step.call() instanceof Call.Accept && step.succeeded()
                ? "Linux chooses the port that is shown"
                : step.call() instanceof Call.Accept && step.outcome().failedWith(Errno.EAGAIN)
                || step.call() instanceof Call.Accept && step.outcome() instanceof Outcome.TimedOut
                ? "a client that the trace does not show"
                : step.call() instanceof Call.Connect && steps.subList(0, index).stream().noneMatch(any -> any.call() instanceof Call.Bind)
                ? "a service that the trace does not show"
                : step.outcome().failedWith(Errno.EADDRNOTAVAIL) ? "an address that the machine may have"
                : hasConnections && step.outcome().failedWith(Errno.EADDRINUSE) ? "TIME_WAIT and FIN_WAIT2 end" : OTHER;
    }

    private static boolean hasPortThatNoCallShows(Scenario scenario) {
        List<Step> steps = scenario.transcript().steps();
        return steps.stream().anyMatch(any -> any.call() instanceof Call.Connect
                || any.call() instanceof Call.Bind bind && bind.address().port() == 0
                || any.call() instanceof Call.Listen listen && steps.stream().noneMatch(
                        bound -> bound.call() instanceof Call.Bind bind && bind.fd() == listen.fd()));
    }

    @Test
    void everyChangedResultIsFoundExceptWhereLinuxIsFree() {
        Map<String, Integer> undecided = new TreeMap<>();
        List<String> unexplained = new ArrayList<>();
        List<Mutant> found = new ArrayList<>();
        int mutants = 0;
        for (Scenario scenario : Catalogue.scenarios()) {
            TraceModel model = new TraceModel(true);
            scenario.transcript().users().forEach(model::user);
            Map<Integer, Integer> threads = scenario.transcript().threads();
            List<Step> steps = scenario.transcript().steps();
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                int process = threads.getOrDefault(step.process(), step.process());
                Judgement unchanged = model.weigh(process, step);
                assertThat(isFound(unchanged.kind())).as(scenario.id() + ": " + TranscriptPrinter.line(step)).isFalse();
                for (Step changed : changed(step)) {
                    mutants++;
                    if (isFound(model.weigh(process, changed).kind())) {
                        found.add(new Mutant(scenario, i, changed));
                    } else {
                        String reason = reason(scenario, i, changed);
                        undecided.merge(reason, 1, Integer::sum);
                        if (reason.equals(OTHER)) {
                            unexplained.add(scenario.id() + ": " + TranscriptPrinter.line(changed));
                        }
                    }
                }
                model.next(process, step);
            }
        }
        int open = undecided.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(unexplained).isEmpty();
        assertThat(mutants).isGreaterThan(68_000);
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
