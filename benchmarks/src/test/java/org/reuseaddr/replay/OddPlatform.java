package org.reuseaddr.replay;

import java.util.function.Consumer;
import java.util.function.Function;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/** Makes calls on this kernel and answers otherwise. */
record OddPlatform(LocalProcess kernel, Consumer<Call> before, Function<Call, Function<Outcome, Outcome>> answers)
        implements SocketProcess {

    static OddPlatform answering(Function<Call, Function<Outcome, Outcome>> answers) {
        return new OddPlatform(new LocalProcess(), call -> { }, answers);
    }

    /** Does something before each call. */
    static OddPlatform before(Consumer<Call> before) {
        return new OddPlatform(new LocalProcess(), before, call -> outcome -> outcome);
    }

    @Override
    public Outcome execute(int thread, Call call, int newName, int limitMillis) {
        before.accept(call);
        return answers.apply(call).apply(kernel.execute(thread, call, newName, limitMillis));
    }

    @Override
    public void closeAll() {
        kernel.closeAll();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
