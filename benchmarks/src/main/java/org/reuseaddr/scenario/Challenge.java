package org.reuseaddr.scenario;

import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.socket.SocketOption;

/**
 * One challenge of a holder of a port: the second socket binds; then, where both got that far, both listen in the given
 * order; then the loser has its turn once the winner is gone.
 *
 * @param rules what decides each call
 * @param pair the two addresses
 * @param state what the holder does with the port when the challenger comes
 * @param reuseAddr which of the two set SO_REUSEADDR before they bind
 * @param reusePort which of the two set SO_REUSEPORT before they bind
 * @param secondListensFirst whether the challenger listens before the holder, where both are bound
 * @param otherProcess whether the challenger is a socket of another process
 */
record Challenge(LinuxBindRules rules, Pair pair, HolderState state, On reuseAddr, On reusePort,
        boolean secondListensFirst, boolean otherProcess) {

    /** The process of lines without {@code [pid N]}. */
    static final int ONLY_PROCESS = 0;
    private static final int FIRST_PROCESS = 1001;
    private static final int SECOND_PROCESS = 1002;

    /** The id that the values of all dimensions make. */
    String id() {
        return pair.slug() + "/" + state.slug() + "/reuseaddr-" + reuseAddr.slug()
                + (reusePort == On.NEITHER ? "" : "/reuseport-" + reusePort.slug())
                + (secondListensFirst ? "/second-listens-first" : "")
                + (otherProcess ? "/other-process" : "");
    }

    /** The group, which follows from the dimensions that differ from the plain case. */
    String group() {
        if (secondListensFirst) {
            return "listen-order";
        }
        if (reusePort != On.NEITHER) {
            return "reuseport";
        }
        return state == HolderState.BOUND || state == HolderState.LISTENING ? "address-pairs" : "connections";
    }

    CatalogueEntry entry() {
        return new CatalogueEntry(id(), group(), this::scenario);
    }

    /** Whether both sockets get as far as listen, so that it matters which of them is the first. */
    boolean listensInEitherOrder() {
        return state == HolderState.BOUND && new Stage().challengerBinds();
    }

    private Scenario scenario() {
        Stage stage = new Stage();
        stage.play();
        return stage.story.scenario(id(), group(), pair.family());
    }

    /** Sets the options of one socket that are to be on. */
    static void options(Script script, Script.Endpoint endpoint, boolean reuseAddr, boolean reusePort) {
        if (reuseAddr) {
            script.set(endpoint, SocketOption.SO_REUSEADDR, true);
        }
        if (reusePort) {
            script.set(endpoint, SocketOption.SO_REUSEPORT, true);
        }
    }

    /** The script with the holder in its state and the challenger about to bind. */
    private final class Stage {
        private final Script script = new Script(rules);
        private final Script.Endpoint holder;
        private final Script.Endpoint challenger;
        private final Story story;

        Stage() {
            int firstProcess = otherProcess ? FIRST_PROCESS : ONLY_PROCESS;
            holder = script.socket(firstProcess, pair.first());
            options(script, holder, reuseAddr.first(), reusePort.first());
            script.bind(holder, pair.first().at(Script.PORT));
            state.prepare(script, holder, firstProcess, pair.first());
            story = new Story(script);
            challenger = script.socket(otherProcess ? SECOND_PROCESS : ONLY_PROCESS, pair.second());
            options(script, challenger, reuseAddr.second(), reusePort.second());
        }

        boolean challengerBinds() {
            return script.bind(challenger, pair.second().at(Script.PORT));
        }

        void play() {
            boolean bound = challengerBinds();
            if (bound && state == HolderState.BOUND) {
                bothListen();
            } else if (bound) {
                challengerListens();
            } else {
                challengerWaits();
            }
        }

        private void bothListen() {
            Script.Endpoint early = secondListensFirst ? challenger : holder;
            Script.Endpoint late = secondListensFirst ? holder : challenger;
            script.listen(early);
            boolean both = script.listen(late);
            story.aftermath();
            if (!both) {
                script.close(early);
                script.listen(late);
            }
        }

        private void challengerListens() {
            boolean listens = script.listen(challenger);
            story.aftermath();
            if (!listens && state.holderIsOpen()) {
                script.close(holder);
                script.listen(challenger);
            }
        }

        private void challengerWaits() {
            if (state == HolderState.BOUND) {
                script.listen(holder);
            }
            story.aftermath();
            if (state.holderIsOpen()) {
                script.close(holder);
                if (challengerBinds()) {
                    script.listen(challenger);
                }
            }
        }
    }
}
