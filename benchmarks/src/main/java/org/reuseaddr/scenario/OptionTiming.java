package org.reuseaddr.scenario;

import java.util.Locale;
import java.util.stream.Stream;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.socket.SocketOption;

/**
 * Options count as they stand: the holder switches one on or off when it has the port already. 8 addresses ×
 * {SO_REUSEADDR, SO_REUSEPORT} × {on, off} × 4 moments, in full.
 *
 * @param rules what decides each call
 * @param kind the address of both sockets
 * @param option the option that the holder switches
 * @param on what it is switched to
 * @param moment when
 */
record OptionTiming(LinuxBindRules rules, AddressKind kind, SocketOption option, boolean on, Moment moment) {

    private static final String GROUP = "option-timing";

    /** A moment at which the holder changes an option, between its calls. */
    enum Moment {
        AFTER_BIND,
        AFTER_LISTEN,
        AFTER_ACCEPT,
        AFTER_LISTENER_CLOSED;

        private String slug() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static Stream<CatalogueEntry> under(LinuxBindRules rules) {
        return Stream.of(AddressKind.values())
                .flatMap(kind -> Stream.of(SocketOption.SO_REUSEADDR, SocketOption.SO_REUSEPORT)
                        .flatMap(option -> Stream.of(true, false)
                                .flatMap(on -> Stream.of(Moment.values())
                                        .map(moment -> new OptionTiming(rules, kind, option, on, moment)))))
                .map(timing -> new CatalogueEntry(timing.id(), GROUP, timing::scenario));
    }

    private String id() {
        String name = option.name().substring("SO_".length()).toLowerCase(Locale.ROOT);
        return kind.slug() + "/" + GROUP + "/" + name + "-" + (on ? "on-" : "off-") + moment.slug();
    }

    private Scenario scenario() {
        Script script = new Script(rules);
        Script.Endpoint holder = script.socket(Challenge.ONLY_PROCESS, kind);
        if (!on) {
            script.set(holder, option, true);
        }
        script.bind(holder, kind.at(Script.PORT));
        change(script, holder);

        Story story = new Story(script);
        Script.Endpoint challenger = script.socket(Challenge.ONLY_PROCESS, kind);
        script.set(challenger, option, true);
        boolean bound = script.bind(challenger, kind.at(Script.PORT));
        if (moment == Moment.AFTER_BIND) {
            script.listen(holder);
        }
        if (bound) {
            script.listen(challenger);
        }
        story.aftermath();
        if (option == SocketOption.SO_REUSEADDR && !on && moment == Moment.AFTER_BIND) {
            // socket(7) speaks of an option that "was set": a kernel that remembers it (Quirk.REMEMBERS_REUSEADDR) keeps to that.
            story.documentsAllowMore();
        }
        return story.scenario(id(), GROUP, kind.family());
    }

    /** Takes the bound holder to the moment and switches the option there. */
    private void change(Script script, Script.Endpoint holder) {
        Script.Endpoint changed = holder;
        if (moment != Moment.AFTER_BIND) {
            script.listen(holder);
        }
        if (moment == Moment.AFTER_ACCEPT || moment == Moment.AFTER_LISTENER_CLOSED) {
            Script.Endpoint client = script.socket(Challenge.ONLY_PROCESS, kind.reachedAt(0).family());
            script.resetOnClose(client).connect(client, kind.reachedAt(Script.PORT));
            Script.Endpoint accepted = script.accept(holder);
            if (moment == Moment.AFTER_LISTENER_CLOSED) {
                script.close(holder);
                changed = accepted;
            }
        }
        script.set(changed, option, on);
        if (moment == Moment.AFTER_ACCEPT) {
            script.close(holder);
        }
    }
}
