package org.reuseaddr.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.reuseaddr.model.Grade;
import org.reuseaddr.model.Quirk;
import org.reuseaddr.model.Reason;
import org.reuseaddr.model.TraceModel;
import org.reuseaddr.model.TraceModel.Judgement;
import org.reuseaddr.model.TraceModel.Possibility;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.TraceEvent;
import org.reuseaddr.transcript.TraceLog;
import org.reuseaddr.transcript.TracePlace;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * Judges one trace as it is read: prints each call that Linux cannot have answered so, or only some releases, or only with a
 * socket that the trace does not show, and at the end what it found and what the trace lacks.
 */
final class TraceJudge implements Consumer<TraceEvent> {

    /** The most statements of one kind that are printed; all are counted. */
    private static final int MAX_PRINTED = 100;
    /** How many events of a trace are kept to be judged once more for each instance. */
    private static final int MAX_KEPT = 100_000;
    /** Beyond the largest process number of Linux: the processes of the second instance are numbered from here on. */
    private static final int INSTANCE = 1 << 23;
    /** What a log needs; in quotation marks, since shells read a question mark as a pattern. */
    private static final String STRACE = "strace -f -e 'trace=network,desc,process,%creds,?close_range,?unshare'";
    /** A trace of more calls is that of a server at work, not the few lines of a report. */
    private static final int MAX_LONE_CALLS = 20;
    private static final String AS_PROMISED = "as promised";

    private final String name;
    private final boolean closed;
    private final int instances;
    private final PrintStream out;
    private final List<JudgedFragment> fragments = new ArrayList<>();
    private final Map<Possibility, Integer> counts = new EnumMap<>(Possibility.class);
    private final List<TraceEvent> kept = new ArrayList<>();
    private JudgedFragment fragment = new JudgedFragment("");
    private int calls;
    private int ports;
    private TraceModel model;

    /** What is recorded of a fragment of the trace. */
    private static final class JudgedFragment {
        private final String id;
        private final TreeSet<String> families = new TreeSet<>();
        private int judged;
        private Possibility worst = Possibility.NOT_JUDGED;
        private Optional<Judgement> judgement = Optional.empty();
        private String call = "";
        private String observed = AS_PROMISED;
        private String evidence = "";
        private int calls;
        private final TreeSet<Integer> processes = new TreeSet<>();
        private int binds;
        private int listens;
        private boolean hasOthers;
        private String bound = "";

        private JudgedFragment(String place) {
            this.id = place;
        }

        /** Takes note of what tells whether the fragment is no more than one listener. */
        private void note(TraceEvent.Called called) {
            if (++calls > MAX_LONE_CALLS) {
                return;
            }
            processes.add(called.process());
            Call call = called.step().call();
            if (call instanceof Call.Bind bind) {
                binds++;
                hasOthers |= !called.step().succeeded() || bind.address().port() == 0;
                bound = bind.address() + " (" + called.place() + ")";
            } else if (call instanceof Call.Listen) {
                listens++;
                hasOthers |= !called.step().succeeded();
            } else {
                hasOthers |= call instanceof Call.Connect;
            }
        }

        /** Whether one process, one socket and nothing else has to do with a port that the trace names. */
        private boolean isLoneListener() {
            return calls <= MAX_LONE_CALLS && processes.size() == 1 && binds == 1 && listens == 1 && !hasOthers
                    && worst == Possibility.POSSIBLE;
        }

        private static int severity(Possibility kind) {
            return switch (kind) {
                case IMPOSSIBLE -> 4;
                case QUIRK -> 3;
                case NEEDS_ANOTHER_SOCKET -> 2;
                case POSSIBLE -> 1;
                case NOT_JUDGED -> 0;
            };
        }
    }

    /**
     * @param closed whether the trace shows every socket of its ports
     * @param instances how often the program of the trace is taken to have been started
     */
    TraceJudge(String name, boolean closed, int instances, PrintStream out) {
        this.name = name;
        this.closed = closed;
        this.instances = instances;
        this.out = out;
        fragments.add(fragment);
        model = newModel();
    }

