package org.reuseaddr.scenario;

import java.util.List;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;

/**
 * A third socket against two that hold the port together: 4 pairs × 8 addresses × which of the two listen × SO_REUSEADDR
 * on all or none, in full.
 *
 * @param rules what decides each call
 * @param pair the addresses of the two
 * @param third the address of the third
 * @param listening which of the two listen
 * @param reuseAddr whether all three set SO_REUSEADDR
 */
record ThreeSockets(LinuxBindRules rules, Pair pair, AddressKind third, On listening, boolean reuseAddr) {

    private static final String GROUP = "three-sockets";

    /** Pairs that do not overlap, so that both can be bound. */
    private static final List<Pair> SEPARATE_PAIRS = List.of(
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET_LOOPBACK_2),
            new Pair(AddressKind.INET_LOOPBACK, AddressKind.INET6_LOOPBACK),
            new Pair(AddressKind.INET_ANY, AddressKind.INET6_ANY_V6ONLY),
            new Pair(AddressKind.MAPPED_LOOPBACK, AddressKind.INET6_ANY_V6ONLY));

    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        return SEPARATE_PAIRS.stream()
                .flatMap(pair -> Stream.of(AddressKind.values())
                        .flatMap(third -> Stream.of(On.values())
                                .flatMap(listening -> Stream.of(false, true)
                                        .map(reuseAddr -> new ThreeSockets(rules, pair, third, listening, reuseAddr)))))
                .map(sockets -> new CatalogueEntry(sockets.id(), GROUP, sockets::scenario));
    }

    private String id() {
        return pair.slug() + "-then-" + third.slug() + "/" + GROUP + "/listening-" + listening.slug() + "/reuseaddr-"
                + (reuseAddr ? "all" : "none");
    }

    private String family() {
        return pair.family().equals("INET") && third.family().equals("INET") ? "INET" : "mixed";
    }

    private Scenario scenario() {
        Script script = new Script(rules);
        Script.Endpoint first = bound(script, pair.first());
        Script.Endpoint second = bound(script, pair.second());
        if (listening.first()) {
            script.listen(first);
        }
        if (listening.second()) {
            script.listen(second);
        }
        Story story = new Story(script);
        Script.Endpoint challenger = script.socket(Challenge.ONLY_PROCESS, third);
        Challenge.options(script, challenger, reuseAddr, false);
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
            if (!script.bind(challenger, third.at(Script.PORT))) {
                script.close(second);
                script.bind(challenger, third.at(Script.PORT));
            }
            script.listen(challenger);
        }
        return story.scenario(id(), GROUP, family());
    }

    private Script.Endpoint bound(Script script, AddressKind kind) {
        Script.Endpoint endpoint = script.socket(Challenge.ONLY_PROCESS, kind);
        Challenge.options(script, endpoint, reuseAddr, false);
        script.bind(endpoint, kind.at(Script.PORT));
        return endpoint;
    }
}
