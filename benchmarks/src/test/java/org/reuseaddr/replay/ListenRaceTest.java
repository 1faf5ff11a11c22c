package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.model.Grade;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SharedMemory;
import org.reuseaddr.socket.SyscallResult;

@Timeout(60)
class ListenRaceTest {

    private final PortPool pool = new PortPool(Surroundings.ofThisMachine().portsInUse(), Surroundings.ofThisMachine().ephemeralPorts());

    private List<Integer> ports() {
        return Stream.generate(pool::take).limit(4).toList();
    }

    @Test
    void ofTwoThreadsEachWinsSomeRoundsAndNeverBoth() {
        RaceCounts counted = ListenRace.within(Family.INET, ports(), 300);

        assertThat(counted.first()).isPositive();
        assertThat(counted.second()).isPositive();
        assertThat(counted.both()).isZero();
        assertThat(counted.strangeOutcome()).isEmpty();
    }

    @Test
    void theSharedMemoryIsGoneWhenARaceIsOver() throws Exception {
        Path shared = SharedMemory.create(ListenRace.MEMORY);
        List<Integer> ports = ports();
        Thread other = new Thread(() -> ListenRace.between(Family.INET, ports, 1, 50, shared));
        other.start();
        RaceCounts counted = ListenRace.between(Family.INET, ports, 0, 50, shared);
        other.join();

        assertThat(counted.rounds()).isPositive();
        assertThat(Files.exists(shared)).isFalse();
    }

    @Test
    void aCallThatFailsOtherwiseIsNamed() {
        RaceCounts strange = RaceCounts.parse("1,2,3,0,4,1,-4");
        assertThat(strange.strangeOutcome()).contains(new SyscallResult.Failed(Errno.EINTR));
        assertThat(strange.words()).isEqualTo(
                "10 rounds: the first listened in 1, the second in 2, neither in 3, both in 0, listen failed otherwise in 4");
        assertThatThrownBy(() -> RaceCounts.parse("1,2,3")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RaceCounts.parse("1,2,3,0,4,2,-4")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"race/two-processes-inet", "race/two-threads-inet6"})
    void theResultOfAPassSaysHowOftenWhoListened(String id) {
        Scenario scenario = Catalogue.scenarios().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine())) {
            ScenarioResult result = replayer.replay(scenario);

            assertThat(result.grade()).as(result.detail()).isEqualTo(Grade.PASS);
            // Unexplained refusals are a share of all binds: a race, where refusals are the rule, must not make it smaller.
            assertThat(replayer.refusals().binds()).isZero();
            assertThat(replayer.refusals().ports()).isPositive();
            assertThat(result.detail()).matches("[0-9,]+ rounds: the first listened in [0-9,]+, the second in [0-9,]+, "
                    + "neither in [0-9,]+, both in 0");
        }
    }
}
