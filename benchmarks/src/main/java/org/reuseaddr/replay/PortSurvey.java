package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reuseaddr.platform.PortRange;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/**
 * Makes the first two calls of a transcript, socket and bind, for each of many ports at once: some platforms refuse a range
 * of ports, which a scenario on one port meets by chance alone. All sockets stay open until the last port has been asked for,
 * or as many as the limit of open files lets.
 *
 * <p>Ports that /proc/net shows are left out. What is refused all the same is looked up at once; it counts unless a socket is
 * seen on that port, and by the same rule as in {@link Refusals} only more of them than unrelated processes explain are a
 * violation.
 */
final class PortSurvey {

    /** {@code # sample: 49152-65535 256}: the range, and how many of its ports to ask for. */
    private static final String HEADER = "sample";
    private static final Pattern SAMPLE = Pattern.compile("(\\d{1,5})-(\\d{1,5}) (\\d{1,3})");
    /** So many neighbours of the sample must be refused to be called a range. */
    private static final int A_RANGE = 4;
    /** A machine may reserve more ports for root than those below 1024: net.ipv4.ip_unprivileged_port_start. */
    private static final Errno NOT_PERMITTED = Errno.named("EACCES");
    private static final int NAMED = 5;
    private static final int SPARE_DESCRIPTORS = 8;

    private final SocketProcess process;
    private final PortWatch watch;
    private final RefusalLedger ledger;
    private final Surroundings surroundings;
    private final int limitMillis;
    private final Call socket;
    private final Call.Bind bind;
    private final PortRange range;
    private final int count;
    private final List<Integer> asked = new ArrayList<>();
    private final List<Integer> refused = new ArrayList<>();
    private int excused;
    private int made;
    private int open;
    private int most = Integer.MAX_VALUE;
    private OptionalLong hidden = OptionalLong.of(0);

    /**
     * What the survey found.
     *
     * @param unexplained how many ports were refused though nobody was seen to hold them
     * @param steps the calls for the first such port or, if there is none, for the last that was asked for
     * @param refusals the same as counts
     * @param words which ports were refused; empty for none
     */
    record Found(int unexplained, List<Step> steps, Refusals refusals, String words) {
    }

    private PortSurvey(Transcript transcript, Matcher header, SocketProcess process, PortWatch watch, RefusalLedger ledger,
            Surroundings surroundings, int limitMillis) {
        this.process = process;
        this.watch = watch;
        this.ledger = ledger;
        this.surroundings = surroundings;
        this.limitMillis = limitMillis;
        int low = Integer.parseInt(header.group(1));
        int high = Integer.parseInt(header.group(2));
        count = Integer.parseInt(header.group(3));
        boolean twoCalls = transcript.steps().size() >= 2 && transcript.steps().get(0).call() instanceof Call.Socket
                && transcript.steps().get(1).call() instanceof Call.Bind;
        if (low < 1 || low > high || high > 65_535 || count < 1 || count > Replayer.MAX_DESCRIPTORS / 2 || !twoCalls) {
            throw new ReplayException("header " + HEADER + ": expected LOW-HIGH COUNT with ports of 1 to 65535 and a count of at "
                    + "most " + Replayer.MAX_DESCRIPTORS / 2 + ", over a socket and its bind");
        }
        range = new PortRange(low, high);
        socket = transcript.steps().get(0).call();
        bind = (Call.Bind) transcript.steps().get(1).call();
    }

    /**
     * The survey that a transcript asks for; empty if it asks for none.
     *
     * @throws ReplayException if the header is not as it should be
     */
    static Optional<PortSurvey> of(Transcript transcript, SocketProcess process, PortWatch watch, RefusalLedger ledger,
            Surroundings surroundings, int limitMillis) {
        String header = transcript.headers().get(HEADER);
        if (header == null) {
            return Optional.empty();
        }
        Matcher sample = SAMPLE.matcher(header.strip());
        if (!sample.matches()) {
            throw new ReplayException("header " + HEADER + ": expected LOW-HIGH COUNT, found " + header);
        }
        return Optional.of(new PortSurvey(transcript, sample, process, watch, ledger, surroundings, limitMillis));
    }

