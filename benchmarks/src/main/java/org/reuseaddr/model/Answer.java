package org.reuseaddr.model;

import java.util.Set;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

/** One way in which Linux may answer a call: an outcome, or a set of those among which Linux is free. */
public sealed interface Answer {

    /** What {@link Waits} shows as the time that the call was watched, in milliseconds. */
    int WATCHED_MILLIS = 100;

    /** What a call without a value returns if it succeeds. */
    SyscallResult.Returned RETURNED_ZERO = new SyscallResult.Returned(0);

    /** Whether an outcome of this call is one of them. */
    boolean allows(Call call, Outcome outcome);

    /**
     * An outcome of the call that the answer allows: with an answer that allows several, one of them.
     *
     * @param descriptor for a call that makes one
     */
    Outcome example(Call call, int descriptor);

    /** The answer in words, such as {@code -1 EADDRINUSE (Address already in use)}. */
    String inWords();

    /** The call returns 0. */
    record Zero() implements Answer {
        @Override
        public boolean allows(Call call, Outcome outcome) {
            return outcome.returned().stream().anyMatch(value -> value == 0);
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.Plain(RETURNED_ZERO);
        }

        @Override
        public String inWords() {
            return "0";
        }
    }

    /** The call fails with this error. */
    record Fails(Errno errno) implements Answer {
        @Override
        public boolean allows(Call call, Outcome outcome) {
            return outcome.failedWith(errno);
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.Plain(new SyscallResult.Failed(errno));
        }

        @Override
        public String inWords() {
            return "-1 " + errno;
        }
    }

    /** The call returns a new descriptor, and shows nothing or not for certain. */
    record NewDescriptor() implements Answer {
        @Override
        public boolean allows(Call call, Outcome outcome) {
            return call.succeedsWith(outcome);
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.Plain(new SyscallResult.Returned(descriptor));
        }

        @Override
        public String inWords() {
            return "a descriptor";
        }
    }

    /** accept returns a new descriptor and shows this peer; a port of 0 is one that no call has shown yet. */
    record NewConnection(SockAddr peer, Set<Integer> taken) implements Answer {
        /** @param taken ports that it does not come from, since another connection from this address to the listener does */
        public NewConnection {
            taken = Set.copyOf(taken);
        }

        @Override
        public boolean allows(Call call, Outcome outcome) {
            return call.succeedsWith(outcome)
                    && (!(outcome instanceof Outcome.WithAddress shown) || shown.address() == null
                            || isSeenAt(peer, shown.address()) && !(peer.port() == 0 && taken.contains(shown.address().port())));
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.WithAddress(new SyscallResult.Returned(descriptor), peer.port() == 0 ? null : peer);
        }

        @Override
        public String inWords() {
            return "a descriptor, for the connection from " + Answer.inWords(peer);
        }
    }

    /** The call shows this address; a port of 0 with {@code chosen} is one that no call has shown yet. */
    record Shows(SockAddr address, boolean chosen, Set<Integer> taken) implements Answer {
        /** @param taken ports that Linux does not choose, since another socket holds them */
        public Shows {
            taken = Set.copyOf(taken);
        }

        @Override
        public boolean allows(Call call, Outcome outcome) {
            if (!(outcome instanceof Outcome.WithAddress shown) || outcome.returned().stream().noneMatch(value -> value == 0)) {
                return false;
            }
            return shown.address() == null || (chosen ? isSeenAt(address, shown.address()) && !taken.contains(shown.address().port())
                    : address.equals(shown.address()));
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.WithAddress(RETURNED_ZERO, address.port() == 0 && chosen ? null : address);
        }

        @Override
        public String inWords() {
            return "0, and the address " + (chosen ? Answer.inWords(address) : address.toString());
        }
    }

    /** getsockopt shows this value, or poll reports these events. */
    record Value(int value) implements Answer {
        @Override
        public boolean allows(Call call, Outcome outcome) {
            return outcome instanceof Outcome.WithValue read && read.value() == value
                    && (call instanceof Call.Poll || read.result().equals(RETURNED_ZERO));
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.WithValue(call instanceof Call.Poll ? new SyscallResult.Returned(1) : RETURNED_ZERO, value);
        }

        @Override
        public String inWords() {
            return "the value " + value;
        }
    }

    /** The call waits until something happens. */
    record Waits() implements Answer {
        @Override
        public boolean allows(Call call, Outcome outcome) {
            return outcome instanceof Outcome.TimedOut;
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.TimedOut(WATCHED_MILLIS);
        }

        @Override
        public String inWords() {
            return "no answer: it waits";
        }
    }

    /** Nothing is said of the call. */
    record Anything() implements Answer {
        @Override
        public boolean allows(Call call, Outcome outcome) {
            return true;
        }

        @Override
        public Outcome example(Call call, int descriptor) {
            return new Outcome.Plain(RETURNED_ZERO);
        }

        @Override
        public String inWords() {
            return "anything";
        }
    }

    private static boolean isSeenAt(SockAddr expected, SockAddr shown) {
        return expected.port() == 0 ? shown.port() != 0 && expected.equals(shown.withPort(0)) : expected.equals(shown);
    }

    private static String inWords(SockAddr address) {
        return address.port() == 0 ? address.host() + " and a port that Linux chooses" : address.toString();
    }
}
