package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;

/**
 * The one promise that every run and every fork checks before anything is measured: with SO_REUSEADDR on both sockets,
 * a second bind to a port with an active listener fails with EADDRINUSE (socket(7), SO_REUSEADDR).
 */
public final class Gate {

    private static final String IN_FORK = "gate-in-fork";
    private static final String IN_FORK_JDK = "gate-in-fork-jdk";
    private static final int PORT = 12345;
    private static final int NO_PROCESS = 0;
    private static final int HOLDER_PROCESS = 1001;
    private static final int CHALLENGER_PROCESS = 1002;

    private Gate() {
    }

    /** Both families, with the holder in the same process and in another: for the start of a run. */
    public static List<Scenario> beforeRun() {
        List<Scenario> scenarios = new ArrayList<>(withinProcess("gate"));
        for (Family family : Family.values()) {
            scenarios.add(scenario("gate", family, "other-process", HOLDER_PROCESS, CHALLENGER_PROCESS));
        }
        return scenarios;
    }

    /**
     * Checks both families within this JVM, by bare calls and through the JDK's own listeners with the flags that are
     * about to be measured.
     *
     * @return one result a family and way
     */
    public static List<ScenarioResult> checkThisJvm() {
        List<ScenarioResult> results = new ArrayList<>();
        try (Replayer bare = new Replayer(); Replayer jdk = Replayer.throughTheJdk()) {
            withinProcess(IN_FORK).forEach(scenario -> results.add(bare.replay(scenario)));
            withinProcess(IN_FORK_JDK).forEach(scenario -> results.add(jdk.replay(scenario)));
        }
        return results;
    }

    /** What {@link #checkThisJvm} replays. */
    public static List<Scenario> withinFork() {
        List<Scenario> scenarios = new ArrayList<>(withinProcess(IN_FORK));
        scenarios.addAll(withinProcess(IN_FORK_JDK));
        return scenarios;
    }

    private static List<Scenario> withinProcess(String group) {
        List<Scenario> scenarios = new ArrayList<>();
        for (Family family : Family.values()) {
            scenarios.add(scenario(group, family, "same-process", NO_PROCESS, NO_PROCESS));
        }
        return scenarios;
    }

    private static Scenario scenario(String group, Family family, String where, int holder, int challenger) {
        int holderFd = 3;
        int challengerFd = holder == challenger ? 4 : 3;
        List<Step> steps = List.of(
                socket(holder, holderFd, family),
                succeeds(holder, new Call.SetOption(holderFd, SocketOption.SO_REUSEADDR, 1)),
                succeeds(holder, new Call.Bind(holderFd, family.loopback(PORT))),
                succeeds(holder, new Call.Listen(holderFd, 1)),
                socket(challenger, challengerFd, family),
                succeeds(challenger, new Call.SetOption(challengerFd, SocketOption.SO_REUSEADDR, 1)),
                new Step(challenger, new Call.Bind(challengerFd, family.loopback(PORT)),
                        new Outcome.Plain(new SyscallResult.Failed(Errno.EADDRINUSE))));
        String id = group + "/" + family.name().toLowerCase(Locale.ROOT) + "-loopback/" + where;
        String rule = "With SO_REUSEADDR on both sockets a bind is still refused while an active listening socket is bound "
                + "to the address";
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("scenario", id);
        headers.put("rule", rule);
        return new Scenario(id, group, family.name(), rule, "socket(7), SO_REUSEADDR", true,
                List.of("microsoft/WSL#2915", "microsoft/WSL#4407", "nodejs/node#28972", "rust-lang/rust#49367"),
                new Transcript(headers, steps));
    }

    private static Step socket(int process, int fd, Family family) {
        return new Step(process, new Call.Socket(family.number(), Linux.SOCK_STREAM, Linux.IPPROTO_TCP),
                new Outcome.Plain(new SyscallResult.Returned(fd)));
    }

    private static Step succeeds(int process, Call call) {
        return new Step(process, call, new Outcome.Plain(new SyscallResult.Returned(0)));
    }
}
