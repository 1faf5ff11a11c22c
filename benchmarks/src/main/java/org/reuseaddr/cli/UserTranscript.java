package org.reuseaddr.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.reuseaddr.model.TraceModel;
import org.reuseaddr.results.RegularFile;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Parsed;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptParser.Fragment;
import org.reuseaddr.transcript.TranscriptPrinter;

/** A transcript that the user gives, as a scenario whose every result is promised. */
final class UserTranscript {

    /** The group of scenarios that are files of the user. */
    static final String GROUP = "file";
    /** How many fragments of a file are named in a sentence. */
    private static final int MAX_NAMED = 10;

    private UserTranscript() {
    }

    /**
     * Reads a file; says on standard error what of it is skipped.
     *
     * @param anyAddress whether it may bind and connect to other addresses than loopback and wildcard ones
     * @return a scenario a fragment, each of which is replayed alone; one is named by the file, of several those that do not
     *     begin with it by the line too, {@code FILE:LINE}, as {@code judge --out} does
     * @throws UsageException if it cannot be read, with the place, or has such an address
     */
    static List<Scenario> read(Path file, boolean anyAddress) {
        List<Fragment> fragments = parse(file);
        if (!anyAddress) {
            fragments.forEach(fragment -> fragment.parsed().transcript().steps().forEach(step -> requireLocal(file, step)));
        }
        if (fragments.size() > 1) {
            System.err.println(file + ": " + fragments.size() + " fragments, each replayed alone; they begin at the lines "
                    + fragments.stream().limit(MAX_NAMED).map(fragment -> Integer.toString(fragment.line()))
                            .collect(Collectors.joining(", ")) + (fragments.size() > MAX_NAMED ? ", …" : ""));
        }
        return fragments.stream().map(fragment -> scenario(file, fragments.size() == 1 || fragment.line() == 1
                ? file.toString() : file + ":" + fragment.line(), fragment.parsed())).toList();
    }

