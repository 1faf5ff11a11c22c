package org.reuseaddr.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.transcript.TraceFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whether Linux can have answered as a trace says; opens no socket. */
@Command(description = {"Judge the binds and listens of strace output: can Linux have answered so?",
    "Opens no socket and needs no Linux."},
        footer = {"", "Sockets that the trace does not show may exist: a refusal without a reason in the trace is reported",
            "as one that needs another socket. Exit codes: 0 Linux can have answered so, or the trace decides nothing;",
            "2 wrong usage or input, 3 a call of the trace is impossible on Linux."})
final class JudgeCommand implements Callable<Integer> {

    private static final int MAX_INSTANCES = 100;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = {"Output of strace -f, directories of such files, or the files",
        "NAME.PID of strace -ff -ttt; - reads standard input and judges each call as it comes."})
    private List<Path> files;

    @Option(names = "--closed",
            description = "The trace shows every socket of its ports: a refusal without a reason in it is impossible.")
    private boolean closed;

    @Option(names = "--instances", paramLabel = "N", defaultValue = "1",
            description = {"The program of the trace was started N times: judge its calls up to the last bind or listen N times,",
                "one instance after another, none of which ends. Default: ${DEFAULT-VALUE}."})
    private int instances;

    @Option(names = "--out", paramLabel = "DIR", description = "Write semantics.csv and environment.csv there: a row a fragment.")
    private Path out;

    @Option(names = "--label", paramLabel = "NAME", defaultValue = "trace",
            description = "The name of the platform that made the traces. Default: ${DEFAULT-VALUE}.")
    private String label;

    @Override
    public Integer call() {
        if (instances < 1 || instances > MAX_INSTANCES) {
            throw new UsageException("--instances: expected 1 to " + MAX_INSTANCES + ", found " + instances);
        }
        Labels.checked(label);
        List<TraceInput> inputs = TraceInput.of(files);
        if (out == null) {
            return exitCode(inputs.stream().map(input -> judge(input, null, null)).toList());
        }
        Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC).format(started);
        RunId id = new RunId(label + "-" + time, label, label);
        RunDirectory directory = new RunDirectory(out);
        directory.prepare();
        try (RunDirectory.Claim claim = directory.claim(); SemanticsFile rows = new SemanticsFile(directory.semantics())) {
            EnvironmentFile.append(directory.environment(), environment(id, started));
            return exitCode(inputs.stream().map(input -> judge(input, rows, id)).toList());
        }
    }

    /** Not the record of this machine: it only judged. */
    private Map<String, String> environment(RunId id, Instant started) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(RunEntry.SCHEMA, Integer.toString(RunEntry.KNOWN_SCHEMA));
        entries.put(RunEntry.ID, id.id());
        entries.put(RunEntry.LABEL, id.label());
        entries.put(RunEntry.STARTED, started.toString());
        entries.put(RunEntry.CHECK_ARGUMENTS, String.join(" ", files.stream().map(Path::toString).toList()));
        return entries;
    }

    private static int exitCode(List<Boolean> possible) {
        return possible.contains(false) ? ExitCode.VIOLATION : ExitCode.DONE;
    }

    private boolean judge(TraceInput input, SemanticsFile rows, RunId id) {
        TraceJudge judge = new TraceJudge(input.name(), closed, instances, System.out);
        TraceFiles.Read read = input.read(judge);
        if (read.summary().calls() == 0) {
            throw new UsageException(input.name() + ": expected output of strace, found " + read.summary().lines()
                    + " lines without a system call");
        }
        boolean possible = judge.end(read.summary());
        if (!read.hasTimes()) {
            System.out.println(input.name() + ": the files have no times, so each is judged alone: 'strace -ff -ttt' writes them");
        }
        if (rows != null) {
            judge.rows(id).forEach(rows::append);
        }
        return possible;
    }
}
