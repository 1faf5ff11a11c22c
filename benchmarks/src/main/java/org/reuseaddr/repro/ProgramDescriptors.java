package org.reuseaddr.repro;

import java.util.OptionalInt;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;

/** The descriptors of calls. */
final class ProgramDescriptors {

    private static final Call.Handler<OptionalInt> USED = new Call.Handler<>() {
        @Override
        public OptionalInt socket(Call.Socket call) {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt setOption(Call.SetOption call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt setLinger(Call.SetLinger call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt getOption(Call.GetOption call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt bind(Call.Bind call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt listen(Call.Listen call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt connect(Call.Connect call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt accept(Call.Accept call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt getSockName(Call.GetSockName call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt shutdown(Call.Shutdown call) {
            return OptionalInt.of(call.fd());
        }

        @Override
        public OptionalInt close(Call.Close call) {
            return OptionalInt.of(call.fd());
        }
    };

    private ProgramDescriptors() {
    }

    /** The descriptor that a call is given: none for socket. */
    static OptionalInt used(Call call) {
        return call.dispatch(USED);
    }

    /** The descriptor that a step makes. */
    static OptionalInt made(Step step) {
        boolean makes = step.call() instanceof Call.Socket || step.call() instanceof Call.Accept;
        return makes && step.outcome() instanceof Outcome.Completed completed
                && completed.result() instanceof SyscallResult.Returned returned
                ? OptionalInt.of(returned.value()) : OptionalInt.empty();
    }
}