    private static Scenario scenario(Path file, String id, Parsed parsed) {
        if (parsed.skippedLines() > 0) {
            System.err.println(id + ": " + parsed.skippedLines() + " lines are skipped: "
                    + parsed.skipped().entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey())
                            .collect(Collectors.joining(", ")));
        }
        Map<String, String> headers = parsed.transcript().headers();
        List<String> references = Arrays.stream(headers.getOrDefault("references", "").split("[,\\s]+"))
                .filter(reference -> !reference.isEmpty()).toList();
        return new Scenario(id, GROUP, family(parsed.transcript()),
                headers.getOrDefault("rule", "bind and listen end as on Linux, the other calls as in the transcript."),
                headers.getOrDefault("source", file.toString()), true, references,
                asOnLinux(id, OutsideSockets.provided(id, withoutOthers(id, parsed.transcript()), UserTranscript::isHere)));
    }

    /**
     * The transcript without calls that depend on what is not here: connections to services that it does not contain, and
     * sockets bound to addresses that this machine does not have. How they end says nothing of a platform.
     */
    private static Transcript withoutOthers(String id, Transcript transcript) {
        Set<Integer> served = servedPorts(transcript);
        Map<Integer, Integer> threads = transcript.threads();
        Set<List<Integer>> left = new HashSet<>();
        List<Step> steps = new ArrayList<>();
        Map<String, List<Step>> leftOut = new TreeMap<>();
        for (Step step : transcript.steps()) {
            int process = threads.getOrDefault(step.process(), step.process());
            boolean isElsewhere = step.call() instanceof Call.Connect connect && !served.contains(connect.address().port())
                    || step.call() instanceof Call.Bind bind && step.succeeded() && !isHere(bind.address());
            if (isElsewhere) {
                left.add(List.of(process, ((Call.OnDescriptor) step.call()).fd()));
                leftOut.computeIfAbsent(step.call() instanceof Call.Connect ? "the transcript does not contain the service"
                        : "this machine does not have the address", reason -> new ArrayList<>()).add(step);
            }
            step.madeDescriptor().ifPresent(fd -> left.remove(List.of(process, fd)));
            boolean isLeft = step.call() instanceof Call.OnDescriptor on && left.contains(List.of(process, on.fd()));
            if (!isLeft || step.call() instanceof Call.Close) {
                steps.add(step);
            }
        }
        leftOut.forEach((reason, calls) -> System.err.println(id + ": " + TranscriptPrinter.line(calls.get(0))
                + (calls.size() == 1 ? "" : " and " + (calls.size() - 1) + " more") + ": left out, with what is done to "
                + (calls.size() == 1 ? "its socket: " : "their sockets: ") + reason));
        return new Transcript(transcript.headers(), steps);
    }

    /** The ports that a socket of the transcript listens on at any time, chosen ones included where a call shows them. */
    private static Set<Integer> servedPorts(Transcript transcript) {
        Set<Integer> ports = new HashSet<>();
        for (Step step : transcript.steps()) {
            if (step.call() instanceof Call.Bind bind) {
                ports.add(bind.address().port());
            } else if (step.call() instanceof Call.GetSockName && step.outcome() instanceof Outcome.WithAddress shown
                    && shown.address() != null) {
                ports.add(shown.address().port());
            }
        }
        return ports;
    }

    private static boolean isHere(SockAddr address) {
        try {
            return address.isLoopback() || address.isWildcard()
                    || NetworkInterface.getByInetAddress(InetAddress.getByName(address.host())) != null;
        } catch (IOException e) {
            throw new UsageException(address.host() + ": the addresses of this machine cannot be read: " + e.getMessage());
        }
    }

    /**
     * The transcript with the results that Linux gives to bind and listen. A trace can hold the results of a platform that
     * is not Linux, and refusals that a replay cannot repeat: neither is what this platform must do. Once a result was replaced,
     * the replay ends before the first call that depends on a connection or an address.
     */
    private static Transcript asOnLinux(String id, Transcript transcript) {
        TraceModel linux = new TraceModel(true);
        transcript.users().forEach(linux::user);
        Map<Integer, Integer> threads = transcript.threads();
        List<Step> steps = new ArrayList<>();
        boolean replaced = false;
        for (int index = 0; index < transcript.steps().size(); index++) {
            Step step = transcript.steps().get(index);
            boolean dependent = step.call() instanceof Call.Connect || step.call() instanceof Call.Accept
                    || step.call() instanceof Call.GetSockName || step.call() instanceof Call.GetPeerName;
            if (replaced && dependent) {
                System.err.println(id + ": from " + TranscriptPrinter.line(step) + " on " + left(transcript.steps().size() - index)
                        + " not replayed: what they answer depends on the result that Linux would not have given");
                break;
            }
            Step expected = linux.expected(threads.getOrDefault(step.process(), step.process()), step);
            if (!expected.equals(step)) {
                System.err.println(id + ": the trace has " + TranscriptPrinter.line(step) + "; with the sockets of the trace "
                        + "alone Linux answers" + result(expected) + ", which is what this platform is compared with"
                        + ": 'judge' says more of the trace");
                replaced = true;
            }
            steps.add(expected);
        }
        return new Transcript(transcript.headers(), steps);
    }

    private static String left(int calls) {
        return calls == 1 ? "1 call is" : calls + " calls are";
    }

    /** Whether the sockets of the transcript determine what Linux answers to the call of this index. */
    static boolean isDecidedByLinux(Scenario scenario, int index) {
        TraceModel linux = new TraceModel(true);
        scenario.transcript().users().forEach(linux::user);
        Map<Integer, Integer> threads = scenario.transcript().threads();
        List<Step> steps = scenario.transcript().steps();
        for (Step step : steps.subList(0, index)) {
            linux.next(threads.getOrDefault(step.process(), step.process()), step);
        }
        Step step = steps.get(index);
        return linux.weigh(threads.getOrDefault(step.process(), step.process()), step).expected().isPresent();
    }

    private static String result(Step step) {
        String line = TranscriptPrinter.line(step);
        return line.substring(line.lastIndexOf(" = ") + 2);
    }

    private static List<Fragment> parse(Path file) {
        RegularFile.require(file);
        try {
            return TranscriptParser.parseLog(file);
        } catch (NoSuchFileException e) {
            throw new UsageException(file + ": there is no such file");
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be read: " + (Files.isDirectory(file) ? "it is a directory"
                    : Files.exists(file) && !Files.isReadable(file) ? "permission denied" : e.getMessage()));
        } catch (TranscriptException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** Whether the call may be made without the user's permission: it reaches nothing but this machine. */
    static boolean isLocal(Step step) {
        return !(step.call() instanceof Call.Addressed call) || call.address().isLoopback() || call.address().isWildcard();
    }

    private static void requireLocal(Path file, Step step) {
        if (!isLocal(step) && step.call() instanceof Call.Addressed call) {
            throw new UsageException(file + place(file, call.name(), call.address().host()) + ": "
                    + call.name() + " to " + call.address().host()
                    + ", which is not this machine's loopback: --allow-address permits it: " + TranscriptPrinter.line(step));
        }
    }

    /** The first line that has the call and the address, as {@code :LINE}; empty if they are written otherwise there. */
    private static String place(Path file, String call, String host) {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).contains(call + "(") && lines.get(i).contains('"' + host + '"')) {
                    return ":" + (i + 1);
                }
            }
            return "";
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static String family(Transcript transcript) {
        Set<Family> families = transcript.steps().stream().map(Step::call).filter(Call.Socket.class::isInstance)
                .map(call -> ((Call.Socket) call).domain() == Family.INET6.number() ? Family.INET6 : Family.INET)
                .collect(Collectors.toSet());
        return families.size() == 1 ? families.iterator().next().name() : "mixed";
    }

    /** The same scenario with another limit for each call, in milliseconds. */
    static Scenario limited(Scenario scenario, int limitMillis) {
        Map<String, String> headers = new LinkedHashMap<>(scenario.transcript().headers());
        headers.put("limit-ms", Integer.toString(limitMillis));
        return new Scenario(scenario.id(), scenario.group(), scenario.family(), scenario.rule(), scenario.source(),
                scenario.promised(), scenario.references(), new Transcript(headers, scenario.transcript().steps()));
    }
}
