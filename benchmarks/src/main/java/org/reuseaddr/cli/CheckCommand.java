package org.reuseaddr.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.reuseaddr.compare.Baseline.Standing;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.replay.Surroundings;
import org.reuseaddr.report.StepSummary;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.run.CheckSession;
import org.reuseaddr.run.Session;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Scenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The semantic scenarios alone, some of them, or transcripts of the user's. */
@Command(description = {"Replay the semantic scenarios alone (seconds), some of them, or strace transcripts."},
        footer = {"", "A scenario is named by its id, by what it begins with, or by a regular expression that is found in it.",
            "The calls of a transcript are replayed on free ports: what they answer here is compared with what", "Linux answers. "
            + "A transcript may have at most "
            + Replayer.MAX_PROCESSES + " processes, " + Replayer.MAX_THREADS + " threads and " + Replayer.MAX_DESCRIPTORS
            + " open", "sockets in each, and take " + Replayer.MAX_SECONDS + " seconds. Exit codes: 0 as on Linux, 1 a "
            + "check failed itself, 2 wrong usage or input,", "3 a guarantee is violated."})
final class CheckCommand implements Callable<Integer> {

    private static final int MAX_REPEAT = 10_000;
    /** So many scenarios are built before the check begins, to see whether another process is needed at all. */
    private static final int FEW = 20;

    @Parameters(paramLabel = "FILE.strace|SCENARIO",
            description = "Transcripts, and ids of scenarios, what they begin with, or a regular expression. Default: all.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--list", description = "List the scenarios with group, family and rule, tab-separated; replay nothing.")
    private boolean list;

    @Option(names = "--group", paramLabel = "NAME", description = "The scenarios of this group. May be given several times.")
    private List<String> groups = new ArrayList<>();

    @Option(names = "--full",
            description = "Choose from every combination of addresses, options, states and orders, some 20,000 scenarios.")
    private boolean full;

    @Option(names = "--shard", paramLabel = "K/N",
            description = "Of the scenarios chosen, the Kth of N parts, for N machines that share a check.")
    private String shard;

    @Option(names = "--format", paramLabel = "text|ktap|junit", defaultValue = "text",
            description = "Of what is printed: for people, KTAP version 1, or JUnit's XML. Default: ${DEFAULT-VALUE}.")
    private String format;

    @Option(names = "--known", paramLabel = "FILE",
            description = {"Accept the differences of this list and fail on any other: semantics.csv of an earlier run, or a CSV",
                "with the columns scenario,grade,observed,reference,comment (docs/GATE.md)."})
    private Path knownFile;

    @Option(names = "--update-known", description = "Write what was found into the list of --known; its comments stay.")
    private boolean updateKnown;

    @Option(names = "--out", paramLabel = "DIR", description = "Write semantics.csv and environment.csv there.")
    private Path out;

    @Option(names = "--label", paramLabel = "NAME",
            description = "The platform's name in comparisons: letters, digits, dot, dash, underscore. Default: kind and kernel.")
    private String label;

    @Option(names = "--limit", paramLabel = "MS",
            description = "What a call may take, in milliseconds. Default: the scenario's own, mostly "
                    + Replayer.DEFAULT_LIMIT_MILLIS + ".")
    private Integer limitMillis;

    @Option(names = "--allow-address",
            description = "Let transcripts bind and connect to other addresses than those of this machine's loopback.")
    private boolean allowAddress;

