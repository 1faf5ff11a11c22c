package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.faults.FaultLibrary;

/** The command twice with real servers of others, and with hostile ones. */
class TwiceIT {

    /** What every process of a test has in its environment, so that one that is left over is found. */
    private static final String MARK = "TWICE_IT";

    @TempDir
    private Path temporary;
    private final int port = freePort();

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Servers that people run; each takes a port and a directory. */
    private enum Server {
        PYTHON("python3", "python3") {
            @Override
            List<String> command(int port, Path directory) {
                return List.of("python3", "-m", "http.server", Integer.toString(port), "--bind", "127.0.0.1");
            }
        },
        NODE("node", "nodejs") {
            @Override
            List<String> command(int port, Path directory) {
                return List.of("node", "-e", "require('http').createServer((q, s) => s.end('x')).listen(" + port + ", '127.0.0.1')");
            }
        },
        JAVA("java", "openjdk-17-jdk-headless") {
            @Override
            List<String> command(int port, Path directory) throws IOException {
                Path source = Files.writeString(directory.resolve("Serve.java"), """
                        import com.sun.net.httpserver.HttpServer;
                        import java.net.InetSocketAddress;
                        public class Serve {
                            public static void main(String[] words) throws Exception {
                                HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(words[0])), 0).start();
                            }
                        }
                        """);
                return List.of("java", source.toString(), Integer.toString(port));
            }
        },
        NGINX("nginx", "nginx-light") {
            @Override
            List<String> command(int port, Path directory) throws IOException {
                return nginx(directory, port + "");
            }
        },
        REDIS("redis-server", "redis-server") {
            @Override
            List<String> command(int port, Path directory) {
                return List.of("redis-server", "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "",
                        "--dir", directory.toString());
            }
        };

        private final String program;
        private final String debianPackage;

        Server(String program, String debianPackage) {
            this.program = program;
            this.debianPackage = debianPackage;
        }

        abstract List<String> command(int port, Path directory) throws IOException;

        List<String> here(int port, Path directory) throws IOException {
            Tools.need(program, debianPackage);
            return command(port, directory);
        }
    }

    /** nginx as a daemon, which leaves its parent behind. */
    private static List<String> nginx(Path directory, String listen) throws IOException {
        Path configuration = Files.writeString(directory.resolve("nginx.conf"), "pid " + directory.resolve("nginx.pid")
                + "; error_log stderr; events {} http { access_log off; server { listen 127.0.0.1:" + listen + "; } }");
        return List.of(Files.isExecutable(Path.of("/usr/sbin/nginx")) ? "/usr/sbin/nginx" : "nginx", "-c",
                configuration.toString());
    }

    private JarRun twice(List<String> options, List<String> command) {
        List<String> words = new ArrayList<>(List.of("twice"));
        words.addAll(options);
        words.add("--");
        words.addAll(command);
        return JarRun.of(words.toArray(String[]::new)).with(Map.of(MARK, temporary.toString()));
    }

    private JarRun.Ended python(String program, String... options) {
        return twice(List.of(options), python3(program)).run();
    }

    private List<String> python3(String program) {
        return List.of("python3", "-c", "import os, socket, sys, time\nport = " + port
                + "\ns = socket.socket()\ns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n" + program);
    }