    /** Asks for the ports; closes everything. */
    Found run(Transcript transcript) {
        try {
            Set<Integer> held = surroundings.portsInUse().get();
            List<Integer> all = IntStream.rangeClosed(range.low(), range.high()).boxed().filter(port -> !held.contains(port))
                    .collect(Collectors.toCollection(ArrayList::new));
            Collections.shuffle(all);
            List<Step> steps = List.of();
            for (int port : all.subList(0, Math.min(count, all.size()))) {
                asked.add(port);
                List<Step> answers = ask(transcript, port);
                boolean differs = steps.size() == 2 && !steps.get(1).outcome().equals(transcript.steps().get(1).outcome());
                steps = differs ? steps : answers;
            }
            String words = refused.isEmpty() ? "" : words();
            return new Found(refused.size(), steps, new Refusals(asked.size(), asked.size(), excused, refused.size(), hidden,
                    all.size() + held.size() + 1, refused), words);
        } finally {
            process.closeAll();
        }
    }

    private List<Step> ask(Transcript transcript, int port) {
        Step opening = transcript.steps().get(0);
        int fd = made++;
        Outcome opened = open(fd);
        Outcome outcome = process.execute(0, new Call.Bind(fd, bind.address().withPort(port)), SocketProcess.UNNAMED, limitMillis);
        if (!socket.succeedsWith(opened)) {
            throw new ReplayException("with " + (open - 1) + " sockets open another cannot be opened: " + opened);
        }
        if (outcome.failedWith(NOT_PERMITTED)) {
            return transcript.steps().subList(0, 2);
        }
        ledger.made(port);
        if (outcome.failedWith(Errno.EADDRINUSE)) {
            PortWatch.Seen seen = watch.look(port);
            ledger.refused(port, seen);
            if (seen == PortWatch.Seen.HELD) {
                excused++;
                return transcript.steps().subList(0, 2);
            }
            refused.add(port);
            hidden = seen == PortWatch.Seen.FREE || hidden.isEmpty() ? hidden : withoutOwn(surroundings.hiddenSockets().get());
        }
        return List.of(opening,
                new Step(opening.process(), bind, outcome));
    }

    /** Opens a socket; where the limit of open files is reached, closes those before it first. */
    private Outcome open(int fd) {
        if (open >= most) {
            closeAll();
        }
        Outcome opened = process.execute(0, socket, fd, limitMillis);
        if (isFull(opened) && open > 0) {
            // Some are left for the look after a refusal: sock_diag and /proc/net need descriptors too.
            most = Math.max(1, open - SPARE_DESCRIPTORS);
            closeAll();
            opened = process.execute(0, socket, fd, limitMillis);
        }
        open++;
        return opened;
    }

    private void closeAll() {
        process.closeAll();
        open = 0;
    }

    private static boolean isFull(Outcome opened) {
        return opened.failedWith(Errno.EMFILE) || opened.failedWith(Errno.named("ENFILE"));
    }

    private OptionalLong withoutOwn(OptionalLong sockets) {
        return sockets.isEmpty() ? sockets : OptionalLong.of(Math.max(hidden.orElse(0), sockets.getAsLong() - open));
    }

    private String words() {
        List<Integer> sample = asked.stream().sorted().toList();
        List<String> parts = new ArrayList<>();
        int first = 0;
        List<Integer> single = new ArrayList<>();
        while (first < sample.size()) {
            int end = first;
            while (end < sample.size() && refused.contains(sample.get(end))) {
                end++;
            }
            if (end - first >= A_RANGE) {
                int low = edge(first == 0 ? range.low() - 1 : sample.get(first - 1), sample.get(first));
                int high = edge(end == sample.size() ? range.high() + 1 : sample.get(end), sample.get(end - 1));
                parts.add(low + "–" + high + ", " + (end - first) + " of " + (end - first) + " ports");
            } else {
                single.addAll(sample.subList(first, end));
            }
            first = end + 1;
        }
        if (!single.isEmpty()) {
            parts.add((parts.isEmpty() ? "" : "and ") + single.size() + " of " + sample.size() + " ports: "
                    + single.stream().limit(NAMED).map(String::valueOf).collect(Collectors.joining(", "))
                    + (single.size() > NAMED ? ", …" : ""));
        }
        return "refused though nobody held them: " + String.join("; ", parts);
    }

    /** The last refused port on the way to one that is not: by bisection, as if the range had one edge. */
    private int edge(int granted, int refusedPort) {
        int inside = refusedPort;
        int outside = granted;
        IntPredicate isRefused = port -> {
            int fd = made++;
            process.execute(0, socket, fd, limitMillis);
            ledger.made(port);
            Outcome answer = process.execute(0, new Call.Bind(fd, bind.address().withPort(port)), SocketProcess.UNNAMED,
                    limitMillis);
            process.execute(0, new Call.Close(fd), SocketProcess.UNNAMED, limitMillis);
            return answer.failedWith(Errno.EADDRINUSE);
        };
        while (Math.abs(inside - outside) > 1) {
            int middle = (inside + outside) / 2;
            if (isRefused.test(middle)) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        return inside;
    }
}
