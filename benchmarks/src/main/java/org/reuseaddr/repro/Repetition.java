package org.reuseaddr.repro;

import java.util.ArrayList;
import java.util.List;

/**
 * Entries that follow one another several times over.
 *
 * @param times 1 for entries that stand once
 */
record Repetition<T>(List<T> entries, int times) {

    private static final int LONGEST = 16;
    private static final int FEWEST_TIMES = 4;

    /** The same entries in the same order, with what is repeated at least four times on end put together. */
    static <T> List<Repetition<T>> in(List<T> all) {
        List<Repetition<T>> found = new ArrayList<>();
        List<T> once = new ArrayList<>();
        int at = 0;
        while (at < all.size()) {
            Repetition<T> repeated = longestAt(all, at);
            if (repeated.times == 1) {
                once.add(all.get(at));
                at++;
            } else {
                if (!once.isEmpty()) {
                    found.add(new Repetition<>(List.copyOf(once), 1));
                    once.clear();
                }
                found.add(repeated);
                at += repeated.times * repeated.entries.size();
            }
        }
        if (!once.isEmpty()) {
            found.add(new Repetition<>(List.copyOf(once), 1));
        }
        return found;
    }

    private static <T> Repetition<T> longestAt(List<T> all, int at) {
        Repetition<T> best = new Repetition<>(all.subList(at, at + 1), 1);
        for (int length = 1; length <= LONGEST && at + length <= all.size(); length++) {
            List<T> entries = all.subList(at, at + length);
            int times = 1;
            while (at + (times + 1) * length <= all.size()
                    && all.subList(at + times * length, at + (times + 1) * length).equals(entries)) {
                times++;
            }
            if (times >= FEWEST_TIMES && times * length > best.times * best.entries.size()) {
                best = new Repetition<>(entries, times);
            }
        }
        return best;
    }
}
