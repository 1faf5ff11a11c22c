package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;
import org.reuseaddr.transcript.TranscriptPrinter;

/**
 * The answers of the model where it knows them, and that it says nothing where it does not. What Linux answers in the
 * conversations was seen on Linux 6.18: {@code check --allow-address FILE} replays one.
 */
class LinuxTcpTest {

    private static final Path CONVERSATIONS = Path.of("src/test/resources/org/reuseaddr/model/conversations");
    private static final int SOCK_DGRAM = 2;
    private static final String LOOPBACK = "{sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"127.0.0.1\")}, ";
    private static final String LISTENER = """
            socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
            setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [1], 4) = 0
            bind(3, LOOPBACK16) = 0
            listen(3, 8) = 0
            """;
    private static final String TWO_LISTENERS = LISTENER + LISTENER.replace("(3,", "(4,").replace("= 3", "= 4");
    private static final String CLIENT = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5\nconnect(5, LOOPBACK16) = 0\n";

    private static List<Step> parse(String text) {
        try {
            return TranscriptParser.parse("conversation", text.replace("LOOPBACK", LOOPBACK)).transcript().steps();
        } catch (TranscriptException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The text with another address or port in it. */
    private static String with(String text, String original, String replacement) {
        return text.replace("LOOPBACK", LOOPBACK).replace(original, replacement);
    }

    /** What the model says of each call as it is written; the world goes on as the calls went. */
    private static List<LinuxTcp.Judged> judge(LinuxTcp model, String text) {
        List<LinuxTcp.Judged> judged = new ArrayList<>();
        World world = World.EMPTY;
        for (Step step : parse(text)) {
            judged.add(model.judge(world, step));
            world = judged.get(judged.size() - 1).after();
        }
        return judged;
    }

    /** The world after calls each of which the model allows. */
    private static World after(String text) {
        List<LinuxTcp.Judged> judged = judge(LinuxTcp.REFERENCE, text);
        assertThat(judged).allMatch(step -> step.allowed().isPresent());
        return judged.get(judged.size() - 1).after();
    }

    private static boolean allows(String before, String last) {
        List<Step> steps = parse(before + last);
        return LinuxTcp.REFERENCE.judge(after(before), steps.get(steps.size() - 1)).allowed().isPresent();
    }

    private static boolean saysNothing(String before, String last) {
        List<Step> steps = parse(before + last);
        return saysNothing(before, steps.get(steps.size() - 1).call());
    }

    private static boolean saysNothing(String before, Call call) {
        List<Allowed> answers = LinuxTcp.REFERENCE.answers(after(before), 0, call);
        assertThat(answers).isNotEmpty();
        return answers.stream().allMatch(allowed -> allowed.answer() instanceof Answer.Anything);
    }

    private static Stream<Path> conversations() throws IOException {
        try (Stream<Path> files = Files.list(CONVERSATIONS)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void whatLinuxAnswersIsAllowedAndNothingElseIs(Path conversation) throws IOException {
        World world = World.EMPTY;
        for (Step step : parse(Files.readString(conversation, StandardCharsets.UTF_8))) {
            LinuxTcp.Judged judged = LinuxTcp.REFERENCE.judge(world, step);
            assertThat(judged.allowed()).as(TranscriptPrinter.line(step)).isPresent();
            assertThat(judged.allowed().orElseThrow().answer()).as(TranscriptPrinter.line(step)).isNotInstanceOf(Answer.Anything.class);
            // A port that Linux chooses may be another one.
            boolean isChosen = judged.allowed().orElseThrow().answer() instanceof Answer.Shows shows && shows.chosen();
            for (Step other : isChosen ? List.<Step>of() : others(step)) {
                assertThat(LinuxTcp.REFERENCE.judge(world, other).allowed()).as(TranscriptPrinter.line(other)).isEmpty();
            }
            world = judged.after();
        }
    }

    /** Results that the call does not have where it has this one. */
    private static List<Step> others(Step step) {
        List<Outcome> others = new ArrayList<>(List.of(new Outcome.Plain(new SyscallResult.Failed(Errno.named("EIO"))),
                new Outcome.TimedOut(1000)));
        if (step.outcome() instanceof Outcome.WithAddress shown && shown.address() != null) {
            others.add(new Outcome.WithAddress(shown.result(), shown.address().withPort(shown.address().port() + 1)));
        } else if (step.outcome() instanceof Outcome.WithValue read) {
            others.add(new Outcome.WithValue(read.result(), read.value() ^ Linux.POLLOUT));
        } else if (step.outcome().returned().isEmpty() && step.call() instanceof Call.ShowsAddress) {
            others.add(new Outcome.WithAddress(new SyscallResult.Returned(0), null));
        } else if (step.outcome().returned().isEmpty() && !(step.call() instanceof Call.GetOption)) {
            others.add(new Outcome.Plain(new SyscallResult.Returned(0)));
        }
        return others.stream().map(outcome -> new Step(step.process(), step.call(), outcome)).toList();
    }

    @Test
    void aPortThatLinuxChoosesIsOneThatNobodyHasAtTheAddress() {
        String chosen = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6\n"
                + "bind(6, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n";
        String shown = "getsockname(6, LOOPBACK[16]) = 0";
        assertThat(allows(chosen, shown)).isTrue();
        assertThat(allows(LISTENER + chosen, shown)).isFalse();
        assertThat(allows(LISTENER + chosen, with(shown, "12345", "12346"))).isTrue();
        assertThat(allows(LISTENER + chosen, with(shown, "12345", "0"))).isFalse();
        assertThat(allows(with(LISTENER, "0.0.1", "0.0.2") + chosen, shown))
                .as("another address").isTrue();
        assertThat(allows(chosen + shown + "\n", shown)).isTrue();
        assertThat(allows(chosen + shown + "\n", with(shown, "12345", "12346"))).as("seen before").isFalse();
    }

    @Test
    void aPortThatACallHasShownIsHeld() {
        String listener = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6\nlisten(6, 1) = 0\n"
                + "getsockname(6, {sa_family=AF_INET, sin_port=htons(12345), sin_addr=inet_addr(\"0.0.0.0\")}, [16]) = 0\n";
        String second = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 7\n";
        assertThat(allows(listener + second, "bind(7, LOOPBACK16) = 0")).isFalse();
        assertThat(allows(listener + second, "bind(7, LOOPBACK16) = -1 EADDRINUSE (Address already in use)")).isTrue();
        assertThat(allows(listener + second, "connect(7, LOOPBACK16) = 0")).isTrue();
        assertThat(allows(listener + "close(6) = 0\n" + second, "bind(7, LOOPBACK16) = 0")).isTrue();
    }

    @Test
    void theOtherEndOfAConnectionShowsThePortThatTheClientGot() {
        String accepted = LISTENER + CLIENT
                + "accept(3, {sa_family=AF_INET, sin_port=htons(40001), sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 6\n";
        String shown = "getsockname(5, LOOPBACK[16]) = 0";
        assertThat(allows(accepted, with(shown, "12345", "40001"))).isTrue();
        assertThat(allows(accepted, with(shown, "12345", "40002"))).isFalse();
        String other = accepted.replace(with("accept(3, LOOPBACK[16]) = 6", "12345", "40001"),
                "accept(3, NULL, NULL) = 6\n" + with(shown, "12345", "40003"));
        assertThat(allows(other, with("getpeername(6, LOOPBACK[16]) = 0", "12345", "40003"))).isTrue();
        assertThat(allows(other, with("getpeername(6, LOOPBACK[16]) = 0", "12345", "40004"))).isFalse();
        assertThat(allows(LISTENER + CLIENT, with("accept(3, LOOPBACK[16]) = 6", "127.0.0.1", "127.0.0.2"))).as("another address")
                .isFalse();
    }

    @Test
    void theClientSeesThePortOfItsPeerAndThePeerThatOfTheClient() {
        String accepted = LISTENER + CLIENT + "accept(3, NULL, NULL) = 6\n";
        String peer = "getpeername(6, LOOPBACK[16]) = 0";
        assertThat(allows(accepted, with(peer, "12345", "40001"))).isTrue();
        assertThat(allows(accepted, with(peer, "12345", "0"))).isFalse();
        String seen = accepted + with(peer, "12345", "40001") + "\n";
        assertThat(allows(seen, with(peer, "12345", "40002"))).isFalse();
        assertThat(allows(seen, with("getsockname(5, LOOPBACK[16]) = 0", "12345", "40001"))).isTrue();
        assertThat(allows(seen, with("getsockname(5, LOOPBACK[16]) = 0", "12345", "40002"))).isFalse();
    }

    private static final String CLIENT_SOCKET = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6\n";
    private static final String RANGE = "setsockopt(6, SOL_IP, IP_LOCAL_PORT_RANGE, [809054265], 4) = 0\n";
    private static final String ANY_PORT = "bind(6, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n";
    private static final String NO_PORT = ANY_PORT.replace("= 0\n", "= -1 EADDRINUSE (Address already in use)");

    /** Whether 12345 is in ip_local_port_range nobody can know before Linux has chosen it: a range outside has no effect (ip(7)). */
    @Test
    void aRangeOfAPortThatLinuxWasNotSeenToChooseSaysNothingOfThePort() {
        String bound = CLIENT_SOCKET + RANGE + ANY_PORT;
        for (String port : List.of("12345", "12346")) {
            assertThat(allows(bound, with("getsockname(6, LOOPBACK[16]) = 0", "12345", port))).as(port).isTrue();
        }
        assertThat(allows(CLIENT_SOCKET + RANGE, NO_PORT)).as("it may be exhausted").isTrue();
        assertThat(allows(CLIENT_SOCKET, NO_PORT)).isFalse();
        String refused = "connect(6, LOOPBACK16) = -1 EADDRNOTAVAIL (Cannot assign requested address)";
        assertThat(allows(LISTENER + CLIENT_SOCKET + RANGE, refused)).isTrue();
        assertThat(allows(LISTENER + CLIENT_SOCKET, refused)).isFalse();
    }

    /** Any program may get a port that Linux chooses. */
    @Test
    void aChosenPortThatIsFreeMayBeSomebodyElsesByNow() {
        String chosen = CLIENT_SOCKET + ANY_PORT + "getsockname(6, LOOPBACK[16]) = 0\n";
        String again = chosen + "close(6) = 0\n" + CLIENT_SOCKET + RANGE;
        assertThat(allows(again, NO_PORT)).isTrue();
        assertThat(allows(again + ANY_PORT, "getsockname(6, LOOPBACK[16]) = 0")).isTrue();
        assertThat(allows(again + ANY_PORT, with("getsockname(6, LOOPBACK[16]) = 0", "12345", "12346"))).isFalse();
        assertThat(allows(again, "connect(6, LOOPBACK16) = -1 EADDRNOTAVAIL (Cannot assign requested address)"))
                .as("to itself, of which nothing is said").isTrue();
        assertThat(allows(chosen + CLIENT_SOCKET.replace("6", "7") + RANGE.replace("(6", "(7"), ANY_PORT.replace("(6", "(7"))).isFalse();
    }

    @Test
    void releasesBefore63HaveNoRangeOfASocket() {
        String unknown = RANGE.replace("= 0\n", "= -1 ENOPROTOOPT (Protocol not available)\n");
        String read = "getsockopt(6, SOL_IP, IP_LOCAL_PORT_RANGE, 0x7f, 0x7f) = -1 ENOPROTOOPT (Protocol not available)";
        assertThat(allows(CLIENT_SOCKET, unknown)).isTrue();
        assertThat(allows(CLIENT_SOCKET + unknown, read)).isTrue();
        assertThat(allows(CLIENT_SOCKET + RANGE, unknown)).as("this one has").isFalse();
        assertThat(allows(CLIENT_SOCKET + RANGE, read)).isFalse();
    }

    /** One of two listeners has the connection: once it is seen at one, it is not at the other. */
    @Test
    void ofTwoListenersOneHasTheConnection() {
        String again = "accept(3, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)";
        String other = again.replace("3,", "4,");
        assertThat(allows(TWO_LISTENERS + CLIENT, again)).isTrue();
        assertThat(allows(TWO_LISTENERS + CLIENT, "accept(3, NULL, NULL) = 6")).isTrue();
        assertThat(allows(TWO_LISTENERS + CLIENT + again + "\n", other)).isFalse();
        assertThat(allows(TWO_LISTENERS + CLIENT + again + "\n", "accept(4, NULL, NULL) = 6")).isTrue();
        assertThat(allows(TWO_LISTENERS + CLIENT + "accept(3, NULL, NULL) = 6\n", other)).isTrue();
        assertThat(allows(TWO_LISTENERS + CLIENT + "accept(3, NULL, NULL) = 6\n", "accept(4, NULL, NULL) = 7")).isFalse();
        for (String events : List.of("0 (Timeout)", "1 ([{fd=3, revents=POLLIN}])")) {
            assertThat(allows(TWO_LISTENERS + CLIENT, "poll([{fd=3, events=POLLIN}], 1, 0) = " + events)).isTrue();
        }
        assertThat(allows(TWO_LISTENERS, "poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN}])")).isFalse();
    }

    private static String from(int port) {
        return LOOPBACK.replace("12345", Integer.toString(port));
    }

    /** Met by chance: which listener of a group gets a connection is decided by a hash of its ports. */
    @Test
    void theConnectionFromAPortThatIsKnownIsNotTheOneFromAPortThatIsNot() {
        String clients = TWO_LISTENERS + "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 7\n"
                + "connect(7, LOOPBACK16) = -1 EINPROGRESS (Operation now in progress)\n" + CLIENT
                + "getsockname(5, " + from(40001) + "[16]) = 0\n";
        String first = "accept(4, " + from(40001) + "[16]) = 8\n";
        String second = "accept(3, " + from(40002) + "[16]) = 9\n";
        for (String more : List.of(second, second.replace("3,", "4,"), "")) {
            assertThat(allows(clients + first + more, "getpeername(8, " + from(40001) + "[16]) = 0")).isTrue();
        }
        assertThat(allows(clients + first, second.replace("40002", "40001"))).isFalse();
        assertThat(allows(clients + first + second, "getsockname(7, " + from(40002) + "[16]) = 0")).isTrue();
        assertThat(allows(clients + first + second, "getsockname(7, " + from(40003) + "[16]) = 0")).isFalse();
    }

    /** Two clients of which nothing is known: whose connection was accepted shows only later. */
    @Test
    void whoseConnectionOfAGroupWasAcceptedIsNotGuessed() {
        String clients = TWO_LISTENERS + CLIENT + CLIENT.replace("5", "7").replace("12347", "12345");
        for (String shown : List.of(from(40002) + "[16]", "NULL, NULL")) {
            String accepted = "accept(4, " + shown + ") = 8\n";
            for (int port : List.of(40001, 40002)) {
                for (int client : List.of(5, 7)) {
                    assertThat(allows(clients + accepted, "getsockname(" + client + ", " + from(port) + "[16]) = 0")).isTrue();
                }
                assertThat(allows(clients + accepted, "getpeername(8, " + from(port) + "[16]) = 0")).isTrue();
            }
            assertThat(allows(clients + accepted, "accept(3, " + from(40001) + "[16]) = 9")).isTrue();
            // How many there are is known all the same.
            assertThat(allows(clients + accepted + "accept(3, NULL, NULL) = -1 EAGAIN (x)\n", "accept(4, NULL, NULL) = -1 EAGAIN (x)"))
                    .isFalse();
            assertThat(allows(clients + accepted + "accept(3, NULL, NULL) = 9\n", "accept(4, NULL, NULL) = 10")).isFalse();
        }
        String known = clients + "getsockname(5, " + from(40001) + "[16]) = 0\n" + "getsockname(7, " + from(40002) + "[16]) = 0\n";
        for (int port : List.of(40001, 40002)) {
            assertThat(allows(known + "accept(4, NULL, NULL) = 8\n", "getpeername(8, " + from(port) + "[16]) = 0")).isTrue();
            assertThat(allows(known + "accept(4, NULL, NULL) = 8\n", "accept(3, " + from(port) + "[16]) = 9")).isTrue();
        }
    }

    /** The connection has the options of the listener that had it. */
    @Test
    void aConnectionInheritsFromTheListenerThatAcceptsIt() {
        String reuse = TWO_LISTENERS.replaceFirst("bind\\(3", "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\nbind(3");
        String read = "getsockopt(6, SOL_SOCKET, SO_REUSEADDR, [1], [4]) = 0";
        for (int listener : List.of(3, 4)) {
            assertThat(allows(reuse + CLIENT + "accept(" + listener + ", NULL, NULL) = 6\n", read)).isEqualTo(listener == 3);
            assertThat(allows(reuse + CLIENT + "accept(" + (7 - listener) + ", NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)\n"
                    + "accept(" + listener + ", NULL, NULL) = 6\n", read)).isEqualTo(listener == 3);
        }
    }

    /** A group of SO_REUSEPORT is remembered by the port, whatever its sockets' option is now. */
    @Test
    void aPortRemembersItsGroup() {
        String off = "setsockopt(3, SOL_SOCKET, SO_REUSEPORT, [0], 4) = 0\n";
        String joining = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\nsetsockopt(4, SOL_SOCKET, SO_REUSEPORT, [1], 4) = 0\n";
        assertThat(allows(LISTENER + off + joining, "bind(4, LOOPBACK16) = 0")).isTrue();
        assertThat(allows(LISTENER.replace("listen(3, 8) = 0\n", "") + off + joining, "bind(4, LOOPBACK16) = 0")).isTrue();
        assertThat(allows(LISTENER.replace("listen(3", off + "listen(3") + joining, "bind(4, LOOPBACK16) = 0"))
                .as("it listened without the option").isFalse();
        assertThat(allows(LISTENER.replace("[1]", "[0]") + joining, "bind(4, LOOPBACK16) = 0")).isFalse();
    }

    @Test
    void aBlockingCallWaits() {
        String blocking = LISTENER.replace("|SOCK_NONBLOCK", "");
        assertThat(allows(blocking, "accept(3, NULL, NULL) = ? TIMEOUT (no answer in 100 ms)")).isTrue();
        assertThat(allows(blocking, "accept(3, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)")).isFalse();
        assertThat(allows(LISTENER, "accept(3, NULL, NULL) = ? TIMEOUT (no answer in 100 ms)")).isFalse();
        assertThat(allows(LISTENER, "poll([{fd=3, events=POLLIN}], 1, -1) = ? TIMEOUT (no answer in 100 ms)")).isTrue();
        assertThat(allows(LISTENER, "poll([{fd=3, events=POLLIN}], 1, 0) = ? TIMEOUT (no answer in 100 ms)")).isFalse();
        String full = blocking.replace("listen(3, 8)", "listen(3, 0)") + CLIENT;
        assertThat(allows(full + "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6\n",
                "connect(6, LOOPBACK16) = ? TIMEOUT (no answer in 100 ms)")).isTrue();
        assertThat(allows(full + "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6\n", "connect(6, LOOPBACK16) = 0")).isFalse();
    }

    /** Events that were not asked for are not reported, errors and the end excepted. */
    @Test
    void pollReportsWhatWasAskedFor() {
        String fresh = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n";
        assertThat(allows(fresh, "poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLHUP}])")).isTrue();
        assertThat(allows(fresh, "poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLOUT|POLLHUP}])")).isFalse();
        assertThat(allows(LISTENER + CLIENT, "poll([{fd=3, events=POLLOUT}], 1, 0) = 0 (Timeout)")).isTrue();
    }

    @Test
    void nothingIsSaidOfWhatTheModelDoesNotKnow() {
        String socket = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n";
        assertThat(saysNothing(socket, new Call.Socket(Family.INET.number(), SOCK_DGRAM, 0))).isTrue();
        assertThat(saysNothing(socket, new Call.Socket(Linux.AF_UNIX, Linux.SOCK_STREAM, 0))).isTrue();
        assertThat(saysNothing(socket, new Call.Socket(Family.INET.number(), Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0))).isFalse();
        for (String port : List.of("1", "1023", "1024", "0")) {
            assertThat(saysNothing(socket, with("bind(3, LOOPBACK16) = 0", "12345", port))).as("port %s", port).isFalse();
        }
        assertThat(saysNothing(socket, with("bind(3, LOOPBACK16) = 0", "127.0.0.1", "10.0.0.1"))).isTrue();
        assertThat(saysNothing(socket, with("connect(3, LOOPBACK16) = 0", "127.0.0.1", "10.0.0.1"))).isTrue();
        assertThat(saysNothing(socket, "getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [4]) = 0")).isTrue();
        assertThat(saysNothing(socket, "setsockopt(3, SOL_IP, IP_FREEBIND, [1], 4) = 0")).isTrue();
        assertThat(saysNothing(socket, "setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0")).isFalse();
    }

    /** A socket of which the model knows no more is doubtful in every call that depends on it, and so is its port. */
    @Test
    void doubtSpreadsToThePortAndToWhatIsConnected() {
        String doubtful = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\nsetsockopt(3, SOL_IP, IP_FREEBIND, [1], 4) = 0\n";
        for (String call : List.of("bind(3, LOOPBACK16) = 0", "listen(3, 1) = 0", "connect(3, LOOPBACK16) = 0",
                "accept(3, NULL, NULL) = 4", "getsockname(3, LOOPBACK[16]) = 0", "getpeername(3, LOOPBACK[16]) = 0",
                "shutdown(3, SHUT_RD) = 0", "poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout)",
                "getsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], [4]) = 0")) {
            assertThat(saysNothing(doubtful, call)).as(call).isTrue();
        }
        assertThat(saysNothing(doubtful.replace("AF_INET,", "AF_INET6,"), "setsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], 4) = 0")).isTrue();
        String other = doubtful + "bind(3, LOOPBACK16) = 0\nsocket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\n";
        assertThat(saysNothing(other, "bind(4, LOOPBACK16) = 0")).isTrue();
        assertThat(saysNothing(other, with("bind(4, LOOPBACK16) = 0", "12345", "12346"))).isFalse();
        assertThat(saysNothing(doubtful + "accept(3, NULL, NULL) = 4\n", "listen(4, 1) = 0")).isTrue();
        assertThat(saysNothing(other, "connect(4, LOOPBACK16) = 0")).isTrue();
        assertThat(after(doubtful).hasUncertain()).isTrue();
        assertThat(after(LISTENER).hasUncertain()).isFalse();

        String connected = LISTENER + CLIENT + "setsockopt(3, SOL_IP, IP_FREEBIND, [1], 4) = 0\n";
        assertThat(saysNothing(connected, "getsockname(5, LOOPBACK[16]) = 0")).as("the client of a doubtful listener").isTrue();
        assertThat(saysNothing(connected + "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6\n", "bind(6, LOOPBACK16) = 0")).isTrue();
    }

    /** After an answer that Linux does not give, the model goes on without what it concerned. */
    @Test
    void anAnswerThatLinuxDoesNotGiveMakesItsSocketsDoubtful() {
        String second = LISTENER + "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\n";
        List<Step> steps = parse(second + "bind(4, LOOPBACK16) = 0\nlisten(4, 1) = 0\naccept(3, NULL, NULL) = 5\n");
        World world = LinuxTcp.REFERENCE.doubted(after(second), steps.get(5));
        assertThat(world.hasUncertain()).isTrue();
        for (Step next : steps.subList(6, 8)) {
            assertThat(LinuxTcp.REFERENCE.judge(world, next).allowed().orElseThrow().answer()).isInstanceOf(Answer.Anything.class);
        }
        World made = LinuxTcp.REFERENCE.doubted(after(LISTENER), parse(LISTENER + "accept(3, NULL, NULL) = 7").get(4));
        assertThat(made.descriptors()).extracting(World.Descriptor::fd, World.Descriptor::condition).containsExactly(
                Tuple.tuple(3, World.Condition.UNKNOWN), Tuple.tuple(7, World.Condition.UNKNOWN));
        World kept = LinuxTcp.REFERENCE.doubted(after(second + "close(4) = 0\n"), parse(second + "close(4) = 0\n").get(5));
        assertThat(kept.descriptors()).extracting(World.Descriptor::condition).containsExactly(World.Condition.LISTENING);
    }

    @Test
    void descriptorsSayWhatTheirSocketsDo() {
        World world = after(LISTENER + CLIENT + "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6\n"
                + "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 7\n"
                + "setsockopt(7, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0\n"
                + "bind(7, {sa_family=AF_INET, sin_port=htons(12346), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n"
                + "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 8\n"
                + "connect(8, {sa_family=AF_INET, sin_port=htons(12347), sin_addr=inet_addr(\"127.0.0.1\")}, 16)"
                + " = -1 EINPROGRESS (Operation now in progress)\n");
        assertThat(world.descriptors()).extracting(World.Descriptor::fd, World.Descriptor::condition, World.Descriptor::waiting,
                World.Descriptor::nonBlocking, World.Descriptor::resets).containsExactly(
                        Tuple.tuple(3, World.Condition.LISTENING, 1, true, false),
                        Tuple.tuple(5, World.Condition.CONNECTED, 0, false, false),
                        Tuple.tuple(6, World.Condition.UNBOUND, 0, false, false),
                        Tuple.tuple(7, World.Condition.BOUND, 0, true, true),
                        Tuple.tuple(8, World.Condition.ENDED, 0, true, false));
        assertThat(world.descriptors().get(3).local().port()).isEqualTo(12346);
        assertThat(world.hasRemnants()).isFalse();
        assertThat(after(LISTENER + CLIENT + "close(5) = 0\n").hasRemnants()).as("its client is FIN_WAIT2 without an owner").isTrue();
    }

    @Test
    void aListenWhoseRefusalIsHiddenReturnsZeroAndDoesNotListen() {
        String two = """
                socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
                setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
                bind(3, LOOPBACK16) = 0
                """;
        String text = two + two.replace("(3,", "(4,").replace("= 3", "= 4") + "listen(3, 1) = 0\nlisten(4, 1) = 0\n"
                + "getsockopt(4, SOL_SOCKET, SO_ACCEPTCONN, [0], [4]) = 0\n";
        assertThat(judge(new LinuxTcp(Set.of(Quirk.LISTEN_HIDES_REFUSAL)), text)).allMatch(step -> step.allowed().isPresent());
        List<LinuxTcp.Judged> mainline = judge(LinuxTcp.REFERENCE, text);
        assertThat(mainline.get(7).allowed()).isEmpty();
        assertThat(mainline.get(6).allowed().orElseThrow().reason()).isEqualTo(Rule.REUSEADDR_SHARES_BOUND);
    }

    /** The kernel takes the port for a socket that is in LISTEN by then: up to 6.7 too such a port is no shared one (inet_csk_get_port). */
    @Test
    void noQuirkSharesThePortOfASocketThatListenedWithoutBind() {
        String text = """
                socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
                setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
                listen(3, 8) = 0
                getsockname(3, {sa_family=AF_INET, sin_port=htons(40001), sin_addr=inet_addr("0.0.0.0")}, [128 => 16]) = 0
                socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4
                setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
                bind(4, {sa_family=AF_INET, sin_port=htons(40001), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
                """;
        for (Quirk quirk : Quirk.values()) {
            assertThat(judge(new LinuxTcp(Set.of(quirk)), text).get(6).allowed()).as(quirk.id()).isEmpty();
        }
    }

    /** The answers to the bind of a second process, of users as the world has them; both have SO_REUSEPORT. */
    private static List<Answer> secondBind(World users) {
        World world = users;
        for (Step step : parse(LISTENER)) {
            world = LinuxTcp.REFERENCE.judge(world, step).after();
        }
        List<Step> second = parse(LISTENER.replaceAll("(?m)^", "[pid 2] "));
        for (Step step : second.subList(0, 2)) {
            world = LinuxTcp.REFERENCE.judge(world, step).after();
        }
        return LinuxTcp.REFERENCE.answers(world, 2, second.get(2).call()).stream().map(Allowed::answer).toList();
    }

    @Test
    void aSocketIsOfTheUserThatItsProcessHadWhenItWasMade() {
        Answer refused = new Answer.Fails(Errno.EADDRINUSE);
        Answer bound = new Answer.Zero();
        assertThat(secondBind(World.EMPTY)).containsExactly(bound);
        assertThat(secondBind(World.EMPTY.withUsers(Map.of(0, 65534, 2, 65534)))).containsExactly(bound);
        assertThat(secondBind(World.EMPTY.withUsers(Map.of(0, 65534, 2, 65533)))).containsExactly(refused);
        assertThat(secondBind(World.EMPTY.withUsers(Map.of(2, 65533)))).as("one of them is not known").containsExactly(refused, bound);
        assertThat(secondBind(World.EMPTY.withUsers(Map.of(0, 65534, 2, 65533)).withUsers(Map.of(2, Holder.UNKNOWN_USER))))
                .as("no longer known").containsExactly(refused, bound);
    }

    @Test
    void anAcceptedSocketIsOfTheUserThatAcceptsIt() {
        World world = World.EMPTY.withUsers(Map.of(0, 65534));
        for (Step step : parse(LISTENER + CLIENT)) {
            world = LinuxTcp.REFERENCE.judge(world, step).after();
        }
        assertThat(world.sockets()).as("in the queue it is of the user of its listener").hasSize(3)
                .allMatch(socket -> socket.user == 65534);
        for (Step step : parse(LISTENER + CLIENT + "accept(3, NULL, NULL) = 6\n").subList(6, 7)) {
            world = LinuxTcp.REFERENCE.judge(world, step).after();
        }
        assertThat(world.named(0, 6).orElseThrow().user).isEqualTo(65534);
        assertThat(world.named(0, 6).orElseThrow().holder().user()).isEqualTo(65534);
    }
}
