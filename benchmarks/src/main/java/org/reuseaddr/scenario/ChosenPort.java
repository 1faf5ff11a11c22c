package org.reuseaddr.scenario;

import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/**
 * The holder got its port from the kernel, by bind to port 0 or as a client that never bound: 8 addresses × 4
 * SO_REUSEADDR × {bound, listening}, and 3 clients × 8 addresses × 4 SO_REUSEADDR, in full.
 */
final class ChosenPort {

    private static final String GROUP = "chosen-port";

    private ChosenPort() {
    }

    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        return Stream.concat(byBind(rules), byConnect(rules));
    }

    private static Stream<CatalogueEntry> byBind(LinuxBindRules rules) {
        return Stream.of(AddressKind.values())
                .flatMap(kind -> Stream.of(On.values())
                        .flatMap(reuseAddr -> Stream.of(false, true)
                                .map(listening -> new ByBind(rules, kind, reuseAddr, listening))))
                .map(chosen -> new CatalogueEntry(chosen.id(), GROUP, chosen::scenario));
    }

    private static Stream<CatalogueEntry> byConnect(LinuxBindRules rules) {
        return Stream.of(AddressKind.INET_LOOPBACK, AddressKind.MAPPED_LOOPBACK, AddressKind.INET6_LOOPBACK)
                .flatMap(client -> Stream.of(AddressKind.values())
                        .flatMap(challenger -> Stream.of(On.values())
                                .map(reuseAddr -> new ByConnect(rules, new Pair(client, challenger), reuseAddr))))
                .map(chosen -> new CatalogueEntry(chosen.id(), GROUP, chosen::scenario));
    }

    /** The holder is bound to port 0, and listens or not; the challenger wants the same address and port. */
    private record ByBind(LinuxBindRules rules, AddressKind kind, On reuseAddr, boolean listening) {

        private String id() {
            return kind.slug() + "/" + GROUP + "/" + (listening ? "listening" : "bound") + "/reuseaddr-"
                    + reuseAddr.slug();
        }

        private Scenario scenario() {
            Script script = new Script(rules);
            Script.Endpoint holder = script.socket(Challenge.ONLY_PROCESS, kind);
            Challenge.options(script, holder, reuseAddr.first(), false);
            int port = script.bindToChosenPort(holder, kind.at(0));
            if (listening) {
                script.listen(holder);
            }
            Story story = new Story(script);
            Script.Endpoint challenger = script.socket(Challenge.ONLY_PROCESS, kind);
            Challenge.options(script, challenger, reuseAddr.second(), false);
            boolean bound = script.bind(challenger, kind.at(port));
            story.aftermath();
            script.close(holder);
            if (bound || script.bind(challenger, kind.at(port))) {
                script.listen(challenger);
            }
            return story.scenario(id(), GROUP, kind.family());
        }
    }

    /** The holder is a client whose port the kernel chose at connect; the challenger wants that port. */
    private record ByConnect(LinuxBindRules rules, Pair pair, On reuseAddr) {

        private String id() {
            return pair.slug() + "/" + GROUP + "/client/reuseaddr-" + reuseAddr.slug();
        }

        private Scenario scenario() {
            Script script = new Script(rules);
            AddressKind peerKind = pair.first().peer();
            Script.Endpoint peer = script.socket(Challenge.ONLY_PROCESS, peerKind);
            script.bind(peer, peerKind.at(Script.PORT));
            script.listen(peer);
            Script.Endpoint client = script.socket(Challenge.ONLY_PROCESS, pair.first());
            Challenge.options(script, client, reuseAddr.first(), false);
            script.resetOnClose(client).connect(client, pair.first().connectsTo(Script.PORT));
            Script.Endpoint accepted = script.accept(peer);
            script.showName(client);
            int port = script.port(client);
            Story story = new Story(script);
            Script.Endpoint challenger = script.socket(Challenge.ONLY_PROCESS, pair.second());
            Challenge.options(script, challenger, reuseAddr.second(), false);
            boolean bound = script.bind(challenger, pair.second().at(port));
            if (bound) {
                script.listen(challenger);
            }
            story.aftermath();
            if (!bound) {
                script.close(accepted).close(client);
                script.bind(challenger, pair.second().at(port));
            }
            return story.scenario(id(), GROUP, pair.family());
        }
    }
}
