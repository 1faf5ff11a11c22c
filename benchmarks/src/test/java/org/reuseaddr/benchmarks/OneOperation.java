package org.reuseaddr.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.reuseaddr.benchmarks.fixture.Acceptor;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.Connector;
import org.reuseaddr.benchmarks.fixture.Failures;
import org.reuseaddr.benchmarks.fixture.ListenerCycle;
import org.reuseaddr.benchmarks.fixture.ServerApi;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SocketCalls;

/**
 * Makes one operation of a benchmark between one call of getppid and {@value #MARKS_AT_END} in a row, for strace:
 * {@code cycle API FAMILY REUSE}, {@code accept API FAMILY REUSE} or {@code bind native FAMILY true}, which is a batch of them. An
 * operation before it has loaded the classes that it needs.
 */
final class OneOperation {

    /** More than the suite ever makes in a row by itself. */
    static final int MARKS_AT_END = 5;

    private static final int LIMIT_MILLIS = 5_000;

    private OneOperation() {
    }

    /** What {@link CallCountsIT} runs. */
    public static void main(String[] arguments) throws InterruptedException {
        Api api = Api.named(arguments[1]);
        Family family = Family.valueOf(arguments[2]);
        boolean reuseAddress = Boolean.parseBoolean(arguments[3]);
        if (arguments[0].equals("cycle")) {
            Failures failures = new Failures();
            ListenerCycle cycle = api.cycle(family, new int[] {0}, reuseAddress, failures);
            traced(cycle::run);
            failures.verify("making a listener", 2);
        } else if (arguments[0].equals("bind")) {
            bind(family);
        } else {
            ServerApi server = api.open(family, 8, reuseAddress);
            Connector connector = new Connector(SocketCalls.open(), family, server.port());
            int[] clients = IntStream.range(0, 2).map(i -> connector.connectSurely(LIMIT_MILLIS)).toArray();
            Acceptor acceptor = server.acceptor(2);
            int[] slot = {0};
            traced(() -> acceptor.accept(slot[0]++));
            IntStream.range(0, 2).forEach(acceptor::close);
            IntStream.of(clients).forEach(connector::close);
            acceptor.release();
            server.close();
        }
    }

    private static void bind(Family family) throws InterruptedException {
        ConcurrentBind benchmark = new ConcurrentBind();
        benchmark.family = family;
        benchmark.binders = 2;
        benchmark.port = "ephemeral";
        ConcurrentBind.BindBatch first = new ConcurrentBind.BindBatch();
        ConcurrentBind.BindBatch second = new ConcurrentBind.BindBatch();
        List<ConcurrentBind.BindBatch> batches = new ArrayList<>(List.of(first, second));
        for (ConcurrentBind.BindBatch batch : batches) {
            batch.prepare(benchmark, OneThread.PARAMS, new ConcurrentBind.BindCounts(), new Failures());
            batch.begin();
            batch.open();
        }
        traced(() -> benchmark.bind(batches.remove(0)));
        for (ConcurrentBind.BindBatch batch : List.of(first, second)) {
            batch.close();
            batch.end();
        }
    }

    private static void traced(Runnable operation) {
        SocketCalls calls = SocketCalls.open();
        operation.run();
        calls.getppid();
        operation.run();
        for (int i = 0; i < MARKS_AT_END; i++) {
            calls.getppid();
        }
    }
}