    @AfterEach
    void nothingIsLeftRunning() throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            assertThat(processes.filter(process -> process.getFileName().toString().matches("[0-9]+")).filter(this::isLeftOver))
                    .isEmpty();
        }
    }

    private boolean isLeftOver(Path process) {
        try {
            return Files.readString(process.resolve("environ"), java.nio.charset.StandardCharsets.ISO_8859_1)
                    .contains(MARK + "=" + temporary);
        } catch (IOException ended) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecondStartIsRefused(Server server) throws IOException {
        JarRun.Ended ended = twice(List.of(), server.here(port, temporary)).run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).startsWith("first start: listens on port " + port + "\nboth starts: ")
                .contains(": Linux can have answered so", "second start: refused, exit code ",
                        "start at once after kill -9, with connections left: listens again")
                .containsIgnoringCase(server == Server.NODE ? "port: " + port : "address already in use");
    }

    @ParameterizedTest
    @EnumSource
    void onWsl1BothListen(Server server) throws IOException {
        JarRun.Ended ended = twice(List.of("--no-strace"), server.here(port, temporary))
                .with(FaultLibrary.compiled().environment("duplicate-listener")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).containsPattern("second start: both listen on port " + port
                + "; of 20 connections the first got [0-9]+, the second [0-9]+;");
    }

    @Test
    void aPortThatIsSharedOnPurposeIsFine() throws IOException {
        Tools.need("nginx", "nginx-light");
        JarRun.Ended ended = twice(List.of(), nginx(temporary, port + " reuseport")).run();

        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("both listen on port " + port + ", with SO_REUSEPORT on purpose; of 20 connections");
    }

    /** A server of Python that waits after it has the socket s of the port; what is given comes before. */
    private static String listens(String before) {
        return before + """
                s.bind(("127.0.0.1", port))
                s.listen()
                time.sleep(100)
                """;
    }

    /** A child has the parent's descriptors until it ends, and one that starts a program until then. */
    @Test
    void childrenThatEndHoldNoPort() {
        for (String child : List.of("""
                    s.getsockname()
                    os._exit(0)
                """, """
                    os.execvp("true", ["true"])
                """)) {
            JarRun.Ended ended = python("""
                    s.bind(("127.0.0.1", port))
                    s.listen()
                    if os.fork() == 0:
                    CHILD
                    os.wait()
                    s.close()
                    s = socket.socket()
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    """.replace("CHILD\n", child) + listens(""));
            assertThat(ended.exitCode()).as(ended.everything()).isZero();
            assertThat(ended.out()).contains("second start: refused, exit code 1").doesNotContain("impossible", "no socket of the trace");
        }
    }

    /** Nobody but the platform can say without strace whether the port is shared on purpose. */
    @Test
    void withoutStraceThePlatformTellsWhetherAPortIsSharedOnPurpose() {
        JarRun.Ended ended = python(listens("s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n"), "--no-strace");
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("both listen on port " + port + ", with SO_REUSEPORT on purpose; neither accepted any of 20 "
                + "connections; this platform refuses a second listener without it");
    }

    /** What a platform without IPv6 refuses is asked of IPv4. */
    @Test
    void aPortIsSharedOnPurposeWithoutIpv6Too() {
        Tools.need("unshare", "util-linux");
        JarRun.Ended ended = twice(List.of("--no-strace"), python3("s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n"
                + listens(""))).under("unshare", "--net", "sh", "-c",
                        "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 && ip link set lo up && exec \"$@\"", "sh").run();
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("with SO_REUSEPORT on purpose");
    }

    /** The wildcards of both families on one port; what is given is done with the IPv6 socket t before it is bound. */
    private static String otherFamily(String before, boolean ipv6First) {
        String inet = "s.bind(('0.0.0.0', port)); s.listen()";
        String inet6 = before + "t.bind(('::', port)); t.listen()";
        return """
                t = socket.socket(socket.AF_INET6)
                t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    %s
                except OSError:
                    %s
                time.sleep(100)
                """.formatted(ipv6First ? inet6 : inet, ipv6First ? inet : inet6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listenersOfBothFamiliesOnOnePortAreThat(boolean ipv6First) {
        String v6Only = "t.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1); ";
        JarRun.Ended traced = python(otherFamily(v6Only, ipv6First));
        assertThat(traced.exitCode()).as(traced.everything()).isZero();
        assertThat(traced.out()).contains("second start: both listen on port " + port
                + ", one for IPv4 and one for IPv6, with IPV6_V6ONLY; this platform refuses a second listener without\n");
    }

    @Test
    void withoutStraceTheOptionOfBothFamiliesIsOneOfTwo() {
        JarRun.Ended ended = python(otherFamily("t.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1); ", false), "--no-strace");
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("one for IPv4 and one for IPv6, with IPV6_V6ONLY or SO_REUSEPORT; this platform refuses");
    }

    /** The fault sets SO_REUSEPORT on each socket that asks for SO_REUSEADDR: a wildcard of IPv6 that takes IPv4 too is a second one. */
    @Test
    void aPlatformThatLetsBothFamiliesHoldAPortIsTold() throws IOException {
        JarRun.Ended ended = twice(List.of("--no-strace"), python3("""
                import os.path
                if os.path.exists('DIRECTORY/first'):
                    s = socket.socket(socket.AF_INET6)
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind(('::', port))
                else:
                    open('DIRECTORY/first', 'w').close()
                    s.bind(('0.0.0.0', port))
                s.listen()
                time.sleep(100)
                """.replace("DIRECTORY", temporary.toString())))
                .with(FaultLibrary.compiled().environment("duplicate-listener")).run();
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).contains("one for IPv4 and one for IPv6; this platform lets two listeners hold a port");
    }

    @Test
    void anotherAddressIsNotAnotherPort() {
        JarRun.Ended ended = python("""
                try:
                    s.bind(("127.0.0.1", port))
                except OSError:
                    s.bind(("127.0.0.2", port))
                s.listen()
                time.sleep(100)
                """, "--no-strace");
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("second start: listens elsewhere, on other addresses of port " + port + "\n");
    }

    @Test
    void aServerThatTakesAnotherPortIsFine() {
        JarRun.Ended ended = python("""
                try:
                    s.bind(("127.0.0.1", port))
                except OSError:
                    s.bind(("127.0.0.1", 0))
                s.listen()
                time.sleep(100)
                """);
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("second start: listens elsewhere, on port ");
    }

    @Test
    void aServerThatWaitsForThePortForEverIsNot() {
        JarRun.Ended ended = python("""
                while True:
                    try:
                        s.bind(("127.0.0.1", port))
                        break
                    except OSError:
                        time.sleep(0.1)
                s.listen()
                print("ready", flush=True)
                time.sleep(100)
                """, "--timeout", "5s");
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        assertThat(ended.out()).contains("second start: runs and does not listen");
    }

    @Test
    void aServerWithoutReuseaddrCannotStartAgainAtOnce() {
        JarRun.Ended ended = python("""
                s = socket.socket()
                s.bind(("127.0.0.1", port))
                s.listen()
                while True:
                    c = s.accept()
                    time.sleep(0.1)
                """);
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out()).contains("with connections left: ends with exit code 1").contains("Address already in use");
    }

    @Test
    void aDaemonThatIgnoresSigtermAndItsFamilyIsEnded() {
        JarRun.Ended ended = python("""
                import signal
                if os.fork():
                    os._exit(0)
                os.setsid()
                if os.fork():
                    os._exit(0)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                for child in range(3):
                    if os.fork() == 0:
                        time.sleep(1000)
                s.bind(("127.0.0.1", port))
                s.listen()
                time.sleep(1000)
                """, "--no-strace", "--timeout", "5s");
        assertThat(ended.out()).as(ended.everything()).startsWith("first start: listens on port " + port);
    }

    @Test
    void aFloodOfOutputIsReadAndItsEndIsKept() {
        JarRun.Ended ended = python("""
                for _ in range(1000):
                    sys.stdout.write("x" * 1000000)
                print("\\n\\x1b[2Jat last", flush=True)
                s.bind(("127.0.0.1", port))
                s.listen()
                time.sleep(100)
                """, "--no-strace", "--timeout", "60s");
        assertThat(ended.exitCode()).as(ended.everything()).isZero();
        assertThat(ended.out().length()).isLessThan(5_000);
        assertThat(ended.out()).contains("second start: refused, exit code 1").doesNotContain("\u001b");
    }

    @Test
    void aServerThatNeverListensOrDiesIsToldInOneLine() {
        JarRun.Ended silent = twice(List.of("--timeout", "2s"), List.of("sleep", "100")).run();
        assertThat(silent.exitCode()).as(silent.everything()).isEqualTo(1);
        assertThat(silent.err()).isEqualTo("the command does not listen within 2 s\n");

        // It ends when the second start is under way, however long that takes.
        JarRun.Ended died = python("""
                second = os.path.exists('DIRECTORY/first')
                open('DIRECTORY/second' if second else 'DIRECTORY/first', 'w').close()
                if second:
                    time.sleep(100)
                s.bind(('127.0.0.1', port))
                s.listen()
                while not os.path.exists('DIRECTORY/second'):
                    time.sleep(0.01)
                print('bye')
                """.replace("DIRECTORY", temporary.toString()));
        assertThat(died.exitCode()).as(died.everything()).isEqualTo(1);
        assertThat(died.err()).startsWith("the first start ended while the second was made").hasLineCount(1);

        JarRun.Ended missing = twice(List.of(), List.of("no-such-server")).run();
        assertThat(missing.exitCode()).as(missing.everything()).isEqualTo(2);
        assertThat(missing.err()).isEqualTo("cannot start no-such-server: there is no such program\n");
    }

    @Test
    void aPortThatIsHeldAlreadyIsSaid() throws IOException {
        try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            JarRun.Ended ended = twice(List.of("--port", Integer.toString(holder.getLocalPort())), List.of("sleep", "100")).run();
            assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(1);
            assertThat(ended.err()).isEqualTo("something listens on port " + port + " already: end it first\n");
        }
    }
}
