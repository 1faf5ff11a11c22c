package org.reuseaddr.model;

import org.reuseaddr.transcript.Outcome;

/** One answer that Linux allows, why, and what the call then does to the world. */
public final class Allowed {

    private final Answer answer;
    private final Reason reason;
    private final Effect effect;

    Allowed(Answer answer, Reason reason, Effect effect) {
        this.answer = answer;
        this.reason = reason;
        this.effect = effect;
    }

    /** What a call does to the world if it is answered so. */
    @FunctionalInterface
    interface Effect {
        Effect NONE = (draft, outcome) -> {
        };

        void apply(World.Draft draft, Outcome outcome);
    }

    /** The answer. */
    public Answer answer() {
        return answer;
    }

    /** The rule that allows it. */
    public Reason reason() {
        return reason;
    }

    /** The world after the call has been answered with {@code outcome}, which {@link #answer} allows. */
    World after(World before, Outcome outcome) {
        World.Draft draft = before.draft();
        effect.apply(draft, outcome);
        return draft.world();
    }
}
