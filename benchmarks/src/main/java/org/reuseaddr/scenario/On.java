package org.reuseaddr.scenario;

import java.util.Locale;

/** Which of two sockets have an option set. */
enum On {
    NEITHER(false, false),
    FIRST(true, false),
    SECOND(false, true),
    BOTH(true, true);

    private final boolean first;
    private final boolean second;

    On(boolean first, boolean second) {
        this.first = first;
        this.second = second;
    }

    boolean first() {
        return first;
    }

    boolean second() {
        return second;
    }

    /** The value's part of a scenario's id. */
    String slug() {
        return name().toLowerCase(Locale.ROOT);
    }
}
