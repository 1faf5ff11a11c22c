package org.reuseaddr.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.run.Profile;
import org.reuseaddr.run.UsageException;

/**
 * What is to be run, and where: asked for on the command line, or taken from the directory of an earlier session.
 *
 * @param jmhArguments JMH's part of the command line
 * @param seed of the order of forks
 * @param earlier rows of earlier sessions, none for a new run
 */
record RunRequest(RunId id, RunDirectory directory, Profile profile, List<String> jmhArguments, long seed,
        List<Sample> earlier) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    /** Two sessions that differ in one of these are two runs. */
    private static final List<String> IDENTITY = List.of(PlatformEntry.SUITE_VERSION, PlatformEntry.SUITE_COMMIT, PlatformEntry.KIND, PlatformEntry.KERNEL_RELEASE,
            PlatformEntry.KERNEL_VERSION, PlatformEntry.CPU_MODEL, PlatformEntry.CPU_CORES, PlatformEntry.JAVA_VERSION, PlatformEntry.JAVA_VM_NAME, PlatformEntry.JAVA_VM_VERSION, RunEntry.NATIVE_BINDING,
            PlatformEntry.JVM_FLAGS);

    boolean isResumed() {
        return !earlier.isEmpty();
    }

    /** A new run. */
    static RunRequest fresh(Platform platform, String label, Path out, Profile profile, List<String> jmhArguments, Long seed,
            Instant now) {
        String name = Labels.checked(label != null ? label : platform.defaultLabel());
        RunId id = id(name, platform, now);
        if (out != null && out.toString().isBlank()) {
            throw new UsageException("--out: expected the name of a directory, found none");
        }
        RunDirectory directory = new RunDirectory(out != null ? out : Path.of("results").resolve(id.id()));
        if (Files.exists(directory.samples())) {
            throw new UsageException(directory.path() + " holds a run already: --resume " + directory.path()
                    + " adds forks to it, another --out keeps it");
        }
        return new RunRequest(id, directory, profile, jmhArguments, seed != null ? seed : new Random().nextLong(), List.of());
    }

    /** The identity of what begins now. */
    static RunId id(String label, Platform platform, Instant started) {
        return new RunId(label + "-" + TIME.format(started), label, platform.shortName());
    }

    /**
     * Goes on with a run.
     *
     * @param forks how many forks every cell is to have in the end, null for as many as were planned
     * @throws UsageException if this is another platform or suite than that of the run, with what differs
     * @throws InputException if the directory holds no run that can be read
     */
    static RunRequest resumed(Platform platform, Path out, Integer forks, Instant now) {
        RunDirectory directory = new RunDirectory(out);
        Map<String, String> environment = EnvironmentFile.read(directory.environment());
        List<String> differences = IDENTITY.stream()
                .filter(name -> !Objects.equals(environment.get(name), platform.entry(name).orElse(null)))
                .map(name -> name + " was " + environment.get(name) + " and is " + platform.entry(name).orElse("unknown"))
                .toList();
        if (!differences.isEmpty()) {
            throw new UsageException("--resume " + out + ": this is not where that run was made: "
                    + String.join("; ", differences) + "; start a run of its own and compare the two");
        }
        TreeMap<Integer, String> numbered = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(RunEntry.JMH_ARGUMENT)) {
                numbered.put((int) number(directory, name, name.substring(RunEntry.JMH_ARGUMENT.length())), value);
            }
        });
        List<String> arguments = new ArrayList<>(numbered.values());
        int count = arguments.indexOf("-f") + 1;
        if (count == 0 || count == arguments.size()) {
            throw new InputException(directory.environment(), "expected entries " + RunEntry.JMH_ARGUMENT + "N with the option -f N");
        }
        if (forks != null) {
            arguments.set(count, forks.toString());
        }
        RunId id = new RunId(required(directory, environment, RunEntry.ID), required(directory, environment, RunEntry.LABEL),
                platform.shortName());
        Profile profile = RunCommand.oneOf(RunEntry.PROFILE, required(directory, environment, RunEntry.PROFILE), Profile.values(),
                Profile::optionName);
        long seed = number(directory, RunEntry.SEED, required(directory, environment, RunEntry.SEED)) + now.getEpochSecond();
        return new RunRequest(id, directory, profile, arguments, seed, SamplesFile.readAll(directory.samples()));
    }

    private static long number(RunDirectory directory, String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new InputException(directory.environment(), "expected a whole number in the entry " + name + ", found "
                    + text);
        }
    }

    private static String required(RunDirectory directory, Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new InputException(directory.environment(), "expected an entry " + name + ", which is not there");
        }
        return value;
    }

    /**
     * The entries that another session needs to go on.
     *
     * @param effort the length and number of forks as JMH's options, which a budget may have settled
     */
    Map<String, String> environment(Instant now, List<String> effort) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(RunEntry.SCHEMA, Integer.toString(RunEntry.KNOWN_SCHEMA));
        entries.put(RunEntry.ID, id.id());
        entries.put(RunEntry.LABEL, id.label());
        entries.put(isResumed() ? RunEntry.RESUMED : RunEntry.STARTED, now.toString());
        entries.put(RunEntry.PROFILE, profile.optionName());
        entries.put(RunEntry.SEED, Long.toString(seed));
        int number = 0;
        for (String argument : effort) {
            entries.put(RunEntry.JMH_ARGUMENT + ++number, argument);
        }
        return entries;
    }
}
