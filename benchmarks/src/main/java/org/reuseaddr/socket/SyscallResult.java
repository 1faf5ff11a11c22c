package org.reuseaddr.socket;

/** What a system call answered: a value, never an exception, since failing is an answer. */
public sealed interface SyscallResult {

    /** The call returned {@code value}, which is zero or positive. */
    record Returned(int value) implements SyscallResult {
    }

    /** The call returned -1 and set {@code errno}. */
    record Failed(Errno errno) implements SyscallResult {
    }

    /** Turns the kernel's own convention, zero or positive for success and {@code -errno} for failure, into a value. */
    static SyscallResult of(int raw) {
        return raw >= 0 ? new Returned(raw) : new Failed(Errno.of(-raw));
    }

    /** Whether the call failed with this errno. */
    default boolean failedWith(Errno errno) {
        return this instanceof Failed failed && failed.errno().equals(errno);
    }
}
