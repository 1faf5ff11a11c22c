package org.reuseaddr.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says once, in one line, that there is not enough memory, or no further thread, whichever threads find it out. */
final class OutOfMemory {

    /** What HotSpot says where -Xmx is what bounds the memory. */
    private static final String HEAP = "Java heap space";
    private static final String OVERHEAD = "GC overhead limit exceeded";

    private static final byte[] HEAP_LINE = bytes("not enough memory: give Java more, such as java -Xmx1g\n");
    /** Not System.err, which allocates. */
    private static final FileOutputStream ERROR = new FileOutputStream(FileDescriptor.err);
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private OutOfMemory() {
    }

    /** From now on a thread that ends by it ends the process: who waits for what the thread did would wait for ever. */
    static void endProcessIfUncaught() {
        // What is called for the first time is linked first, which takes memory.
        saysIfCauseOf(new Throwable());
        write(new byte[0]);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            try {
                if (!saysIfCauseOf(e)) {
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
     * Says it, unless it has been said, if that is what failed, and returns whether it is. Java wraps it where two resources in a row
     * fail by it: a Throwable cannot be suppressed by itself.
     */
    static synchronized boolean saysIfCauseOf(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof OutOfMemoryError)) {
            cause = cause.getCause();
        }
        if (cause != null && !SAID.get()) {
            write(line(cause.getMessage()));
            SAID.set(true);
        }
        return cause != null;
    }

    /** The line for what the JVM says; without memory for another one that of the heap. */
    static byte[] line(String reason) {
        if (reason == null || reason.equals(HEAP) || reason.equals(OVERHEAD)) {
            return HEAP_LINE;
        }
        try {
            return bytes("not enough memory or threads: " + reason + "; see ulimit -a and the limits of the container\n");
        } catch (OutOfMemoryError again) {
            return HEAP_LINE;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void write(byte[] bytes) {
        try {
            ERROR.write(bytes);
        } catch (IOException e) {
            // Nobody reads standard error; the exit code says it too.
        }
    }
}
