package org.reuseaddr.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.World;
import org.reuseaddr.results.KnownDifference;
import org.reuseaddr.results.KnownFile;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

/**
 * Which kinds of differences that the catalogue finds on a platform {@code explore} has found as well.
 *
 * <pre>java -cp benchmarks.jar KindsOfCatalogue.java known/gvisor-20240729.csv EXPLORED</pre>
 *
 * <p>EXPLORED is what {@code explore --format ktap} printed. The kind of a row of the known list is that of its call, as
 * {@code explore} would name it: the model makes the calls of the scenario up to that one, and says by which rule Linux answers
 * otherwise. Exits with 1 if one was not found, or a row has no kind.
 */
public final class KindsOfCatalogue {

    private static final Pattern CALL_OF_PROCESS = Pattern.compile("(?:\\[pid (\\d+)] )?(.*)", Pattern.DOTALL);

    private KindsOfCatalogue() {
    }

    /** Prints a line for each kind, and how many were found. */
    public static void main(String[] arguments) throws IOException {
        Set<String> explored = Files.readAllLines(Path.of(arguments[1])).stream().filter(line -> line.startsWith("not ok "))
                .map(line -> line.split(" ")[3]).collect(Collectors.toSet());
        Map<String, Scenario> scenarios = Catalogue.entries().stream()
                .collect(Collectors.toMap(CatalogueEntry::id, CatalogueEntry::scenario));
        Map<String, Integer> kinds = new TreeMap<>();
        int without = 0;
        for (KnownDifference row : KnownFile.read(Path.of(arguments[0])).differences()) {
            Optional<String> kind = Optional.ofNullable(scenarios.get(row.scenario())).flatMap(scenario -> kind(scenario, row));
            kind.ifPresentOrElse(name -> kinds.merge(name, 1, Integer::sum), () -> System.out.println("no kind: " + row.scenario()));
            without += kind.isEmpty() ? 1 : 0;
        }
        kinds.forEach((name, rows) -> System.out.println((explored.contains(name) ? "found   " : "missing ") + name + ", in " + rows
                + (rows == 1 ? " scenario" : " scenarios")));
        long found = kinds.keySet().stream().filter(explored::contains).count();
        System.out.println(explored.size() + " kinds explored; of " + kinds.size() + " of the catalogue " + found + " found");
        System.exit(found == kinds.size() && without == 0 ? 0 : 1);
    }

    private static Optional<String> kind(Scenario scenario, KnownDifference row) {
        Matcher call = CALL_OF_PROCESS.matcher(row.divergentCall());
        call.matches();
        Step seen;
        try {
            seen = TranscriptParser.parseStep(row.scenario(), call.group(2) + " = " + row.observed().replaceFirst("^'", ""));
        } catch (TranscriptException e) {
            return Optional.empty();
        }
        Transcript transcript = scenario.transcript();
        World world = World.EMPTY.withUsers(transcript.users());
        for (Step step : transcript.steps()) {
            int process = transcript.threads().getOrDefault(step.process(), step.process());
            boolean isOfProcess = call.group(1) == null || Integer.parseInt(call.group(1)) == step.process();
            List<Allowed> answers = LinuxTcp.REFERENCE.answers(world, process, step.call());
            if (isOfProcess && step.call().equals(seen.call())
                    && answers.stream().noneMatch(allowed -> allowed.answer().allows(step.call(), seen.outcome()))) {
                return Optional.of(name(new Difference(Map.of(), List.of(new Step(process, step.call(), seen.outcome())),
                        answers, 0, 0, 0, Set.of()).kind()));
            }
            world = LinuxTcp.REFERENCE.judge(world, new Step(process, step.call(), step.outcome())).after();
        }
        return Optional.empty();
    }

    /** As the test points of {@code explore} are named. */
    private static String name(Difference.Grouping kind) {
        return "explore/" + kind.rule().toLowerCase(Locale.ROOT).replace('_', '-') + "/"
                + (kind.call() + " " + kind.ended()).replace(' ', '-');
    }
}
