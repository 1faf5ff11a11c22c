package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Step;

/** Counts the binds of a check and what became of the refused ones, see {@link Refusals}. */
final class RefusalLedger {

    private final Surroundings surroundings;
    private final BitSet ports = new BitSet();
    private final BitSet refusedPorts = new BitSet();
    private long binds;
    private long excused;
    private long unexplained;
    private final List<Integer> pending = new ArrayList<>();
    private boolean mayHide;
    private boolean canBeBounded = true;
    private long hidden;
    private ScenarioResult example;

    RefusalLedger(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Counts the binds of an attempt. */
    void made(Replay replay) {
        for (Step step : replay.observed()) {
            if (step.call() instanceof Call.Bind) {
                binds++;
                replay.realPortOf(step).ifPresent(ports::set);
            }
        }
    }

    /** Counts a bind by its real port. */
    void made(int port) {
        binds++;
        ports.set(port);
    }

    /** Counts binds that were made in another process, and the ports that they were spread over. */
    void made(List<Integer> named, int count) {
        binds += count;
        named.forEach(ports::set);
    }

    /** Counts a refusal of this port. */
    void refused(int port, PortWatch.Seen seen) {
        if (seen == PortWatch.Seen.HELD) {
            excused++;
            return;
        }
        pending.add(port);
        if (seen == PortWatch.Seen.NOTHING) {
            mayHide = true;
            OptionalLong now = surroundings.hiddenSockets().get();
            canBeBounded &= now.isPresent();
            hidden = Math.max(hidden, now.orElse(0));
        }
    }

    /**
     * Ends a scenario: the unexplained refusals since the last one are its.
     *
     * @param graded whether the scenario is graded for them: then they must not be held against the platform twice
     */
    void settle(boolean graded) {
        if (!graded) {
            unexplained += pending.size();
            pending.forEach(refusedPorts::set);
        }
        pending.clear();
    }

    /** Keeps the first scenario that shows an unexplained refusal and is not graded for it. */
    void keepExample(ScenarioResult result) {
        example = example == null ? result : example;
    }

    Optional<ScenarioResult> example() {
        return Optional.ofNullable(example);
    }

    Refusals refusals(int poolSize) {
        return new Refusals(binds, ports.cardinality(), excused, unexplained,
                !mayHide ? OptionalLong.of(0) : canBeBounded ? OptionalLong.of(hidden) : OptionalLong.empty(), poolSize,
                refusedPorts.stream().boxed().toList());
    }
}