    @Option(names = "--strict",
            description = {"Exit with 3 for quirks of released Linux kernels too, which are graded KNOWN, and for entries of",
                "--known that are out of date."})
    private boolean strict;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "1",
            description = "Replay each N times and keep the worst result. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Override
    public Integer call() {
        require("--limit", limitMillis == null ? 1 : limitMillis, Replayer.MAX_LIMIT_MILLIS);
        require("--repeat", repeat, MAX_REPEAT);
        if (label != null) {
            Labels.checked(label);
        }
        PrintedFormat chosenFormat = RunCommand.oneOf("--format", format, PrintedFormat.values(), PrintedFormat::optionName);
        KnownDifferences known = KnownDifferences.read(knownFile, updateKnown, strict);
        if (list) {
            parts().stream().map(Supplier::get).forEach(scenario -> System.out.println(String.join("\t",
                    scenario.id(), scenario.group(), scenario.family(), scenario.rule())));
            return ExitCode.DONE;
        }
        // What is named may not be there or not be readable: then no process is started for it.
        List<Supplier<Scenario>> named = arguments.isEmpty() ? List.of() : parts();
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine())) {
            if (named.isEmpty() || named.size() > FEW || named.stream().map(Supplier::get).anyMatch(Replayer::needsHelper)) {
                replayer.startHelper();
            }
            return check(replayer, arguments.isEmpty() ? parts() : named, known, chosenFormat);
        }
    }

    private int check(Replayer replayer, List<Supplier<Scenario>> scenarios, KnownDifferences known, PrintedFormat printed) {
        if (out == null) {
            return check(CheckSession.unrecorded(replayer), scenarios, known, printed);
        }
        Platform platform = EnvCommand.probe();
        Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        RunId id = Session.id(label != null ? label : Labels.checked(platform.defaultLabel()), platform, started);
        RunDirectory directory = new RunDirectory(out);
        directory.prepare();
        try (RunDirectory.Claim claim = directory.claim()) {
            EnvironmentFile.append(directory.environment(), environment(platform, id, started));
            try (CheckSession session = new CheckSession(id, directory, replayer)) {
                return check(session, scenarios, known, printed);
            } finally {
                EnvironmentFile.append(directory.environment(),
                        Map.of(RunEntry.CHECK_PORTS, Integer.toString(replayer.refusals().ports()),
                                RunEntry.FINISHED, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
            }
        }
    }

    private List<Supplier<Scenario>> parts() {
        return shard == null ? chosen() : Shard.parse("--shard", shard).of(chosen());
    }

    private static void require(String option, int given, int highest) {
        if (given < 1 || given > highest) {
            throw new UsageException(option + ": expected 1 to " + highest + ", found " + given);
        }
    }

    /** In the order of the arguments, each once; then those of the groups. Scenarios of the catalogue are not built yet. */
    private List<Supplier<Scenario>> chosen() {
        ScenarioNames names = full ? ScenarioNames.ofFullCatalogue() : ScenarioNames.ofCatalogue();
        Map<String, Supplier<Scenario>> chosen = new LinkedHashMap<>();
        for (String argument : arguments) {
            if (argument.isBlank()) {
                throw new UsageException("expected a transcript, or a scenario's id, beginning or regular expression, found an empty "
                        + "word; check without arguments replays all");
            }
            Path file = Path.of(argument);
            if (argument.endsWith(".strace") || Files.exists(file) && !Files.isDirectory(file)) {
                UserTranscript.read(file, allowAddress).forEach(scenario -> chosen.put(scenario.id(), () -> scenario));
            } else {
                names.matching(argument).forEach(entry -> chosen.put(entry.id(), entry::scenario));
            }
        }
        groups.forEach(group -> names.inGroup(group).forEach(entry -> chosen.put(entry.id(), entry::scenario)));
        if (arguments.isEmpty() && groups.isEmpty()) {
            names.all().forEach(entry -> chosen.put(entry.id(), entry::scenario));
        }
        return List.copyOf(chosen.values());
    }

    /** The scenario with the limit that the user gave. */
    private Supplier<Scenario> limited(Supplier<Scenario> scenario) {
        return limitMillis == null ? scenario : () -> UserTranscript.limited(scenario.get(), limitMillis);
    }

    private Map<String, String> environment(Platform platform, RunId id, Instant started) {
        Map<String, String> environment = new LinkedHashMap<>(platform.entries());
        environment.put(RunEntry.SCHEMA, Integer.toString(RunEntry.KNOWN_SCHEMA));
        environment.put(RunEntry.ID, id.id());
        environment.put(RunEntry.STARTED, started.toString());
        environment.put(RunEntry.CHECK_ARGUMENTS, String.join(" ", arguments));
        return environment;
    }

    private int check(CheckSession session, List<Supplier<Scenario>> scenarios, KnownDifferences known, PrintedFormat printed) {
        List<Supplier<Scenario>> limited = scenarios.stream().map(this::limited).toList();
        List<ScenarioResult> results = new ArrayList<>();
        try (CheckProgressLine progress = CheckProgressLine.onStandardError()) {
            results.addAll(session.replay(limited, repeat, progress));
        }
        session.conclude().ifPresent(results::add);
        List<Standings> standings = known.standings(results);
        if (printed == PrintedFormat.TEXT) {
            new SemanticsSummary(System.out).print(results, session.refusals(), known::isListed);
        }
        printed.write(standings);
        known.print(standings, printed == PrintedFormat.TEXT ? System.out : System.err);
        GitHubSummary.append(StepSummary.text(standings));
        boolean failedItself = standings.stream().anyMatch(result -> result.standing() == Standing.NOT_CHECKED);
        if (updateKnown) {
            known.update(standings);
            return failedItself ? ExitCode.FAILED : ExitCode.DONE;
        }
        return known.isBroken(standings) ? ExitCode.VIOLATION : failedItself ? ExitCode.FAILED : ExitCode.DONE;
    }
}