    private TraceModel newModel() {
        return new TraceModel(closed, this::processName);
    }

    private String processName(int process) {
        int pid = process % INSTANCE;
        String number = pid == 0 ? "" : Integer.toString(pid);
        if (instances == 1) {
            return number;
        }
        return (number.isEmpty() ? "" : number + " of ") + "instance " + (process / INSTANCE + 1);
    }

    @Override
    public void accept(TraceEvent event) {
        if (event instanceof TraceEvent.FragmentBegins begins) {
            judgeInstances();
            fragment = new JudgedFragment(":" + begins.place().line());
            fragments.add(fragment);
            model = newModel();
        } else if (instances == 1) {
            take(event, 0);
        } else {
            kept.add(event);
            if (kept.size() > MAX_KEPT) {
                throw new UsageException(name + ": --instances: expected at most " + MAX_KEPT + " socket calls, found more");
            }
        }
    }

    /** Each instance makes its calls up to the last bind or listen, and none of them ends. */
    private void judgeInstances() {
        int end = kept.size();
        while (end > 0 && !(kept.get(end - 1) instanceof TraceEvent.Called called && isJudgedKind(called.step().call()))) {
            end--;
        }
        for (int instance = 0; instance < instances; instance++) {
            for (TraceEvent event : kept.subList(0, end)) {
                take(event, instance);
            }
        }
        kept.clear();
    }

    private static boolean isJudgedKind(Call call) {
        return call instanceof Call.Bind || call instanceof Call.Listen;
    }

    private void take(TraceEvent event, int instance) {
        int shift = instance * INSTANCE;
        if (event instanceof TraceEvent.Called called) {
            judge(called, instance);
        } else if (event instanceof TraceEvent.Forked forked) {
            fragment.hasOthers = true;
            model.fork(forked.parent() + shift, forked.child() + shift);
        } else if (event instanceof TraceEvent.Heard heard) {
            model.hear(heard.process() + shift);
        } else if (event instanceof TraceEvent.Unwatched unwatched) {
            model.unwatch(unwatched.process() + shift);
        } else if (event instanceof TraceEvent.Copied copied) {
            model.copy(copied.process() + shift, copied.fd(), copied.to());
        } else if (event instanceof TraceEvent.Exited exited) {
            model.exit(exited.process() + shift, exited.certain());
        } else if (event instanceof TraceEvent.Lost lost) {
            model.lose(lost.process() + shift, lost.fd());
        } else if (event instanceof TraceEvent.Began began) {
            model.begin(began.process() + shift, began.fd(), began.call());
        } else if (event instanceof TraceEvent.SetOther set) {
            model.setOther(set.process() + shift, set.fd());
        } else if (event instanceof TraceEvent.User user) {
            model.user(user.process() + shift, user.user());
        } else if (event instanceof TraceEvent.Hides hides) {
            model.hides(hides.process() + shift);
        } else if (event instanceof TraceEvent.PortTaken taken) {
            fragment.hasOthers = true;
            model.takenByUnseen(taken.port());
        }
    }

