package org.reuseaddr.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.infra.Control;
import org.openjdk.jmh.infra.ThreadParams;
import org.reuseaddr.benchmarks.fixture.Failures;
import org.reuseaddr.socket.Family;

/** Drives the states as JMH does, without its loops: every benchmark once, against the real kernel. */
@Timeout(120)
class BenchmarkInvocationsTest {

    private final OpenDescriptors descriptors = new OpenDescriptors();

    @AfterEach
    void noSocketIsLeft() {
        descriptors.assertNoneLeaked();
    }

    record Call(Family family, String port, String name, Supplier<SyscallCost.Batch> state,
            BiConsumer<SyscallCost, SyscallCost.Batch> method) {
        @Override
        public String toString() {
            return family + " " + port + " " + name;
        }
    }

    static List<Call> calls() {
        List<Call> all = new ArrayList<>();
        for (Family family : Family.values()) {
            for (String port : List.of("ephemeral", "fixed", "fresh")) {
                all.add(new Call(family, port, "socket", SyscallCost.Nothing::new,
                        (b, s) -> b.socket((SyscallCost.Nothing) s)));
                all.add(new Call(family, port, "setsockopt", SyscallCost.Opened::new,
                        (b, s) -> b.setsockopt((SyscallCost.Opened) s)));
                all.add(new Call(family, port, "bind", SyscallCost.Reusing::new,
                        (b, s) -> b.bind((SyscallCost.Reusing) s)));
                all.add(new Call(family, port, "listen", SyscallCost.Bound::new,
                        (b, s) -> b.listen((SyscallCost.Bound) s)));
                all.add(new Call(family, port, "getsockname", SyscallCost.Listening::new,
                        (b, s) -> b.getsockname((SyscallCost.Listening) s)));
                all.add(new Call(family, port, "close", SyscallCost.Listening::new,
                        (b, s) -> b.close((SyscallCost.Listening) s)));
                all.add(new Call(family, port, "accept", SyscallCost.Waiting::new,
                        (b, s) -> b.accept((SyscallCost.Waiting) s)));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everyCallAloneSucceedsOnEverySocketOfABatch(Call call) {
        SyscallCost benchmark = new SyscallCost();
        benchmark.family = call.family();
        benchmark.port = call.port();
        Failures failures = new Failures();
        SyscallCost.Batch batch = call.state().get();
        batch.prepare(benchmark, OneThread.PARAMS, failures);
        if (batch instanceof SyscallCost.Waiting waiting) {
            waiting.openListener(benchmark, OneThread.PARAMS);
        }
        batch.begin();
        for (int i = 0; i < 2; i++) {
            batch.prepareBatch();
            call.method().accept(benchmark, batch);
            batch.closeBatch();
        }
        batch.end();
        if (batch instanceof SyscallCost.Waiting waiting) {
            waiting.closeListener();
        }
        batch.endRehearsals();

        assertThat(failures.failures).as("but for ports that somebody else took meanwhile")
                .isEqualTo(failures.address_in_use);
    }

    @ParameterizedTest
    @CsvSource({"INET,channel", "INET,native", "INET6,channel", "INET6,socket", "INET6,native"})
    void aDrainedQueueIsFilledUpAgain(Family family, String api) {
        AcceptDrain benchmark = new AcceptDrain();
        benchmark.family = family;
        benchmark.api = api;
        benchmark.backlog = 128;
        benchmark.reuseAddress = family == Family.INET6;
        for (AcceptDrain.Queue queue : List.of(new AcceptDrain.Established(), new AcceptDrain.Reset())) {
            AcceptDrain.DrainCounts counts = new AcceptDrain.DrainCounts();
            queue.open(benchmark, OneThread.PARAMS, counts);
            queue.begin();
            for (int i = 0; i < 3; i++) {
                queue.fill();
                if (queue instanceof AcceptDrain.Reset reset) {
                    benchmark.acceptAndClose(reset);
                } else {
                    benchmark.accept((AcceptDrain.Established) queue);
                }
                queue.closeBatch();
            }
            queue.end();
            queue.close();

            assertThat(counts.failures).isZero();
            assertThat(counts.backlog_actual).isEqualTo(128);
        }
    }

    @ParameterizedTest
    @CsvSource({"INET,1", "INET,4", "INET6,2"})
    void everyMemberOfAGroupIsReached(Family family, int members) {
        ReusePortGroup benchmark = new ReusePortGroup();
        benchmark.family = family;
        benchmark.members = members;
        ReusePortGroup.GroupCounts counts = new ReusePortGroup.GroupCounts();
        ReusePortGroup.ListenerGroup group = new ReusePortGroup.ListenerGroup();
        group.open(benchmark, counts);
        group.begin();
        for (int i = 0; i < 5; i++) {
            benchmark.connect(group);
            group.closeBatch();
        }
        group.end(OneThread.PARAMS);
        group.close();

        assertThat(counts.failures + counts.lost).isZero();
        // 320 connections leave one of four out once in 10^39 groups.
        assertThat(counts.members_reached).isEqualTo(members);
        assertThat(counts.largest_to_even).isBetween(1.0, members == 1 ? 1.0 : 2.0);
    }

    @Test
    void connectionsToAGroupThatIsGoneFailTheIterationAndSayHowMany() {
        ReusePortGroup benchmark = new ReusePortGroup();
        benchmark.family = Family.INET;
        benchmark.members = 2;
        ReusePortGroup.ListenerGroup group = new ReusePortGroup.ListenerGroup();
        group.open(benchmark, new ReusePortGroup.GroupCounts());
        group.begin();
        group.close();
        benchmark.connect(group);
        group.closeBatch();

        assertThatThrownBy(() -> group.end(OneThread.PARAMS)).hasMessageContaining("64 failed").hasMessageContaining("ECONNREFUSED");
        benchmark.members = 0;
        assertThatThrownBy(() -> group.open(benchmark, new ReusePortGroup.GroupCounts())).hasMessageContaining("expected 1 to 64");
    }

    @ParameterizedTest
    @CsvSource({"INET,ephemeral", "INET,fixed", "INET,fresh", "INET6,ephemeral", "INET6,fixed", "INET6,fresh"})
    void aNewListenerIsReached(Family family, String port) {
        TimeToFirstAccept benchmark = new TimeToFirstAccept();
        benchmark.family = family;
        benchmark.port = port;
        TimeToFirstAccept.FirstAcceptCounts counts = new TimeToFirstAccept.FirstAcceptCounts();
        Failures failures = new Failures();
        TimeToFirstAccept.FreshListener listener = new TimeToFirstAccept.FreshListener();
        listener.prepare(benchmark, OneThread.PARAMS, counts, failures);
        listener.begin();
        for (int i = 0; i < 3; i++) {
            listener.bind();
            benchmark.listenConnectAccept(listener);
            listener.close();
        }
        listener.end();

        assertThat(failures.failures + counts.timeouts + counts.retries).isZero();
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void aRivalIsRefusedAgainAndAgain(Family family) {
        DuplicateRejection benchmark = new DuplicateRejection();
        benchmark.family = family;
        DuplicateRejection.RejectionCounts counts = new DuplicateRejection.RejectionCounts();
        DuplicateRejection.Unbound unbound = new DuplicateRejection.Unbound();
        DuplicateRejection.BoundRivals bound = new DuplicateRejection.BoundRivals();
        unbound.prepare(benchmark, counts);
        bound.prepare(benchmark, counts);
        for (int i = 0; i < 3; i++) {
            benchmark.bind(unbound);
            benchmark.listen(bound);
        }
        unbound.end();
        unbound.close();
        bound.close();

        assertThat(counts.refused).isEqualTo(6);
        assertThat(counts.permitted + counts.failures).isZero();
    }

    @Test
    void aRivalThatIsNotRefusedEndsTheIteration() {
        DuplicateRejection benchmark = new DuplicateRejection();
        benchmark.family = Family.INET;
        DuplicateRejection.RejectionCounts counts = new DuplicateRejection.RejectionCounts();
        DuplicateRejection.Unbound rivals = new DuplicateRejection.Unbound();
        rivals.prepare(benchmark, counts);
        rivals.count(0);

        assertThatThrownBy(rivals::end).hasMessageContaining("a duplicate listener was permitted");
        rivals.close();
    }

    @ParameterizedTest
    @CsvSource({"INET,ephemeral", "INET,outside", "INET,otherAddress", "INET,samePort", "INET6,ephemeral",
        "INET6,outside", "INET6,otherAddress", "INET6,samePort"})
    void aCrowdIsHeldAndReleased(Family family, String where) {
        CrowdedBind benchmark = new CrowdedBind();
        benchmark.family = family;
        benchmark.held = 100;
        benchmark.where = where;
        benchmark.hold();
        Failures failures = new Failures();
        CrowdedBind.Held held = new CrowdedBind.Held();
        CrowdedBind.OnEphemeralPort ephemeral = new CrowdedBind.OnEphemeralPort();
        CrowdedBind.OnFixedPort fixed = new CrowdedBind.OnFixedPort();
        ephemeral.prepare(benchmark, held, failures, OneThread.PARAMS);
        fixed.prepare(benchmark, held, failures, OneThread.PARAMS);
        benchmark.ephemeralPort(ephemeral);
        benchmark.fixedPort(fixed);
        ephemeral.end();
        fixed.end();
        benchmark.release();

        assertThat(failures.failures).isZero();
        assertThat(held.held_actual).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({"INET,1,fixed", "INET,2,ephemeral", "INET6,4,fixed", "INET6,3,fresh", "INET,2,fresh"})
    void othersBindWhileABatchIsBound(Family family, int binders, String port) throws InterruptedException {
        ConcurrentBind benchmark = new ConcurrentBind();
        benchmark.family = family;
        benchmark.binders = binders;
        benchmark.port = port;
        ConcurrentBind.BindCounts counts = new ConcurrentBind.BindCounts();
        Failures failures = new Failures();
        ConcurrentBind.BindBatch batch = new ConcurrentBind.BindBatch();
        batch.prepare(benchmark, OneThread.PARAMS, counts, failures);
        for (int iteration = 0; iteration < 2; iteration++) {
            batch.begin();
            batch.open();
            benchmark.bind(batch);
            batch.close();
            batch.end();
        }

        assertThat(failures.failures).as("but for ports that somebody else took meanwhile").isEqualTo(failures.address_in_use);
        assertThat(counts.other_binds).as("each of the others made at least one in each iteration")
                .isGreaterThanOrEqualTo(2L * (binders - 1));
        assertThat(counts.other_binds == 0).isEqualTo(binders == 1);
        assertThat(counts.cpus).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).noneMatch(name -> name.startsWith("binder-"));
    }

    @Test
    void bindersThatCannotBeAreRefused() {
        ConcurrentBind benchmark = new ConcurrentBind();
        benchmark.family = Family.INET;
        benchmark.port = "fixed";
        for (int binders : new int[] {0, 65}) {
            benchmark.binders = binders;
            assertThatThrownBy(() -> new ConcurrentBind.BindBatch().prepare(benchmark, OneThread.PARAMS, new ConcurrentBind.BindCounts(),
                    new Failures())).hasMessage("binders=" + binders + ": expected 1 to 64");
        }
        benchmark.binders = 2;
        ThreadParams two = new ThreadParams(0, 2, 0, 1, 0, 1, 0, 2, 0, 2);
        assertThatThrownBy(() -> new ConcurrentBind.BindBatch().prepare(benchmark, two, new ConcurrentBind.BindCounts(), new Failures()))
                .hasMessageContaining("-t 1");
    }

    @ParameterizedTest
    @CsvSource({"INET,channel,clientReset", "INET,native,clientFin", "INET,selector,serverFin",
        "INET6,channel,serverFin", "INET6,socket,clientReset", "INET6,native,clientReset", "INET6,selector,clientFin"})
    void bothSidesOfAGroupMeetEachOther(Family family, String api, String close) throws InterruptedException {
        AcceptThroughput benchmark = new AcceptThroughput();
        benchmark.family = family;
        benchmark.api = api;
        benchmark.close = close;
        benchmark.reuseAddress = family == Family.INET;
        AcceptThroughput.SharedListener listener = new AcceptThroughput.SharedListener();
        listener.open(benchmark);
        AcceptThroughput.AcceptCounts accepts = new AcceptThroughput.AcceptCounts();
        AcceptThroughput.ConnectCounts connects = new AcceptThroughput.ConnectCounts();
        AcceptThroughput.Accepting accepting = new AcceptThroughput.Accepting();
        AcceptThroughput.ConnectingThread connecting = new AcceptThroughput.ConnectingThread();
        accepting.prepare(benchmark, listener, accepts);
        connecting.prepare(benchmark, listener, connects);
        Thread client = new Thread(() -> {
            Control control = new Control();
            for (int i = 0; i < 100; i++) {
                benchmark.connect(connecting, control);
            }
        });
        accepting.begin();
        connecting.begin();
        client.start();
        for (int i = 0; i < 100; i++) {
            benchmark.accept(accepting);
        }
        client.join();
        accepting.end(OneThread.PARAMS);
        accepting.release();
        connecting.end(OneThread.PARAMS);
        listener.close();

        assertThat(accepts.accepted).isEqualTo(100);
        assertThat(connects.connected).isEqualTo(100);
        assertThat(accepts.acceptor_idle_share).isBetween(0.0, 1.0);
        assertThat(connects.connector_idle_share).isBetween(0.0, 1.0);
    }

    @Test
    void connectionsThatAreRefusedFailTheIterationAndSayHowMany() {
        AcceptThroughput benchmark = new AcceptThroughput();
        benchmark.family = Family.INET;
        benchmark.api = "native";
        benchmark.close = "clientReset";
        AcceptThroughput.SharedListener listener = new AcceptThroughput.SharedListener();
        listener.open(benchmark);
        AcceptThroughput.ConnectCounts connects = new AcceptThroughput.ConnectCounts();
        AcceptThroughput.ConnectingThread connecting = new AcceptThroughput.ConnectingThread();
        connecting.prepare(benchmark, listener, connects);
        listener.close();
        connecting.begin();
        benchmark.connect(connecting, new Control());

        assertThat(connects.refused).isEqualTo(1);
        assertThat(connects.connected).isZero();
        assertThatThrownBy(() -> connecting.end(OneThread.PARAMS)).hasMessageContaining("1 were refused");
    }
}
