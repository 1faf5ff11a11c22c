package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.reuseaddr.faults.UnrelatedProcess;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Sockets;
import org.reuseaddr.socket.SyscallResult;

/** Other programs take ports while the check runs: what is theirs is no fault of the platform. */
@Isolated("takes ports by the thousand")
class UnrelatedProcessesIT {

    /** The default range is 28,232 ports wide: where descriptors allow so many, port 0 mostly meets somebody's port. */
    private static final int CROWD = 18_000;
    private static final int TIMES = 2;
    /** Clients that close first, on either family, until no port is left that none of them had. */
    private static final String LEAVE_TIME_WAIT = """
            import socket
            for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
                listener = socket.socket(family)
                listener.bind((address, 20000))
                listener.listen(8)
                for i in range(500):
                    client = socket.create_connection((address, 20000))
                    server = listener.accept()[0]
                    client.close()
                    server.close()
            """;

    @TempDir
    private Path temporary;

    /** An ERROR is a true word where tests before this one left connections on every port that a client could take. */
    private void assertNoFalseGrade(String name) {
        Path directory = temporary.resolve(name);
        JarRun.Ended ended = JarRun.of("check", "--out", directory.toString()).run();

        assertThat(ended.exitCode()).as(ended.everything()).isIn(0, 1);
        assertThat(SemanticsFile.readAll(directory.resolve("semantics.csv"))).hasSizeGreaterThan(2_000)
                .filteredOn(row -> !row.grade().equals("PASS"))
                .allMatch(row -> row.grade().equals("ERROR") && row.observed().contains("is in use by others"));
    }

    @Test
    void programThatTakesAThousandPortsASecondCausesNoFalseGrade() {
        try (UnrelatedProcess other = new UnrelatedProcess(300)) {
            for (int i = 0; i < TIMES; i++) {
                int before = other.binds();
                assertNoFalseGrade("unrelated-" + i);
                assertThat(other.binds() - before).isGreaterThan(300);
            }
        }
    }

    @Test
    void portsThatSomebodyHoldsByTheThousandsCauseNoFalseGrade() {
        Sockets sockets = new Sockets();
        List<Integer> held = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                int fd = sockets.socket(Family.INET) instanceof SyscallResult.Returned made ? made.value() : -1;
                if (fd < 0) {
                    break;
                }
                held.add(fd);
                sockets.bind(fd, Family.INET.loopback(0));
            }
            assertThat(held).hasSizeGreaterThan(500);
            assertNoFalseGrade("crowd");
        } finally {
            held.forEach(sockets::close);
        }
    }

    /** A run just before this one leaves them by the thousands. */
    @Test
    void connectionsInTimeWaitCauseNoFalseGrade() {
        JarRun.Ended ended = JarRun.of("check", "--out", temporary.resolve("run").toString())
                .under("unshare", "--net", "sh", "-c", "ip link set lo up; sysctl -qw net.ipv4.ip_local_port_range='40000 41023'; "
                        + "python3 -c \"$0\" && exec \"$@\"", LEAVE_TIME_WAIT).run();

        assertThat(ended.exitCode()).as(ended.everything()).isNotEqualTo(3);
        assertThat(SemanticsFile.readAll(temporary.resolve("run").resolve("semantics.csv")))
                .allMatch(row -> row.grade().equals("PASS") || row.grade().equals("ERROR"))
                .filteredOn(row -> row.grade().equals("ERROR")).isNotEmpty()
                .allMatch(row -> row.observed().contains("TIME_WAIT") || row.observed().contains("EADDRNOTAVAIL"));
    }
}