    private void judge(TraceEvent.Called called, int instance) {
        fragment.note(called);
        calls += called.implied() || instance > 0 ? 0 : 1;
        if (called.step().call() instanceof Call.Socket made) {
            fragment.families.add(made.domain() == Family.INET6.number() ? Family.INET6.name() : Family.INET.name());
        }
        Judgement judgement = model.next(called.process() + instance * INSTANCE, called.step(), called.place().toString());
        if (judgement.kind() == Possibility.NOT_JUDGED) {
            return;
        }
        fragment.judged++;
        ports += isJudgedKind(called.step().call()) ? 1 : 0;
        boolean isFirst = counts.merge(judgement.kind(), 1, Integer::sum) == 1;
        boolean isWorse = JudgedFragment.severity(judgement.kind()) > JudgedFragment.severity(fragment.worst);
        String statement = judgement.kind() == Possibility.POSSIBLE ? "" : statement(judgement);
        if (isWorse) {
            fragment.worst = judgement.kind();
            fragment.judgement = Optional.of(judgement);
            fragment.call = TranscriptPrinter.call(called.step());
            fragment.observed = TranscriptPrinter.result(called.step());
            fragment.evidence = judgement.kind() == Possibility.POSSIBLE ? "" : where(called.place(), instance) + ": " + statement;
        }
        if (judgement.kind() != Possibility.POSSIBLE && counts.get(judgement.kind()) <= MAX_PRINTED) {
            print(called, instance, isFirst && judgement.kind() == Possibility.IMPOSSIBLE, statement);
        }
    }

    private String where(TracePlace place, int instance) {
        return place + (instances == 1 ? "" : ", instance " + (instance + 1));
    }

    /** The line appears when its call is read: somebody may be watching a server. */
    private void print(TraceEvent.Called called, int instance, boolean isFirst, String statement) {
        out.println(name + ": " + where(called.place(), instance) + ": " + TranscriptPrinter.line(called.step())
                + (isFirst ? "    <-- the first impossible call" : ""));
        out.println("    " + statement);
        out.flush();
    }

    private static String statement(Judgement judgement) {
        String because = judgement.because().isEmpty() ? "" : judgement.because() + ". ";
        String rule = judgement.reason().map(reason -> reason.sentence() + " [" + reason.source() + "]").orElse("");
        return switch (judgement.kind()) {
            case QUIRK -> "possible on some releases of Linux alone: " + because + judgement.quirk().map(TraceJudge::inWords).orElseThrow();
            case NEEDS_ANOTHER_SOCKET -> "possible if a socket that the trace does not show holds the address: "
                    + judgement.because() + ". 'ss -tanp' shows such a socket while it is there; --closed says that there is none.";
            default -> "impossible on every release of Linux: " + because + rule;
        };
    }

    private static String inWords(Quirk quirk) {
        return quirk.sentence() + " Native Linux of these releases does the same: " + quirk.releases() + "; fixed in "
                + quirk.fix() + " (" + quirk.id() + ").";
    }

    /** Prints what was found; says whether Linux can have answered so. */
    boolean end(TraceLog.LogSummary summary) {
        judgeInstances();
        int judged = counts.values().stream().mapToInt(Integer::intValue).sum();
        int impossible = counts.getOrDefault(Possibility.IMPOSSIBLE, 0);
        out.println(name + ": " + counted(summary.lines(), "line", "lines") + ", " + counted(calls, "socket call", "socket calls") + ", "
                + counted(ports, "bind or listen", "binds and listens") + " and "
                + counted(judged - ports, "other call", "other calls") + " judged"
                + (instances == 1 ? "" : " in " + instances + " instances") + ": "
                + (impossible == 0 ? judged == 0 ? "nothing is decided" : "Linux can have answered so"
                : impossible + " impossible on Linux")
                + count(Possibility.QUIRK, "possible on some releases of Linux alone")
                + count(Possibility.NEEDS_ANOTHER_SOCKET, "possible with a socket that the trace does not show"));
        loneListener().ifPresent(sentence -> out.println(name + ": " + sentence));
        lacks(summary, ports, impossible).forEach(sentence -> out.println(name + ": " + sentence));
        out.flush();
        return impossible == 0;
    }

    private static String counted(long number, String one, String several) {
        return number + " " + (number == 1 ? one : several);
    }

    private String count(Possibility kind, String text) {
        return counts.containsKey(kind) ? ", " + counts.get(kind) + " " + text : "";
    }

