package org.reuseaddr.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.semantics.Catalogue;
import org.reuseaddr.semantics.Replayer;
import org.reuseaddr.semantics.ScenarioResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The semantic scenarios alone. */
@Command(name = "check", description = "Replay the semantic scenarios alone (seconds).")
final class CheckCommand implements Callable<Integer> {

    @Option(names = "--out", paramLabel = "DIR",
            description = "Also write environment.csv and semantics.csv there. Default: nothing is written.")
    private Path out;

    @Option(names = "--label", paramLabel = "NAME", description = "The platform's name in comparisons. Default: kind and kernel.")
    private String label;

    @Override
    public Integer call() {
        Platform platform = EnvCommand.probe();
        RunId id = new RunId("check", Labels.checked(label != null ? label : platform.defaultLabel()), platform.shortName());
        if (out == null) {
            return replay(id, null);
        }
        RunDirectory directory = new RunDirectory(out);
        directory.prepare();
        try (RunDirectory.Claim claim = directory.claim()) {
            EnvironmentFile.append(directory.environment(), platform.entries());
            return replay(id, directory);
        }
    }

    private static int replay(RunId id, RunDirectory directory) {
        try (Replayer replayer = new Replayer(HeldPorts.now());
                CheckSession session = new CheckSession(id, directory, replayer)) {
            List<ScenarioResult> results = session.replay(Catalogue.scenarios());
            new SemanticsSummary(System.out).print(results);
            return results.stream().anyMatch(result -> result.grade().isBroken()) ? ExitCode.VIOLATION : ExitCode.DONE;
        }
    }
}
