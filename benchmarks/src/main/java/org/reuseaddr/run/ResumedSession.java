package org.reuseaddr.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reuseaddr.compare.Baseline;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;

/** A further session of a run, which adds the forks that are missing. */
public record ResumedSession(RunId id, RunDirectory directory, Profile profile, List<String> jmhArguments, long seed,
        List<Sample> earlier, OptionalDouble recordedBind, Set<String> checked, boolean isCheckComplete,
        Optional<Blocks> blocks) implements Session {

    /** Two sessions that differ in one of these are two runs. */
    private static final List<String> IDENTITY = List.of(PlatformEntry.SUITE_VERSION, PlatformEntry.SUITE_COMMIT,
            PlatformEntry.KIND, PlatformEntry.KERNEL_RELEASE, PlatformEntry.KERNEL_VERSION, PlatformEntry.CPU_MODEL,
            PlatformEntry.CPU_CORES, PlatformEntry.JAVA_VERSION, PlatformEntry.JAVA_VM_NAME, PlatformEntry.JAVA_VM_VERSION,
            RunEntry.NATIVE_BINDING, PlatformEntry.JVM_FLAGS);
    private static final String FORKS = "-f";
    /** A thousand years: more than an option can ask for. */
    private static final long MOST_SECONDS = 31_557_600_000L;

    public ResumedSession {
        jmhArguments = List.copyOf(jmhArguments);
        earlier = List.copyOf(earlier);
        checked = Set.copyOf(checked);
    }

    /**
     * Goes on with a run: with its check, if that was ended before its end, and with its forks.
     *
     * @param notices takes a sentence for each file from which the beginning of a row is taken away, as a kill leaves it
     * @param forks how many forks every cell is to have in the end; empty for as many as were planned
     * @throws UsageException if this is another platform or suite than that of the run, with what differs
     * @throws InputException if the directory holds no run that can be read
     */
    public static ResumedSession of(Platform platform, Path out, OptionalInt forks, Instant now, Consumer<String> notices) {
        RunDirectory directory = new RunDirectory(out);
        if (Files.exists(directory.environment())) {
            directory.dropCutRows().forEach(file -> notices.accept(file + ": its last row was cut short and is dropped"));
        }
        Recorded record = new Recorded(directory.environment(), EnvironmentFile.read(directory.environment()));
        record.requireSame(platform, out);
        List<String> arguments = record.jmhArguments();
        int count = arguments.indexOf(FORKS) + 1;
        if (count == 0 || count == arguments.size()) {
            throw new InputException(directory.environment(), "expected entries " + RunEntry.JMH_ARGUMENT
                    + "N with the option " + FORKS + " N");
        }
        Optional<Blocks> blocks = record.blocks();
        if (forks.isPresent() && blocks.isPresent()) {
            // Blocks stay as long as they were: more forks are more blocks.
            int ofBlock = blocks.get().forksOfEach(
                    (int) record.between(1, 1 << 20, RunEntry.JMH_ARGUMENT + (count + 1), arguments.get(count)));
            int wanted = Math.max(1, (Math.min(1 << 20, forks.getAsInt()) + ofBlock - 1) / ofBlock);
            if (wanted > Blocks.MOST) {
                throw new UsageException("-f " + forks.getAsInt() + ": the run's blocks have " + ofBlock + " forks of each benchmark, and "
                        + "a run has at most " + Blocks.MOST + " blocks");
            }
            blocks = Optional.of(new Blocks(wanted, blocks.get().every(), blocks.get().begun()));
            arguments.set(count, Integer.toString(wanted * ofBlock));
        } else if (forks.isPresent()) {
            arguments.set(count, Integer.toString(forks.getAsInt()));
        }
        RunId id = new RunId(record.required(RunEntry.ID), record.required(RunEntry.LABEL), platform.shortName());
        long seed = record.number(RunEntry.SEED, record.required(RunEntry.SEED)) + now.getEpochSecond();
        boolean hasSamples = Files.exists(directory.samples());
        Set<String> checked = Files.exists(directory.semantics())
                ? SemanticsFile.readAll(directory.semantics()).stream().map(SemanticsRow::scenario).collect(Collectors.toSet()) : Set.of();
        return new ResumedSession(id, directory, record.profile(), arguments, seed,
                hasSamples ? SamplesFile.readAll(directory.samples()) : List.of(), record.bind(), checked,
                hasSamples || record.entries().containsKey(RunEntry.CHECK_PORTS), blocks);
    }

    /** The run's environment.csv. */
    private record Recorded(Path file, Map<String, String> entries) {

        void requireSame(Platform platform, Path out) {
            List<String> differences = IDENTITY.stream()
                    .filter(name -> !Objects.equals(entries.get(name), platform.entry(name).orElse(null)))
                    .map(name -> name + " was " + entries.get(name) + " and is " + platform.entry(name).orElse("unknown"))
                    .toList();
            if (!differences.isEmpty()) {
                throw new UsageException("--resume " + out + ": this is not where that run was made: "
                        + String.join("; ", differences) + "; start a run of its own and compare the two");
            }
        }

        List<String> jmhArguments() {
            TreeMap<Integer, String> numbered = new TreeMap<>();
            entries.forEach((name, value) -> {
                if (name.startsWith(RunEntry.JMH_ARGUMENT)) {
                    numbered.put((int) number(name, name.substring(RunEntry.JMH_ARGUMENT.length())), value);
                }
            });
            return new ArrayList<>(numbered.values());
        }

        Profile profile() {
            String name = required(RunEntry.PROFILE);
            return Stream.of(Profile.values()).filter(profile -> profile.optionName().equals(name)).findFirst()
                    .orElseThrow(() -> new InputException(file, "expected one of " + Stream.of(Profile.values())
                            .map(Profile::optionName).collect(Collectors.joining(", ")) + " in the entry " + RunEntry.PROFILE
                            + ", found " + name));
        }

        long number(String name, String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new InputException(file, "expected a whole number in the entry " + name + ", found " + text);
            }
        }

        Optional<Blocks> blocks() {
            if (!entries.containsKey(RunEntry.BLOCKS)) {
                return Optional.empty();
            }
            TreeMap<Integer, Instant> begun = new TreeMap<>();
            entries.forEach((name, value) -> {
                if (name.startsWith(RunEntry.BLOCK_BEGAN)) {
                    begun.put((int) between(1, Integer.MAX_VALUE, name, name.substring(RunEntry.BLOCK_BEGAN.length())),
                            instant(name, value));
                }
            });
            int count = (int) between(1, Blocks.MOST, RunEntry.BLOCKS, required(RunEntry.BLOCKS));
            long every = between(1, MOST_SECONDS, RunEntry.EVERY_SECONDS, required(RunEntry.EVERY_SECONDS));
            return Optional.of(new Blocks(count, Duration.ofSeconds(every), begun));
        }

        private Instant instant(String name, String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new InputException(file, "expected a time such as 2026-01-31T12:00:00Z in the entry " + name + ", found " + text);
            }
        }

        private long between(long least, long most, String name, String text) {
            long value = number(name, text);
            if (value < least || value > most) {
                throw new InputException(file, "expected " + least + " to " + most + " in the entry " + name + ", found " + text);
            }
            return value;
        }

        /** A run of an earlier version has none, and was as where a bind is fast. */
        OptionalDouble bind() {
            String text = entries.getOrDefault(RunEntry.BIND_MICROS, "0");
            try {
                return OptionalDouble.of(Double.parseDouble(text));
            } catch (NumberFormatException e) {
                throw new InputException(file, "expected a number in the entry " + RunEntry.BIND_MICROS + ", found " + text);
            }
        }

        String required(String name) {
            String value = entries.get(name);
            if (value == null) {
                throw new InputException(file, "expected an entry " + name + ", which is not there");
            }
            return value;
        }
    }

    /** Those that an interrupted check has left. */
    @Override
    public List<CatalogueEntry> scenarios() {
        return isCheckComplete ? List.of()
                : Catalogue.entries().stream().filter(scenario -> !checked.contains(scenario.id())).toList();
    }

    @Override
    public boolean isBrokenAlready(Baseline baseline) {
        return Files.exists(directory.semantics())
                && SemanticsFile.readAll(directory.semantics()).stream().anyMatch(baseline::isFailedBy);
    }

    @Override
    public String startEntry() {
        return RunEntry.RESUMED;
    }

    /** Nothing can be in the way: it was there before. */
    @Override
    public void requireRoom() {
    }
}
