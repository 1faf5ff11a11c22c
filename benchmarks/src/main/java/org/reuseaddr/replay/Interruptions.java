package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.List;

/**
 * How often calls under a signal were made and how often they returned EINTR: bind, listen and accept4 with a connection
 * waiting.
 *
 * @param calls how often each was made, in the order of {@link #CALLS}
 * @param interrupted how often each of them returned EINTR
 */
record Interruptions(List<Integer> calls, List<Integer> interrupted) {

    /** The names of the calls. */
    static final List<String> CALLS = List.of("bind", "listen", "accept4");

    Interruptions {
        calls = List.copyOf(calls);
        interrupted = List.copyOf(interrupted);
    }

    /** None made. */
    static Interruptions none() {
        return new Interruptions(List.of(0, 0, 0), List.of(0, 0, 0));
    }

    Interruptions plus(Interruptions other) {
        return new Interruptions(sum(calls, other.calls), sum(interrupted, other.interrupted));
    }

    private static List<Integer> sum(List<Integer> left, List<Integer> right) {
        List<Integer> sums = new ArrayList<>();
        for (int i = 0; i < CALLS.size(); i++) {
            sums.add(left.get(i) + right.get(i));
        }
        return sums;
    }

    /** The index in {@link #CALLS} of the first call that returned EINTR; -1 if none did. */
    int first() {
        for (int i = 0; i < CALLS.size(); i++) {
            if (interrupted.get(i) > 0) {
                return i;
            }
        }
        return -1;
    }

    /** {@code bind returned EINTR in 79 of 100 calls, listen in 3 of 21, accept4 in 0 of 18}. */
    String words() {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < CALLS.size(); i++) {
            parts.add(CALLS.get(i) + (i == 0 ? " returned EINTR in " : " in ") + interrupted.get(i) + " of " + calls.get(i)
                    + (i == 0 ? " calls" : ""));
        }
        return String.join(", ", parts);
    }

    /** As six numbers separated by commas. */
    String line() {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < CALLS.size(); i++) {
            numbers.add(calls.get(i) + "," + interrupted.get(i));
        }
        return String.join(",", numbers);
    }

    /**
     * Reads {@link #line}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Interruptions parse(String line) {
        String[] numbers = line.split(",");
        if (numbers.length != 2 * CALLS.size()) {
            throw new IllegalArgumentException("no counts of interrupted calls: " + line);
        }
        List<Integer> calls = new ArrayList<>();
        List<Integer> interrupted = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += 2) {
            calls.add(Integer.valueOf(numbers[i]));
            interrupted.add(Integer.valueOf(numbers[i + 1]));
        }
        return new Interruptions(calls, interrupted);
    }
}
