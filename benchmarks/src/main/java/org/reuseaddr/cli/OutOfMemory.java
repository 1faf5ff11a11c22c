package org.reuseaddr.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says once, in one line, that there is not enough memory, whichever threads find it out. */
final class OutOfMemory {

    private static final byte[] LINE = "not enough memory: give Java more, such as java -Xmx1g\n".getBytes(StandardCharsets.UTF_8);
    /** Not System.err, which allocates. */
    private static final FileOutputStream ERROR = new FileOutputStream(FileDescriptor.err);
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private OutOfMemory() {
    }

    /** From now on a thread that ends by it ends the process: who waits for what the thread did would wait for ever. */
    static void endProcessIfUncaught() {
        // What is called for the first time is linked first, which takes memory.
        isSaid(new Throwable());
        write(new byte[0]);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            try {
                if (!isSaid(e)) {
                    System.err.print("Exception in thread \"" + thread.getName() + "\" ");
                    e.printStackTrace();
                    return;
                }
            } catch (OutOfMemoryError again) {
                // Not even enough to say it.
            }
            Runtime.getRuntime().halt(ExitCode.FAILED);
        });
    }

    /**
     * Whether that is what failed; then it is said, unless it has been. Java wraps it where two resources in a row fail by it: a
     * Throwable cannot be suppressed by itself.
     */
    static synchronized boolean isSaid(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof OutOfMemoryError)) {
            cause = cause.getCause();
        }
        if (cause != null && !SAID.get()) {
            write(LINE);
            SAID.set(true);
        }
        return cause != null;
    }

    private static void write(byte[] bytes) {
        try {
            ERROR.write(bytes);
        } catch (IOException e) {
            // Nobody reads standard error; the exit code says it too.
        }
    }
}
