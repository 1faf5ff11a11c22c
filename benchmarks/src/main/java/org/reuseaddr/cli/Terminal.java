package org.reuseaddr.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the standard streams are a terminal. */
final class Terminal {

    private Terminal() {
    }

    /** Whether standard error is a terminal. {@code System.console()} asks about the other two streams. */
    static boolean isStandardError() {
        return isTerminal(2);
    }

    /** Whether standard output is a terminal. */
    static boolean isStandardOutput() {
        return isTerminal(1);
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
