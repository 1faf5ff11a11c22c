package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.model.TraceModel.Judgement;
import org.reuseaddr.model.TraceModel.Possibility;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

/**
 * What can be said of calls in traces of one process and of several. Each file of {@code verdicts} has cases; a case begins
 * with {@code ## title}, and each of its lines is one of these, about process 0 unless a number stands before it:
 *
 * <ul>
 *   <li>a call in strace's notation, which is made, and which Linux can have answered so. Addresses are written
 *       {@code <127.0.0.1:80>} and {@code <[::1]:80>};
 *   <li>{@code VERDICT: call}: what is said of the call if it comes next; it does not come. Two verdicts,
 *       {@code CLOSED/OPEN}, are those of a trace that shows every socket and of one beside which others may exist;
 *   <li>{@code VERDICT! call}: the same of a call that is made;
 *   <li>{@code listens 3 <127.0.0.1:80>}: socket, bind and listen, without options;
 *   <li>an event that is no socket call, see {@link #event}.
 * </ul>
 *
 * <p>A case is judged twice: as a trace that shows every socket, and as one that may not.
 */
class TraceVerdictsTest {

    private static final Path VERDICTS = Path.of("src/test/resources/org/reuseaddr/model/verdicts");
    private static final String VERDICT = Stream.of(Possibility.values()).map(Possibility::name)
            .collect(Collectors.joining("|", "(?:", ")"));
    private static final Pattern LINE = Pattern.compile("(?:(" + VERDICT + ")(?:/(" + VERDICT + "))?([:!]) +)?(?:(\\d+) )?([a-z].*)");
    private static final Pattern INET = Pattern.compile("<(\\d[\\d.]*):(\\d+)>");
    private static final Pattern INET6 = Pattern.compile("<\\[([0-9a-f:.]+)\\]:(\\d+)>");
    private static final Pattern ON_DESCRIPTOR = Pattern.compile("(?:fd=|\\()(\\d+)");

    /** A case: what it shows, and its lines. */
    private record Case(String title, List<String> lines) {
    }

    private static Stream<Arguments> cases() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(VERDICTS)) {
            for (Path file : files.sorted().toList()) {
                for (Case one : read(Files.readString(file, StandardCharsets.UTF_8))) {
                    cases.add(Arguments.of(one.title(), true, one.lines()));
                    cases.add(Arguments.of(one.title(), false, one.lines()));
                }
            }
        }
        return cases.stream();
    }

    private static List<Case> read(String text) {
        List<Case> cases = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith("## ")) {
                cases.add(new Case(line.substring(3), new ArrayList<>()));
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                cases.get(cases.size() - 1).lines().add(line);
            }
        }
        return cases;
    }

    @ParameterizedTest(name = "{0}; every socket is shown: {1}")
    @MethodSource("cases")
    void whatLinuxCanHaveAnswered(String title, boolean closed, List<String> lines) throws TranscriptException {
        TraceModel model = new TraceModel(closed);
        for (String line : lines) {
            Matcher parts = LINE.matcher(line);
            assertThat(parts.matches()).as(line).isTrue();
            int process = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4));
            String[] words = parts.group(5).split(" ");
            if (words[0].equals("listens")) {
                listener(model, process, words[1], words[2]);
                continue;
            }
            if (!parts.group(5).contains("(")) {
                event(model, process, words);
                continue;
            }
            Step step = step(process, parts.group(5));
            Judgement judgement = ":".equals(parts.group(3)) ? model.weigh(process, step) : model.next(process, step);
            if (parts.group(1) == null) {
                assertThat(judgement.kind()).as("%s: %s", title, line)
                        .isNotIn(Possibility.IMPOSSIBLE, Possibility.QUIRK, Possibility.NEEDS_ANOTHER_SOCKET);
            } else {
                Possibility expected = Possibility.valueOf(closed || parts.group(2) == null ? parts.group(1) : parts.group(2));
                assertThat(judgement.kind()).as("%s: %s: %s", title, line, judgement).isEqualTo(expected);
            }
        }
    }

    private static void listener(TraceModel model, int process, String fd, String address) throws TranscriptException {
        String family = address.contains("[") ? "AF_INET6" : "AF_INET";
        for (String call : List.of("socket(" + family + ", SOCK_STREAM, IPPROTO_TCP) = " + fd,
                "bind(" + fd + ", " + address + ", 28) = 0", "listen(" + fd + ", 8) = 0")) {
            assertThat(model.next(process, step(process, call)).kind()).as(call).isIn(Possibility.POSSIBLE, Possibility.NOT_JUDGED);
        }
    }

    /** What a log of strace tells beside socket calls. */
    private static void event(TraceModel model, int process, String[] words) {
        switch (words[0]) {
            case "forks" -> model.fork(process, Integer.parseInt(words[1]));
            // From here on the trace shows what the process does with its descriptors; or it no longer does.
            case "is-seen" -> model.hear(process);
            case "is-not-seen" -> model.unwatch(process);
            case "ends" -> model.exit(process, true);
            // Somebody whom the trace does not show may have its descriptors.
            case "ends-perhaps-shared" -> model.exit(process, false);
            case "copies" -> model.copy(process, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            // The call is made and has not come back; its own line stands where it comes back.
            case "begins" -> model.begin(process, Integer.parseInt(words[2]), words[1]);
            case "passes-on" -> model.lose(process, Integer.parseInt(words[1]));
            case "sets-unknown-option" -> model.setOther(process, Integer.parseInt(words[1]));
            case "has-io_uring" -> model.hides(process);
            case "is-of-user" -> model.user(process, Integer.parseInt(words[1]));
            case "port-is-taken" -> model.takenByUnseen(Integer.parseInt(words[1]));
            default -> throw new IllegalArgumentException("no event: " + words[0]);
        }
    }

    /** A call for itself: the parser wants to see how its descriptor was made. */
    private static Step step(int process, String call) throws TranscriptException {
        String prefix = process == 0 ? "" : "[pid " + process + "] ";
        Matcher fd = ON_DESCRIPTOR.matcher(call);
        String made = !call.startsWith("socket(") && fd.find()
                ? prefix + "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = " + fd.group(1) + "\n" : "";
        String inet = INET.matcher(call).replaceAll("{sa_family=AF_INET, sin_port=htons($2), sin_addr=inet_addr(\"$1\")}");
        String text = INET6.matcher(inet).replaceAll("{sa_family=AF_INET6, sin6_port=htons($2), inet_pton(AF_INET6, \"$1\", &sin6_addr)}");
        List<Step> steps = TranscriptParser.parse("case", made + prefix + text + "\n").transcript().steps();
        return steps.get(steps.size() - 1);
    }
}
