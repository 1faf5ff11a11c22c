package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.model.Rule;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Transcript;

/**
 * The generated families of the catalogue. A family is a loop over tables; what must come of each case is the
 * {@link Script}'s to say, never the family's.
 *
 * <p>The product of address pairs (64) × SO_REUSEADDR (4) × SO_REUSEPORT (4) × states of the holder (9) × processes (2)
 * × orders of listen (2) has some 36,000 cases, most of which differ in nothing that any platform is known to get wrong.
 * Run in full is what those defects are made of; the rest is reduced:
 * <ul>
 * <li>{@code address-pairs}: 64 pairs × 4 SO_REUSEADDR × {bound, listening} × 2 processes, in full;
 * <li>{@code listen-order}: the second socket listens first, 64 pairs with SO_REUSEADDR on both × 2 processes, the
 * only setting in which overlapping sockets get as far as listen;
 * <li>{@code reuseport}: 64 pairs × SO_REUSEPORT {first, second, both} × SO_REUSEADDR {neither, both} × {bound,
 * listening}; processes alternate;
 * <li>{@code connections}: the seven states with connections or none left × 4 SO_REUSEADDR for the {@link #CORE_PAIRS};
 * every other pair with each state once, SO_REUSEADDR rotating through its four values; processes alternate;
 * <li>{@code option-timing}, {@code three-sockets}, {@code chosen-port}: small, in full.
 * </ul>
 */
final class GeneratedScenarios {

    private static final int ONLY_PROCESS = 0;
    private static final int FIRST_PROCESS = 1001;
    private static final int SECOND_PROCESS = 1002;

