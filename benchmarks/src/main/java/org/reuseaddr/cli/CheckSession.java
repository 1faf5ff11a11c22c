package org.reuseaddr.cli;

import java.util.List;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.replay.ScenarioResult;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.run.SemanticCheck;
import org.reuseaddr.scenario.Scenario;

/** Replays scenarios with one replayer and records each result as it comes. */
final class CheckSession implements AutoCloseable {

    private final RunId id;
    private final SemanticsFile file;
    private final Replayer replayer;

    /** @param directory takes {@code semantics.csv}; null records nothing */
    CheckSession(RunId id, RunDirectory directory, Replayer replayer) {
        this.id = id;
        this.file = directory == null ? null : new SemanticsFile(directory.semantics());
        this.replayer = replayer;
    }

    List<ScenarioResult> replay(List<Scenario> scenarios) {
        return SemanticCheck.replay(replayer, scenarios, this::record);
    }

    void record(ScenarioResult result) {
        if (file != null) {
            file.append(SemanticCheck.row(id, result));
        }
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
