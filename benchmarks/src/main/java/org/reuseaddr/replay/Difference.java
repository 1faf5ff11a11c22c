package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.scenario.RandomCalls;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/**
 * A sequence of calls whose last one ended as Linux does not end it.
 *
 * @param users the effective user of each process; empty where all are of the one that explores
 * @param observed the calls and how they ended, with literal ports; the fewest that were found to end so
 * @param allowed what Linux allows to the last call, never empty
 * @param sequence the number of the random sequence in which it was met first
 * @param again how many times it ended so again when the calls were made once more
 * @param tries how many times they were made once more
 * @param quirks of released kernels that explain it; empty if none do
 */
public record Difference(Map<Integer, Integer> users, List<Step> observed, List<Allowed> allowed, long sequence, int again, int tries,
        Set<Quirk> quirks) {

    private static final String GROUP = "explore";

    public Difference {
        observed = List.copyOf(observed);
        SortedMap<Integer, Integer> needed = new TreeMap<>(users);
        needed.keySet().retainAll(observed.stream().map(Step::process).toList());
        users = Collections.unmodifiableSortedMap(needed);
        allowed = List.copyOf(allowed);
        quirks = Set.copyOf(quirks);
    }

    /** What differences have in common that are told as one: the rule, the call, and how it ended. */
    public record Grouping(String rule, String call, String ended) {
    }

    /** The call that ended otherwise. */
    public Step last() {
        return observed.get(observed.size() - 1);
    }

    /** What it is told together with. */
    public Grouping kind() {
        return kind(last(), allowed);
    }

    static Grouping kind(Step last, List<Allowed> allowed) {
        return new Grouping(allowed.get(0).reason().toString(), last.call().name(), ended(last));
    }

    private static String ended(Step step) {
        if (step.outcome() instanceof Outcome.TimedOut) {
            return "does not return";
        }
        if (step.outcome() instanceof Outcome.WithValue read) {
            return "reads " + read.value();
        }
        if (step.outcome() instanceof Outcome.WithAddress shown && shown.address() != null) {
            return step.call() instanceof Call.Accept ? "succeeds" : "shows " + shown.address().host();
        }
        return step.succeeded() ? "succeeds" : step.outcome().returned().isPresent() ? "returns another value than 0"
                : "fails with " + ((SyscallResult.Failed) ((Outcome.Completed) step.outcome()).result()).errno().symbol();
    }

    /** Whether a document promises another answer. */
    public boolean promised() {
        return allowed.stream().allMatch(answer -> answer.reason().promised());
    }

    /** Whether bind or listen succeeded where another socket excludes it. */
    public boolean permits() {
        return (last().call() instanceof Call.Bind || last().call() instanceof Call.Listen) && last().succeeded();
    }

    /** The calls with the results that Linux gives them, as a scenario: what check and repro take. */
    public Scenario scenario(String id) {
        List<Step> steps = new ArrayList<>(observed);
        Step last = steps.remove(steps.size() - 1);
        steps.add(new Step(last.process(), last.call(), allowed.get(0).answer().example(last.call(), lowest(last.process()))));
        Set<Family> families = observed.stream().map(Step::call).filter(Call.Socket.class::isInstance)
                .map(call -> ((Call.Socket) call).domain() == Family.INET.number() ? Family.INET : Family.INET6)
                .collect(Collectors.toSet());
        return new Scenario(id, GROUP, families.size() == 1 ? families.iterator().next().name() : "mixed",
                allowed.get(0).reason().sentence(), allowed.get(0).reason().source(), promised(),
                allowed.get(0).reason().references(), new Transcript(headers(), steps));
    }

    /** The users as headers of a transcript; empty where there are none. */
    public Map<String, String> headers() {
        return users.isEmpty() ? Map.of() : Map.of(Transcript.USER_HEADER, users.entrySet().stream()
                .map(user -> user.getValue() + " of " + user.getKey()).collect(Collectors.joining("\n")));
    }

    private int lowest(int process) {
        int fd = RandomCalls.FIRST_DESCRIPTOR;
        for (Step step : observed) {
            fd = step.process() == process ? Math.max(fd, step.madeDescriptor().orElse(0) + 1) : fd;
        }
        return fd;
    }
}
