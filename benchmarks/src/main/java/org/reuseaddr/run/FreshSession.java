package org.reuseaddr.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.reuseaddr.compare.Baseline;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;

/** The first session of a run. */
public record FreshSession(RunId id, RunDirectory directory, Profile profile, List<String> jmhArguments, long seed,
        Optional<Blocks> blocks) implements Session {

    public FreshSession {
        jmhArguments = List.copyOf(jmhArguments);
    }

    /**
     * A run that begins now.
     *
     * @param label the platform's name in comparisons
     * @param out the run directory; empty for one below {@code results/} that bears the run's name
     * @param seed of the order of forks; empty for a fresh one
     * @param blocks how the run is divided into blocks; empty where it is not
     */
    public static FreshSession of(Platform platform, String label, Optional<Path> out, Profile profile,
            List<String> jmhArguments, OptionalLong seed, Optional<Blocks> blocks, Instant now) {
        RunId id = Session.id(label, platform, now);
        return new FreshSession(id, new RunDirectory(out.orElse(Path.of("results").resolve(id.id()))), profile, jmhArguments,
                seed.orElseGet(() -> new Random().nextLong()), blocks);
    }

    @Override
    public List<Sample> earlier() {
        return List.of();
    }

    @Override
    public OptionalDouble recordedBind() {
        return OptionalDouble.empty();
    }

    @Override
    public List<CatalogueEntry> scenarios() {
        return Catalogue.entries();
    }

    @Override
    public boolean isBrokenAlready(Baseline baseline) {
        return false;
    }

    @Override
    public String startEntry() {
        return RunEntry.STARTED;
    }

    @Override
    public void requireRoom() {
        if (Files.exists(directory.samples())) {
            throw new UsageException(directory.path() + " holds a run already: --resume " + directory.path()
                    + " adds forks to it, another --out keeps it");
        }
        // A table with the scenarios of two runs is no run's: its report could not be written.
        if (Files.exists(directory.semantics())) {
            throw new UsageException(directory.path() + " holds the results of a check already: name another --out");
        }
    }
}
