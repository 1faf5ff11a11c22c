package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.transcript.Step;

/**
 * Calls to be made, and whose the processes are.
 *
 * @param users the user of each process that makes a call; empty where all are of the one that explores
 */
record CallSequence(Map<Integer, Integer> users, List<Made> calls) {

    CallSequence {
        Map<Integer, Integer> needed = new TreeMap<>(users);
        needed.keySet().retainAll(calls.stream().map(Made::process).toList());
        users = Map.copyOf(needed);
        calls = List.copyOf(calls);
    }

    /** The calls of a difference, each with the name that its descriptor had. */
    static CallSequence of(Difference difference) {
        List<Made> calls = new ArrayList<>();
        for (Step step : difference.observed()) {
            calls.add(new Made(step.process(), step.call(), step.madeDescriptor()));
        }
        return new CallSequence(difference.users(), calls);
    }

    /** Other calls of the same users. */
    CallSequence with(List<Made> others) {
        return new CallSequence(users, others);
    }
}
