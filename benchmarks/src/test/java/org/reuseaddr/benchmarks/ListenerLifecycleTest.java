package org.reuseaddr.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.ChannelCycle;
import org.reuseaddr.benchmarks.fixture.Failures;
import org.reuseaddr.benchmarks.fixture.ForkArguments;
import org.reuseaddr.benchmarks.fixture.ListenerCycle;
import org.reuseaddr.benchmarks.fixture.NativeCycle;
import org.reuseaddr.benchmarks.fixture.NativeServer;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;

class ListenerLifecycleTest {

    record Combination(Family family, String port, String api, boolean reuseAddress) {
    }

    static List<Combination> combinations() {
        List<Combination> all = new ArrayList<>();
        for (Family family : Family.values()) {
            for (String port : List.of("ephemeral", "fixed", "fresh")) {
                for (String api : family == Family.INET ? List.of("channel", "native")
                        : List.of("channel", "socket", "native")) {
                    all.add(new Combination(family, port, api, true));
                    all.add(new Combination(family, port, api, false));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void everyCombinationMakesListenersWithoutFailureOrLeak(Combination combination) {
        OpenDescriptors descriptors = new OpenDescriptors();
        ListenerLifecycle benchmark = new ListenerLifecycle();
        benchmark.family = combination.family();
        benchmark.port = combination.port();
        benchmark.api = combination.api();
        benchmark.reuseAddress = combination.reuseAddress();
        Failures failures = new Failures();
        ListenerLifecycle.CycledListener listener = new ListenerLifecycle.CycledListener();
        listener.prepare(benchmark, OneThread.PARAMS, failures);
        listener.begin();

        for (int i = 0; i < 3; i++) {
            benchmark.cycle(listener);
        }

        assertThat(failures.failures).isZero();
        assertThatCode(listener::end).doesNotThrowAnyException();
        descriptors.assertNoneLeaked();
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void aTakenPortIsCountedAndFailsTheIteration(Family family) {
        NativeServer holder = new NativeServer(family, 1);
        Failures failures = new Failures();
        List<ListenerCycle> cycles = List.of(
                new NativeCycle(SocketCalls.open(), family, new int[] {holder.port()}, true, failures),
                new ChannelCycle(family, new int[] {holder.port()}, true, failures));

        cycles.forEach(ListenerCycle::run);

        assertThat(failures.failures).isEqualTo(2);
        assertThat(failures.address_in_use).isEqualTo(2);
        assertThatThrownBy(cycles.get(0)::endIteration).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("EADDRINUSE").hasMessageContaining("making a listener");
        holder.close();
    }

    @Test
    void aServerSocketIsNotMeasuredUnderTheOtherFamilysName() {
        assertThatThrownBy(() -> ForkArguments.requireServerSocketOf(Family.INET))
                .hasMessageContaining("preferIPv4Stack").hasMessageContaining("AF_INET6");
        assertThat(ForkArguments.of(Map.of("api", "socket", "family", "INET"), 1))
                .containsExactly("-Djava.net.preferIPv4Stack=true");
        assertThat(ForkArguments.of(Map.of("api", "socket", "family", "INET6"), 1)).isEmpty();
        assertThat(ForkArguments.of(Map.of("api", "channel", "family", "INET"), 1)).isEmpty();
    }

    @Test
    void aPlatformThreadIsNotMeasuredUnderTheNameOfAVirtualOne() {
        assertThatThrownBy(() -> Api.VIRTUAL.open(Family.INET, 1, true)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("needs Java 21 or later").hasMessageContaining("jmh.executor=VIRTUAL");
        assertThat(ForkArguments.of(Map.of("api", "virtual", "family", "INET"), 200))
                .containsExactly("-Djmh.executor=VIRTUAL", "-Djdk.virtualThreadScheduler.parallelism=200");
    }
}