    /** The half of a report: whether its listener is a second one, only the other process's calls show. */
    private Optional<String> loneListener() {
        return closed || instances > 1 ? Optional.empty() : fragments.stream().filter(JudgedFragment::isLoneListener).findFirst()
                .map(one -> "this is one listener on " + one.bound + "; a second one would only show in a trace of both processes: "
                        + STRACE + " -o both.log sh -c 'my-server & sleep 1; my-server'");
    }

    private static List<String> lacks(TraceLog.LogSummary summary, int ports, int impossible) {
        List<String> sentences = new ArrayList<>();
        String named = summary.skipped().entrySet().stream().filter(entry -> entry.getKey().indexOf(' ') > 0)
                .filter(entry -> !entry.getKey().endsWith("(other family)") && !entry.getKey().endsWith("(no socket)")
                        && !entry.getKey().endsWith("(no SOCK_STREAM)") && !entry.getKey().endsWith("(other option)")
                        && !entry.getKey().startsWith("signal") && !entry.getKey().startsWith("process")
                        && !entry.getKey().startsWith("strace"))
                .map(entry -> entry.getValue() + " " + entry.getKey()).collect(Collectors.joining(", "));
        if (!named.isEmpty()) {
            sentences.add("skipped: " + named);
        }
        summary.firstUnreadable().ifPresent(first -> sentences.add("a call that cannot be read: " + first));
        if (ports == 0) {
            sentences.add("a bind or listen is judged if the trace shows its socket from socket(2) on: start the program under "
                    + STRACE);
        } else if (impossible > 0 && summary.unexplained() > 0 && !summary.showsClones()) {
            sentences.add("the trace shows no clone: its numbers are taken for processes, not for threads of one; "
                    + STRACE + " shows which they are");
        }
        if (ports > 0 && !summary.showsCloses()) {
            sentences.add("the trace shows no close: a socket counts as open until its descriptor is given again or its process "
                    + "ends" + (impossible > 0 ? ", and if it was closed, what is called impossible because of it is not"
                    : "") + "; '-e trace=network,desc' shows more");
        }
        return sentences;
    }

    /** A row a fragment of the trace, in their order. */
    List<SemanticsRow> rows(RunId run) {
        return fragments.stream().map(one -> row(run, one)).toList();
    }

    private SemanticsRow row(RunId run, JudgedFragment one) {
        String expected = one.worst == Possibility.IMPOSSIBLE || one.worst == Possibility.QUIRK
                ? one.judgement.flatMap(Judgement::expected).map(result -> result instanceof
                        SyscallResult.Failed failed ? "-1 " + failed.errno() : "0").orElse("another result")
                : AS_PROMISED;
        boolean differs = !expected.equals(AS_PROMISED);
        Optional<Reason> reason = one.judgement.flatMap(Judgement::reason);
        String evidence = one.judged == 0 ? "nothing was judged: the trace does not show a socket from socket(2) to bind or listen"
                : one.evidence;
        return new SemanticsRow(run, name + one.id, "trace", one.families.size() == 1 ? one.families.first() : "mixed",
                grade(one, reason).name(), expected, differs ? one.observed : AS_PROMISED, differs ? one.call : "",
                reason.map(rule -> rule.sentence() + " (" + rule.source() + ")").orElse(""),
                reason.map(rule -> String.join(" ", rule.references())).orElse(""), 0, evidence, instances, 0,
                one.judgement.flatMap(Judgement::quirk).map(Quirk::id).orElse(""));
    }

    /** A fragment in which nothing could be judged is an error of the check, not a promise kept. */
    private static Grade grade(JudgedFragment one, Optional<Reason> reason) {
        return switch (one.worst) {
            case IMPOSSIBLE -> reason.filter(Reason::promised).isPresent() ? Grade.VIOLATION : Grade.DEVIATION;
            case QUIRK -> Grade.KNOWN;
            case NEEDS_ANOTHER_SOCKET, POSSIBLE -> Grade.PASS;
            case NOT_JUDGED -> Grade.ERROR;
        };
    }
}
