package org.reuseaddr.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.reuseaddr.replay.ReplayException;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.run.RunException;
import org.reuseaddr.run.UnsafeWarning;
import org.reuseaddr.run.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;

/**
 * The command line: {@code java -jar benchmarks.jar [COMMAND] [--options] [JMH options] [benchmark regex …]}. Without a
 * command it runs the suite.
 */
@Command(name = "benchmarks", mixinStandardHelpOptions = false, versionProvider = SuiteVersion.class,
        synopsisHeading = "", customSynopsis = {
            "Usage: java -jar benchmarks.jar [COMMAND] [--options] [JMH options] [benchmark regex ...]"},
        description = {"", "Checks whether bind and listen behave as on Linux, and measures what bind, listen, accept and "
                + "close cost. Without a command: run."},
        footer = {"", "Options with one dash are JMH's: -h explains them, -l lists the benchmarks, -lp with parameters.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 a guarantee is violated, 4 compare --fail-on,",
            "5 its data do not decide, 130/143 interrupted/terminated (everything measured so far is on disk)."})
public final class Main {

    /** Environment variable: prints the stack trace of an unexpected exception. */
    private static final String TRACE = "REUSEADDR_TRACE";
    private static final String RUN = "run";
    private static final String HELP = "help";
    /** The commands by their names, in the order of the help. */
    private static final List<NamedCommand> COMMANDS = List.of(new NamedCommand(RUN, RunCommand.class),
            new NamedCommand("check", CheckCommand.class), new NamedCommand("judge", JudgeCommand.class),
            new NamedCommand("explore", ExploreCommand.class), new NamedCommand("twice", TwiceCommand.class),
            new NamedCommand("compare", CompareCommand.class), new NamedCommand("report", ReportCommand.class),
            new NamedCommand("repro", ReproCommand.class), new NamedCommand("env", EnvCommand.class),
            new NamedCommand(HELP, HelpCommand.class));
    private static final Set<String> JMH_QUESTIONS = Set.of("-h", "-l", "-lp", "-lprof", "-lrf");

    private record NamedCommand(String name, Class<?> command) {
    }

    private Main() {
    }

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) throws IOException {
        OutOfMemory.endProcessIfUncaught();
        UnsafeWarning.markAsGiven();
        if (Arrays.stream(arguments).anyMatch(JMH_QUESTIONS::contains) && !isCommandOtherThanRun(arguments)) {
            org.openjdk.jmh.Main.main(Arrays.stream(arguments).filter(word -> !word.equals(RUN)).toArray(String[]::new));
            return;
        }
        int code = execute(arguments);
        Interruption.mainHasEnded();
        // After a signal the JVM is on its way out already: exit then waits for that, and the code is the signal's.
        System.exit(code);
    }

    private static boolean isCommandOtherThanRun(String[] arguments) {
        return isCommand(arguments[0]) && !arguments[0].equals(RUN);
    }

    private static boolean isCommand(String word) {
        return COMMANDS.stream().anyMatch(command -> command.name().equals(word));
    }

    static int execute(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        boolean named = !all.isEmpty() && (isCommand(all.get(0)) || all.get(0).equals("--help") || all.get(0).equals("--version"));
        if (!named) {
            all.add(0, RUN);
        }
        try {
            return commandLine(all.get(0)).execute(all.toArray(String[]::new));
        } catch (UnsatisfiedLinkError e) {
            System.err.println(oneLine(e.getMessage()));
        } catch (OutOfMemoryError e) {
            OutOfMemory.saysIfCauseOf(e);
        }
        return ExitCode.FAILED;
    }

    /**
     * Knows all commands only where the first word asks for help: to read the options of each takes a third of the time in which one
     * scenario is checked.
     */
    private static CommandLine commandLine(String first) {
        CommandLine line = new CommandLine(new Main());
        COMMANDS.stream().filter(command -> command.name().equals(first) || !isCommand(first) || first.equals(HELP))
                .forEach(command -> line.addSubcommand(command.name(), command.command()));
        line.addMixin("standard", new StandardOptions());
        line.getSubcommands().values().stream().filter(command -> command.getCommandSpec().findOption("--help") == null)
                .forEach(command -> command.addMixin("standard", new StandardOptions()));
        // JMH's options follow the suite's: what picocli does not know is JMH's to accept or refuse.
        Optional.ofNullable(line.getSubcommands().get(RUN)).ifPresent(run -> run.setUnmatchedOptionsArePositionalParams(true));
        IParameterExceptionHandler usage = (e, given) -> {
            System.err.println(oneLine(e.getMessage()) + " (--help explains)");
            return ExitCode.USAGE;
        };
        IExecutionExceptionHandler failure = (e, command, parsed) -> report(e);
        line.setParameterExceptionHandler(usage).setExecutionExceptionHandler(failure);
        return line;
    }

    private static int report(Exception e) {
        if (OutOfMemory.saysIfCauseOf(e)) {
            return ExitCode.FAILED;
        }
        if (e instanceof UsageException || e instanceof InputException) {
            System.err.println(oneLine(e.getMessage()));
            return ExitCode.USAGE;
        }
        if (e instanceof RunException || e instanceof OutputException || e instanceof ReplayException) {
            System.err.println(oneLine(e.getMessage()));
            return ExitCode.FAILED;
        }
        if (System.getenv(TRACE) != null) {
            e.printStackTrace();
        }
        System.err.println("internal error, please report it: " + oneLine(String.valueOf(e)) + " at "
                + (e.getStackTrace().length > 0 ? e.getStackTrace()[0] : "an unknown place")
                + "; " + TRACE + "=1 prints the stack trace");
        return ExitCode.FAILED;
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s+", " ");
    }

    /** {@code --help} and {@code --version}, with no short forms: those are JMH's. */
    @Command
    static final class StandardOptions {
        @CommandLine.Option(names = "--help", usageHelp = true, description = "Show this help.")
        @SuppressWarnings("unused") // picocli reads it
        private boolean help;

        @CommandLine.Option(names = "--version", versionHelp = true, description = "Show the version.")
        @SuppressWarnings("unused") // picocli reads it
        private boolean version;
    }
}
