package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/** What judge says of traces as people have them. */
class JudgeCommandTest {

    private static final String BIND = ", {sa_family=AF_INET6, sin6_port=htons(23999), inet_pton(AF_INET6, \"::1\", &sin6_addr)}, 28) = ";
    private static final String SECOND_REFUSED = "bind(3" + BIND + "-1 EADDRINUSE (Address already in use)\n";

    private static final String CLONE = "1 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD";
    private static final String REFUSED = BIND + "-1 EADDRINUSE (x)\n";

    @TempDir
    private Path folder;

    /** socket, SO_REUSEADDR, bind and listen, each line with a prefix. */
    private static String listener(String prefix, int fd) {
        return prefix + "socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = " + fd + "\n"
                + prefix + "setsockopt(" + fd + ", SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"
                + prefix + "bind(" + fd + BIND + "0\n" + prefix + "listen(" + fd + ", 1) = 0\n";
    }

    private CommandAnswer judge(String text, String... options) throws IOException {
        return judge(text, StandardCharsets.UTF_8, options);
    }

    private CommandAnswer judge(String text, Charset charset, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("trace.log"), text, charset);
        return answer(List.of(file.toString()), options);
    }

    private static CommandAnswer answer(List<String> files, String... options) {
        List<String> words = new ArrayList<>(List.of("judge"));
        words.addAll(List.of(options));
        words.addAll(files);
        return CommandAnswer.to(words);
    }

    private static void assertSecondListenerFound(CommandAnswer answer) {
        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.VIOLATION);
        assertThat(answer.out()).contains("the first impossible call", "listens on [::1]:23999 since line ");
    }

    @Test
    void linesOfTheFileAreNamedAndTheStateThatForbidsTheCall() throws IOException {
        CommandAnswer answer = judge("# what the users sent\n" + listener("13749 ", 3) + listener("13802 ", 3));

        assertThat(answer.code()).isEqualTo(ExitCode.VIOLATION);
        assertThat(answer.out()).contains("trace.log: line 8: [pid 13802] bind(3, ")
                .contains("fd 3 of 13749 listens on [::1]:23999 since line 5. ");
    }

    @Test
    void decorationsOfStraceAreReadPast() throws IOException {
        String second = "[pid 13802] 08:00:01.000001 (+ 0.000123) socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3<TCPv6:[991]> <0.000012>\n"
                + "[pid 13802] 1700000000.123456 setsockopt(3<TCPv6:[991]>, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0 <0.000001>\n"
                + "[pid 13802]      0.000010 bind(3<TCPv6:[991]>" + BIND + "0 <0.1>\n";
        assertSecondListenerFound(judge(listener("[pid 13749] ", 3) + second));
        assertSecondListenerFound(judge(listener("> > ", 3) + listener("> > ", 4)));
        assertSecondListenerFound(judge(listener("- ", 3) + listener("1. ", 4)));
        assertSecondListenerFound(judge("```\n" + listener("    ", 3) + listener("", 4) + "```\n"));
        assertSecondListenerFound(judge((listener("", 3) + listener("", 4)).replace("\n", "\r\n")));
        assertSecondListenerFound(judge("\uFEFF" + listener("", 3) + listener("", 4)));
        assertSecondListenerFound(judge("\uFEFF" + listener("", 3) + listener("", 4), StandardCharsets.UTF_16LE));
        assertSecondListenerFound(judge(listener("", 3) + listener("", 4), StandardCharsets.UTF_16));
    }

    @Test
    void callsInTwoHalvesAreJoined() throws IOException {
        assertSecondListenerFound(judge(listener("[pid 1] ", 3)
                + "[pid 2] socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP <unfinished ...>\n[pid 1] mmap(NULL) = 0\n"
                + "[pid 2] <... socket resumed>) = 3\n[pid 2] bind(3" + BIND + "0\n"));
    }

    @Test
    void aDescriptorThatComesAgainWasClosed() throws IOException {
        assertThat(judge(listener("1 ", 3) + listener("1 ", 3)).code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(listener("1 ", 3) + "1 close(3) = 0\n" + listener("1 ", 4)).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void theEndOfAProcessClosesAllOfItsSockets() throws IOException {
        assertThat(judge(listener("1 ", 3) + "1 +++ exited with 0 +++\n" + listener("2 ", 4)).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aForkedChildKeepsTheListenerOfAParentThatEnds() throws IOException {
        String forked = listener("1 ", 3) + "1 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 2\n";
        assertSecondListenerFound(judge(forked + "2 getpid() = 2\n1 +++ exited with 0 +++\n" + listener("3 ", 4)));
        assertThat(judge(forked + "1 +++ exited with 0 +++\n2 close(3) = 0\n" + listener("3 ", 4)).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aThreadSharesTheDescriptorsOfItsProcess() throws IOException {
        String threaded = listener("1 ", 3) + "1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 2\n2 close(3) = 0\n";
        assertThat(judge(threaded + listener("2 ", 3)).code()).isEqualTo(ExitCode.DONE);
        String unseen = listener("1 ", 3) + "2 accept(3, NULL, NULL) = 5\n2 close(3) = 0\n";
        assertThat(judge(unseen + listener("2 ", 3)).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void copiesOfADescriptorKeepTheSocketAndExecveClosesWhatIsMarked() throws IOException {
        String copied = listener("", 3) + "dup2(3, 9) = 9\nclose(3) = 0\n";
        assertSecondListenerFound(judge(copied + listener("", 4)));
        assertThat(judge(copied + "close(9) = 0\n" + listener("", 4)).code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(listener("", 3) + "execve(\"/bin/x\", [\"x\"], 0x1) = 0\n" + listener("", 4)).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void whatTheTraceDoesNotFollowDecidesNothing() throws IOException {
        String device = listener("", 3).replace("bind(", "setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, \"lo\\0\", 3) = 0\nbind(");
        CommandAnswer bound = judge(device + listener("", 4));
        assertThat(bound.code()).as(bound.toString()).isEqualTo(ExitCode.DONE);
        assertThat(bound.out()).contains("SO_BINDTODEVICE (not modelled)");
        String passed = "sendmsg(6, {msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}]}, 0) = 1\n";
        assertThat(judge(listener("", 3) + passed + listener("", 4)).out()).contains("descriptor passed: not followed");
        String older = "bind(7" + BIND + "0\nlisten(7, 1) = 0\n";
        CommandAnswer attached = judge(older + listener("", 3).replace(BIND + "0\n", BIND + "-1 EADDRINUSE (x)\n"), "--closed");
        assertThat(attached.code()).as(attached.toString()).isEqualTo(ExitCode.DONE);
        assertThat(attached.out()).contains("(socket older than the trace)");
    }

    @Test
    void optionsThatTheModelDoesNotKnowAreSkippedAndNamed() throws IOException {
        assertThat(judge(listener("", 3) + "setsockopt(3, SOL_TCP, TCP_FASTOPEN, [5], 4) = 0\n").out())
                .contains("skipped: 1 setsockopt TCP_FASTOPEN (not modelled)");
    }

    private void assertImpossible(String text, String call, String answer, String... options) throws IOException {
        CommandAnswer found = judge(text, options);
        assertThat(found.code()).as(found.toString()).isEqualTo(ExitCode.VIOLATION);
        assertThat(found.out()).contains("impossible on every release of Linux: after the calls before it, Linux answers " + answer)
                .containsPattern("line [0-9]+: " + Pattern.quote(call) + ".*first impossible call");
    }

    @Test
    void whatASocketAnswersIsJudgedAsFarAsItsOwnCallsDetermineIt() throws IOException {
        assertImpossible(listener("", 3) + "getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, [0], [4]) = 0\n", "getsockopt(3", "the value 1");
        assertImpossible(listener("", 3) + "bind(3" + BIND + "0\n", "bind(3", "-1 EINVAL");
        assertImpossible(listener("", 3) + "getsockname(3, " + BIND.substring(2, BIND.length() - 8).replace("23999", "23998")
                + ", [28]) = 0\n", "getsockname(3", "0, and the address [::1]:23999");
        assertImpossible("socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4\naccept(4, NULL, NULL) = 5\n", "accept(4", "-1 EINVAL");
        assertImpossible("socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4\nshutdown(4, SHUT_RDWR) = 0\n", "shutdown(4", "-1 ENOTCONN");
        assertThat(judge(listener("", 3) + "accept(3, NULL, NULL) = 5\naccept(3, NULL, NULL) = -1 EMFILE (x)\n"
                + "listen(3, 5) = -1 EPERM (x)\nclose(3) = 0\n").code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void whatConnectionsAnswerIsJudgedWhereTheTraceShowsEverySocket() throws IOException {
        String connect = listener("", 3) + "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 4\nconnect(4" + BIND;
        assertImpossible(connect + "-1 ECONNREFUSED (x)\n", "connect(4", "0. ", "--closed");
        assertThat(judge(connect + "-1 ECONNREFUSED (x)\n").code()).isEqualTo(ExitCode.DONE);
        assertImpossible(connect + "0\nfcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\naccept(3, NULL, NULL) = -1 EAGAIN (x)\n",
                "accept(3", "a descriptor, for the connection from ::1", "--closed");
        CommandAnswer elsewhere = judge(listener("", 3) + "accept(3, NULL, NULL) = 5\nclose(5) = 0\naccept(3, NULL, NULL) = 5\n"
                + "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 6\nconnect(6" + BIND.replace("23999", "5432") + "0\n", "--closed");
        assertThat(elsewhere.code()).as(elsewhere.toString()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aConnectionInTimeWaitMayHaveEndedOrNot() throws IOException {
        String address = BIND.substring(2, BIND.length() - 8);
        String left = listener("", 3) + "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 4\nconnect(4" + BIND + "0\n"
                + "accept(3, NULL, NULL) = 5\nclose(3) = 0\nclose(5) = 0\ngetsockname(4, " + address.replace("23999", "40000")
                + ", [28]) = 0\nclose(4) = 0\nsocket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3\nbind(3" + BIND;
        CommandAnswer ended = judge(left + "0\n", "--closed");
        assertThat(ended.code()).as(ended.toString()).isEqualTo(ExitCode.DONE);
        assertThat(judge(left + "-1 EADDRINUSE (x)\n", "--closed").code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void whatOtherCallsMayHaveDoneIsNoReasonToAccuse() throws IOException {
        String peer = "getpeername(4, " + BIND.substring(2, BIND.length() - 8) + ", [28]) = 0\n";
        String socket = "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 4\n";
        assertImpossible(socket + peer, "getpeername(4", "-1 ENOTCONN");
        String fastOpen = "sendto(4, \"x\", 1, MSG_FASTOPEN, " + BIND.substring(2, BIND.length() - 8) + ", 28) = 1\n";
        assertThat(judge(socket + fastOpen + peer).code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(socket + "io_uring_enter(9, 1, 0, 0, NULL, 8) = 1\n" + peer).code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(socket + "connect(4, {sa_family=AF_UNIX, sun_path=\"x\"}, 110) = 0\n" + peer).code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(listener("", 3) + listener("", 4).replace("IPPROTO_TCP", "IPPROTO_SCTP")).code()).isEqualTo(ExitCode.DONE);
        assertSecondListenerFound(judge(listener("", 3) + listener("", 4).replace("IPPROTO_TCP", "IPPROTO_MPTCP")));
        assertThat(judge(listener("", 3) + listener("", 4).replace("bind(",
                "setsockopt(4, SOL_TCP, TCP_REPAIR, [1], 4) = 0\nbind(")).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void callsThatOverlapAreNotJudgedByTheirOrder() throws IOException {
        String address = BIND.substring(0, BIND.length() - 2);
        String overlapping = listener("1 ", 3).replace("1 listen(3, 1) = 0\n", "1 listen(3, 1 <unfinished ...>\n")
                + "2 socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 4\n2 connect(4" + address + "= 0\n1 <... listen resumed>) = 0\n";
        CommandAnswer answer = judge(overlapping, "--closed");
        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.DONE);
        assertImpossible(overlapping.replace(" <unfinished ...>", ") = -1 EACCES (x)").replace("1 <... listen resumed>) = 0\n", ""),
                "[pid 2] connect(4", "-1 ECONNREFUSED", "--closed");
        String bound = listener("1 ", 3).replace("1 listen(3, 1) = 0\n", "");
        String second = "2 socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 4\n2 setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n";
        String listen = "1 listen(3, 1 <unfinished ...>\n";
        String bind = "2 bind(4" + BIND.substring(0, BIND.length() - 4) + " <unfinished ...>\n";
        String listened = "1 <... listen resumed>) = 0\n";
        String permitted = "2 <... bind resumed>) = 0\n";
        assertThat(judge(bound + second + listen + bind + listened + permitted).code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(bound + second + bind + listen + listened + permitted).code()).isEqualTo(ExitCode.DONE);
        assertSecondListenerFound(judge(bound + second + listen + listened + bind + permitted));
        assertSecondListenerFound(judge(bound + second + "1 listen(3, 1) = 0\n" + bind + "2 <... bind resumed>) = 0\n"));
        CommandAnswer refused = judge(bound.replace(BIND + "0\n", BIND.substring(0, BIND.length() - 4) + " <unfinished ...>\n") + second
                + "2 bind(4" + BIND + "-1 EADDRINUSE (x)\n1 <... bind resumed>) = 0\n", "--closed");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(ExitCode.DONE);
        CommandAnswer closing = judge(listener("1 ", 3) + "1 close(3 <unfinished ...>\n"
                + listener("2 ", 4).replace(BIND + "0\n2 listen(4, 1) = 0\n", BIND + "-1 EADDRINUSE (x)\n")
                + "1 <... close resumed>) = 0\n", "--closed");
        assertThat(closing.code()).as(closing.toString()).isEqualTo(ExitCode.DONE);
    }

    private void assertPossible(String text) throws IOException {
        for (String[] options : new String[][] {{}, {"--closed"}}) {
            CommandAnswer answer = judge(text, options);
            assertThat(answer.code()).as(text + answer).isEqualTo(ExitCode.DONE);
        }
    }

    /** socket, SO_REUSEADDR and a bind that is refused. */
    private static String refused(String prefix, int fd) {
        return listener(prefix, fd).replace(BIND + "0\n" + prefix + "listen(" + fd + ", 1) = 0\n", REFUSED);
    }

    @Test
    void aChildHasItsDescriptorsOnceAlthoughItsFirstCallStandsBeforeTheEndOfItsClone() throws IOException {
        String child = listener("1 ", 3) + CLONE + " <unfinished ...>\n2 close(3) = 0\n1 <... clone resumed>) = 2\n1 close(3) = 0\n";
        assertPossible(child + listener("1 ", 3));
        String threads = listener("1 ", 3) + "1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 5\n" + CLONE
                + " <unfinished ...>\n" + CLONE.replace("1 ", "5 ") + " <unfinished ...>\n2 close(3) = 0\n6 close(3) = 0\n"
                + "1 <... clone resumed>) = 2\n5 <... clone resumed>) = 6\n1 close(3) = 0\n";
        assertPossible(threads + listener("1 ", 3));
    }

    @Test
    void aChildThatTheLogDoesNotFollowMayHaveClosedWhatItHas() throws IOException {
        String forked = listener("", 3) + "clone(child_stack=NULL, flags=SIGCHLD) = 2\nclose(3) = 0\n";
        assertPossible(forked + listener("", 3));
        assertPossible(forked + refused("", 3));
    }

    @Test
    void aProcessThatExecutesAProgramOrEndsClosesBeforeTheLogSaysSo() throws IOException {
        String spawned = listener("1 ", 3) + "1 vfork( <unfinished ...>\n2 execve(\"/bin/x\", [\"x\"], 0x1 <unfinished ...>\n"
                + "1 <... vfork resumed>) = 2\n1 close(3) = 0\n";
        assertPossible(spawned + listener("1 ", 3));
        assertSecondListenerFound(judge(spawned.replace("1 close(3) = 0\n", "") + listener("1 ", 4)));
        String ending = listener("1 ", 3) + "2 getpid() = 2\n1 exit_group(0) = ?\n";
        assertPossible(ending + listener("2 ", 3));
        assertPossible(ending + refused("2 ", 3));
        assertSecondListenerFound(judge(ending.replace("1 exit_group(0) = ?\n", "") + listener("2 ", 3)));
    }

    @Test
    void aProcessThatIsKilledClosesBeforeTheLogSaysSo() throws IOException {
        String killed = listener("1 ", 3) + "1 accept(3, <unfinished ...>\n" + listener("2 ", 3).replace("2 listen(3, 1) = 0\n", "");
        String end = "1 <... accept resumed>) = ?\n1 +++ killed by SIGKILL +++\n";
        assertThat(judge(killed + end).code()).isEqualTo(ExitCode.DONE);
        assertSecondListenerFound(judge(killed));
        assertSecondListenerFound(judge(killed + "1 <... accept resumed>NULL, NULL) = -1 EINTR (x)\n1 +++ killed by SIGKILL +++\n"));
    }

    @Test
    void anAddressOfAnotherFamilyCanBeLongEnoughForItsOwnError() throws IOException {
        assertPossible("socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3\nbind(3, {sa_family=AF_INET, sin_port=htons(23999), "
                + "sin_addr=inet_addr(\"127.0.0.1\")}, 28) = -1 EAFNOSUPPORT (x)\n");
    }

    @Test
    void flowInformationAndTheScopeOfABindAreNotShownAgain() throws IOException {
        String address = "{sa_family=AF_INET6, sin6_port=htons(23999), sin6_flowinfo=htonl(%d), "
                + "inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=%d}";
        for (int scope = 0; scope < 2; scope++) {
            assertPossible("socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3\nbind(3, " + address.formatted(7, scope) + ", 28) = 0\n"
                    + "getsockname(3, " + address.formatted(0, 0) + ", [28]) = 0\n");
        }
    }

    @Test
    void aMarkOfCloseOnExecThatIoctlTakesAwayIsSeen() throws IOException {
        String kept = listener("1 ", 3) + "1 fcntl(4, F_GETFL) = 0\n1 ioctl(3, FIONCLEX) = 0\n"
                + "1 close_range(50, 60, 0) = 0\n1 execve(\"/bin/x\", [\"x\"], 0x1) = 0\n";
        assertPossible(kept + refused("1 ", 4));
        assertSecondListenerFound(judge(kept + listener("1 ", 4)));
    }

    @Test
    void aCallThatWaitsKeepsItsSocketWhateverBecomesOfTheDescriptor() throws IOException {
        String waiting = listener("1 ", 3) + "1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 2\n"
                + "2 accept(3, <unfinished ...>\n1 close(3) = 0\n" + refused("1 ", 3);
        assertPossible(waiting + "2 <... accept resumed>NULL, NULL) = 4\n");
        String unseen = waiting.replace("1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 2\n", "");
        assertPossible(unseen + "2 <... accept resumed>NULL, NULL) = 4\n");
    }

    @Test
    void whatASocketAnswersWhileAnotherCallChangesItIsNotJudged() throws IOException {
        String threads = listener("1 ", 3).replace("1 listen(3, 1) = 0\n", "")
                + "1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 2\n1 listen(3, 1 <unfinished ...>\n";
        assertPossible(threads + "2 getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN, [1], [4]) = 0\n1 <... listen resumed>) = 0\n");
        String asks = listener("1 ", 3) + "1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 2\n"
                + "2 getsockopt(3, SOL_SOCKET, SO_ACCEPTCONN,  <unfinished ...>\n1 shutdown(3, SHUT_RDWR) = 0\n";
        assertPossible(asks + "2 <... getsockopt resumed>[1], [4]) = 0\n");
    }

    @Test
    void aDescriptorThatWasPassedByAnyCallMayBeOpenElsewhere() throws IOException {
        String rights = "{msg_hdr={msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}]}, msg_len=1}";
        assertPossible(listener("1 ", 3) + "1 sendmmsg(6, [" + rights + "], 1, 0) = 1\n1 close(3) = 0\n" + refused("1 ", 3));
        assertPossible(listener("1 ", 3) + "2 pidfd_getfd(6, 3, 0) = 9\n1 close(3) = 0\n" + refused("1 ", 3));
    }

    @Test
    void aProcessWithARingMayHaveClosedItsListener() throws IOException {
        String ring = listener("", 3) + "io_uring_setup(8, {flags=0}) = 5\n";
        assertPossible(ring + listener("", 4));
        assertPossible(ring + "close(3) = 0\n" + refused("", 3));
    }

    @Test
    void aThreadMayHaveDescriptorsOfItsOwn() throws IOException {
        String own = listener("1 ", 3) + "1 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 2\n"
                + "2 unshare(CLONE_FILES) = 0\n2 close(3) = 0\n";
        assertPossible(own + refused("1 ", 4));
        assertSecondListenerFound(judge(own + listener("1 ", 4)));
    }

    @Test
    void aGroupOfSharedPortsMayBeOfAnotherUser() throws IOException {
        String first = listener("1 ", 3).replace("SO_REUSEADDR", "SO_REUSEPORT");
        String refused = BIND + "-1 EADDRINUSE (x)\n";
        CommandAnswer other = judge(first + listener("2 ", 3).replace("SO_REUSEADDR", "SO_REUSEPORT")
                .replace(BIND + "0\n2 listen(3, 1) = 0\n", refused), "--closed");
        assertThat(other.code()).as(other.toString()).isEqualTo(ExitCode.DONE);
        CommandAnswer own = judge(first + listener("1 ", 4).replace("SO_REUSEADDR", "SO_REUSEPORT")
                .replace(BIND + "0\n1 listen(4, 1) = 0\n", refused), "--closed");
        assertThat(own.code()).as(own.toString()).isEqualTo(ExitCode.VIOLATION);
    }

    /** How a group of SO_REUSEPORT ends whose processes make these calls first, the second of which is answered so. */
    private CommandAnswer group(String first, String second, String answer) throws IOException {
        return judge(first + listener("1 ", 3).replace("SO_REUSEADDR", "SO_REUSEPORT") + second + listener("2 ", 3)
                .replace("SO_REUSEADDR", "SO_REUSEPORT").replace(BIND + "0\n2 listen(3, 1) = 0\n", BIND + answer + "\n"), "--closed");
    }

    @Test
    void aGroupOfSharedPortsIsOfOneUserWhereTheTraceShowsTheUsers() throws IOException {
        String refused = "-1 EADDRINUSE (x)";
        String[] ofOther = {"2 setuid(33) = 0\n", "2 setresuid(-1, 33, -1) = 0\n", "2 setreuid(-1, 33) = 0\n",
            "2 geteuid() = 33\n", "2 setuid(4294967294) = 0\n2 setuid(33) = 0\n", "2 setuid32(33) = 0\n",
            "2 setuid(34) = 0\n2 setresuid(0, 33, 0) = 0\n2 setresuid(5, -1, -1) = 0\n",
            "2 setfsuid(34) = 5\n2 setresuid32(-1, 33, -1) = 0\n", "# user: 33 of 2\n"};
        for (String second : ofOther) {
            CommandAnswer joined = group("1 geteuid() = 1000\n", second, "0");
            assertThat(joined.code()).as(second + joined).isEqualTo(ExitCode.VIOLATION);
            assertThat(joined.out()).contains("SO_REUSEPORT");
            assertThat(group("1 geteuid() = 1000\n", second, refused).code()).as(second).isEqualTo(ExitCode.DONE);
            assertThat(group("1 setuid(33) = 0\n", second, refused).code()).as("one user: " + second).isEqualTo(ExitCode.VIOLATION);
            assertThat(group("1 setuid(33) = 0\n", second, "0").code()).as("one user: " + second).isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    void nothingIsSaidOfAGroupOfWhoseUsersOneIsNotKnown() throws IOException {
        String[] notKnown = {"", "2 setuid(1000) = -1 EPERM (x)\n",
            "2 setuid(33) = 0\n2 execve(\"/bin/x\", [\"x\"], 0x7f /* 1 var */) = 0\n",
            "2 setuid(33) = 0\n2 setfsuid(34) = 33\n",
            "2 setfsuid(34) = 33\n2 geteuid() = 1000\n", "2 setfsuid32(34) = 33\n2 setresuid(-1, -1, -1) = 0\n2 geteuid() = 1000\n",
            "2 unshare(CLONE_NEWUSER) = 0\n2 geteuid() = 1000\n", "2 setreuid(33, -1) = 0\n"};
        for (String second : notKnown) {
            assertThat(group("1 geteuid() = 1000\n", second, "0").code()).as(second).isEqualTo(ExitCode.DONE);
            assertThat(group("1 geteuid() = 1000\n", second, "-1 EADDRINUSE (x)").code()).as(second).isEqualTo(ExitCode.DONE);
        }
    }

    /** The second socket of a process that has become another user meanwhile; the kernel refuses it. */
    @Test
    void aProcessMayBecomeAnUnknownUserBetweenTwoSockets() throws IOException {
        String refused = "-1 EADDRINUSE (x)";
        String first = listener("1 ", 3).replace("SO_REUSEADDR", "SO_REUSEPORT");
        String second = listener("1 ", 4).replace("SO_REUSEADDR", "SO_REUSEPORT").replace(BIND + "0\n1 listen(4, 1) = 0\n", BIND + refused);
        String[] becomes = {"1 setfsuid(65534) = 0\n", "1 setfsuid(65534) = 0\n1 geteuid() = 0\n", "1 setresuid32(-1, 65534, -1) = 0\n",
            "1 setresuid(-1, 4294967294, -1) = 0\n",
            "1 fcntl(3, F_SETFD, 0) = 0\n1 execve(\"/bin/x\", [\"x\"], 0x7f /* 1 var */) = 0\n"};
        for (String between : becomes) {
            assertThat(judge(first + between + second, "--closed").code()).as(between).isEqualTo(ExitCode.DONE);
            assertThat(judge("1 geteuid() = 0\n" + first + between + second, "--closed").code()).as(between).isEqualTo(ExitCode.DONE);
        }
        assertThat(judge(first + "1 getppid() = 1\n" + second, "--closed").code()).isEqualTo(ExitCode.VIOLATION);
    }

    /** Linux has users of threads; fchown gives a socket to another one. */
    @Test
    void aThreadHasAUserOfItsOwnAndASocketToo() throws IOException {
        String first = "1 geteuid() = 0\n" + listener("1 ", 3).replace("SO_REUSEADDR", "SO_REUSEPORT");
        String second = listener("1 ", 4).replace("SO_REUSEADDR", "SO_REUSEPORT");
        String thread = "1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2\n2 setresuid(-1, 33, -1) = 0\n";
        assertThat(judge(first + thread + second, "--closed").code()).isEqualTo(ExitCode.DONE);
        String ofThread = listener("2 ", 4).replace("SO_REUSEADDR", "SO_REUSEPORT");
        assertThat(judge(first + thread + ofThread, "--closed").code()).isEqualTo(ExitCode.VIOLATION);
        String becomes = "1 setresuid(-1, 33, -1) = 0\n";
        assertThat(judge(first + becomes + second, "--closed").code()).isEqualTo(ExitCode.VIOLATION);
        assertThat(judge(first + "1 fchown(3, 33, -1) = 0\n" + becomes + second, "--closed").code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aChildHasTheUserOfItsParent() throws IOException {
        String forked = "1 setuid(33) = 0\n" + CLONE + ") = 2\n";
        assertThat(group(forked, "2 getppid() = 1\n", "0").code()).isEqualTo(ExitCode.DONE);
        assertThat(group(forked, "2 setuid(34) = 0\n", "0").code()).isEqualTo(ExitCode.VIOLATION);
    }

    /** What its sockets show of the parent's user, a child that comes later knows without a call of its own. */
    @Test
    void aChildOfAProcessThatHasMadeSocketsHasItsUser() throws IOException {
        String forked = CLONE + ") = 2\n2 close(3) = 0\n";
        CommandAnswer refused = group("1 setuid(33) = 0\n", forked, "-1 EADDRINUSE (x)");
        assertThat(refused.code()).as(refused.toString()).isEqualTo(ExitCode.VIOLATION);
        assertThat(refused.out()).as("by the rules of ports").doesNotContain("after the calls before it");
        assertThat(group("1 setuid(33) = 0\n", forked, "0").code()).isEqualTo(ExitCode.DONE);
    }

    /** The first start has the port as user 33 still when the second start wants it as user 34. */
    @Test
    void theProcessesOfEachInstanceHaveTheirUsers() throws IOException {
        String first = "1 setuid(34) = 0\n" + listener("1 ", 3).replace("SO_REUSEADDR", "SO_REUSEPORT") + "1 close(3) = 0\n";
        String second = "2 setuid(33) = 0\n" + listener("2 ", 3).replace("SO_REUSEADDR", "SO_REUSEPORT");
        assertThat(judge(first + second, "--closed").code()).isEqualTo(ExitCode.DONE);
        CommandAnswer twice = judge(first + second, "--closed", "--instances", "2");
        assertThat(twice.code()).as(twice.toString()).isEqualTo(ExitCode.VIOLATION);
        String oneUser = (first + second).replace("setuid(34)", "setuid(33)");
        assertThat(judge(oneUser, "--closed", "--instances", "2").code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void theSuitesOwnTranscriptsSayWhichProcessAThreadIsOf() throws IOException {
        String threads = "# thread: 102 of 101\n[pid 101] socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3\n[pid 102] bind(3" + BIND;
        assertThat(judge(threads + "0\n").out()).contains("2 socket calls, 1 bind or listen and 0 other calls judged")
                .doesNotContain("older than the trace");
        assertThat(judge(threads + "-1 EINTR (x)\n").code()).isEqualTo(ExitCode.VIOLATION);
    }

    @Test
    void fragmentsOfABugReportAreJudgedEachAlone() throws IOException {
        String refused = listener("", 3).substring(0, listener("", 3).indexOf("bind(")) + SECOND_REFUSED;
        String report = "On WSL:\n```\n" + listener("", 3) + "```\nOn Linux:\n```\n" + refused + "```\n";
        CommandAnswer answer = judge(report, "--out", folder.resolve("out").toString());

        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.DONE);
        assertThat(answer.out()).contains("possible if a socket that the trace does not show holds the address");
        List<SemanticsRow> rows = SemanticsFile.readAll(folder.resolve("out/semantics.csv"));
        assertThat(rows).extracting(SemanticsRow::grade).containsExactly("PASS", "PASS");
        assertThat(rows.get(1).evidence()).contains("no socket of the trace holds [::1]:23999");
        assertThat(judge(report, "--closed").code()).isEqualTo(ExitCode.VIOLATION);
        assertThat(judge("On WSL:\n" + listener("", 3) + "and then\n" + listener("", 3)).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aLoneListenerIsToldThatOnlyBothProcessesShowASecondOne() throws IOException {
        String advice = "a second one would only show in a trace of both processes";
        String refused = listener("", 3).substring(0, listener("", 3).indexOf("bind(")) + SECOND_REFUSED;
        assertThat(judge(listener("", 3)).out()).contains("one listener on [::1]:23999 (line 3); " + advice);
        assertThat(judge("```\n" + refused + "```\n```\n" + listener("", 3) + "```\n").out()).contains("(line 9); " + advice);
        assertThat(judge(listener("", 3), "--closed").out()).doesNotContain(advice);
        assertThat(judge(listener("1 ", 3) + "2 socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3\n").out()).doesNotContain(advice);
        assertThat(judge(listener("", 3) + "close(9) = 0\n" + "listen(3, 1) = 0\n".repeat(2)).out()).doesNotContain(advice);
        assertThat(judge(listener("", 3) + "accept(3, NULL, NULL) = -1 EAGAIN (x)\n".repeat(20)).out()).doesNotContain(advice);
        assertThat(judge(listener("", 3).replace("23999", "0")).out()).doesNotContain(advice);
        assertThat(judge(refused).out()).doesNotContain(advice);
    }

    @Test
    void aSecondInstanceOfTheSameProgramIsRefused() throws IOException {
        CommandAnswer answer = judge(listener("1 ", 3) + "1 close(3) = 0\n", "--instances", "2");
        assertThat(answer.code()).isEqualTo(ExitCode.VIOLATION);
        assertThat(answer.out()).contains("line 3, instance 2: ", "fd 3 of 1 of instance 1 listens on [::1]:23999 since line 4");
        assertThat(judge(listener("", 3)).code()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void theFilesOfOneTraceAreMergedByTheirTimes() throws IOException {
        Path logs = Files.createDirectory(folder.resolve("logs"));
        Files.writeString(logs.resolve("trace.20"), listener("1700000002.000001 ", 3));
        Files.writeString(logs.resolve("trace.100"), listener("1700000001.000001 ", 3));
        CommandAnswer answer = answer(List.of(logs.toString()));
        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.VIOLATION);
        assertThat(answer.out()).contains("line 3 of trace.20: ", "fd 3 of 100 listens on [::1]:23999 since line 4 of trace.100");

        Files.writeString(logs.resolve("trace.20"), listener("", 3));
        CommandAnswer without = answer(List.of(logs.toString()));
        assertThat(without.code()).as(without.toString()).isEqualTo(ExitCode.DONE);
        assertThat(without.out()).contains("the files have no times");
    }

    /** In the files of strace -ff a line has the time at which its call began. */
    @Test
    void callsOfSeveralFilesThatMayOverlapAreNotJudgedByTheOrderOfTheirBeginnings() throws IOException {
        Path logs = Files.createDirectory(folder.resolve("overlapping"));
        String server = listener("1700000001.000001 ", 3);
        String peer = BIND.substring(2, BIND.length() - 8).replace("23999", "40000");
        String accept = "1700000002.000001 accept(3, " + peer + ", [28]) = 4";
        Files.writeString(logs.resolve("trace.1"), server + accept + "\n1700000004.000001 getpid() = 1\n");
        String client = "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 5\n1700000003.000002 connect(5" + BIND + "0\n";
        Files.writeString(logs.resolve("trace.2"), "1700000003.000001 " + client);
        CommandAnswer waited = answer(List.of(logs.toString()), "--closed");
        assertThat(waited.code()).as(waited.toString()).isEqualTo(ExitCode.DONE);
        assertThat(waited.out()).contains(": 8 lines, ");

        Files.writeString(logs.resolve("trace.1"), server + accept + " <0.000100>\n1700000004.000001 getpid() = 1\n");
        assertThat(answer(List.of(logs.toString()), "--closed").code()).as("it had ended before").isEqualTo(ExitCode.VIOLATION);

        String second = listener("1700000001.000001 ", 3);
        Files.writeString(logs.resolve("trace.1"), server);
        Files.writeString(logs.resolve("trace.2"), second);
        assertThat(answer(List.of(logs.toString())).code()).as("all at the same time").isEqualTo(ExitCode.DONE);
        Files.writeString(logs.resolve("trace.1"), server + "1700000001.500000 getpid() = 1\n");
        Files.writeString(logs.resolve("trace.2"), listener("1700000002.000001 ", 3));
        assertSecondListenerFound(answer(List.of(logs.toString())));
    }

    /** Seen in a trace of explore. */
    @Test
    void anOverlappingDupMakesAnotherNameOfTheSocket() throws IOException {
        String listener = "2 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\n";
        String other = "1 getppid() = 0\n";
        CommandAnswer answer = judge(listener + "2 dup(3 <unfinished ...>\n" + other + "2 <... dup resumed>) = 4\n2 listen(4, 1) = 0\n"
                + "2 accept(3, NULL, NULL) = -1 EAGAIN (x)\n");
        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.DONE);
        assertImpossible(listener + "2 dup(3) = 4\n2 accept(3, NULL, NULL) = -1 EAGAIN (x)\n", "[pid 2] accept(3", "-1 EINVAL");
    }

    /** Seen in a trace of explore: connecting chooses an address, and the wildcard is held no more. */
    @Test
    void aConnectInProgressMayHaveChangedTheLocalAddress() throws IOException {
        String any = ", {sa_family=AF_INET, sin_port=htons(23999), sin_addr=inet_addr(\"0.0.0.0\")}, 16) = 0\n";
        String second = any.replace("0.0.0.0", "127.0.0.2");
        String bound = "socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\nbind(3" + any;
        String next = "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4\nbind(4" + second;
        String connect = "connect(3" + second.replace("= 0", "= -1 EINPROGRESS (Operation now in progress)");
        assertThat(judge(bound + connect + next).code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(bound + connect + next, "--closed").code()).isEqualTo(ExitCode.DONE);
        assertThat(judge(bound + next).code()).isEqualTo(ExitCode.VIOLATION);
        assertThat(judge(bound + connect.replace("EINPROGRESS", "ECONNREFUSED") + next).code()).isEqualTo(ExitCode.VIOLATION);
    }

    @Test
    void aResultThatStraceInjectedIsNotThePlatforms() throws IOException {
        String refused = listener("", 3).replace(BIND + "0\n", BIND + "-1 EINVAL (Invalid argument) (INJECTED)\n");
        CommandAnswer answer = judge(refused);
        assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.DONE);
        assertThat(answer.out()).contains("1 bind (result injected by strace)");
        String granted = listener("", 4).replace(BIND + "0\n", BIND + "0 (INJECTED)\n");
        assertThat(judge(listener("", 3) + granted).code()).isEqualTo(ExitCode.DONE);
        assertSecondListenerFound(judge(listener("", 3) + granted.replace("(INJECTED)", "(DELAYED)")));
        assertSecondListenerFound(judge(refused + listener("", 3) + listener("", 4)));
    }

    @Test
    void whatALogLacksIsSaidAndIsNoViolation() throws IOException {
        CommandAnswer answer = judge("accept4(5, NULL, NULL, SOCK_CLOEXEC) = 7\nclose(7) = 0\n");
        assertThat(answer.code()).isEqualTo(ExitCode.DONE);
        assertThat(answer.out()).contains("nothing is decided", "strace -f -e 'trace=network,desc,process,%creds,?close_range,?unshare'");
    }

    @Test
    void anImpossibleLineIsPrintedBeforeTheStreamEnds() {
        InputStream before = System.in;
        StringBuilder seen = new StringBuilder();
        PrintStream out = System.out;
        try {
            System.setOut(new PrintStream(new OutputStream() {
                @Override
                public void write(int letter) {
                    seen.append((char) letter);
                }
            }, true, StandardCharsets.UTF_8));
            byte[] text = (listener("", 3) + listener("", 4)).getBytes(StandardCharsets.UTF_8);
            System.setIn(new InputStream() {
                private final InputStream bytes = new ByteArrayInputStream(text);

                @Override
                public int read() throws IOException {
                    int next = bytes.read();
                    if (next < 0) {
                        assertThat(seen).contains("the first impossible call");
                    }
                    return next;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    int next = read();
                    if (next < 0) {
                        return -1;
                    }
                    buffer[offset] = (byte) next;
                    return 1;
                }
            });
            assertThat(Main.execute("judge", "-")).isEqualTo(ExitCode.VIOLATION);
        } finally {
            System.setIn(before);
            System.setOut(out);
        }
    }

    @Test
    void aMillionLinesAreReadAndTheLastIsJudged() throws IOException {
        Path file = folder.resolve("million.log");
        try (Writer text = Files.newBufferedWriter(file)) {
            text.write(listener("1 ", 3));
            for (int i = 0; i < 1_000_000; i++) {
                text.write("1 epoll_wait(5, [], 512, 0) = 0\n");
            }
            text.write(listener("1 ", 4));
        }
        CommandAnswer answer = answer(List.of(file.toString()));
        assertSecondListenerFound(answer);
        assertThat(answer.out()).contains("line 1000007: ");
    }

    @Test
    void whatIsNoTraceIsRefusedInOneLine() throws IOException, InterruptedException {
        Path fifo = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        Path prose = Files.writeString(folder.resolve("prose"), "nothing\nof interest\n");
        Path nul = Files.writeString(folder.resolve("nul"), listener("", 3) + "\0");
        Path endless = Files.writeString(folder.resolve("endless"), "a".repeat(70_000));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        for (String file : List.of(fifo.toString(), prose.toString(), nul.toString(), endless.toString(), empty.toString(),
                "/proc/self/maps", "/proc/kmsg", "/dev/zero", folder.resolve("missing").toString())) {
            CommandAnswer answer = answer(List.of(file));
            assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.USAGE);
            answer.assertOneLine();
            assertThat(answer.err()).contains(file);
        }
    }
}
