package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.reuseaddr.model.Grade;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;

/** Which Linux a platform behaves like, by what it does: collected from the grades of scenarios. */
public final class Behaviour {

    private final Map<Quirk, Integer> shown = new EnumMap<>(Quirk.class);
    private final List<Scenario> passed = new ArrayList<>();
    private boolean differs;

    /**
     * Takes in one result.
     *
     * @param scenario empty where it is not known: a pass then says nothing of quirks
     * @param quirk what explains the difference, with {@link Grade#KNOWN} alone
     */
    public void add(Grade grade, Optional<Scenario> scenario, Optional<Quirk> quirk) {
        quirk.ifPresent(found -> shown.merge(found, 1, Integer::sum));
        differs |= grade == Grade.VIOLATION || grade == Grade.DEVIATION;
        if (grade == Grade.PASS) {
            scenario.ifPresent(passed::add);
        }
    }

    /** What can be said, in sentences: first which Linux, then one for each quirk; none where too little was checked. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        if (differs) {
            sentences.add("Behaves as no release of Linux.");
        } else if (!shown.isEmpty()) {
            sentences.add("Behaves like native Linux " + shown.keySet().stream()
                    .map(quirk -> quirk.releases() + " (" + quirk.id() + ")").collect(Collectors.joining(" and ")) + ".");
        } else if (passed.stream().anyMatch(Behaviour::passesAsNewerReleasesAlone)) {
            sentences.add("Behaves like native Linux " + Quirk.REMEMBERS_REUSEADDR.without() + ".");
        }
        shown.forEach((quirk, count) -> sentences.add(quirk.id() + " in " + count + (count == 1 ? " scenario: " : " scenarios: ")
                + quirk.sentence() + " Native Linux of these releases does the same: " + quirk.releases()
                + "; it is not this platform's doing."));
        return sentences;
    }

    /** Only where a socket switches the option off is there anything to remember; most scenarios need not be judged for it. */
    private static boolean passesAsNewerReleasesAlone(Scenario scenario) {
        return scenario.transcript().steps().stream().anyMatch(step -> step.call() instanceof Call.SetOption set
                && set.option() == SocketOption.SO_REUSEADDR && set.value() == 0)
                && KnownAnswers.of(scenario).known().stream().anyMatch(known -> known.quirk() == Quirk.REMEMBERS_REUSEADDR);
    }
}
