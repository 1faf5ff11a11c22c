package org.reuseaddr.transcript;

/** What a trace reports, in the order in which it happened. A process is the one whose descriptors a thread shares. */
public sealed interface TraceEvent {

    /**
     * A call came back; {@code process} made it, or a thread of it, which is the {@link Step#process}.
     *
     * @param implied whether the trace does not have the call itself, a close, but only what follows from it
     */
    record Called(TracePlace place, int process, Step step, boolean implied) implements TraceEvent {
    }

    /**
     * The child has a copy of every descriptor that its parent has open, if it has not opened that number itself. Until it is
     * {@link Heard} of, the trace may not show what it does with them.
     */
    record Forked(int parent, int child) implements TraceEvent {
    }

    /** The trace shows from here on what this process does with its descriptors. */
    record Heard(int process) implements TraceEvent {
    }

    /** The process may close descriptors from here on without a call that the trace shows: it executes a program, or ends. */
    record Unwatched(int process) implements TraceEvent {
    }

    /** {@code to} names the same socket as {@code fd} from here on; it was closed if it was open. */
    record Copied(int process, int fd, int to) implements TraceEvent {
    }

    /**
     * A process ended, and with it all of its descriptors.
     *
     * @param certain whether the trace shows that nobody else can have them
     */
    record Exited(int process, boolean certain) implements TraceEvent {
    }

    /** What becomes of this socket is not in the trace from here on. */
    record Lost(int process, int fd) implements TraceEvent {
    }

    /**
     * A call on this socket has begun, and others come back before it does: its effect may come at any time from here on.
     *
     * @param call the name of the call
     */
    record Began(int process, int fd, String call) implements TraceEvent {
    }

    /** An option was set on this socket that the suite does not model. */
    record SetOther(int process, int fd) implements TraceEvent {
    }

    /** The process can make calls that no trace shows (io_uring). */
    record Hides(int process) implements TraceEvent {
    }

    /** The process has this effective user from here on; {@link #UNKNOWN_USER} where the trace does not say which. */
    record User(int process, int user) implements TraceEvent {
        /** Any user. */
        public static final int UNKNOWN_USER = -1;
    }

    /** A socket that the trace does not show being made was bound to this port. */
    record PortTaken(int port) implements TraceEvent {
    }

    /** Another trace begins: what came before is of another machine or of another time. */
    record FragmentBegins(TracePlace place) implements TraceEvent {
    }
}
