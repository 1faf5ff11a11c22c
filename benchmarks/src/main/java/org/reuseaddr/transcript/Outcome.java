package org.reuseaddr.transcript;

import java.io.Serializable;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;

/** How a call ended: what it returned and what the kernel wrote through its pointer arguments. */
public sealed interface Outcome extends Serializable {

    /** The call came back. */
    sealed interface Completed extends Outcome {
        /** What the call returned, errno included. */
        SyscallResult result();
    }

    /** A call without out-parameters, or a failed one. */
    record Plain(SyscallResult result) implements Completed {
    }

    /**
     * accept or getsockname that succeeded.
     *
     * @param address what the kernel filled in; null where the transcript passed NULL or did not decode it
     */
    record WithAddress(SyscallResult.Returned result, SockAddr address) implements Completed {
    }

    /** getsockopt that succeeded, with the value read. */
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
