package org.reuseaddr.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;

@Timeout(60)
class AcceptLaneTest {

    private static final int LIMIT_MILLIS = 2_000;

    record Combination(Family family, String api) {
    }

    static List<Combination> combinations() {
        List<Combination> all = new ArrayList<>();
        for (Family family : Family.values()) {
            for (String api : family == Family.INET ? List.of("channel", "selector", "native")
                    : List.of("channel", "socket", "selector", "native")) {
                all.add(new Combination(family, api));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void everyLaneAcceptsIntoSlotsAndClosesThem(Combination combination) {
        AcceptLane lane = AcceptLane.open(combination.api(), combination.family(), 8);
        Acceptor acceptor = lane.acceptor(2);
        Connector connector = new Connector(SocketCalls.open(), combination.family(), lane.port());
        int first = connector.connectSurely(LIMIT_MILLIS);
        int second = connector.connectSurely(LIMIT_MILLIS);

        assertThat(acceptor.accept(0)).isNotNegative();
        assertThat(acceptor.accept(1)).isNotNegative();
        assertThat(connector.awaitEnd(first, 0)).isFalse();
        assertThat(acceptor.close(0)).isZero();
        assertThat(connector.awaitEnd(first, LIMIT_MILLIS)).isTrue();
        assertThat(acceptor.close(0)).as("an empty slot").isZero();
        assertThat(acceptor.close(1)).isZero();

        connector.close(first);
        connector.close(second);
        acceptor.release();
        lane.close();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void abortingWakesABlockedAcceptor(Combination combination) throws Exception {
        AcceptLane lane = AcceptLane.open(combination.api(), combination.family(), 8);
        Acceptor acceptor = lane.acceptor(1);
        CompletableFuture<Integer> accepting = CompletableFuture.supplyAsync(() -> acceptor.accept(0));
        CompletableFuture.runAsync(lane::abort, CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS)).get();

        assertThat(accepting).succeedsWithin(Duration.ofSeconds(20)).satisfies(result -> assertThat(result).isNegative());
        acceptor.release();
        lane.close();
    }

    @Test
    void theGuardConnectsWhereNobodyElseDoes() {
        AcceptLane lane = AcceptLane.open("native", Family.INET, 8);
        AcceptGuard guard = new AcceptGuard(lane, Family.INET, AcceptGuard.IMPATIENT);
        Acceptor acceptor = lane.acceptor(1);
        guard.beginAccepting();

        assertThat(acceptor.accept(0)).isNotNegative();

        guard.endAccepting();
        guard.stop();
        acceptor.close(0);
        lane.close();
    }

    @Test
    void connectingWhereNobodyListensIsRefusedAndNeverWaits() {
        NativeLane gone = new NativeLane(Family.INET, 1);
        int port = gone.port();
        gone.close();

        assertThat(new Connector(SocketCalls.open(), Family.INET, port).connect(true, LIMIT_MILLIS))
                .isEqualTo(-Errno.ECONNREFUSED.number());
    }

    @Test
    void aFullQueueIsATimeoutAfterTheStatedTime() {
        NativeLane lane = new NativeLane(Family.INET, 0);
        Connector connector = new Connector(SocketCalls.open(), Family.INET, lane.port());
        List<Integer> clients = new ArrayList<>();
        int latest = connector.connect(true, 200);
        while (latest >= 0 && clients.size() < 8) {
            clients.add(latest);
            latest = connector.connect(true, 200);
        }

        assertThat(latest).isEqualTo(-Errno.ETIMEDOUT.number());
        clients.forEach(connector::close);
        lane.close();
    }
}
