package org.reuseaddr.repro;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.reuseaddr.scenario.KnownAnswers;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * One scenario as a program that needs nothing of this suite, for a bug report. The program takes free ports, makes the
 * calls in their order, each within the scenario's limit, prints them in strace's notation up to the first that ends
 * otherwise than on Linux, and exits with 0 if none does, 1 if one does, and 2 if the platform lacks what it takes, such
 * as IPv6. Where releases of Linux differ, it names those that answer as the platform does, and exits with 0 too.
 */
public final class Reproduction {

    private Reproduction() {
    }

    /** For Python 3.6 or later on Linux, without packages. */
    public static String python(Scenario scenario) {
        return new PythonProgram(scenario).text();
    }

    /**
     * The beginning of a scenario for Python 3 in at most 40 lines, with a control of its own; empty where the scenario
     * needs the longer form.
     *
     * @param calls how many calls of the scenario to make, the last of which is the one to look at
     */
    public static Optional<String> shortPython(Scenario scenario, int calls) {
        return ShortPython.of(scenario, calls);
    }

    /**
     * For a C11 compiler and the C library of Linux.
     *
     * @throws IllegalArgumentException if a descriptor of the scenario is 1,024 or more
     */
    public static String c(Scenario scenario) {
        return new CProgram(scenario).text();
    }

    /**
     * Many scenarios as one program for a C11 compiler and the C library of Linux, glibc or musl: it prints KTAP.
     *
     * @throws IllegalArgumentException if there are more than 65,536 different calls
     */
    public static String c(List<Scenario> scenarios) {
        return new CatalogueProgram(scenarios).text();
    }

    /**
     * A program for Python 3 that measures socket, bind, listen and close, prints a line for each, and exits with 1 where bind or
     * listen costs more than six times socket and close together.
     */
    public static String callCostsInPython() {
        return template("call-costs.py");
    }

    /** The same in C. */
    public static String callCostsInC() {
        return template("call-costs.c");
    }

    private static String template(String resource) {
        return new ProgramTemplate(resource).fill(Set.of(), Map.of(), Map.of());
    }

    /** The transcript with what it is about: what {@code check FILE.strace} replays. */
    public static String strace(Scenario scenario) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("scenario", scenario.id());
        headers.put("rule", scenario.rule());
        headers.put("source", scenario.source());
        headers.put("references", String.join(", ", scenario.references()));
        headers.putAll(scenario.transcript().headers());
        headers.put("known", KnownAnswers.of(scenario).known().stream()
                .map(known -> "call " + (known.index() + 1) + " = " + known.result() + ": " + known.message())
                .collect(Collectors.joining("\n")));
        headers.values().removeIf(String::isBlank);
        return TranscriptPrinter.print(new Transcript(headers, scenario.transcript().steps()));
    }
}
