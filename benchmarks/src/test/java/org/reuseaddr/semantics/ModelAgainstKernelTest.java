package org.reuseaddr.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/**
 * Proves the reference model against the kernel that runs the test: the whole generated product, call by call, in this
 * process (which process a socket belongs to is not part of the model).
 */
class ModelAgainstKernelTest {

    private static final int TRIES = 3;
    private static final int RANDOM_SCRIPTS = 5000;

    private final Sockets sockets = new Sockets();

    @Test
    void everyGeneratedScenarioHasOnThisKernelTheResultsThatTheModelGivesIt() {
        assertThatTheKernelAgrees(GeneratedScenarios.under(LinuxBindRules.LINUX_6_18).stream());
    }

    @Test
    void severalSocketsInAnyOrderHaveOnThisKernelTheResultsThatTheModelGivesThem() {
        assertThatTheKernelAgrees(LongStream.range(0, RANDOM_SCRIPTS).mapToObj(RandomScript::of));
    }

    private void assertThatTheKernelAgrees(Stream<Scenario> scenarios) {
        List<String> mismatches = scenarios.flatMap(scenario -> mismatch(scenario).stream()).toList();
        assertThat(mismatches).as("%d mismatches", mismatches.size()).isEmpty();
    }

    private Optional<String> mismatch(Scenario scenario) {
        Optional<String> mismatch = Optional.of("");
        // A stranger may take a port between two calls; it does not do so three times.
        for (int i = 0; i < TRIES && mismatch.isPresent(); i++) {
            mismatch = new Execution().run(scenario);
        }
        return mismatch;
    }

    /** One run of a scenario on ports of its own. */
    private final class Execution implements Call.Handler<SyscallResult> {
        private final Map<Long, Integer> descriptors = new HashMap<>();
        private final Map<Integer, Integer> ports = new HashMap<>();
        private int process;
        private Outcome expected;
        private SockAddr seen;

        Optional<String> run(Scenario scenario) {
            StringBuilder transcript = new StringBuilder(scenario.id()).append('\n');
            try {
                for (Step step : scenario.transcript().steps()) {
                    process = step.process();
                    expected = step.outcome();
                    seen = null;
                    SyscallResult result = step.call().dispatch(this);
                    transcript.append("  ").append(process).append(' ').append(step.call()).append(" = ")
                            .append(result).append('\n');
                    if (!matches(step, result)) {
                        return Optional.of(transcript.append("  expected ").append(expected).append('\n').toString());
                    }
                }
                return Optional.empty();
            } finally {
                descriptors.values().forEach(sockets::close);
            }
        }

        private boolean matches(Step step, SyscallResult result) {
            SyscallResult wanted = ((Outcome.Completed) expected).result();
            if (wanted instanceof SyscallResult.Failed failed) {
                return result.failedWith(failed.errno());
            }
            if (!(result instanceof SyscallResult.Returned returned)) {
                return false;
            }
            if (step.call() instanceof Call.Socket || step.call() instanceof Call.Accept) {
                descriptors.put(key(((SyscallResult.Returned) wanted).value()), returned.value());
            }
            if (expected instanceof Outcome.WithAddress with && with.address() != null) {
                ports.putIfAbsent(with.address().port(), seen.port());
                return actual(with.address()).equals(seen);
            }
            return true;
        }

        private long key(int fd) {
            return (long) process << 32 | fd;
        }

        private int descriptor(int fd) {
            return descriptors.get(key(fd));
        }

        private SockAddr actual(SockAddr literal) {
            return literal.port() == 0 ? literal
                    : literal.withPort(ports.computeIfAbsent(literal.port(), unused -> freePort()));
        }

        private int freePort() {
            int fd = value(sockets.socket(Family.INET6));
            sockets.bind(fd, SockAddr.Inet6.any(0));
            int port = sockets.getsockname(fd).address().port();
            sockets.close(fd);
            return port;
        }

        private int value(SyscallResult result) {
            return ((SyscallResult.Returned) result).value();
        }

        @Override
        public SyscallResult socket(Call.Socket call) {
            return sockets.socket(call.domain(), call.type() | Linux.SOCK_CLOEXEC, call.protocol());
        }

        @Override
        public SyscallResult setOption(Call.SetOption call) {
            return sockets.setOption(descriptor(call.fd()), call.option(), call.value());
        }

        @Override
        public SyscallResult setLinger(Call.SetLinger call) {
            return sockets.setLinger(descriptor(call.fd()), call.on(), call.seconds());
        }

        @Override
        public SyscallResult getOption(Call.GetOption call) {
            return sockets.getOption(descriptor(call.fd()), call.option()).result();
        }

        @Override
        public SyscallResult bind(Call.Bind call) {
            return sockets.bind(descriptor(call.fd()), actual(call.address()));
        }

        @Override
        public SyscallResult listen(Call.Listen call) {
            return sockets.listen(descriptor(call.fd()), call.backlog());
        }

        @Override
        public SyscallResult connect(Call.Connect call) {
            return sockets.connect(descriptor(call.fd()), actual(call.address()));
        }

        @Override
        public SyscallResult accept(Call.Accept call) {
            // Every accept of the catalogue has a connection waiting.
            assertThat(sockets.awaitReady(descriptor(call.fd()), Linux.POLLIN, 1000)).isTrue();
            return sockets.accept(descriptor(call.fd()), Linux.SOCK_CLOEXEC).result();
        }

        @Override
        public SyscallResult getSockName(Call.GetSockName call) {
            Sockets.WithAddress name = sockets.getsockname(descriptor(call.fd()));
            seen = name.address();
            return name.result();
        }

        @Override
        public SyscallResult shutdown(Call.Shutdown call) {
            return sockets.shutdown(descriptor(call.fd()), call.how());
        }

        @Override
        public SyscallResult close(Call.Close call) {
            return sockets.close(descriptors.remove(key(call.fd())));
        }
    }
}
