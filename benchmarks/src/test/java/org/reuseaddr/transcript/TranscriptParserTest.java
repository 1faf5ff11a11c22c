package org.reuseaddr.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;

class TranscriptParserTest {
    private static final String SOCKET = "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3\n";
    private static final String LOOPBACK_BIND = "bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), "
            + "sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = 0";
    private static final Step LOOPBACK_BIND_STEP =
            new Step(0, new Call.Bind(3, SockAddr.Inet6.loopback(12345)), returned(0));

    @TempDir
    private Path folder;

    @Test
    void exampleOfTheDesignIsReadAndPrintedUnchanged() throws TranscriptException {
        String text = """
                # scenario: inet6-loopback/listening/reuseaddr-both
                # rule: socket(7) SO_REUSEADDR: may bind, except when an active listening socket is bound to the address
                socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3
                setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
                BIND
                listen(3, 1) = 0
                socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 4
                setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
                bind(4, {sa_family=AF_INET6, sin6_port=htons(12345), sin6_flowinfo=htonl(0), \
                inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 EADDRINUSE (Address already in use)
                """.replace("BIND", LOOPBACK_BIND);

        Parsed parsed = TranscriptParser.parse("design", text);

        assertThat(TranscriptPrinter.print(parsed.transcript())).isEqualTo(text);
        assertThat(parsed.skipped()).isEmpty();
        assertThat(parsed.transcript().headers()).containsExactly(
                entry("scenario", "inet6-loopback/listening/reuseaddr-both"),
                entry("rule", "socket(7) SO_REUSEADDR: may bind, except when an active listening socket is bound to "
                        + "the address"));
        assertThat(parsed.transcript().steps()).hasSize(7).endsWith(new Step(0,
                new Call.Bind(4, SockAddr.Inet6.loopback(12345)), failed(Errno.EADDRINUSE)));
    }

