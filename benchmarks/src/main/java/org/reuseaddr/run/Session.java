package org.reuseaddr.run;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.reuseaddr.compare.Baseline;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.scenario.CatalogueEntry;

/** One session of a run: what is to be done, and where. */
public sealed interface Session permits FreshSession, ResumedSession {

    /** The run's identity. */
    RunId id();

    /** Where its files are. */
    RunDirectory directory();

    /** Its effort. */
    Profile profile();

    /** JMH's part of the command line. */
    List<String> jmhArguments();

    /** The seed of the order of forks. */
    long seed();

    /** Rows of earlier sessions of the same run, none for a new one. */
    List<Sample> earlier();

    /** What a bind took when the run began, in microseconds; empty for a new run, which measures it. */
    OptionalDouble recordedBind();

    /** How the run is divided into blocks; empty where it is not. */
    Optional<Blocks> blocks();

    /** The scenarios to be checked after the gate and before anything is measured. */
    List<CatalogueEntry> scenarios();

    /** Whether an earlier session of the run found a difference that the baseline does not accept. */
    boolean isBrokenAlready(Baseline baseline);

    /** The entry of the record that holds when this session began. */
    String startEntry();

    /**
     * Makes sure that the directory is such that this session can write there.
     *
     * @throws UsageException if it holds another run or a check
     */
    void requireRoom();

    /** The identity of what begins now. */
    static RunId id(String label, Platform platform, Instant started) {
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC)
                .format(started);
        return new RunId(label + "-" + time, label, platform.shortName());
    }

    /**
     * The entries that another session needs to go on.
     *
     * @param effort the length and number of forks as JMH's options, which a budget may have settled
     */
    default Map<String, String> environment(Instant now, List<String> effort) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(RunEntry.SCHEMA, Integer.toString(RunEntry.KNOWN_SCHEMA));
        entries.put(RunEntry.ID, id().id());
        entries.put(RunEntry.LABEL, id().label());
        entries.put(startEntry(), now.toString());
        entries.put(RunEntry.PROFILE, profile().optionName());
        entries.put(RunEntry.SEED, Long.toString(seed()));
        blocks().ifPresent(blocks -> entries.putAll(blocks.environment()));
        int number = 0;
        for (String argument : effort) {
            entries.put(RunEntry.JMH_ARGUMENT + ++number, argument);
        }
        return entries;
    }
}
