package org.reuseaddr.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.reuseaddr.model.TraceModel;
import org.reuseaddr.model.TraceModel.Judgement;
import org.reuseaddr.model.TraceModel.Kind;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.transcript.Parsed;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whether Linux can have answered as a trace says; opens no socket. */
@Command(name = "judge", description = {"Judge the binds and listens of strace output: can Linux have answered so?",
    "Opens no socket and needs no Linux."},
        footer = {"", "Sockets that the trace does not show may exist: a refusal without a reason in the trace is reported",
            "as one that needs another socket. Exit codes: 0 Linux can have answered so, 2 wrong usage or input,",
            "3 a call of the trace is impossible on Linux."})
final class JudgeCommand implements Callable<Integer> {

    private static final Path STANDARD_INPUT = Path.of("-");

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Output of strace -f; - reads standard input.")
    private List<Path> files;

    @Option(names = "--closed",
            description = "The trace shows every socket of its ports: a refusal without a reason in it is impossible.")
    private boolean closed;

    @Override
    public Integer call() {
        boolean possible = true;
        for (Path file : files) {
            possible &= judge(file.equals(STANDARD_INPUT) ? "standard input" : file.toString(),
                    file.equals(STANDARD_INPUT) ? standardInput() : UserTranscript.parse(file), closed, System.out);
        }
        return possible ? ExitCode.DONE : ExitCode.VIOLATION;
    }

    /** Prints what is to be said of a trace; returns whether Linux can have answered so. */
    static boolean judge(String name, Parsed parsed, boolean closed, PrintStream out) {
        Map<Integer, Integer> threads = parsed.transcript().threads();
        TraceModel model = new TraceModel(closed);
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        int number = 0;
        for (Step step : parsed.transcript().steps()) {
            number++;
            Judgement judgement = model.next(threads.getOrDefault(step.process(), step.process()), step);
            counts.merge(judgement.kind(), 1, Integer::sum);
            if (judgement.kind() != Kind.POSSIBLE && judgement.kind() != Kind.NOT_JUDGED) {
                print(name, number, step, judgement, out);
            }
        }
        int judged = parsed.transcript().steps().size() - counts.getOrDefault(Kind.NOT_JUDGED, 0);
        int impossible = counts.getOrDefault(Kind.IMPOSSIBLE, 0);
        out.println(name + ": " + parsed.transcript().steps().size() + " socket calls, " + judged
                + " binds and listens judged: " + (impossible == 0 ? "Linux can have answered so" : impossible + " impossible on Linux")
                + count(counts, Kind.QUIRK, "only on kernels with a quirk") + count(counts, Kind.NEEDS_ANOTHER_SOCKET,
                        "with a socket that the trace does not show"));
        if (judged == 0) {
            out.println(name + ": nothing was judged: the trace needs socket, setsockopt, bind and listen of a process from "
                    + "its start, as 'strace -f -e trace=network,close' writes them");
        }
        return impossible == 0;
    }

    private static String count(Map<Kind, Integer> counts, Kind kind, String text) {
        return counts.containsKey(kind) ? ", " + counts.get(kind) + " " + text : "";
    }

    private static void print(String name, int number, Step step, Judgement judgement, PrintStream out) {
        out.println(name + ": call " + number + ": " + TranscriptPrinter.line(step));
        String because = judgement.because().isEmpty() ? "" : judgement.because() + ". ";
        String rule = judgement.reason().map(reason -> reason.sentence() + " [" + reason.source() + "]").orElse("");
        switch (judgement.kind()) {
            case QUIRK -> out.println("    " + because + judgement.quirk().map(quirk -> quirk.sentence() + " Native Linux of these "
                    + "releases does the same: " + quirk.releases() + ".").orElseThrow());
            case NEEDS_ANOTHER_SOCKET -> out.println("    possible if a socket that the trace does not show holds the address: "
                    + judgement.because() + ".");
            default -> out.println("    impossible on Linux: " + because + rule);
        }
    }

    private static Parsed standardInput() {
        try {
            return TranscriptParser.parse("standard input", System.in);
        } catch (IOException e) {
            throw new UsageException("standard input: cannot be read: " + e.getMessage());
        } catch (TranscriptException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
