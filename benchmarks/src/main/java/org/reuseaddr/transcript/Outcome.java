package org.reuseaddr.transcript;

import java.util.OptionalInt;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;

/** How a call ended: what it returned and what the kernel wrote through its pointer arguments. */
public sealed interface Outcome {

    /** What the call returned; empty if it failed or did not come back. {@link Call#succeedsWith} says whether it succeeded. */
    default OptionalInt returned() {
        return this instanceof Completed completed && completed.result() instanceof SyscallResult.Returned returned
                ? OptionalInt.of(returned.value()) : OptionalInt.empty();
    }

    /** Whether the call came back and failed with this errno. */
    default boolean failedWith(Errno errno) {
        return this instanceof Completed completed && completed.result().failedWith(errno);
    }

    /** The call came back. */
    sealed interface Completed extends Outcome {
        /** What the call returned, errno included. */
        SyscallResult result();
    }

    /** A call without out-parameters, or a failed one. */
    record Plain(SyscallResult result) implements Completed {
    }

    /**
     * accept, getsockname or getpeername that returned.
     *
     * @param address what the kernel filled in; null where the transcript passed NULL or did not decode it
     */
    record WithAddress(SyscallResult.Returned result, SockAddr address) implements Completed {
    }

    /** getsockopt that returned, with the value read; poll that returned 1, with the events reported, as bits. */
    record WithValue(SyscallResult.Returned result, int value) implements Completed {
    }

    /**
     * The call did not come back within its limit; in strace notation {@code = ? TIMEOUT (no answer in N ms)}.
     *
     * @param limitMillis how long it was waited for, in milliseconds
     */
    record TimedOut(int limitMillis) implements Outcome {
    }
}
