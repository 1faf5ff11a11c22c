package org.reuseaddr.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.reuseaddr.platform.HeldPorts;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.results.RunId;
import org.reuseaddr.semantics.Catalogue;
import org.reuseaddr.semantics.Replayer;
import org.reuseaddr.semantics.ScenarioResult;
import picocli.CommandLine.Command;

/** The semantic scenarios alone. */
@Command(name = "check", description = "Replay the semantic scenarios alone (seconds).")
final class CheckCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        Platform platform = EnvCommand.probe();
        RunId id = new RunId("check", platform.defaultLabel(), platform.shortName());
        try (Replayer replayer = new Replayer(HeldPorts.now());
                CheckSession session = new CheckSession(id, null, replayer)) {
            List<ScenarioResult> results = session.replay(Catalogue.scenarios());
            new SemanticsSummary(System.out).print(results);
            return results.stream().anyMatch(result -> result.grade().isBroken()) ? ExitCode.VIOLATION : ExitCode.DONE;
        }
    }
}