    @Test
    void pasteOfAnOldBugReportIsRead() throws TranscriptException {
        Parsed parsed = TranscriptParser.parse("report", """
                $ strace -f ./server
                execve("./server", ["./server"], [/* 21 vars */]) = 0
                brk(0)                                  = 0x1b0a000
                open("/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3
                close(3)                                = 0
                write(1, "\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3\\0>\\0\\1\\0\\0\\0"..., 832) = 832
                socket(PF_NETLINK, SOCK_RAW, 0)         = 3
                bind(3, {sa_family=AF_NETLINK, pid=0, groups=00000000}, 12) = 0
                getsockname(3, {sa_family=AF_NETLINK, pid=17, groups=00000000}, [12]) = 0
                close(3)                                = 0
                socket(PF_INET6, SOCK_STREAM, IPPROTO_IP) = 3
                setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
                bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), inet_pton(AF_INET6, "::1", &sin6_addr), \
                sin6_flowinfo=0, sin6_scope_id=0}, 28) = 0
                listen(3, 1)                            = 0
                fcntl(3, F_GETFL)                       = 0x2 (flags O_RDWR)
                Listening on port 12345 ...
                accept(3, 0x7ffd5bd5d3f0, [16])         = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
                --- SIGINT {si_signo=SIGINT, si_code=SI_KERNEL} ---
                +++ killed by SIGINT +++
                """);

        assertThat(TranscriptPrinter.print(parsed.transcript())).isEqualTo(
                "socket(AF_INET6, SOCK_STREAM, IPPROTO_IP) = 3\n"
                        + "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n" + LOOPBACK_BIND + "\n"
                        + "listen(3, 1) = 0\n");
        assertThat(parsed.skipped()).containsExactly(
                entry("accept (no result)", 1), entry("bind (other socket)", 1), entry("brk", 1),
                entry("close (no socket)", 1), entry("close (other socket)", 1), entry("execve", 1),
                entry("fcntl", 1), entry("getsockname (other socket)", 1), entry("open", 1), entry("process ended", 1),
                entry("signal delivered", 1), entry("socket (other family)", 1), entry("text", 2), entry("write", 1));
        assertThat(parsed.skippedLines()).isEqualTo(15);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stderr-follow", "file-timed-decorated", "network-only", "relative-number-pointer"})
    void everyWayOfTracingShowsTheSameCalls(String trace) throws IOException, TranscriptException {
        Parsed parsed = traced(trace);

        List<Step> steps = parsed.transcript().steps();
        int first = steps.get(0).process();
        assertThat(steps.stream().map(Step::call)).startsWith(
                new Call.Socket(10, 1 | 0x80000, 0),
                new Call.SetOption(3, SocketOption.SO_REUSEADDR, 1),
                new Call.SetOption(3, SocketOption.IPV6_V6ONLY, 1),
                new Call.Bind(3, SockAddr.Inet6.loopback(12345)),
                new Call.Listen(3, 1),
                new Call.GetOption(3, SocketOption.SO_REUSEADDR));
        assertThat(steps).contains(
                new Step(first, new Call.GetOption(3, SocketOption.SO_DOMAIN),
                        new Outcome.WithValue(new SyscallResult.Returned(0), 10)),
                new Step(first, new Call.Bind(4, SockAddr.Inet6.loopback(12345)), failed(Errno.EADDRINUSE)),
                new Step(first, new Call.SetLinger(4, true, 0), returned(0)),
                new Step(first, new Call.Accept(4, true, 0x80000), failed(Errno.EAGAIN)),
                new Step(first, new Call.GetSockName(4), new Outcome.WithAddress(new SyscallResult.Returned(0),
                        new SockAddr.Inet4(127, 0, 0, 1, 12347))));
        assertThat(steps.stream().map(Step::process).distinct()).hasSize(3);
        assertThat(parsed.skipped()).containsEntry("connect (other socket)", 1).containsEntry("process ended", 3)
                .containsEntry("setsockopt (other option)", 1);
        assertThat(TranscriptParser.parse("again", TranscriptPrinter.print(parsed.transcript())).transcript())
                .isEqualTo(parsed.transcript());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stderr-follow", "file-timed-decorated", "network-only", "relative-number-pointer"})
    void acceptThatWaitedStandsAfterTheConnectItWaitedFor(String trace) throws IOException, TranscriptException {
        List<Step> steps = traced(trace).transcript().steps();
        Step accept = steps.stream().filter(step -> step.call() instanceof Call.Accept call && call.fd() == 4
                && step.outcome() instanceof Outcome.WithAddress).findFirst().orElseThrow();
        Step connect = steps.stream().filter(step -> step.call()
                .equals(new Call.Connect(5, new SockAddr.Inet4(127, 0, 0, 1, 12347)))).findFirst().orElseThrow();

        assertThat(connect.outcome()).isEqualTo(returned(0));
        assertThat(steps.indexOf(connect)).isLessThan(steps.indexOf(accept));
    }

    @Test
    void threadThatTheTraceShowsBeingMadeIsKnown() throws IOException, TranscriptException {
        Transcript transcript = traced("stderr-follow").transcript();

        assertThat(transcript.threads()).hasSize(1).containsValue(0);
        assertThat(transcript.steps().stream().map(Step::process)).contains(transcript.threads().firstKey());
        assertThat(transcript.headers()).containsOnlyKeys("thread");
    }

    @Test
    void closesThatTheTraceLeftOutAreImplied() throws IOException, TranscriptException {
        Parsed parsed = traced("network-only");

        // Four descriptors are given again and one process exits with a socket open before further calls are made.
        assertThat(parsed.impliedCloses()).isEqualTo(
                (int) parsed.transcript().steps().stream().filter(step -> step.call() instanceof Call.Close).count());
        assertThat(parsed.impliedCloses()).isPositive();
    }

    @Test
    void socketsOfAProcessThatExitedAreClosed() throws TranscriptException {
        Parsed parsed = TranscriptParser.parse("exit", """
                10 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
                10 +++ killed by SIGKILL +++
                11 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
                11 +++ exited with 0 +++
                """);

        assertThat(parsed.transcript().steps().stream().map(TranscriptPrinter::line)).containsExactly(
                "[pid 10] socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3",
                "[pid 10] close(3) = 0",
                "[pid 11] socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3");
        assertThat(parsed.impliedCloses()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), sin6_flowinfo=0, inet_pton(AF_INET6, \"::1\", "
                + "&sin6_addr), sin6_scope_id=0}, 28) = 0",
        "bind(3, {sin6_port=htons(12345), inet_pton(AF_INET6, \"::1\", &sin6_addr), sa_family=AF_INET6}, 28) = 0",
        "bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), sin6_addr=inet_pton(AF_INET6, \"::1\")}, 28) = 0",
        "bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), sin6_addr=inet_pton(AF_INET6, \"0:0::1\", &sin6_addr), "
                + "sin6_flowinfo=htonl(0x0)}, 128)=0",
        "bind(3<TCPv6:[123]>, {sa_family=AF_INET6, sin6_port=htons(12345), inet_pton(AF_INET6, \"::1\", "
                + "&sin6_addr)}, 28)      = 0 <0.000012>",
        "bind( 3 , { sa_family = AF_INET6 , sin6_port = htons( 12345 ) , inet_pton ( AF_INET6 , \"::1\" , &sin6_addr ) "
                + "} , 28 ) = 0 (DELAYED) \t",
        "12:00:01 bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), inet_pton(AF_INET6, \"::1\", &sin6_addr)}, 28) "
                + "= 0",
        "1795353414.462244 bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), inet_pton(AF_INET6, \"::1\", "
                + "&sin6_addr)}, 28) = 0",
        "12:00:01.100917 (+     0.000123) bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), inet_pton(AF_INET6, "
                + "\"::1\", &sin6_addr)}, 28) = 0",
        "1795353414 bind(3, {sa_family=AF_INET6, sin6_port=htons(12345), inet_pton(AF_INET6, \"::1\", "
                + "&sin6_addr)}, 28) = 0",
    })
    void spellingsOfABindMeanTheSame(String line) throws TranscriptException {
        assertThat(only(SOCKET + line)).isEqualTo(LOOPBACK_BIND_STEP);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "setsockopt(3, IPPROTO_IPV6, IPV6_V6ONLY, [1], 4) = 0 ; setsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], 4) = 0",
        "setsockopt(3, 41, 0x1a /* IPV6_??? */, [1], 4) = 0 ; setsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], 4) = 0",
        "setsockopt(3, IPPROTO_IP, IP_FREEBIND, [1], 4) = 0 ; setsockopt(3, SOL_IP, IP_FREEBIND, [1], 4) = 0",
        "setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0"
                + " ; setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0",
        "getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0"
                + " ; getsockopt(3, SOL_SOCKET, SO_ERROR, [111], [4]) = 0",
        "getsockopt(3, SOL_SOCKET, SO_TYPE, [SOCK_STREAM], [4]) = 0"
                + " ; getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [4]) = 0",
        "getsockopt(3, SOL_SOCKET, SO_TYPE, 0x7ffd1, [4]) = -1 EINVAL (Invalid argument)"
                + " ; getsockopt(3, SOL_SOCKET, SO_TYPE, NULL, NULL) = -1 EINVAL (Invalid argument)",
        "accept(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr(\"127.0.0.1\")}, [28 => 16]) = 4"
                + " ; accept(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr(\"127.0.0.1\")}, [16]) = 4",
        "accept(3, 0x7ffd1, [16]) = -1 EAGAIN (Resource temporarily unavailable)"
                + " ; accept(3, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
        "accept4(3, NULL, NULL, SOCK_NONBLOCK|SOCK_CLOEXEC) = 4<TCP:[127.0.0.1:1->127.0.0.1:2]>"
                + " ; accept4(3, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 4",
        "accept(3, NULL, NULL) = ? TIMEOUT (no answer in 2000 ms)"
                + " ; accept(3, NULL, NULL) = ? TIMEOUT (no answer in 2000 ms)",
        "shutdown(3, 2 /* send and receive */) = 0 ; shutdown(3, SHUT_RDWR) = 0",
        "bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"0.0.0.0\")}, 16) = -1 EINTR (Interrupted"
                + " system call) (INJECTED) ; bind(3, {sa_family=AF_INET, sin_port=htons(0), "
                + "sin_addr=inet_addr(\"0.0.0.0\")}, 16) = -1 EINTR (Interrupted system call)",
        "listen(77, 1) = -1 EBADF (Bad file descriptor) ; listen(77, 1) = -1 EBADF (Bad file descriptor)",
        "connect(3, {sa_family=AF_INET6, sin6_port=htons(1), sin6_flowinfo=htonl(7), inet_pton(AF_INET6, \"fe80::1\", "
                + "&sin6_addr), sin6_scope_id=if_nametoindex(\"lo\")}, 28) = -1 EINVAL (Das Argument ist ungültig)"
                + " ; connect(3, {sa_family=AF_INET6, sin6_port=htons(1), sin6_flowinfo=htonl(7), inet_pton(AF_INET6, "
                + "\"fe80::1\", &sin6_addr), sin6_scope_id=1}, 28) = -1 EINVAL (Invalid argument)",
    })
    void olderAndNewerSpellingsHaveOneCanonicalForm(String spelling, String canonical) throws TranscriptException {
        assertThat(TranscriptPrinter.line(only(SOCKET + spelling))).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<unfinished ...>", "<unfinished …>"})
    void interruptedCallIsJoined(String mark) throws TranscriptException {
        Parsed parsed = TranscriptParser.parse("joined", """
                [pid 7] socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP <unfinished ...>
                [pid 8] socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3
                [pid 7] <... socket resumed> )            = 3
                [pid 7] accept(3,  <unfinished ...>
                [pid 8] getsockname(3,  <unfinished ...>
                [pid 7] <... accept resumed>{sa_family=AF_INET6, sin6_port=htons(5), inet_pton(AF_INET6, "::1", \
                &sin6_addr)}, [28]) = 4
                [pid 8] <... getsockname resumed> {sa_family=AF_INET6, sin6_port=htons(6), inet_pton(AF_INET6, "::1", \
                &sin6_addr)}, [28]) = 0
                """.replace("<unfinished ...>", mark));

        SyscallResult.Returned four = new SyscallResult.Returned(4);
        assertThat(parsed.transcript().steps().subList(2, 4)).containsExactly(
                new Step(7, new Call.Accept(3, false, 0), new Outcome.WithAddress(four, SockAddr.Inet6.loopback(5))),
                new Step(8, new Call.GetSockName(3),
                        new Outcome.WithAddress(new SyscallResult.Returned(0), SockAddr.Inet6.loopback(6))));
        assertThat(parsed.skipped()).isEmpty();
    }

    @Test
    void callsOfOtherSocketsAreSkippedUpToTheirClose() throws TranscriptException {
        Parsed parsed = TranscriptParser.parse("others", """
                socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 3
                bind(3, {sa_family=AF_INET, ...}, 16) = 0
                close(3) = 0
                socket(AF_UNIX, SOCK_STREAM, 0) = 3
                accept(3, {sa_family=AF_UNIX}, [110 => 2]) = 5
                listen(5, 1) = 0
                connect(9, {sa_family=AF_UNIX, sun_path="/x"}, 110) = 0
                setsockopt(9, SOL_SOCKET, SO_PASSCRED, [1], 4) = 0
                socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 4
                """);

        assertThat(parsed.transcript().steps()).hasSize(1);
        assertThat(parsed.skippedLines()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0 ; true",
        "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK) = 0 ; true",
        "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK|O_LARGEFILE) = 0 ; true",
        "fcntl(3, F_SETFL, O_RDWR) = 0 ; false",
        "ioctl(3, FIONBIO, [1]) = 0 ; true",
        "ioctl(3, FIONBIO, [0]) = 0 ; false"})
    void everyWayToSetNonBlockingModeIsOneCall(String line, boolean on) throws TranscriptException {
        assertThat(only(SOCKET + line)).isEqualTo(new Step(0, new Call.SetNonBlocking(3, on), returned(0)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout) ; 0",
        "poll([{fd=3<TCP:[1]>, events=POLLIN}], 1, 0) = 1 ([{fd=3<TCP:[1]>, revents=POLLIN|POLLHUP}]) <0.1> ; 17",
        "poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN|0x4000}]) ; 16385"})
    void pollOfOneDescriptorIsRead(String line, int events) throws TranscriptException {
        assertThat(only(SOCKET + line)).isEqualTo(new Step(0, new Call.Poll(3, Linux.POLLIN, 0), events == 0
                ? returned(0) : new Outcome.WithValue(new SyscallResult.Returned(1), events)));
    }

    @Test
    void theKernelsPortRangeIsAnOptionByNameAndByNumber() throws TranscriptException {
        Step set = new Step(0, new Call.SetOption(3, SocketOption.IP_LOCAL_PORT_RANGE, 0x9c45_9c40), returned(0));

        assertThat(only(SOCKET + "setsockopt(3, SOL_IP, IP_LOCAL_PORT_RANGE, [2621807680], 4) = 0")).isEqualTo(set);
        assertThat(only(SOCKET + "setsockopt(3, IPPROTO_IP, 0x33 /* IP_??? */, [2621807680], 4) = 0")).isEqualTo(set);
    }

    @Test
    void callsOfOtherFilesAndOtherCommandsAreSkipped() throws TranscriptException {
        Parsed parsed = TranscriptParser.parse("files", """
                socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
                fcntl(5, F_SETFL, O_RDONLY|O_NONBLOCK) = 0
                fcntl(3, F_SETFD, FD_CLOEXEC) = 0
                fcntl(3, F_SETFL, O_RDWR|O_APPEND) = 0
                ioctl(1, TCGETS, {B38400 opost isig icanon echo ...}) = 0
                ioctl(3, FIONREAD, [0]) = 0
                dup(1) = 4
                poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN}], 2, -1) = 1 ([{fd=3, revents=POLLIN}])
                poll(NULL, 0, 10) = 0 (Timeout)
                poll([{fd=0, events=POLLIN}], 1, -1) = 1 ([{fd=0, revents=POLLIN}])
                dup(3) = 5
                listen(5, 1) = 0
                """);

        assertThat(parsed.transcript().steps().stream().map(Step::call))
                .containsExactly(new Call.Socket(2, 1, 6), new Call.Dup(3), new Call.Listen(5, 1));
        assertThat(parsed.skipped()).containsExactly(entry("dup", 1), entry("fcntl", 3), entry("ioctl", 2), entry("poll", 3));
    }

    @Test
    void byteOrderMarkAndCarriageReturnsAreDropped() throws TranscriptException {
        String text = "\uFEFF" + (SOCKET + LOOPBACK_BIND + "\n").replace("\n", "\r\n");

        assertThat(only(text)).isEqualTo(LOOPBACK_BIND_STEP);
    }

    @Test
    void headersStandBeforeTheFirstCall() throws TranscriptException {
        Transcript transcript = TranscriptParser.parse("headers", """
                # thread: 102 of 101
                # A comment, and not a header
                # see https://example.org
                # thread: 103 of 101
                # empty:
                [pid 101] socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
                # late: no header
                [pid 102] listen(3, 1) = 0
                """).transcript();

        assertThat(transcript.headers()).containsExactly(entry("thread", "102 of 101\n103 of 101"), entry("empty", ""));
        assertThat(transcript.threads()).containsExactly(entry(102, 101), entry(103, 101));
        assertThat(TranscriptPrinter.print(transcript)).startsWith(
                "# thread: 102 of 101\n# thread: 103 of 101\n# empty:\n[pid 101] socket(");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "bind(3, {sa_family=AF_INET6, ...}, 28) = 0 ; 2:30: expected a field of an AF_INET6 address, found '...'",
        "bind(3, {sa_family=AF_INET, sin_port=htons(65536)}, 16) = 0"
                + " ; 2:44: expected a port from 0 to 65535, found '65536'",
        "bind(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr(\"localhost\")}, 16) = 0"
                + " ; 2:68: expected a numeric address of AF_INET, found 'localhost'",
        "bind(3, {sa_family=AF_INET ; 2:27: expected ',' or '}', found the end of the line",
        "bind(3, {sa_family=AF_INET}, 16) = 0 ; 2:27: expected sin_port=htons(…), found '}'",
        "bind(3, 0x7ffd1234, 16) = 0 ; 2:9: expected an address such as {sa_family=AF_INET, …}, found '0x7ffd1234'",
        "listen(3, 1) = ; 2:15: expected a descriptor, found the end of the line",
        "listen(3, 1) = -1 ; 2:18: expected the name of an errno after -1, found the end of the line",
        "listen(3, 1) = -1 EWHAT (What) ; 2:19: expected an errno that socket calls have, found 'EWHAT'",
        "listen(3, 1) = 0 junk ; 2:18: expected the end of the line, found 'junk'",
        "listen(3, 99999999999999999999) = 0"
                + " ; 2:11: expected a backlog from -2147483648 to 4294967295, found '99999999999999999999'",
        "listen(4, 1) = 0 ; 2:8: expected a descriptor that a socket or accept call gave, found '4'",
        "[pid 9] listen(3, 1) = 0 ; 2:16: expected a descriptor that a socket or accept call of process 9 gave "
                + "(if that is a thread, say so: '# thread: 9 of …'), found '3'",
        "setsockopt(3, SOL_SOCKET, IPV6_V6ONLY, [1], 4) = 0"
                + " ; 2:27: expected an option of this level, not one of SOL_IPV6, found 'IPV6_V6ONLY'",
        "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 1) = 0 ; 2:46: expected a length from 4 to 4, found '1'",
        "> listen(3, 1) = 0 ; 2:1: expected a call at the start of the line, found '>'",
    })
    void errorNamesThePlaceAndWhatWasExpected(String line, String message) {
        assertThatThrownBy(() -> TranscriptParser.parse("x.strace", SOCKET + line))
                .isInstanceOf(TranscriptException.class).hasMessage("x.strace:" + message);
    }

    @Test
    void misspelledOptionIsNotSkipped() {
        assertThatThrownBy(() -> TranscriptParser.parse("x",
                SOCKET + "setsockopt(3, SOL_SOCKET, SO_REUSEADR, [1], 4) = 0"))
                .hasMessageStartingWith("x:2:27: expected one of the options SO_REUSEADDR, ")
                .hasMessageEndingWith("found 'SO_REUSEADR'");
    }

    @Test
    void errorInTheSecondHalfOfAJoinedCallIsPlacedThere() {
        assertThatThrownBy(() -> TranscriptParser.parse("x", SOCKET
                + "accept(3,  <unfinished ...>\nmmap(NULL) = 0\n<... accept resumed>{oops}, [28]) = 4"))
                .hasMessageStartingWith("x:4:22: expected sa_family=AF_INET or sa_family=AF_INET6, found 'oops'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "# thread: 1 ; no thread header such as '102 of 101': '1'",
        "# thread: 1 of 1 ; thread 1 cannot belong to 1, which is a thread itself",
        "# user: 1 ; no user header such as '65534 of 102': '1'",
        "# user: -1 of 2 ; no user header such as '65534 of 102': '-1 of 2'",
        "# user: 4294967294 of 2 ; no user header such as '65534 of 102': '4294967294 of 2'"})
    void malformedHeaderOfAProcessIsAnError(String line, String found) {
        assertThatThrownBy(() -> TranscriptParser.parse("x", "# rule: r\n" + line + "\n" + SOCKET))
                .hasMessage("x:2:1: expected a header such as '# rule: …', '# thread: 102 of 101' or '# user: 65534 of 102', found "
                        + found);
    }

    @Test
    void eachProcessHasOneUser() throws TranscriptException {
        String users = "# user: 65534 of 102\n# user: 0 of 101\n";
        assertThat(TranscriptParser.parse("x", users + SOCKET).transcript().users()).containsExactly(entry(101, 0), entry(102, 65534));
        assertThat(TranscriptParser.parse("x", SOCKET).transcript().users()).isEmpty();
        assertThatThrownBy(() -> TranscriptParser.parse("x", users + "# user: 1 of 101\n" + SOCKET))
                .hasMessageEndingWith("found a second user header for 101");
        assertThatThrownBy(() -> TranscriptParser.parse("x", "# thread: 102 of 101\n" + users + SOCKET))
                .hasMessageEndingWith("found a user header for 102, which is a thread of another process");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# rule: nothing follows\n", "just text\n", "mmap(NULL) = 0\n"})
    void textWithoutASocketCallIsAnError(String text) {
        assertThatThrownBy(() -> TranscriptParser.parse("x", text))
                .hasMessageEndingWith("expected a call of a stream socket, found the end of the text");
    }

    @Test
    void hostileInputIsRefusedInBoundedMemory() {
        assertThatThrownBy(() -> TranscriptParser.parse("endless line", new Endless('a', -1)))
                .hasMessage("endless line:1:65537: expected the end of the line within 65536 bytes, "
                        + "found a longer line");
        assertThatThrownBy(() -> TranscriptParser.parse("endless lines", new Endless('a', 2)))
                .hasMessage("endless lines:100001:1: expected at most 100000 lines, found another one");
        assertThatThrownBy(() -> TranscriptParser.parse("endless text", new Endless('a', 60_000)))
                .hasMessageEndingWith(":1: expected at most 33554432 bytes, found more");
        assertThatThrownBy(() -> TranscriptParser.parse("zeros", "ab\0"))
                .hasMessage("zeros:1:3: expected text, found the character U+0000");
        assertThatThrownBy(() -> TranscriptParser.parse("latin",
                new ByteArrayInputStream(new byte[] {'a', '\n', (byte) 0xC3, (byte) 0xA9, (byte) 0xE9, '\n'})))
                .hasMessage("latin:2:2: expected UTF-8 text, found the byte 0xE9");
    }

    @Test
    void fileIsNamedInErrors() throws IOException {
        Path file = Files.writeString(folder.resolve("report.strace"), "listen(3, 1) = 0\n");

        assertThatThrownBy(() -> TranscriptParser.parse(file)).hasMessageStartingWith(file + ":1:8: expected ");
    }

    /** The same byte again and again, as a file of zeros or a runaway log would give it. */
    @SuppressWarnings("InputStreamSlowMultibyteRead") // a parser that reads too much of it is to be slow
    private static final class Endless extends InputStream {
        private final int letter;
        private final int lineLength;
        private int column;

        Endless(int letter, int lineLength) {
            this.letter = letter;
            this.lineLength = lineLength;
        }

        @Override
        public int read() {
            column++;
            if (column == lineLength) {
                column = 0;
                return '\n';
            }
            return letter;
        }
    }

    private static Step only(String text) throws TranscriptException {
        List<Step> steps = TranscriptParser.parse("text", text).transcript().steps();
        assertThat(steps).hasSize(2);
        return steps.get(1);
    }

    private static Parsed traced(String name) throws IOException, TranscriptException {
        try (InputStream bytes = TranscriptParserTest.class.getResourceAsStream(name + ".strace")) {
            return TranscriptParser.parse(name, bytes);
        }
    }

    private static Outcome returned(int value) {
        return new Outcome.Plain(new SyscallResult.Returned(value));
    }

    private static Outcome failed(Errno errno) {
        return new Outcome.Plain(new SyscallResult.Failed(errno));
    }
}
