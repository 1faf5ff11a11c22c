package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.reuseaddr.model.RaceJudge;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * Calls that several processes make at the same moment, with those that prepare them and those that look at what came of them.
 * The processes are numbered from 1 on; racer N is process N + 1.
 *
 * @param before made one after the other
 * @param racing a list for each process, made at the same moment; 2 or 3 lists
 * @param after made one after the other, when all racing calls have come back
 */
public record CallRace(List<Made> before, List<List<Made>> racing, List<Made> after) {

    /** @throws IllegalArgumentException if a call is made by a process that is none of the racers, or by another one than its racer */
    public CallRace {
        before = List.copyOf(before);
        racing = racing.stream().map(List::copyOf).toList();
        after = List.copyOf(after);
        for (int racer = 0; racer < racing.size(); racer++) {
            int process = racer + 1;
            if (racing.get(racer).stream().anyMatch(made -> made.process() != process)) {
                throw new IllegalArgumentException("a call of another process among those of racer " + racer);
            }
        }
        int racers = racing.size();
        if (before.stream().anyMatch(made -> made.process() < 1 || made.process() > racers)
                || after.stream().anyMatch(made -> made.process() < 1 || made.process() > racers)) {
            throw new IllegalArgumentException("a call of a process that does not race");
        }
    }

    /** All calls: those before, those of one racer after those of another, those after. */
    public List<Made> calls() {
        List<Made> calls = new ArrayList<>(before);
        racing.forEach(calls::addAll);
        calls.addAll(after);
        return calls;
    }

    /** The race with outcomes of its calls, given in the order of {@link #calls()}. */
    public RaceJudge.ObservedRace observed(List<Outcome> outcomes) {
        List<Made> calls = calls();
        List<Step> steps = IntStream.range(0, calls.size())
                .mapToObj(call -> new Step(calls.get(call).process(), calls.get(call).call(), outcomes.get(call))).toList();
        int at = before.size();
        List<List<Step>> own = new ArrayList<>();
        for (List<Made> ofRacer : racing) {
            own.add(steps.subList(at, at + ofRacer.size()));
            at += ofRacer.size();
        }
        return new RaceJudge.ObservedRace(steps.subList(0, before.size()), own, steps.subList(at, steps.size()));
    }

    /** The race before it is run, for {@link RaceJudge#allowed}: of the outcomes only the names of descriptors mean something. */
    public RaceJudge.ObservedRace unmade() {
        return observed(calls().stream().<Outcome>map(made -> {
            if (made.name().isEmpty()) {
                return new Outcome.Plain(new SyscallResult.Failed(Errno.EBADF));
            }
            SyscallResult.Returned name = new SyscallResult.Returned(made.name().getAsInt());
            return made.call() instanceof Call.Accept ? new Outcome.WithAddress(name, null) : new Outcome.Plain(name);
        }).toList());
    }

    /** The race without the call at a place of {@link #calls()}. */
    public CallRace without(int place) {
        List<List<Made>> parts = new ArrayList<>();
        parts.add(before);
        parts.addAll(racing);
        parts.add(after);
        int at = place;
        for (int part = 0; part < parts.size(); part++) {
            int size = parts.get(part).size();
            if (at >= 0 && at < size) {
                List<Made> rest = new ArrayList<>(parts.get(part));
                rest.remove(at);
                parts.set(part, rest);
            }
            at -= size;
        }
        return new CallRace(parts.get(0), parts.subList(1, parts.size() - 1), parts.get(parts.size() - 1));
    }
}
