package org.reuseaddr.replay;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/** Kinds of a second listener on a port that Linux refuses with SO_REUSEADDR alone; sockets of our own show whether this platform does. */
public enum SecondListener {
    /** On the same address. */
    SAME_ADDRESS {
        @Override
        List<Scenario> scenarios() {
            return Gate.beforeRun();
        }
    },
    /** On the wildcard of the other family, without IPV6_V6ONLY. */
    OTHER_FAMILY {
        @Override
        List<Scenario> scenarios() {
            return Catalogue.entries().stream().filter(entry -> WILDCARDS.contains(entry.id())).map(CatalogueEntry::scenario)
                    .map(SecondListener::withoutV6Only).toList();
        }
    };

    private static final Set<String> WILDCARDS = Set.of("inet-any-then-inet6-any/listening/reuseaddr-both/other-process",
            "inet6-any-then-inet-any/listening/reuseaddr-both/other-process");

    abstract List<Scenario> scenarios();

    /**
     * Asks the platform, with sockets on other ports than the servers'; takes up to a few seconds.
     *
     * @return true if it refuses such a listener as Linux does, false if it lets two listen; empty if neither could be seen, such as
     *     for want of IPv6
     */
    public Optional<Boolean> isRefused() {
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine())) {
            return isRefused(replayer);
        }
    }

    Optional<Boolean> isRefused(Replayer replayer) {
        List<ScenarioResult> results = scenarios().stream().map(replayer::replay).toList();
        if (results.stream().anyMatch(ScenarioResult::twoListeners)) {
            return Optional.of(false);
        }
        return results.stream().anyMatch(result -> result.grade() == Grade.PASS) ? Optional.of(true) : Optional.empty();
    }

    /** Says what is the default everywhere but where net.ipv6.bindv6only is 1. */
    private static Scenario withoutV6Only(Scenario scenario) {
        List<Step> steps = scenario.transcript().steps().stream().flatMap(step -> step.call() instanceof Call.Socket socket
                && socket.domain() == Family.INET6.number() ? Stream.of(step, off(step)) : Stream.of(step)).toList();
        return new Scenario(scenario.id(), scenario.group(), scenario.family(), scenario.rule(), scenario.source(), scenario.promised(),
                scenario.references(), new Transcript(scenario.transcript().headers(), steps));
    }

    private static Step off(Step socket) {
        int fd = ((SyscallResult.Returned) ((Outcome.Plain) socket.outcome()).result()).value();
        return new Step(socket.process(), new Call.SetOption(fd, SocketOption.IPV6_V6ONLY, 0),
                new Outcome.Plain(new SyscallResult.Returned(0)));
    }
}