    /** The pairs in which one address covers the other, which is where reuse is decided. */
    private static final List<Pair> CORE_PAIRS = List.of(
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.INET_ANY, AddressKind.INET_ANY),
            new Pair(AddressKind.INET6_LOOPBACK, AddressKind.INET6_LOOPBACK),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET6_ANY),
            new Pair(AddressKind.INET6_ANY_V6ONLY, AddressKind.INET6_ANY_V6ONLY),
            new Pair(AddressKind.MAPPED_LOOPBACK, AddressKind.MAPPED_LOOPBACK),
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET_ANY),
            new Pair(AddressKind.INET_ANY, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.INET6_LOOPBACK, AddressKind.INET6_ANY),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET6_LOOPBACK),
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET6_ANY),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.INET6_ANY, AddressKind.INET_ANY),
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.MAPPED_LOOPBACK),
            new Pair(AddressKind.MAPPED_LOOPBACK, AddressKind.INET_LOOPBACK),
            new Pair(AddressKind.MAPPED_ANY, AddressKind.MAPPED_LOOPBACK));

    private static final List<HolderState> CONNECTION_STATES = List.of(
            HolderState.LISTENING_CONNECTED, HolderState.CONNECTION_LEFT, HolderState.CLOSE_WAIT,
            HolderState.FIN_WAIT2, HolderState.TIME_WAIT, HolderState.CLIENT, HolderState.CLOSED);

    private final LinuxBindRules rules;
    private final Map<String, Scenario> scenarios = new LinkedHashMap<>();

    private GeneratedScenarios(LinuxBindRules rules) {
        this.rules = rules;
    }

    /** Every generated scenario, with the outcomes that the given release has, always in the same order. */
    static Collection<Scenario> under(LinuxBindRules rules) {
        GeneratedScenarios generated = new GeneratedScenarios(rules);
        generated.addressPairs();
        generated.listenOrder();
        generated.reusePort();
        generated.connections();
        generated.optionTiming();
        generated.threeSockets();
        generated.chosenPort();
        return generated.scenarios.values();
    }

    /** The address of the holder of the port and that of its challenger. */
    private record Pair(AddressKind first, AddressKind second) {
        static List<Pair> all() {
            List<Pair> pairs = new ArrayList<>();
            for (AddressKind first : AddressKind.values()) {
                for (AddressKind second : AddressKind.values()) {
                    pairs.add(new Pair(first, second));
                }
            }
            return pairs;
        }

        String slug() {
            return first == second ? first.slug() : first.slug() + "-then-" + second.slug();
        }
    }

    /** Which of two sockets have an option set. */
    private enum On {
        NEITHER(false, false), FIRST(true, false), SECOND(false, true), BOTH(true, true);

        private final boolean first;
        private final boolean second;

        On(boolean first, boolean second) {
            this.first = first;
            this.second = second;
        }

        String slug() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What has become of the first socket when the second comes. */
    private enum HolderState {
        BOUND, LISTENING, LISTENING_CONNECTED, CONNECTION_LEFT, CLOSE_WAIT, FIN_WAIT2, TIME_WAIT, CLIENT, CLOSED;

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
            script.accept(peer, holder);
        }

        private void connected(Script script, Script.Endpoint listener, int process, AddressKind kind) {
            Script.Endpoint client = script.socket(process, kind.reachedAt(0).family());
            if (this != TIME_WAIT) {
                script.resetOnClose(client);
            }
            script.connect(client, kind.reachedAt(Script.PORT));
            Script.Endpoint accepted = script.accept(listener, client);
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

    private void addressPairs() {
        for (Pair pair : Pair.all()) {
            for (HolderState state : List.of(HolderState.BOUND, HolderState.LISTENING)) {
                for (On reuseAddr : On.values()) {
                    for (boolean otherProcess : new boolean[] {false, true}) {
                        challenge("address-pairs", pair, state, reuseAddr, On.NEITHER, false, otherProcess);
                    }
                }
            }
        }
    }

    private void listenOrder() {
        for (Pair pair : Pair.all()) {
            for (boolean otherProcess : new boolean[] {false, true}) {
                challenge("listen-order", pair, HolderState.BOUND, On.BOTH, On.NEITHER, true, otherProcess);
            }
        }
    }

    private void reusePort() {
        boolean otherProcess = false;
        for (Pair pair : Pair.all()) {
            for (HolderState state : List.of(HolderState.BOUND, HolderState.LISTENING)) {
                for (On reuseAddr : List.of(On.NEITHER, On.BOTH)) {
                    for (On reusePort : List.of(On.FIRST, On.SECOND, On.BOTH)) {
                        challenge("reuseport", pair, state, reuseAddr, reusePort, false, otherProcess);
                        otherProcess = !otherProcess;
                    }
                }
            }
        }
    }

    private void connections() {
        boolean otherProcess = false;
        for (Pair pair : CORE_PAIRS) {
            for (HolderState state : CONNECTION_STATES) {
                for (On reuseAddr : On.values()) {
                    challenge("connections", pair, state, reuseAddr, On.NEITHER, false, otherProcess);
                    otherProcess = !otherProcess;
                }
            }
        }
        int turn = 0;
        for (Pair pair : Pair.all()) {
            if (CORE_PAIRS.contains(pair)) {
                continue;
            }
            for (HolderState state : CONNECTION_STATES) {
                On reuseAddr = On.values()[turn % On.values().length];
                challenge("connections", pair, state, reuseAddr, On.NEITHER, false, turn / 4 % 2 == 1);
                turn++;
            }
            // Seven states and four values share no factor, one step more and every pair starts elsewhere.
            turn++;
        }
    }

    /**
     * One challenge of a holder: the second socket binds; then, where both got that far, both listen in the given
     * order; then the loser has its turn once the winner is gone.
     */
    private void challenge(String group, Pair pair, HolderState state, On reuseAddr, On reusePort,
            boolean secondListensFirst, boolean otherProcess) {
        int firstProcess = otherProcess ? FIRST_PROCESS : ONLY_PROCESS;
        int secondProcess = otherProcess ? SECOND_PROCESS : ONLY_PROCESS;
        Script script = new Script(rules);

        Script.Endpoint holder = script.socket(firstProcess, pair.first());
        options(script, holder, reuseAddr.first, reusePort.first);
        script.bind(holder, pair.first().at(Script.PORT));
        state.prepare(script, holder, firstProcess, pair.first());

        Story story = new Story(script);
        Script.Endpoint challenger = script.socket(secondProcess, pair.second());
        options(script, challenger, reuseAddr.second, reusePort.second);
        boolean bound = script.bind(challenger, pair.second().at(Script.PORT));
        if (bound && state == HolderState.BOUND) {
            Script.Endpoint early = secondListensFirst ? challenger : holder;
            Script.Endpoint late = secondListensFirst ? holder : challenger;
            script.listen(early);
            boolean both = script.listen(late);
            story.aftermath();
            if (!both) {
                script.close(early);
                script.listen(late);
            }
        } else if (bound) {
            boolean listens = script.listen(challenger);
            story.aftermath();
            if (!listens && state.holderIsOpen()) {
                script.close(holder);
                script.listen(challenger);
            }
        } else {
            if (state == HolderState.BOUND) {
                script.listen(holder);
            }
            story.aftermath();
            if (state.holderIsOpen()) {
                script.close(holder);
                if (script.bind(challenger, pair.second().at(Script.PORT))) {
                    script.listen(challenger);
                }
            }
        }

        String id = pair.slug() + "/" + state.slug() + "/reuseaddr-" + reuseAddr.slug()
                + (reusePort == On.NEITHER ? "" : "/reuseport-" + reusePort.slug())
                + (secondListensFirst ? "/second-listens-first" : "")
                + (otherProcess ? "/other-process" : "");
        add(id, group, pair.first().familyWith(pair.second()), story);
    }

    private static void options(Script script, Script.Endpoint endpoint, boolean reuseAddr, boolean reusePort) {
        if (reuseAddr) {
            script.set(endpoint, SocketOption.SO_REUSEADDR, true);
        }
        if (reusePort) {
            script.set(endpoint, SocketOption.SO_REUSEPORT, true);
        }
    }

    /** A moment at which the holder changes an option, between its calls. */
    private enum Moment {
        AFTER_BIND, AFTER_LISTEN, AFTER_ACCEPT, AFTER_LISTENER_CLOSED;

        String slug() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Options count as they stand: the holder switches one on or off when the port is already its own. */
    private void optionTiming() {
        for (AddressKind kind : AddressKind.values()) {
            for (SocketOption option : List.of(SocketOption.SO_REUSEADDR, SocketOption.SO_REUSEPORT)) {
                for (boolean on : new boolean[] {true, false}) {
                    for (Moment moment : Moment.values()) {
                        switched(kind, option, on, moment);
                    }
                }
            }
        }
    }

    private void switched(AddressKind kind, SocketOption option, boolean on, Moment moment) {
        Script script = new Script(rules);
        Script.Endpoint holder = script.socket(ONLY_PROCESS, kind);
        if (!on) {
            script.set(holder, option, true);
        }
        script.bind(holder, kind.at(Script.PORT));
        Script.Endpoint changed = holder;
        if (moment != Moment.AFTER_BIND) {
            script.listen(holder);
        }
        if (moment == Moment.AFTER_ACCEPT || moment == Moment.AFTER_LISTENER_CLOSED) {
            Script.Endpoint client = script.socket(ONLY_PROCESS, kind.reachedAt(0).family());
            script.resetOnClose(client).connect(client, kind.reachedAt(Script.PORT));
            Script.Endpoint accepted = script.accept(holder, client);
            if (moment == Moment.AFTER_LISTENER_CLOSED) {
                script.close(holder);
                changed = accepted;
            }
        }
        script.set(changed, option, on);
        if (moment == Moment.AFTER_ACCEPT) {
            script.close(holder);
        }

        Story story = new Story(script);
        Script.Endpoint challenger = script.socket(ONLY_PROCESS, kind);
        script.set(challenger, option, true);
        boolean bound = script.bind(challenger, kind.at(Script.PORT));
        if (moment == Moment.AFTER_BIND) {
            script.listen(holder);
        }
        if (bound) {
            script.listen(challenger);
        }
        story.aftermath();
        String name = option.name().substring("SO_".length()).toLowerCase(Locale.ROOT);
        add(kind.slug() + "/option-timing/" + name + "-" + (on ? "on-" : "off-") + moment.slug(), "option-timing",
                kind.family(), story);
    }

    /** A third socket against two that hold the port side by side. */
    private void threeSockets() {
        List<Pair> sideBySide = List.of(
                new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET_LOOPBACK_2),
                new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET6_LOOPBACK),
                new Pair(AddressKind.INET_ANY, AddressKind.INET6_ANY_V6ONLY),
                new Pair(AddressKind.MAPPED_LOOPBACK, AddressKind.INET6_ANY_V6ONLY));
        for (Pair pair : sideBySide) {
            for (AddressKind third : AddressKind.values()) {
                for (On listening : On.values()) {
                    for (boolean reuseAddr : new boolean[] {false, true}) {
                        third(pair, third, listening, reuseAddr);
                    }
                }
            }
        }
    }

    private void third(Pair pair, AddressKind third, On listening, boolean reuseAddr) {
        Script script = new Script(rules);
        Script.Endpoint first = script.socket(ONLY_PROCESS, pair.first());
        options(script, first, reuseAddr, false);
        script.bind(first, pair.first().at(Script.PORT));
        Script.Endpoint second = script.socket(ONLY_PROCESS, pair.second());
        options(script, second, reuseAddr, false);
        script.bind(second, pair.second().at(Script.PORT));
        if (listening.first) {
            script.listen(first);
        }
        if (listening.second) {
            script.listen(second);
        }
        Story story = new Story(script);
        Script.Endpoint challenger = script.socket(ONLY_PROCESS, third);
        options(script, challenger, reuseAddr, false);
        if (script.bind(challenger, third.at(Script.PORT))) {
            boolean listens = script.listen(challenger);
            story.aftermath();
            if (!listens) {
                script.close(first).close(second);
                script.listen(challenger);
            }
        } else {
            story.aftermath();
            script.close(first);
            if (script.bind(challenger, third.at(Script.PORT))) {
                script.listen(challenger);
            } else {
                script.close(second);
                script.bind(challenger, third.at(Script.PORT));
                script.listen(challenger);
            }
        }
        boolean inetOnly = pair.first().familyWith(pair.second()).equals("INET") && third.family().equals("INET");
        add(pair.slug() + "-then-" + third.slug() + "/three-sockets/listening-" + listening.slug() + "/reuseaddr-"
                + (reuseAddr ? "all" : "none"), "three-sockets", inetOnly ? "INET" : "mixed", story);
    }

    /** The holder got its port from the kernel: by bind to port 0, or as a client that never bound. */
    private void chosenPort() {
        for (AddressKind kind : AddressKind.values()) {
            for (On reuseAddr : On.values()) {
                for (boolean listening : new boolean[] {false, true}) {
                    chosenByBind(kind, reuseAddr, listening);
                }
            }
        }
        for (AddressKind client : List.of(AddressKind.INET_LOOPBACK, AddressKind.MAPPED_LOOPBACK,
                AddressKind.INET6_LOOPBACK)) {
            for (AddressKind challenger : AddressKind.values()) {
                for (On reuseAddr : On.values()) {
                    chosenByConnect(new Pair(client, challenger), reuseAddr);
                }
            }
        }
    }

    private void chosenByBind(AddressKind kind, On reuseAddr, boolean listening) {
        Script script = new Script(rules);
        Script.Endpoint holder = script.socket(ONLY_PROCESS, kind);
        options(script, holder, reuseAddr.first, false);
        int port = script.bindToChosenPort(holder, kind.at(0));
        if (listening) {
            script.listen(holder);
        }
        Story story = new Story(script);
        Script.Endpoint challenger = script.socket(ONLY_PROCESS, kind);
        options(script, challenger, reuseAddr.second, false);
        boolean bound = script.bind(challenger, kind.at(port));
        story.aftermath();
        script.close(holder);
        if (bound || script.bind(challenger, kind.at(port))) {
            script.listen(challenger);
        }
        add(kind.slug() + "/chosen-port/" + (listening ? "listening" : "bound") + "/reuseaddr-" + reuseAddr.slug(),
                "chosen-port", kind.family(), story);
    }

    private void chosenByConnect(Pair pair, On reuseAddr) {
        Script script = new Script(rules);
        AddressKind peerKind = pair.first().peer();
        Script.Endpoint peer = script.socket(ONLY_PROCESS, peerKind);
        script.bind(peer, peerKind.at(Script.PORT));
        script.listen(peer);
        Script.Endpoint client = script.socket(ONLY_PROCESS, pair.first());
        options(script, client, reuseAddr.first, false);
        script.resetOnClose(client).connect(client, pair.first().connectsTo(Script.PORT));
        Script.Endpoint accepted = script.accept(peer, client);
        script.showName(client);
        int port = script.port(client);
        Story story = new Story(script);
        Script.Endpoint challenger = script.socket(ONLY_PROCESS, pair.second());
        options(script, challenger, reuseAddr.second, false);
        boolean bound = script.bind(challenger, pair.second().at(port));
        if (bound) {
            script.listen(challenger);
        }
        story.aftermath();
        if (!bound) {
            script.close(accepted).close(client);
            script.bind(challenger, pair.second().at(port));
        }
        add(pair.slug() + "/chosen-port/client/reuseaddr-" + reuseAddr.slug(), "chosen-port",
                pair.first().familyWith(pair.second()), story);
    }

    /**
     * A script with its turning points: where the challenge begins and where its aftermath does. The rule of the
     * scenario is that of the first refusal between the two, or else of the challenger's bind.
     */
    private static final class Story {
        private final Script script;
        private final int challenge;
        private int aftermathStep;
        private int aftermathDecision;

        Story(Script script) {
            this.script = script;
            challenge = script.decisions().size();
        }

        void aftermath() {
            aftermathStep = script.length();
            aftermathDecision = script.decisions().size();
        }

        Rule rule() {
            List<Rule> decisions = script.decisions().subList(challenge, aftermathDecision);
            return decisions.stream().filter(Rule::refuses).findFirst().orElse(decisions.get(0));
        }

        boolean challengeIsPromised() {
            return script.decisions().subList(0, aftermathDecision).stream().allMatch(Rule::promised);
        }

        /** All steps; but an aftermath that nobody promises must not weaken a challenge that somebody does. */
        Transcript transcript(Map<String, String> headers) {
            boolean aftermathIsPromised = script.decisions().stream().skip(aftermathDecision).allMatch(Rule::promised);
            int length = challengeIsPromised() && !aftermathIsPromised ? aftermathStep : script.length();
            return new Transcript(headers, script.steps().subList(0, length));
        }
    }

    private void add(String id, String group, String family, Story story) {
        Rule rule = story.rule();
        boolean promised = story.challengeIsPromised();
        Map<String, String> headers = ScenarioHeaders.of(id, group, family, rule.sentence(), rule.source(), promised,
                rule.references());
        Scenario scenario = new Scenario(id, group, family, rule.sentence(), rule.source(), promised,
                rule.references(), story.transcript(headers));
        if (scenarios.put(id, scenario) != null) {
            throw new IllegalStateException("two scenarios are called " + id);
        }
    }
}
