package org.reuseaddr.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.reuseaddr.report.OutputFile;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One scenario as a program that needs nothing of the suite. */
@Command(name = "repro", description = {"Write one scenario as a program that needs nothing of this suite, for a bug report.",
    "It exits with 0 if all is as on Linux, 1 if the platform differs, 2 if it cannot run there."})
final class ReproCommand implements Callable<Integer> {

    @Parameters(paramLabel = "SCENARIO", arity = "0..1", description = "A scenario's id, as check --list and semantics.csv have it.")
    private String id;

    @Option(names = "--all", description = "The whole catalogue as one program, which prints KTAP; with --lang c alone.")
    private boolean all;

    @Option(names = "--lang", paramLabel = "python|c|strace", defaultValue = "python",
            description = "Python 3.6 or later, C11, or the transcript. Default: ${DEFAULT-VALUE}.")
    private String language;

    @Option(names = "--out", paramLabel = "FILE", description = "Where to write it. Default: standard output.")
    private Path out;

    private enum Language {
        PYTHON(Reproduction::python), C(Reproduction::c), STRACE(Reproduction::strace);

        private final Function<Scenario, String> writer;

        Language(Function<Scenario, String> writer) {
            this.writer = writer;
        }

        private String optionName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Integer call() {
        Language chosen = RunCommand.oneOf("--lang", language, Language.values(), Language::optionName);
        if (all == (id != null)) {
            throw new UsageException("repro: expected a scenario or --all");
        }
        if (all && chosen != Language.C) {
            throw new UsageException("--all: needs --lang c");
        }
        String program = all ? Reproduction.c(Catalogue.scenarios())
                : chosen.writer.apply(ScenarioNames.ofCatalogue().named(id));
        if (out == null) {
            System.out.print(program);
            System.out.flush();
            return ExitCode.DONE;
        }
        if (Files.exists(out) && !Files.isRegularFile(out)) {
            written(out, program); // such as /dev/stdout, which cannot be replaced
        } else {
            OutputFile.write(out, program.getBytes(StandardCharsets.UTF_8));
        }
        return ExitCode.DONE;
    }

    private static void written(Path device, String program) {
        try {
            Files.writeString(device, program);
        } catch (IOException e) {
            throw new OutputException(device, e);
        }
    }
}
