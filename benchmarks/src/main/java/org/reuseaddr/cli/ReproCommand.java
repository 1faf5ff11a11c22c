package org.reuseaddr.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.reuseaddr.replay.ReplayException;
import org.reuseaddr.replay.Replayer;
import org.reuseaddr.report.OutputFile;
import org.reuseaddr.repro.Reproduction;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Transcript;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One scenario, or a transcript of the user's, as a program that needs nothing of the suite. */
@Command(description = {"Write one scenario or transcript as a program that needs nothing of this suite, for a bug report.",
    "It exits with 0 if all is as on Linux, 1 if the platform differs, 2 if it cannot run there."},
        footer = {"", "What bind and listen of a transcript must answer is what Linux answers, not what the transcript claims; a",
            "transcript may have at most " + Replayer.MAX_PROCESSES + " processes, " + Replayer.MAX_THREADS + " threads and "
            + ReproCommand.MAX_CALLS + " calls."})
final class ReproCommand implements Callable<Integer> {

    /** Of a transcript: compilers take minutes for a function of more. */
    static final int MAX_CALLS = 10_000;
    /** The descriptors of a transcript index an array in C. */
    private static final int MAX_DESCRIPTOR = 1_023;

    @Parameters(paramLabel = "SCENARIO|FILE.strace", arity = "0..1",
            description = {"A scenario's id, as check --list and semantics.csv have it, or a part of it that no other has; or a",
                "transcript, such as explore --out writes."})
    private String id;

    @Option(names = "--all", description = "The whole catalogue as one program, which prints KTAP; with --lang c alone.")
    private boolean all;

    @Option(names = "--lang", paramLabel = "python|c|strace", defaultValue = "python",
            description = "Python 3.6 or later, C11, or the transcript. Default: ${DEFAULT-VALUE}.")
    private String language;

    @Option(names = "--allow-address",
            description = "Let the program bind and connect to other addresses than those of the loopback interface.")
    private boolean allowAddress;

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
            throw new UsageException("repro: expected a scenario, a transcript or --all");
        }
        if (all && chosen != Language.C) {
            throw new UsageException("--all: needs --lang c");
        }
        String program = all ? Reproduction.c(Catalogue.scenarios())
                : file().map(file -> ofFile(file, chosen))
                        .orElseGet(() -> chosen.writer.apply(ScenarioNames.ofCatalogue().only(id)));
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

    /** What the argument names if it is no scenario. */
    private Optional<Path> file() {
        try {
            Path file = Path.of(id);
            return id.endsWith(".strace") || Files.exists(file) && !Files.isDirectory(file) ? Optional.of(file) : Optional.empty();
        } catch (InvalidPathException e) {
            throw new UsageException("repro: no scenario or file can be called so: " + e.getReason());
        }
    }

    private String ofFile(Path file, Language language) {
        try {
            return language.writer.apply(read(file));
        } catch (ReplayException e) {
            throw new UsageException(file + ": " + e.getMessage());
        }
    }

    /** Under the name that the transcript has of its own: a program for a bug report shows no directories of who reports. */
    private Scenario read(Path file) {
        List<Scenario> fragments = UserTranscript.read(file, allowAddress);
        if (fragments.size() > 1) {
            throw new UsageException(file + ": expected one transcript, found " + fragments.size()
                    + ": write one of them to a file of its own");
        }
        Scenario read = fragments.get(0);
        Transcript transcript = read.transcript();
        Map<String, String> headers = transcript.headers();
        require(file, "calls", transcript.steps().size(), MAX_CALLS);
        require(file, "processes", (int) transcript.steps().stream()
                .map(step -> transcript.threads().getOrDefault(step.process(), step.process())).distinct().count(), Replayer.MAX_PROCESSES);
        require(file, "threads", transcript.threads().size(), Replayer.MAX_THREADS);
        transcript.steps().forEach(step -> step.madeDescriptor().ifPresent(made -> requireDescriptor(file, made)));
        transcript.steps().forEach(step -> {
            if (step.call() instanceof Call.OnDescriptor on) {
                requireDescriptor(file, on.fd());
            }
        });
        return new Scenario(headers.getOrDefault("scenario", file.getFileName().toString()), read.group(), read.family(), read.rule(),
                headers.getOrDefault("source", ""), read.promised(), read.references(), transcript);
    }

    private static void require(Path file, String what, int found, int most) {
        if (found > most || found == 0 && what.equals("calls")) {
            throw new UsageException(file + ": expected 1 to " + most + " " + what + ", found " + found);
        }
    }

    private static void requireDescriptor(Path file, int descriptor) {
        if (descriptor < 0 || descriptor > MAX_DESCRIPTOR) {
            throw new UsageException(file + ": expected descriptors from 0 to " + MAX_DESCRIPTOR + ", found " + descriptor);
        }
    }

    private static void written(Path device, String program) {
        try {
            Files.writeString(device, program);
        } catch (IOException e) {
            throw new OutputException(device, e);
        }
    }
}
