package org.reuseaddr.scenario;

import java.util.Locale;

/** What has become of the holder of a port when its challenger comes. */
enum HolderState {
    BOUND,
    LISTENING,
    LISTENING_CONNECTED,
    CONNECTION_LEFT,
    CLOSE_WAIT,
    FIN_WAIT2,
    TIME_WAIT,
    CLIENT,
    CLOSED;

    /** The state's part of a scenario's id. */
    String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Takes a socket that is bound to {@link Script#PORT} into this state. */
    void prepare(Script script, Script.Endpoint holder, int process, AddressKind kind) {
        if (this == BOUND) {
            return;
        }
        if (this == CLOSED) {
            script.close(holder);
            return;
        }
        if (this == CLIENT) {
            connectToPeer(script, holder, process, kind);
            return;
        }
        script.listen(holder);
        if (this != LISTENING) {
            connected(script, holder, process, kind);
        }
    }

    private static void connectToPeer(Script script, Script.Endpoint holder, int process, AddressKind kind) {
        Script.Endpoint peer = script.socket(process, kind.peer());
        script.bind(peer, kind.peer().at(Script.PEER_PORT));
        script.listen(peer);
        script.resetOnClose(holder).connect(holder, kind.connectsTo(Script.PEER_PORT));
        script.accept(peer);
    }

    private void connected(Script script, Script.Endpoint listener, int process, AddressKind kind) {
        Script.Endpoint client = script.socket(process, kind.reachedAt(0).family());
        if (this != TIME_WAIT) {
            script.resetOnClose(client);
        }
        script.connect(client, kind.reachedAt(Script.PORT));
        Script.Endpoint accepted = script.accept(listener);
        if (this == CLOSE_WAIT) {
            script.finish(client);
        }
        if (this == FIN_WAIT2 || this == TIME_WAIT) {
            script.close(accepted);
        }
        if (this == TIME_WAIT) {
            script.close(client);
        }
        if (this != LISTENING_CONNECTED) {
            script.close(listener);
        }
    }

    /** Whether the first socket itself still holds the address, so that closing it changes something. */
    boolean holderIsOpen() {
        return this == BOUND || this == LISTENING || this == LISTENING_CONNECTED;
    }
}
