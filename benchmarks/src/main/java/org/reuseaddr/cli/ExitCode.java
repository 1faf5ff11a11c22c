package org.reuseaddr.cli;

/** The exit codes that scripts rely on; interrupted and terminated runs end with 130 and 143, as the JVM does. */
final class ExitCode {
    static final int DONE = 0;
    /** A benchmark failed, or the run could not be carried out. */
    static final int FAILED = 1;
    /** Wrong usage or unreadable input. */
    static final int USAGE = 2;
    /** A duplicate listener was permitted, or another promise was broken. */
    static final int VIOLATION = 3;
    /** {@code compare --fail-on}: a cell is slower or faster by more than was allowed. */
    static final int CHANGED = 4;
    /** {@code compare --fail-on}: the data do not decide, since primary cells are missing or undecided. */
    static final int UNDECIDED = 5;

    private ExitCode() {
    }
}
