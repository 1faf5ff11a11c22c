package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.TraceModel;
import org.reuseaddr.model.TraceModel.Judgement;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * The calls of a scenario that some releases of Linux answer otherwise than the reference.
 *
 * @param known in the order of the calls
 */
public record KnownAnswers(List<KnownAnswers.Known> known) {

    /**
     * One of them.
     *
     * @param index the step, counted from 0
     * @param answered the step as those releases answer it
     */
    public record Known(int index, Step answered, Quirk quirk) {

        /** The releases that answer so, and the others, for a program's message. */
        public String message() {
            return "As native Linux " + quirk.releases() + " (" + quirk.id() + "), which is not this platform's doing; Linux "
                    + quirk.without() + " does what the line - says.";
        }

        /** The result as strace prints it. */
        public String result() {
            return TranscriptPrinter.result(answered);
        }
    }

    /** Those of a scenario. A listen that only seems to succeed is none: its return value does not distinguish it from a true one. */
    public static KnownAnswers of(Scenario scenario) {
        TraceModel model = new TraceModel(true);
        scenario.transcript().users().forEach(model::user);
        Map<Integer, Integer> threads = scenario.transcript().threads();
        List<Known> known = new ArrayList<>();
        List<Step> steps = scenario.transcript().steps();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            int process = threads.getOrDefault(step.process(), step.process());
            Optional<Step> other = otherwise(step);
            if (other.isPresent()) {
                Judgement judgement = model.weigh(process, other.get());
                int index = i;
                judgement.quirk().filter(quirk -> quirk != Quirk.LISTEN_HIDES_REFUSAL)
                        .ifPresent(quirk -> known.add(new Known(index, other.get(), quirk)));
            }
            model.next(process, step);
        }
        return new KnownAnswers(known);
    }

    private static Optional<Step> otherwise(Step step) {
        boolean asks = step.call() instanceof Call.Bind || step.call() instanceof Call.Listen;
        if (asks && step.outcome().failedWith(Errno.EADDRINUSE)) {
            return Optional.of(with(step, new SyscallResult.Returned(0)));
        }
        return asks && step.succeeded() ? Optional.of(with(step, new SyscallResult.Failed(Errno.EADDRINUSE))) : Optional.empty();
    }

    private static Step with(Step step, SyscallResult result) {
        return new Step(step.process(), step.call(), new Outcome.Plain(result));
    }

    /** Whether every release answers all calls alike. */
    public boolean isEmpty() {
        return known.isEmpty();
    }

    /** Which Linux answers the call of this index as the reference does: {@code Linux}, {@code Linux 6.8 and later}. */
    public String linux(int index) {
        return known.stream().filter(one -> one.index() == index).findFirst().map(one -> "Linux " + one.quirk().without()).orElse("Linux");
    }
}
